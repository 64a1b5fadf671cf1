//===- Quantizer.h - The quantizer op of training ---------------*- C++ -*-===//
//
// Apart from QNN.h, so that a change of it rebuilds only what trains.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_QUANTIZER_H
#define QNN_DIALECT_QNN_IR_QUANTIZER_H

#include "qnn/Arith/Surrogates.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/QuantizerOps.h.inc"

namespace qnn {

/// What a method needs beside its input.
struct QuantizerNeeds {
  /// Learned operands: from `least` to `greatest`.
  unsigned least = 0, greatest = 0;
  bool key = false;
};
QuantizerNeeds needsOf(QuantizerMethod method, QuantizerRole role,
                       unsigned bits);

/// Adds the op to the dialect; it calls this itself.
void registerQuantizerOps(QNNDialect *dialect);

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_QUANTIZER_H
