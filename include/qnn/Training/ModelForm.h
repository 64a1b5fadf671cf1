//===- ModelForm.h - Between networks to train and to deploy ----*- C++ -*-===//

#ifndef QNN_TRAINING_MODELFORM_H
#define QNN_TRAINING_MODELFORM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "qnn/Training/TrainStep.h"

namespace qnn {

/// A copy of `model` for another batch: inputs get `batch` as first dimension,
/// all types follow. Fails where an op fixes the batch.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
withBatch(mlir::ModuleOp model, int64_t batch);

/// Puts ordinary qnn.batch_norm, whose factors are powers of two, in the place
/// of shift-based ones (`qnn.shift`), in place.
void expandShiftNorms(mlir::ModuleOp model);

/// A copy of `model` for a batch of 1 with the numbers of `states` as constants
/// in the place of parameters and statistics: what is exported and compiled.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
freeze(mlir::ModuleOp model, llvm::ArrayRef<StateView> states);

/// Turns a network with constants into one to train, in place: weights of
/// products, biases and tables become parameters, the mean and variance of
/// qnn.batch_norm statistics. Their numbers are kept as `qnn.value`.
llvm::Error makeTrainable(mlir::ModuleOp model);

/// The model's one public function.
mlir::func::FuncOp entryOf(mlir::ModuleOp model);

/// ElementsAttr of parameters and statistics: how they begin.
inline constexpr llvm::StringLiteral kValueAttr = "qnn.value";

} // namespace qnn

#endif // QNN_TRAINING_MODELFORM_H
