//===- Passes.h - From a network to a step of training ----------*- C++ -*-===//

#ifndef QNN_DIALECT_QNN_GRADIENTS_PASSES_H
#define QNN_DIALECT_QNN_GRADIENTS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// Unit attributes of arguments that the passes add.
inline constexpr llvm::StringLiteral kLabelsAttr = "qnn.labels";
inline constexpr llvm::StringLiteral kTeacherAttr = "qnn.teacher";
inline constexpr llvm::StringLiteral kLearningRateAttr = "qnn.learning_rate";
inline constexpr llvm::StringLiteral kStepAttr = "qnn.step";
/// Of a qnn.batch_norm: in training it is shift-based.
inline constexpr llvm::StringLiteral kShiftAttr = "qnn.shift";

#define GEN_PASS_DECL
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

#endif // QNN_DIALECT_QNN_GRADIENTS_PASSES_H
