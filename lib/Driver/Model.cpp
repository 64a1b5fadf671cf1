//===- Model.cpp - What all kinds of models share ---------------*- C++ -*-===//

#include "qnn/Driver/Model.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <cstring>

using namespace qnn;
using namespace llvm;

AlignedBuffer::AlignedBuffer(size_t bytes)
    : memory(std::aligned_alloc(64, alignTo(std::max<size_t>(bytes, 1), 64))) {
  if (!memory)
    throw std::bad_alloc();
}

void AlignedBuffer::Free::operator()(void *pointer) const {
  std::free(pointer);
}

ElementType qnn::elementTypeOf(qnn_type type) {
  switch (type) {
  case QNN_F32:
    return ElementType::F32;
  case QNN_I32:
    return ElementType::I32;
  case QNN_I64:
    return ElementType::I64;
  case QNN_I8:
    return ElementType::I8;
  case QNN_U8:
    return ElementType::U8;
  }
  return ElementType::U8;
}

int64_t qnn::elementCount(const TensorInfo &info) {
  int64_t elements = 1;
  for (int64_t dim : info.shape)
    elements *= dim;
  return elements;
}

SmallVector<int64_t> qnn::batchedShape(const TensorInfo &info,
                                       int64_t samples) {
  SmallVector<int64_t> shape(info.shape.begin(), info.shape.end());
  if (shape.empty() && samples != 1)
    shape.push_back(samples);
  else if (!shape.empty())
    shape[0] *= samples;
  return shape;
}

/// How many times `shape` is the shape of one sample; 0 where it does not fit.
static int64_t timesOf(ArrayRef<int64_t> shape, const TensorInfo &info) {
  ArrayRef<int64_t> sample(info.shape);
  if (shape == sample)
    return 1;
  if (sample.empty() || shape.size() != sample.size() || sample[0] == 0 ||
      shape.drop_front() != sample.drop_front() || shape[0] % sample[0] != 0)
    return 0;
  return shape[0] / sample[0];
}

static Error checkType(const TensorInfo &info, const Array &array,
                       StringRef file) {
  ElementType expected = elementTypeOf(info.type);
  // Doubles and other widths of integers are converted; kinds are not mixed.
  auto isFloat = [](ElementType type) {
    return type == ElementType::F32 || type == ElementType::F64;
  };
  if (isFloat(expected) == isFloat(array.type))
    return Error::success();
  return fileError(file, "input '" + info.name + "': expected " +
                             elementName(expected) + ", but got " +
                             elementName(array.type));
}

Expected<int64_t> Model::countSamples(ArrayRef<Array> arrays) const {
  int64_t samples = 0;
  for (auto [info, array] : llvm::zip_equal(inputInfos, arrays)) {
    if (Error error = checkType(info, array, file))
      return std::move(error);
    int64_t times = timesOf(array.shape, info);
    if (times == 0)
      return fileError(file, "input '" + info.name + "': expected shape " +
                                 shapeName(info.shape) + ", but got " +
                                 shapeName(array.shape));
    if (samples != 0 && times != samples)
      return fileError(file, "input '" + info.name + "': " + Twine(times) +
                                 " samples, but '" + inputInfos[0].name +
                                 "' has " + Twine(samples));
    samples = times;
  }
  return std::max<int64_t>(samples, 1);
}

Expected<std::vector<Array>> Model::run(ArrayRef<Array> arrays) {
  Expected<int64_t> samples = countSamples(arrays);
  if (!samples)
    return samples.takeError();
  std::vector<AlignedBuffer> buffers;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (auto [info, array] : llvm::zip_equal(inputInfos, arrays)) {
    Array converted = array.converted(elementTypeOf(info.type));
    buffers.emplace_back(converted.bytes.size());
    std::memcpy(buffers.back().data(), converted.bytes.data(),
                converted.bytes.size());
    inputs.push_back(buffers.back().data());
  }
  std::vector<Array> results;
  for (const TensorInfo &info : outputInfos) {
    results.emplace_back(elementTypeOf(info.type),
                         batchedShape(info, *samples));
    buffers.emplace_back(results.back().bytes.size());
    outputs.push_back(buffers.back().data());
  }
  if (Error error = runSamples(*samples, inputs.data(), outputs.data()))
    return std::move(error);
  for (auto [result, output] : llvm::zip_equal(results, outputs))
    std::memcpy(result.bytes.data(), output, result.bytes.size());
  return results;
}
