//===- Evaluator.h - Runs a network slowly ----------------------*- C++ -*-===//

#ifndef QNN_REFERENCE_EVALUATOR_H
#define QNN_REFERENCE_EVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "qnn/Reference/Tensor.h"

namespace qnn {

/// Attaches EvaluatableOpInterface to all ops of graph, integer and packed
/// form.
void registerReferenceModels(mlir::DialectRegistry &registry);

/// Called after each op with its results.
using Observer =
    llvm::function_ref<void(mlir::Operation *, llvm::ArrayRef<Tensor>)>;

/// Runs a function of one block on `arguments`; fails with a diagnostic on the
/// op that cannot be evaluated.
llvm::FailureOr<llvm::SmallVector<Tensor>>
evaluate(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> arguments,
         Observer observer = nullptr);

/// Evaluates one op (qnn ops and arith.constant); fails with a diagnostic on
/// it.
llvm::LogicalResult evaluateOp(mlir::Operation *op,
                               llvm::ArrayRef<Tensor> operands,
                               llvm::SmallVectorImpl<Tensor> &results);

} // namespace qnn

#endif // QNN_REFERENCE_EVALUATOR_H
