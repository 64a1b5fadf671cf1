//===- Inputs.cpp - Where a run's samples come from -------------*- C++ -*-===//

#include "qnn/Driver/Inputs.h"
#include "qnn/Driver/TensorFile.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <cstring>

using namespace qnn;
using namespace llvm;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

NamedFile qnn::parseNamedFile(StringRef argument) {
  auto [name, path] = argument.split('=');
  if (path.empty() || sys::fs::exists(argument))
    return {"", argument.str()};
  return {name.str(), path.str()};
}

std::string qnn::describe(ArrayRef<TensorInfo> infos) {
  std::string text;
  for (const TensorInfo &info : infos)
    text += (text.empty() ? "'" : ", '") + info.name + "' (" +
            elementName(elementTypeOf(info.type)).str() + " " +
            shapeName(info.shape) + ")";
  return text;
}

Expected<std::vector<size_t>> qnn::assignFiles(ArrayRef<NamedFile> files,
                                               ArrayRef<TensorInfo> infos,
                                               StringRef what,
                                               StringRef modelPath) {
  std::vector<size_t> assigned;
  for (const NamedFile &file : files) {
    size_t index = 0;
    while (index < infos.size() &&
           (file.name.empty() ? is_contained(assigned, index)
                              : infos[index].name != file.name))
      ++index;
    if (index == infos.size())
      return fileError(modelPath,
                       (file.name.empty()
                            ? Twine("no ") + what + " for '" + file.path + "'"
                            : Twine("no ") + what + " '" + file.name + "'") +
                           ", the model has " + describe(infos));
    if (is_contained(assigned, index))
      return fileError(modelPath,
                       what + " '" + infos[index].name + "' is given twice");
    assigned.push_back(index);
  }
  return assigned;
}

namespace {
class FileInputs : public InputSource {
public:
  FileInputs(const Model &model, std::vector<Array> arrays, int64_t count)
      : infos(model.inputs().vec()), arrays(std::move(arrays)), count(count) {}

  int64_t samples() const override { return count; }

  std::vector<Array> read(int64_t first, int64_t number) override {
    std::vector<Array> parts;
    for (auto [info, array] : zip_equal(infos, arrays)) {
      Array part(array.type, batchedShape(info, number));
      size_t bytes = part.bytes.size() / number;
      std::memcpy(part.bytes.data(), array.bytes.data() + first * bytes,
                  part.bytes.size());
      parts.push_back(std::move(part));
    }
    return parts;
  }

private:
  std::vector<TensorInfo> infos;
  std::vector<Array> arrays;
  int64_t count;
};

class RandomInputs : public InputSource {
public:
  RandomInputs(const Model &model, int64_t count, uint32_t seed)
      : infos(model.inputs().vec()), count(count), seed(seed) {}

  int64_t samples() const override { return count; }

