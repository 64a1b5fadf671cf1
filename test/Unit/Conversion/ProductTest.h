//===- ProductTest.h - Compiled products against the reference --*- C++ -*-===//
//
// Products of the integer form, interpreted as they are and compiled by way of
// the packed form, must agree bit for bit. Instructions that this machine does
// not have are emulated.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TEST_UNIT_CONVERSION_PRODUCTTEST_H
#define QNN_TEST_UNIT_CONVERSION_PRODUCTTEST_H

#include "Codes.h"
#include "Native.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include <gtest/gtest.h>
#include <random>

inline Code u(unsigned bits) { return {bits, qnn::Encoding::Unsigned}; }
inline Code s(unsigned bits) { return {bits, qnn::Encoding::Signed}; }

enum class Store { Sums, NarrowSums, Bytes, Words };

/// Sizes of a convolution; a matmul has height 0, and `width` rows.
struct Shape {
  int64_t batch, height, width, channels, outChannels;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t dilationHeight = 1, dilationWidth = 1;
  std::array<int64_t, 4> pads = {0, 0, 0, 0};
  int64_t groups = 1;

  bool isConv() const { return height != 0; }
  int64_t outHeight() const {
    return (height + pads[0] + pads[2] - dilationHeight * (kernelHeight - 1) -
            1) /
               strideHeight +
           1;
  }
  int64_t outWidth() const {
    return (width + pads[1] + pads[3] - dilationWidth * (kernelWidth - 1) - 1) /
               strideWidth +
           1;
  }
};

inline Shape matmul(int64_t rows, int64_t channels, int64_t outChannels) {
  return {1, 0, rows, channels, outChannels};
}

struct Case {
  const char *name;
  Shape shape;
  qnn::KernelKind kernel;
  Code activations, weights;
  Store store = Store::Sums;
  Code out = bipolar;
  int64_t pixels = 4;
};

inline void PrintTo(const Case &c, std::ostream *os) { *os << c.name; }

/// What a byte holds: the number modulo 256, of bipolar codes the bit.
inline uint8_t byteOf(int32_t number, Code code) {
  if (code.encoding == qnn::Encoding::Bipolar)
    return number > 0;
  return static_cast<uint8_t>(number);
}

/// A schedule's target. Without a CPU it has no instructions that MLIR has no
/// op for.
struct Schedule {
  const char *name, *triple, *cpu;
  unsigned bits, registers;
  int64_t index = 0; ///< bits of an index, of lookups
};

/// The beginning of a module for the schedule's target.
std::string moduleFor(const Schedule &schedule);

inline void PrintTo(const Schedule &s, std::ostream *os) { *os << s.name; }

class ProductTest : public testing::TestWithParam<std::tuple<Case, Schedule>> {
protected:
  std::mt19937 random{7};
  const Case &c = std::get<0>(GetParam());
  const Shape &shape = c.shape;

  uint8_t randomByte(Code code) {
    int32_t span = code.encoding == qnn::Encoding::Bipolar
                       ? 2
                       : code.max() - code.min() + 1;
    int32_t step = random() % span;
    if (code.encoding == qnn::Encoding::Bipolar)
      return step;
    return byteOf(code.min() + step, code);
  }

  qnn::Tensor randomCodes(llvm::ArrayRef<int64_t> sizes, Code code) {
    qnn::Tensor tensor;
    tensor.shape.assign(sizes.begin(), sizes.end());
    tensor.isFloat = false;
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.integers.push_back(randomByte(code));
    return tensor;
  }

  static std::string type(llvm::ArrayRef<int64_t> sizes,
                          llvm::StringRef element) {
    std::string text = "tensor<";
    for (int64_t size : sizes)
      text += std::to_string(size) + "x";
    return text + element.str() + ">";
  }

  llvm::SmallVector<int64_t> inputSizes() const {
    if (!shape.isConv())
      return {shape.width, shape.channels};
    return {shape.batch, shape.height, shape.width, shape.channels};
  }
  llvm::SmallVector<int64_t> filterSizes() const {
    if (!shape.isConv())
      return {shape.outChannels, shape.channels};
    return {shape.outChannels, shape.kernelHeight, shape.kernelWidth,
            shape.channels / shape.groups};
  }
  llvm::SmallVector<int64_t> resultSizes() const {
    if (!shape.isConv())
      return {shape.width, shape.outChannels};
    return {shape.batch, shape.outHeight(), shape.outWidth(),
            shape.outChannels};
  }

  virtual qnn::Tensor weightsOf() {
    return randomCodes(filterSizes(), c.weights);
  }
  virtual qnn::Tensor activationsOf() {
    return randomCodes(inputSizes(), c.activations);
  }

  void compare();
  std::string text(const Schedule &schedule);
  std::string product(const std::string &sums);
  std::string thresholds();
};

/// Every row of activations by every row of weights: 2^16 products at most.
struct ExhaustiveTest : ProductTest {
  static qnn::Tensor allRows(int64_t channels, Code code) {
    int64_t rows = int64_t(1) << (channels * code.bits);
    qnn::Tensor tensor;
    tensor.shape = {rows, channels};
    tensor.isFloat = false;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t k = 0; k < channels; ++k) {
        int32_t pattern = row >> (k * code.bits) & ((1 << code.bits) - 1);
        tensor.integers.push_back(
            byteOf(qnn::codeToNumber(pattern, code.bits, code.encoding), code));
      }
    return tensor;
  }

  qnn::Tensor weightsOf() override {
    return allRows(shape.channels, c.weights);
  }
  qnn::Tensor activationsOf() override {
    return allRows(shape.channels, c.activations);
  }
};

inline Case all(const char *name, qnn::KernelKind kernel, int64_t channels,
                Code activations, Code weights, int64_t pixels) {
  return {name,
          matmul(int64_t(1) << (channels * activations.bits), channels,
                 int64_t(1) << (channels * weights.bits)),
          kernel,
          activations,
          weights,
          Store::Sums,
          bipolar,
          pixels};
}

inline std::string
nameOf(const testing::TestParamInfo<std::tuple<Case, Schedule>> &info) {
  return std::string(std::get<0>(info.param).name) + "_" +
         std::get<1>(info.param).name;
}

#endif // QNN_TEST_UNIT_CONVERSION_PRODUCTTEST_H
