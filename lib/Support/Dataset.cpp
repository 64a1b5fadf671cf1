//===- Dataset.cpp - Labelled images in files -------------------*- C++ -*-===//

#include "qnn/Support/Dataset.h"
#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace qnn;
using namespace llvm;
using support::endian::read32be;
using support::endian::read32le;

int64_t Dataset::imageElements() const {
  int64_t elements = 1;
  for (int64_t dim : imageShape())
    elements *= dim;
  return elements;
}

void Dataset::copyImage(int64_t index, std::optional<float> scale,
                        float *destination) const {
  int64_t elements = imageElements();
  bool bytes = images.type == ElementType::U8;
  for (int64_t i = 0; i < elements; ++i) {
    auto value = static_cast<float>(images.at(index * elements + i));
    if (scale)
      value *= *scale;
    else if (bytes)
      value /= 255.0f;
    destination[i] = value;
  }
}

static std::string join(StringRef folder, const Twine &name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

/// The first of the files that exists; the first name where none does.
static std::string firstExisting(ArrayRef<std::string> paths) {
  for (const std::string &path : paths)
    if (sys::fs::exists(path))
      return path;
  return paths.front();
}

//===----------------------------------------------------------------------===//
// MNIST
//===----------------------------------------------------------------------===//

static std::string idxPath(StringRef folder, Split split, StringRef part,
                           StringRef rank) {
  std::string name = ((split == Split::Test ? "t10k-" : "train-") + part).str();
  std::string dash = join(folder, name + "-" + rank + "-ubyte");
  std::string dot = join(folder, name + "." + rank + "-ubyte");
  std::string inner = join(join(folder, "mnist"), name + "-" + rank + "-ubyte");
  return firstExisting(
      {dash, dash + ".gz", dot, dot + ".gz", inner, inner + ".gz"});
}

/// Reads an IDX file of bytes: big-endian magic 0x0000080R, R sizes, data.
static Expected<Array> readIdx(StringRef path, unsigned rank) {
  Expected<std::string> contents = readMaybeGzip(path);
  if (!contents)
    return contents.takeError();
  size_t start = 4 + 4 * rank;
  if (contents->size() < start || read32be(contents->data()) != 0x800 + rank)
    return fileError(path, "not an IDX file of bytes with " + Twine(rank) +
                               " dimensions");
  SmallVector<int64_t> shape;
  int64_t recordBytes = 1;
  for (unsigned i = 0; i < rank; ++i) {
    shape.push_back(read32be(contents->data() + 4 + 4 * i));
    if (i > 0 && shape.back() > 65536)
      return fileError(path, "corrupt header: size " + Twine(shape.back()));
    recordBytes *= i > 0 ? shape.back() : 1;
  }
  int64_t present = contents->size() - start;
  if (recordBytes == 0 || present / recordBytes < shape[0])
    return fileError(path, "truncated: record " +
                               Twine(recordBytes ? present / recordBytes : 0) +
                               " of " + Twine(shape[0]) + " is incomplete");
  if (present != shape[0] * recordBytes)
    return fileError(
        path, "corrupt: " + Twine(present - shape[0] * recordBytes) +
                  " bytes after the last of " + Twine(shape[0]) + " records");
  Array array;
  array.type = ElementType::U8;
  array.shape = shape;
  array.bytes.assign(contents->begin() + start, contents->end());
  return array;
}

Error qnn::checkLabels(const Dataset &data, int64_t classes, StringRef path) {
  for (auto [i, label] : llvm::enumerate(data.labels))
    if (label < 0 || label >= classes)
      return fileError(path, "corrupt: record " + Twine(i) + ": label " +
                                 Twine(label) + ", expected 0 to " +
                                 Twine(classes - 1));
  return Error::success();
}

static Expected<Dataset> loadMnist(StringRef folder, Split split) {
  std::string imagePath = idxPath(folder, split, "images", "idx3");
  std::string labelPath = idxPath(folder, split, "labels", "idx1");
  Expected<Array> images = readIdx(imagePath, 3);
  if (!images)
    return images.takeError();
  Expected<Array> labels = readIdx(labelPath, 1);
  if (!labels)
    return labels.takeError();
  if (images->shape[0] != labels->shape[0])
    return fileError(labelPath, Twine(labels->shape[0]) + " labels, but '" +
                                    imagePath + "' holds " +
                                    Twine(images->shape[0]) + " images");
  Dataset data;
  data.images = std::move(*images);
  data.images.shape.insert(data.images.shape.begin() + 1, 1);
  data.labels.assign(labels->bytes.begin(), labels->bytes.end());
  if (Error error = checkLabels(data, 10, labelPath))
    return std::move(error);
  return data;
}

//===----------------------------------------------------------------------===//
// Records: one label byte, then the image's bytes
//===----------------------------------------------------------------------===//

static Expected<Dataset> splitRecords(StringRef records, StringRef path,
                                      ArrayRef<int64_t> imageShape,
                                      int64_t count) {
  int64_t imageBytes = 1;
  for (int64_t dim : imageShape)
    imageBytes *= dim;
  int64_t present = records.size() / (imageBytes + 1);
  if (present < count || records.size() % (imageBytes + 1) != 0)
    return fileError(path, "truncated: record " + Twine(present) +
                               " is incomplete (records of " +
                               Twine(imageBytes + 1) + " bytes)");
  if (present > count)
    return fileError(path, "corrupt: " + Twine(present) + " records, but " +
                               Twine(count) + " in the header");
  Dataset data;
  SmallVector<int64_t> shape = {count};
  llvm::append_range(shape, imageShape);
  data.images = Array(ElementType::U8, shape);
  for (int64_t i = 0; i < count; ++i) {
    const char *record = records.data() + i * (imageBytes + 1);
    data.labels.push_back(static_cast<uint8_t>(record[0]));
    std::copy_n(record + 1, imageBytes,
                data.images.data<char>() + i * imageBytes);
  }
  return data;
}

static Expected<Dataset> loadCifarFile(StringRef folder, StringRef file) {
  std::string path =
      firstExisting({join(folder, file), join(join(folder, "cifar10"), file),
                     join(join(folder, "cifar-10-batches-bin"), file)});
  Expected<std::string> contents = readFile(path);
  if (!contents)
    return contents.takeError();
  if (contents->empty())
    return fileError(path, "the file is empty");
  Expected<Dataset> data =
      splitRecords(*contents, path, {3, 32, 32}, contents->size() / 3073);
  if (!data)
    return data.takeError();
  if (Error error = checkLabels(*data, 10, path))
    return std::move(error);
  return data;
}

/// Training data lies in five files of equal form.
static Expected<Dataset> loadCifar10(StringRef folder, Split split) {
  if (split == Split::Test)
    return loadCifarFile(folder, "test_batch.bin");
  Dataset all;
  all.images = Array(ElementType::U8, {0, 3, 32, 32});
  for (char digit = '1'; digit <= '5'; ++digit) {
    std::string file = std::string("data_batch_") + digit + ".bin";
    Expected<Dataset> part = loadCifarFile(folder, file);
    if (!part)
      return part.takeError();
    all.images.shape[0] += part->size();
    llvm::append_range(all.images.bytes, part->images.bytes);
    llvm::append_range(all.labels, part->labels);
  }
  return all;
}

static Expected<Dataset> loadRecords(StringRef folder, Split split) {
  StringRef file = split == Split::Test ? "test.bin" : "train.bin";
  std::string path =
      sys::fs::is_directory(folder) ? join(folder, file) : folder.str();
  Expected<std::string> contents = readFile(path);
  if (!contents)
    return contents.takeError();
  StringRef data = *contents;
  if (data.size() < 24 || !data.starts_with("IMGREC01"))
    return fileError(path, "not a records file: no IMGREC01 header");
  SmallVector<int64_t> sizes;
  for (unsigned i = 0; i < 4; ++i)
    sizes.push_back(read32le(data.data() + 8 + 4 * i));
  for (int64_t dim : ArrayRef(sizes).drop_front())
    if (dim == 0 || dim > 65536)
      return fileError(path, "corrupt header: image of " +
                                 shapeName(ArrayRef(sizes).drop_front()));
  return splitRecords(data.drop_front(24), path, ArrayRef(sizes).drop_front(),
                      sizes[0]);
}

//===----------------------------------------------------------------------===//
// NumPy archives
//===----------------------------------------------------------------------===//

static Expected<Array> member(std::map<std::string, Array> &arrays,
                              StringRef name, StringRef path) {
  auto found = arrays.find(name.str());
  if (found != arrays.end())
    return std::move(found->second);
  std::string present;
  for (auto &entry : arrays)
    present += " '" + entry.first + "'";
  return fileError(path, "no array '" + name + "'; the file holds" +
                             (present.empty() ? " none" : present));
}

static Expected<Dataset> loadNpz(StringRef path, Split split) {
  std::string prefix = split == Split::Test ? "" : "train_";
  Expected<std::map<std::string, Array>> arrays = readNpz(path);
  if (!arrays)
    return arrays.takeError();
  Expected<Array> images = member(*arrays, prefix + "images", path);
  if (!images)
    return images.takeError();
  Expected<Array> labels = member(*arrays, prefix + "labels", path);
  if (!labels)
    return labels.takeError();
  if (images->shape.size() < 2)
    return fileError(path, "array '" + prefix +
                               "images': expected two or more dimensions, "
                               "but got shape " +
                               shapeName(images->shape));
  if (labels->size() != images->shape[0])
    return fileError(path, Twine(labels->size()) + " labels, but " +
                               Twine(images->shape[0]) + " images");
  Dataset data;
  data.images = images->type == ElementType::U8
                    ? std::move(*images)
                    : images->converted(ElementType::F32);
  for (int64_t i = 0, e = labels->size(); i < e; ++i)
    data.labels.push_back(labels->integerAt(i));
  return data;
}

//===----------------------------------------------------------------------===//
// scikit-learn's digits
//===----------------------------------------------------------------------===//

/// One line: 64 pixels from 0 to 16, then the label.
static bool readDigit(StringRef line, Dataset &data) {
  SmallVector<StringRef> fields;
  line.split(fields, ',');
  if (fields.size() != 65)
    return false;
  for (auto [i, field] : llvm::enumerate(fields)) {
    double number;
    if (field.trim().getAsDouble(number) || number < 0 || number > 16)
      return false;
    if (i < 64)
      data.images.bytes.push_back(static_cast<uint8_t>(number));
    else
      data.labels.push_back(static_cast<int64_t>(number));
  }
  return true;
}

/// The file is ordered by writer, so the last 360 digits are mostly by people
/// whose hand a network has not seen.
static Expected<Dataset> loadDigits(StringRef path, Split split) {
  constexpr size_t heldOut = 360;
  Expected<std::string> contents = readMaybeGzip(path);
  if (!contents)
    return contents.takeError();
  SmallVector<StringRef> lines;
  StringRef(*contents).split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.size() <= heldOut)
    return fileError(path, "truncated: " + Twine(lines.size()) +
                               " records, expected more than " +
                               Twine(heldOut));
  size_t middle = lines.size() - heldOut;
  ArrayRef<StringRef> part = split == Split::Train
                                 ? ArrayRef(lines).take_front(middle)
                                 : ArrayRef(lines).drop_front(middle);
  Dataset data;
  data.images.type = ElementType::U8;
  data.images.shape = {int64_t(part.size()), 1, 8, 8};
  for (auto [i, line] : llvm::enumerate(part))
    if (!readDigit(line, data))
      return fileError(path, "corrupt: record " +
                                 Twine(split == Split::Train ? i : middle + i) +
                                 ": expected 64 pixels from 0 to 16 and a "
                                 "label");
  if (Error error = checkLabels(data, 10, path))
    return std::move(error);
  return data;
}

Expected<Dataset> qnn::loadDataset(StringRef name, Split split) {
  auto [kind, path] = name.split(':');
  using Loader = Expected<Dataset> (*)(StringRef, Split);
  Loader loader = StringSwitch<Loader>(kind)
                      .Case("mnist", loadMnist)
                      .Case("cifar10", loadCifar10)
                      .Case("records", loadRecords)
                      .Case("digits", loadDigits)
                      .Case("npz", loadNpz)
                      .Default(nullptr);
  if (!path.empty() && loader)
    return loader(path, split);
  return makeError("data set '" + name +
                   "': expected mnist:DIR, cifar10:DIR, records:DIR, "
                   "digits:FILE or npz:FILE");
}
