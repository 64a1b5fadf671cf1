//===- Passes.h - Passes of lib/Conversion ----------------------*- C++ -*-===//

#ifndef QNN_CONVERSION_PASSES_H
#define QNN_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {
#define GEN_PASS_DECL
#include "qnn/Conversion/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "qnn/Conversion/Passes.h.inc"
} // namespace qnn

#endif // QNN_CONVERSION_PASSES_H
