//===- Dataset.h - Labelled images in files ---------------------*- C++ -*-===//
//
// `mnist:DIR` (IDX files, plain or .gz), `cifar10:DIR` (the "binary version"),
// `records:DIR` (test.bin with an IMGREC01 header) and `npz:FILE` (arrays
// `images` and `labels`). Damaged data is reported with the file and the
// record.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_DATASET_H
#define QNN_SUPPORT_DATASET_H

#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace qnn {

struct Dataset {
  Array images; ///< u8 or f32, the first dimension counts the images
  std::vector<int64_t> labels;

  int64_t size() const { return labels.size(); }
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

/// Loads the test part of a data set named as above.
llvm::Expected<Dataset> loadDataset(llvm::StringRef name);

} // namespace qnn

#endif // QNN_SUPPORT_DATASET_H
