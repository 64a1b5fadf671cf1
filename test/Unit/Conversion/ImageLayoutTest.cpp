//===- ImageLayoutTest.cpp - Fused transposes against the reference -------===//
//
// What is lowered as one, transpose, quantizer and packing, or arithmetic and
// transpose, is equal bit for bit to the reference of the ops one by one: for
// sizes that fill no register, each number of units in a row, and registers of
// each width.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {
struct Image {
  int64_t batch, channels, height, width;
};

struct Case {
  std::string text;

  friend void PrintTo(const Case &c, std::ostream *out) { *out << c.text; }
};

class ImageLayoutTest : public testing::TestWithParam<Case> {};
} // namespace

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static std::string typeOf(std::vector<int64_t> shape, const char *element) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}
static std::string first(Image i, const char *element) {
  return typeOf({i.batch, i.channels, i.height, i.width}, element);
}
static std::string last(Image i, const char *element) {
  return typeOf({i.batch, i.height, i.width, i.channels}, element);
}

static std::string withTarget(int64_t bits, const std::string &function) {
  return "module attributes {qnn.target = #qnn.target<triple = "
         "\"x86_64-unknown-linux-gnu\", cpu = \"x86-64-v2\", features = \"\", "
         "vector_bits = " +
         std::to_string(bits) + ", registers = 16>} {\n" + function + "}\n";
}

/// Constants for each channel that differ.
static std::string perChannel(int64_t channels, double from, double step) {
  std::string text = "dense<[";
  for (int64_t c = 0; c < channels; ++c)
    text += (c ? ", " : "") + std::to_string(from + step * (c % 7));
  return text + "]> : " + typeOf({channels}, "f32");
}

/// x * 2 - c[channel], channels along dimension 1, as %1.
static std::string chain(Image i) {
  std::string type = first(i, "f32"), c = typeOf({i.channels}, "f32");
  return "  %two = arith.constant dense<2.0> : tensor<f32>\n"
         "  %c = arith.constant " +
         perChannel(i.channels, -1, 0.25) + "\n  %0 = qnn.mul %x, %two : (" +
         type + ", tensor<f32>) -> " + type +
         "\n  %1 = qnn.bias_add %0, %c {axis = 1} : (" + type + ", " + c +
         ") -> " + type + "\n";
}

static Case pack(Image i, const char *quantizer, const char *code,
                 int64_t planes, int64_t bits) {
  std::string words = typeOf(
      {i.batch, i.height, i.width, (i.channels + 31) / 32 * planes}, "i32");
  return {withTarget(
      bits, "func.func @f(%x: " + first(i, "f32") + ") -> " + words + " {\n" +
                chain(i) +
                "  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 3, "
                "1>} : (" +
                first(i, "f32") + ") -> " + last(i, "f32") +
                "\n  %3 = qnn.encode %2 {quantizer = #qnn.quantizer<" +
                quantizer + ">} : (" + last(i, "f32") + ") -> " +
                last(i, "i8") + "\n  %4 = qnn.pack %3 {code = #qnn.code<" +
                code + ">} : (" + last(i, "i8") + ") -> " + words +
                "\n  return %4 : " + words + "\n}\n")};
}

static Case encode(Image i, const char *quantizer, int64_t bits) {
  return {withTarget(
      bits, "func.func @f(%x: " + first(i, "f32") + ") -> " + last(i, "i8") +
                " {\n" + chain(i) +
                "  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 3, "
                "1>} : (" +
                first(i, "f32") + ") -> " + last(i, "f32") +
                "\n  %3 = qnn.encode %2 {quantizer = #qnn.quantizer<" +
                quantizer + ">} : (" + last(i, "f32") + ") -> " +
                last(i, "i8") + "\n  return %3 : " + last(i, "i8") + "\n}\n")};
}

/// Sums, channels last, as floats, channels first.
static Case decode(Image i, const char *element, int64_t bits) {
  std::string scales = perChannel(i.channels, 0.5, 0.3);
  scales = "array<f32: " + scales.substr(7, scales.find(']') - 7) + ">";
  return {withTarget(
      bits, "func.func @f(%x: " + last(i, element) + ") -> " + first(i, "f32") +
                " {\n  %0 = qnn.dequantize %x {scale = " + scales +
                ", axis = 3} : (" + last(i, element) + ") -> " +
                last(i, "f32") + "\n  %1 = qnn.relu %0 : (" + last(i, "f32") +
                ") -> " + last(i, "f32") +
                "\n  %2 = qnn.transpose %1 {permutation = array<i64: 0, 3, "
                "1, 2>} : (" +
                last(i, "f32") + ") -> " + first(i, "f32") +
                "\n  return %2 : " + first(i, "f32") + "\n}\n")};
}

/// The same arithmetic, channels first to channels last.
static Case turn(Image i, int64_t bits) {
  return {withTarget(bits,
                     "func.func @f(%x: " + first(i, "f32") + ") -> " +
                         last(i, "f32") + " {\n" + chain(i) +
                         "  %2 = qnn.transpose %1 {permutation = array<i64: 0, "
                         "2, 3, 1>} : (" +
                         first(i, "f32") + ") -> " + last(i, "f32") +
                         "\n  return %2 : " + last(i, "f32") + "\n}\n")};
}

