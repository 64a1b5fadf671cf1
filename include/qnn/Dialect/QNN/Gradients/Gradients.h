//===- Gradients.h - Derivatives of the graph form --------------*- C++ -*-===//

#ifndef QNN_DIALECT_QNN_GRADIENTS_GRADIENTS_H
#define QNN_DIALECT_QNN_GRADIENTS_GRADIENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"

namespace qnn {

/// i64 attribute of results: the argument whose gradient it is.
inline constexpr llvm::StringLiteral kGradientOfAttr = "qnn.gradient_of";

/// Attaches DifferentiableOpInterface to the ops of the graph form and of
/// training.
void registerGradientModels(mlir::DialectRegistry &registry);

/// Appends results to `function`, a block whose first result is a loss (one
/// float): its gradients with respect to the arguments `arguments`, in that
/// order, each with the attribute `qnn.gradient_of` = number of the argument.
/// Removes ops that only autodiff sees (qnn.straight_through, ...) and what is
/// not used. Fails with a diagnostic on the op that has no gradient.
llvm::LogicalResult differentiate(mlir::func::FuncOp function,
                                  llvm::ArrayRef<unsigned> arguments);

} // namespace qnn

#endif // QNN_DIALECT_QNN_GRADIENTS_GRADIENTS_H
