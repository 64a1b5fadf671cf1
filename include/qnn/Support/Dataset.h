//===- Dataset.h - Labelled samples in files --------------------*- C++ -*-===//
//
// `mnist:DIR` (IDX files, plain or .gz), `cifar10:DIR` (the "binary version"),
// `records:DIR` (train.bin and test.bin with an IMGREC01 header), `digits:FILE`
// (scikit-learn's digits.csv, or .gz; the last 360 are the test part) and
// `npz:FILE` (arrays `images` and `labels`, `train_images` and `train_labels`).
// Damaged data is reported with the file and the record. Sets of texts are read
// by Text.h.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_DATASET_H
#define QNN_SUPPORT_DATASET_H

#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace qnn {

/// Which part of a data set.
enum class Split { Train, Test };

struct Dataset {
  /// u8, f32 or (texts) i64 indices; the first dimension counts the samples.
  Array images;
  /// One for each sample, or one for each index of each sample.
  std::vector<int64_t> labels;

  int64_t size() const { return images.shape.empty() ? 0 : images.shape[0]; }
  int64_t labelsPerSample() const {
    return size() ? labels.size() / size() : 1;
  }
  /// Shape of one image.
  llvm::ArrayRef<int64_t> imageShape() const {
    return llvm::ArrayRef(images.shape).drop_front();
  }
  int64_t imageElements() const;
  /// Writes image `index` as floats. Bytes are divided by 255, or multiplied by
  /// `scale`; floats are taken as they are, or multiplied by `scale`.
  void copyImage(int64_t index, std::optional<float> scale,
                 float *destination) const;
};

/// Loads a part of a data set named as above.
llvm::Expected<Dataset> loadDataset(llvm::StringRef name,
                                    Split split = Split::Test);

/// Fails for a label outside 0 to `classes` - 1, with file and record.
llvm::Error checkLabels(const Dataset &data, int64_t classes,
                        llvm::StringRef path);

} // namespace qnn

#endif // QNN_SUPPORT_DATASET_H
