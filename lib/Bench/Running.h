//===- Running.h - Runs models on buffers of their own ----------*- C++ -*-===//

#ifndef QNN_LIB_BENCH_RUNNING_H
#define QNN_LIB_BENCH_RUNNING_H

#include "qnn/Driver/Model.h"

namespace qnn {

/// Buffers for `samples` samples of a model; inputs hold random numbers: floats
/// in [-1, 1), other types random bits.
class ModelBuffers {
public:
  ModelBuffers(const Model &model, int64_t samples);
  const void *const *inputs() const { return in.data(); }
  void *const *outputs() const { return out.data(); }

private:
  std::vector<AlignedBuffer> memory;
  std::vector<const void *> in;
  std::vector<void *> out;
};

/// Bytes of all tensors, of one sample.
int64_t bytesOf(llvm::ArrayRef<TensorInfo> infos);

/// Seconds of the fastest run of `samples` samples in about `seconds`.
llvm::Expected<double> timeModel(Model &model, int64_t samples, double seconds);

/// The same for several models at once, one sample each, on a thread for each
/// model: runs of all of them together in a second.
double runsPerSecond(llvm::ArrayRef<std::unique_ptr<Model>> models,
                     double seconds);

} // namespace qnn

#endif // QNN_LIB_BENCH_RUNNING_H
