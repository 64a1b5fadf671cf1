//===- QuantizerSpec.h - A quantizer as the arithmetic takes it -*- C++ -*-===//

#ifndef QNN_REFERENCE_QUANTIZERSPEC_H
#define QNN_REFERENCE_QUANTIZERSPEC_H

#include "qnn/Arith/Quantize.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// What all channels of `quantizer` have in common.
QuantizerSpec specOf(QuantizerAttr quantizer);

} // namespace qnn

#endif // QNN_REFERENCE_QUANTIZERSPEC_H
