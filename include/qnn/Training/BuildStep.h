//===- BuildStep.h - From a network to a step of its training ---*- C++ -*-===//
//
// The function of a step: the network in training mode, its loss, the
// gradients, the updates.
//
//   arguments  the network's own, in order; then, by their names (`qnn.name`),
//              labels (i64), teacher (its logits), learning_rate (f32), step
//              (i64, from 1), progress (f32, 0 to 1), key (i64 [2]: seed,
//              step), each where it is needed, and the optimizer's moments,
//              called as their parameter with `/m`, `/v` behind
//   results    loss (f32), correct (i64), then the next values of statistics,
//              parameters and moments, called as the arguments
//
// A state is an argument and a result with the same number `qnn.state`.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_BUILDSTEP_H
#define QNN_TRAINING_BUILDSTEP_H

#include "mlir/IR/OwningOpRef.h"
#include "qnn/Training/TrainStep.h"

namespace qnn {

/// Builds it from a model as TrainStep.h describes, which stays as it is.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
buildStep(mlir::ModuleOp model, const TrainOptions &options);

/// The network for evaluation, with the same arguments: its quantizers are
/// those that are deployed.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
buildEvaluation(mlir::ModuleOp model);

} // namespace qnn

#endif // QNN_TRAINING_BUILDSTEP_H
