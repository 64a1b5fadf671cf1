//===- Checkpoint.h - All that a run needs to continue ----------*- C++ -*-===//
//
// An .npz archive, which NumPy reads: one array for each state
// (`dense1.weight`, `dense1.weight/m`), and `meta`, a JSON text as bytes. It is
// written beside its place and renamed, so that an interrupt leaves the old
// one.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_CHECKPOINT_H
#define QNN_TRAINING_CHECKPOINT_H

#include "qnn/Training/TrainStep.h"
#include "llvm/Support/JSON.h"

namespace qnn {

/// How far a run is. Random numbers are functions of seed, epoch and step, so
/// there is no generator to keep.
struct Progress {
  int64_t epoch = 0; ///< the one that goes on
  int64_t batch = 0; ///< next one of this epoch
  int64_t step = 0;  ///< steps so far
  double lossSum = 0;
  int64_t correct = 0; ///< of this epoch so far
  double best = 0;     ///< of the monitored number
  int64_t bestEpoch = -1;
  int64_t waited = 0; ///< epochs since the best one
};

llvm::json::Object toJSON(const Progress &progress);
Progress progressFromJSON(const llvm::json::Object &object);

struct CheckpointMeta {
  Progress progress;
  llvm::json::Object config; ///< the description, variables replaced
  uint64_t seed = 0;
};

llvm::Error writeCheckpoint(llvm::StringRef path, const CheckpointMeta &meta,
                            llvm::ArrayRef<StateView> states);

/// Fills `states`; fails where one is missing or has another shape.
llvm::Error readStates(llvm::StringRef path,
                       llvm::MutableArrayRef<StateView> states);
llvm::Expected<CheckpointMeta> readMeta(llvm::StringRef path);

} // namespace qnn

#endif // QNN_TRAINING_CHECKPOINT_H
