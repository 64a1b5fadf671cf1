//===- Batches.h - Samples in the order and form of training ----*- C++ -*-===//
//
// Which samples are for training, which for validation; their order in an
// epoch; how a sample becomes floats. All randomness is a function of seed,
// epoch and sample (Arith/Philox.h), so a resumed run sees what the first one
// would have seen.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_BATCHES_H
#define QNN_TRAINING_BATCHES_H

#include "qnn/Training/Plan.h"

namespace qnn {

/// The streams of random numbers that training draws from, beside those of the
/// ops of a network.
enum RandomTensor : uint32_t {
  kShuffleStream = 0xffff0000,
  kSplitStream,
  kAugmentStream,
  kInitialStream ///< and those after it, one for each parameter
};

struct Batch {
  Array input;
  std::vector<int64_t> labels;
  int64_t count = 0; ///< samples that count; others repeat the last one
};

/// Part of a data set.
class Samples {
public:
  Samples(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices,
          std::optional<float> scale)
      : data(std::move(data)), indices(std::move(indices)), scale(scale) {}

  int64_t size() const { return indices.size(); }
  const Dataset &dataset() const { return *data; }
  llvm::ArrayRef<int64_t> list() const { return indices; }

  /// Samples `first` and after in the order of `list`, `batch` of them.
  Batch inOrder(int64_t first, int64_t batch) const;
  /// Batch `number` of an epoch: shuffled and augmented.
  Batch shuffled(int64_t number, int64_t batch, int64_t epoch, uint64_t seed,
                 const Augmentation &augmentation);

private:
  /// The order of an epoch, kept for its next batch.
  llvm::ArrayRef<int64_t> orderOf(int64_t epoch, uint64_t seed);
  Batch gather(llvm::ArrayRef<int64_t> chosen, int64_t batch) const;

  std::shared_ptr<const Dataset> data;
  std::vector<int64_t> indices, order;
  int64_t orderEpoch = -1;
  uint64_t orderSeed = 0;
  std::optional<float> scale;
};

struct TrainingData {
  Samples train, validation, test;
  int64_t vocabulary = 0; ///< of texts
};

/// Loads the data that the plan names and splits it.
llvm::Expected<TrainingData> loadTrainingData(const Plan &plan);

/// A random order of 0 to count - 1.
std::vector<int64_t> shuffledIndices(int64_t count, uint64_t seed,
                                     uint64_t step, uint32_t stream);

/// Changes an image `[C, H, W]` in place; `sample` keys the random numbers.
void augment(const Augmentation &augmentation, llvm::ArrayRef<int64_t> shape,
             uint64_t seed, int64_t epoch, int64_t sample, float *pixels);

} // namespace qnn

#endif // QNN_TRAINING_BATCHES_H