/// A row of channels: packed where they lie.
static Case packRow(int64_t rows, int64_t channels) {
  std::string type = typeOf({rows, channels}, "f32");
  std::string bytes = typeOf({rows, channels}, "i8");
  std::string words = typeOf({rows, (channels + 31) / 32}, "i32");
  std::string c = typeOf({channels}, "f32");
  return {"func.func @f(%x: " + type + ") -> " + words +
          " {\n  %c = arith.constant " + perChannel(channels, -1, 0.5) +
          "\n  %0 = qnn.sub %c, %x : (" + c + ", " + type + ") -> " + type +
          "\n  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 1, "
          "encoding = bipolar>} : (" +
          type + ") -> " + bytes +
          "\n  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (" + bytes +
          ") -> " + words + "\n  return %2 : " + words + "\n}\n"};
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

/// Values at which the quantizers step, zeros of both signs, NaN.
static Tensor randomTensor(RankedTensorType type, std::mt19937 &random) {
  Tensor tensor = Tensor::zeros(type);
  for (float &x : tensor.floats) {
    unsigned kind = random() % 16;
    x = kind == 0   ? std::nanf("")
        : kind == 1 ? -0.0f
        : kind < 8  ? static_cast<int>(random() % 33 - 16) * 0.125f
                    : std::normal_distribution<float>(0, 2)(random);
  }
  for (int64_t &x : tensor.integers)
    x = static_cast<int64_t>(random() % 20001) - 10000;
  return tensor;
}

TEST_P(ImageLayoutTest, EqualsReference) {
  Program program(GetParam().text);
  std::mt19937 random(1);
  SmallVector<Tensor> arguments;
  for (RankedTensorType type : program.argumentTypes())
    arguments.push_back(randomTensor(type, random));
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> actual = program.compileAndRun(arguments);
  ASSERT_EQ(expected.size(), 1u);
  ASSERT_EQ(actual.size(), 1u);
  EXPECT_EQ(expected[0].integers, actual[0].integers);
  ASSERT_EQ(expected[0].floats.size(), actual[0].floats.size());
  for (size_t i = 0; i < expected[0].floats.size(); ++i) {
    float e = expected[0].floats[i], a = actual[0].floats[i];
    ASSERT_TRUE((std::isnan(e) && std::isnan(a)) ||
                (e == a && std::signbit(e) == std::signbit(a)))
        << "element " << i << ": expected " << e << ", got " << a;
  }
}

/// Sizes: less than a register, one, one and a rest, several.
static std::vector<Case> allCases() {
  std::vector<Case> cases;
  const char *signs = "bits = 1, encoding = bipolar";
  for (int64_t channels : {2, 31, 32, 33, 64, 96, 128, 320})
    cases.push_back(pack({1, channels, 7, 7}, signs, "1, bipolar", 1, 512));
  for (int64_t bits : {128, 256, 512}) {
    cases.push_back(pack({2, 64, 3, 5}, signs, "1, bipolar", 1, bits));
    cases.push_back(pack({1, 65, 1, 16}, signs, "1, bipolar", 1, bits));
    cases.push_back(pack({1, 64, 4, 5},
                         "bits = 2, encoding = signed, scale = array<f32: 0.5>",
                         "2, signed", 2, bits));
    cases.push_back(encode({2, 3, 5, 5},
                           "bits = 8, encoding = signed, scale = array<f32: "
                           "0.0078125>",
                           bits));
    cases.push_back(decode({2, 20, 5, 5}, "i16", bits));
    cases.push_back(decode({1, 64, 4, 4}, "i32", bits));
    cases.push_back(turn({2, 17, 3, 7}, bits));
    cases.push_back(turn({1, 16, 4, 8}, bits));
  }
  cases.push_back(pack({1, 70, 5, 5},
                       "bits = 1, encoding = bipolar, sign_zero = minus_one",
                       "1, bipolar", 1, 512));
  cases.push_back(pack({1, 40, 5, 5},
                       "bits = 3, encoding = unsigned, scale = array<f32: "
                       "0.25>, zero_point = array<f32: 2.5>",
                       "3, unsigned", 3, 512));
  cases.push_back(pack({1, 4, 5, 5},
                       "bits = 4, encoding = signed, scale = array<f32: 0.25, "
                       "0.5, 0.125, 1.0>, axis = 3",
                       "4, signed", 4, 512));
  for (int64_t channels : {2, 4, 8, 12, 16, 32})
    cases.push_back(encode({1, channels, 5, 7},
                           "bits = 8, encoding = unsigned, scale = array<f32: "
                           "0.125>, zero_point = array<f32: 7.0>",
                           512));
  cases.push_back(encode({1, 4, 6, 6}, signs, 512));
  for (int64_t channels : {1, 31, 32, 33, 70, 784})
    cases.push_back(packRow(2, channels));
  return cases;
}
INSTANTIATE_TEST_SUITE_P(All, ImageLayoutTest, testing::ValuesIn(allCases()));
