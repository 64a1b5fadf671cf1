//===- Passes.h - From a network to a step of training ----------*- C++ -*-===//

#ifndef QNN_DIALECT_QNN_GRADIENTS_PASSES_H
#define QNN_DIALECT_QNN_GRADIENTS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

#define GEN_PASS_DECL
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

#endif // QNN_DIALECT_QNN_GRADIENTS_PASSES_H
