//===- Inputs.h - Where a run's samples come from ---------------*- C++ -*-===//

#ifndef QNN_DRIVER_INPUTS_H
#define QNN_DRIVER_INPUTS_H

#include "qnn/Driver/Model.h"
#include "qnn/Support/Dataset.h"
#include <optional>
#include <random>

namespace qnn {

/// `NAME=FILE`, or `FILE` with an empty name.
struct NamedFile {
  std::string name, path;
};
/// Splits an argument at its first `=`, unless a file of that very name exists.
NamedFile parseNamedFile(llvm::StringRef argument);

/// The tensor of `infos` that each file belongs to: by name, or the first that
/// no earlier file has. `what` is `input` or `output`, for messages.
llvm::Expected<std::vector<size_t>>
assignFiles(llvm::ArrayRef<NamedFile> files, llvm::ArrayRef<TensorInfo> infos,
            llvm::StringRef what, llvm::StringRef modelPath);

/// `'x' (f32 1x784), 'y' (i64 1)`.
std::string describe(llvm::ArrayRef<TensorInfo> infos);

/// Samples for a model, in batches.
class InputSource {
public:
  virtual ~InputSource() = default;
  virtual int64_t samples() const = 0;
  /// Samples `first` to `first + count`, one array for each input.
  virtual std::vector<Array> read(int64_t first, int64_t count) = 0;
};

/// Reads one file for each input.
llvm::Expected<std::unique_ptr<InputSource>>
openFiles(const Model &model, llvm::ArrayRef<NamedFile> files);

/// Seeded random numbers: floats from -1 to 1, integers from 0 to 1.
std::unique_ptr<InputSource> randomInputs(const Model &model, int64_t samples,
                                          uint32_t seed);

/// The images of a data set as the one input of a model.
class DatasetInputs : public InputSource {
public:
  /// Fails where the images do not fit the model's input.
  static llvm::Expected<std::unique_ptr<DatasetInputs>>
  create(const Model &model, llvm::StringRef name, int64_t limit,
         std::optional<float> scale);

  int64_t samples() const override {
    return (images + imagesPerSample - 1) / imagesPerSample;
  }
  std::vector<Array> read(int64_t first, int64_t count) override;

  int64_t numImages() const { return images; }
  /// How many of the images in samples `first` and after are labelled as the
  /// model's first output says: the index of the greatest number, or the number
  /// itself where there is one integer for each image.
  int64_t countCorrect(const Array &output, int64_t first) const;

private:
  DatasetInputs(const TensorInfo &input, Dataset data,
                std::optional<float> scale)
      : input(input), data(std::move(data)), scale(scale) {}

  TensorInfo input;
  Dataset data;
  std::optional<float> scale;
  int64_t images = 0, imagesPerSample = 1;
};

} // namespace qnn

#endif // QNN_DRIVER_INPUTS_H
