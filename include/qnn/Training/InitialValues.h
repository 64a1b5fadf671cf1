//===- InitialValues.h - How parameters begin -------------------*- C++ -*-===//

#ifndef QNN_TRAINING_INITIALVALUES_H
#define QNN_TRAINING_INITIALVALUES_H

#include "qnn/Training/TrainStep.h"

namespace qnn {

/// Fills `state` as `init` says: `zeros`, `ones`, `constant(C)`, `uniform(B)`
/// (from -B to B), `normal(S)`, `glorot_uniform`, `glorot_normal`,
/// `he_uniform`, `he_normal`. Inputs and outputs of a weight are dimensions 1
/// and 0, each times the taps behind them. `number` of the parameter and `seed`
/// key the random numbers.
llvm::Error fillInitial(llvm::StringRef init, uint64_t seed, uint32_t number,
                        StateView &state);

/// Fills the parameters and statistics of a step as the model's arguments say
/// (`qnn.init`); moments stay 0.
llvm::Error initialize(mlir::ModuleOp model, TrainStep &step, uint64_t seed);

} // namespace qnn

#endif // QNN_TRAINING_INITIALVALUES_H