  std::vector<Array> read(int64_t first, int64_t number) override {
    std::vector<Array> arrays;
    for (const TensorInfo &info : infos) {
      Array array(elementTypeOf(info.type), batchedShape(info, number));
      int64_t elements = elementCount(info);
      // Each sample has its own seed, so that it does not depend on the batch.
      for (int64_t sample = 0; sample < number; ++sample) {
        std::mt19937 random(seed + first + sample);
        for (int64_t i = sample * elements; i < (sample + 1) * elements; ++i)
          if (info.type == QNN_F32)
            array.set(i, (random() >> 8) * 0x1p-23f - 1.0f);
          else
            array.setInteger(i, random() >> 31);
      }
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

private:
  std::vector<TensorInfo> infos;
  int64_t count;
  uint32_t seed;
};
} // namespace

Expected<std::unique_ptr<InputSource>>
qnn::openFiles(const Model &model, ArrayRef<NamedFile> files) {
  Expected<std::vector<size_t>> assigned =
      assignFiles(files, model.inputs(), "input", model.path());
  if (!assigned)
    return assigned.takeError();
  if (files.size() != model.inputs().size())
    return fileError(model.path(), "expected --input for each of " +
                                       describe(model.inputs()) + ", but got " +
                                       Twine(files.size()));
  std::vector<Array> arrays(files.size());
  for (auto [file, index] : zip_equal(files, *assigned)) {
    Expected<Array> array = readTensorFile(file.path);
    if (!array)
      return array.takeError();
    arrays[index] = std::move(*array);
  }
  Expected<int64_t> samples = model.countSamples(arrays);
  if (!samples)
    return samples.takeError();
  return std::make_unique<FileInputs>(model, std::move(arrays), *samples);
}

std::unique_ptr<InputSource> qnn::randomInputs(const Model &model,
                                               int64_t samples, uint32_t seed) {
  return std::make_unique<RandomInputs>(model, samples, seed);
}

//===----------------------------------------------------------------------===//
// Data sets
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> withoutOnes(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> dims;
  copy_if(shape, std::back_inserter(dims),
          [](int64_t dim) { return dim != 1; });
  return dims;
}

/// Images of `image` that one input of `sample` holds; 0 where they do not fit.
static int64_t imagesIn(ArrayRef<int64_t> sample, ArrayRef<int64_t> image) {
  SmallVector<int64_t> imageDims = withoutOnes(image);
  int64_t elements = 1;
  for (int64_t dim : image)
    elements *= dim;
  auto fits = [&](ArrayRef<int64_t> dims) {
    SmallVector<int64_t> rest = withoutOnes(dims);
    return rest == imageDims || (rest.size() == 1 && rest[0] == elements);
  };
  if (fits(sample))
    return 1;
  return sample.size() > 1 && fits(sample.drop_front()) ? sample[0] : 0;
}

Expected<std::unique_ptr<DatasetInputs>>
DatasetInputs::create(const Model &model, StringRef name, int64_t limit,
                      std::optional<float> scale) {
  if (model.inputs().size() != 1)
    return fileError(model.path(),
                     "--dataset needs a model with one input, this has " +
                         describe(model.inputs()));
  Expected<Dataset> data = loadDataset(name);
  if (!data)
    return data.takeError();
  std::unique_ptr<DatasetInputs> inputs(
      new DatasetInputs(model.inputs()[0], std::move(*data), scale));
  const Dataset &set = inputs->data;
  inputs->imagesPerSample = imagesIn(inputs->input.shape, set.imageShape());
  if (inputs->imagesPerSample == 0 || inputs->input.type != QNN_F32)
    return fileError(model.path(), "input " + describe(model.inputs()) +
                                       ", but the images of " + name +
                                       " have shape " +
                                       shapeName(set.imageShape()));
  inputs->images = limit > 0 ? std::min(limit, set.size()) : set.size();
  if (inputs->images == 0)
    return makeError(name + ": no images");
  return inputs;
}

std::vector<Array> DatasetInputs::read(int64_t first, int64_t count) {
  Array array(ElementType::F32, batchedShape(input, count));
  int64_t elements = data.imageElements();
  for (int64_t i = 0; i < count * imagesPerSample; ++i)
    if (int64_t image = first * imagesPerSample + i; image < images)
      data.copyImage(image, scale, array.data<float>() + i * elements);
  std::vector<Array> arrays;
  arrays.push_back(std::move(array));
  return arrays;
}

static int64_t predict(const Array &output, int64_t begin, int64_t end) {
  if (end - begin == 1 && output.type != ElementType::F32)
    return output.integerAt(begin);
  int64_t best = begin;
  for (int64_t i = begin + 1; i < end; ++i)
    if (output.at(i) > output.at(best))
      best = i;
  return best - begin;
}

int64_t DatasetInputs::countCorrect(const Array &output, int64_t first) const {
  int64_t firstImage = first * imagesPerSample, correct = 0;
  // The first dimension of an output counts the images.
  int64_t count = output.shape.empty() ? 1 : output.shape[0];
  int64_t perImage = count ? output.size() / count : 0;
  for (int64_t i = 0; i < count && firstImage + i < images; ++i)
    correct += predict(output, i * perImage, (i + 1) * perImage) ==
               data.labels[firstImage + i];
  return correct;
}
