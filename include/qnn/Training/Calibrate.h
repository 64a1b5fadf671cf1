//===- Calibrate.h - Quantizers that begin with what they see ---*- C++ -*-===//
//
// The numbers of a quantizer (ranges, steps, scales, bases) whose `qnn.init` is
// `from_data` follow from the weights and from activations of some batches,
// before the first step. Quantizers of activations let their input pass
// meanwhile.
//
//   observed   the range that the plan's observer finds
//   lsq        2 mean|x| / sqrt(greatest code)
//   pact       the greatest number of that range
//   elastic    mean|x|; unsigned twice that
//   adabin     deviation and mean
//   lq_nets    the published first basis
//   abc_net    scales 1 / bits, thresholds evenly between 0 and 1
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_CALIBRATE_H
#define QNN_TRAINING_CALIBRATE_H

#include "qnn/Training/Batches.h"

namespace qnn {

inline constexpr llvm::StringLiteral kFromData = "from_data";

/// Whether a quantizer of `model` begins with what it sees.
bool needsCalibration(mlir::ModuleOp model);

/// Fills the states of `step` that such quantizers have.
llvm::Error calibrate(mlir::ModuleOp model, TrainStep &step,
                      const Samples &samples, const CalibrationPlan &plan,
                      const TrainOptions &options);

} // namespace qnn

#endif // QNN_TRAINING_CALIBRATE_H
