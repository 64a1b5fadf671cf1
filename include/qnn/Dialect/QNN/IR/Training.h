//===- Training.h - The training ops of the qnn dialect ---------*- C++ -*-===//
//
// Apart from QNN.h, so that a change of them rebuilds only what trains.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_TRAINING_H
#define QNN_DIALECT_QNN_IR_TRAINING_H

#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "qnn/Arith/Surrogates.h"
#include "qnn/Arith/TrainingEnums.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

#include "qnn/Dialect/QNN/IR/TrainingOpEnums.h.inc"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/TrainingOps.h.inc"

namespace qnn {

/// Adds the training ops to the dialect; it calls this itself.
void registerTrainingOps(QNNDialect *dialect);

/// True for an optimizer's update: operands are parameter, gradient, states and
/// scalars, results the new parameter and states.
bool isUpdate(mlir::Operation *op);

/// Gates of a cell: how many rows of weights there are for a hidden unit.
int64_t gatesOf(RecurrentCell cell);

/// Numbers per hidden unit and step that a cell saves for its gradient.
int64_t savedOf(RecurrentCell cell);

/// Rows of the batch whose saved values lie together: a line of the cache, and
/// whole registers of any width.
inline constexpr int64_t kSavedRows = 16;

/// States that a cell hands on: 1, of an LSTM 2.
int64_t statesOf(RecurrentCell cell);

/// The surrogate of an op with `kind` and `parameters`, which its verifier
/// checked.
template <typename OpTy>
SurrogateGradient surrogateOf(OpTy op) {
  return llvm::cantFail(makeSurrogate(op.getKind(), op.getParameters()));
}

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_TRAINING_H
