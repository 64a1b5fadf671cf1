//===- Passes.h - Passes within the qnn dialect -----------------*- C++ -*-===//

#ifndef QNN_DIALECT_QNN_TRANSFORMS_PASSES_H
#define QNN_DIALECT_QNN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {
#define GEN_PASS_DECL
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

#endif // QNN_DIALECT_QNN_TRANSFORMS_PASSES_H
