//===- QNNToLinalgTest.cpp - Compiled ops against the reference -----------===//
//
// Every op in a function of its own, on shapes and numbers at the edges: sizes
// that fill no vector, ties of rounding, zeros of both signs, NaN. Results are
// equal bit for bit, but where a sum of floats (the reference adds in f64) or a
// polynomial in place of a libm function leaves a rounding error.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

struct Case {
  const char *name;
  std::string text;
  double tolerance = 0; ///< relative to max(1, |expected|); 0: equal
  /// Range of integer arguments.
  int low = -128, high = 127;
  bool withNaN = false;
};

using Types = std::vector<std::string>;

/// A function of one op; types without "tensor<>".
std::string one(const std::string &op, const std::string &attributes,
                const Types &operands, const Types &results) {
  std::string arguments, names, from, to, values;
  auto append = [](std::string &list, const std::string &item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  for (size_t i = 0; i < operands.size(); ++i) {
    std::string name = "%x" + std::to_string(i);
    append(from, "tensor<" + operands[i] + ">");
    append(names, name);
    append(arguments, name + ": tensor<" + operands[i] + ">");
  }
  for (size_t i = 0; i < results.size(); ++i) {
    append(to, "tensor<" + results[i] + ">");
    append(values, "%y#" + std::to_string(i));
  }
  return "func.func @f(" + arguments + ") -> (" + to +
         ") {\n %y:" + std::to_string(results.size()) + " = qnn." + op + " " +
         names + " {" + attributes + "} : (" + from + ") -> (" + to +
         ")\n return " + values + " : " + to + "\n}";
}

void PrintTo(const Case &c, std::ostream *out) { *out << c.name; }

class LinalgTest : public testing::TestWithParam<Case> {
protected:
  std::mt19937 random{1};

  float randomFloat(bool withNaN) {
    switch (random() % 8) {
    case 0: // ties of any scale that is a power of two
      return static_cast<int>(random() % 33 - 16) * 0.25f;
    case 1:
      return random() % 2 ? 0.0f : -0.0f;
    case 2:
      return withNaN && random() % 2 ? std::nanf("") : 0.5f;
    case 3:
      return std::nextafter(0.5f, random() % 2 ? 0.0f : 1.0f);
    case 4:
      return std::normal_distribution<float>(0, 100)(random);
    default:
      return std::normal_distribution<float>(0, 2)(random);
    }
  }

  Tensor randomTensor(RankedTensorType type) {
    const Case &c = GetParam();
    Tensor tensor = Tensor::zeros(type);
    for (float &x : tensor.floats)
      x = randomFloat(c.withNaN);
    for (int64_t &x : tensor.integers) {
      int64_t span = c.high - c.low + 1;
      x = c.low + static_cast<int64_t>(random() % span);
      if (type.getElementType().isInteger(8))
        x &= 0xff;
    }
    return tensor;
  }

  void compareFloats(const Tensor &expected, const Tensor &actual) {
    for (size_t i = 0; i < expected.floats.size(); ++i) {
      float e = expected.floats[i], a = actual.floats[i];
      if ((std::isnan(e) && std::isnan(a)) || (std::isinf(e) && e == a))
        continue;
      if (GetParam().tolerance == 0)
        ASSERT_TRUE(e == a && std::signbit(e) == std::signbit(a))
            << "element " << i << ": expected " << e << ", got " << a;
      else
        ASSERT_NEAR(e, a, GetParam().tolerance * std::max(1.0f, std::fabs(e)))
            << "element " << i;
    }
  }

  void compareIntegers(const Tensor &expected, const Tensor &actual) {
    for (size_t i = 0; i < expected.integers.size(); ++i)
      ASSERT_EQ(expected.integers[i], actual.integers[i]) << "element " << i;
  }
};

TEST_P(LinalgTest, EqualsReference) {
  Program program(GetParam().text);
  SmallVector<Tensor> arguments;
  for (RankedTensorType type : program.argumentTypes())
    arguments.push_back(randomTensor(type));
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> actual = program.compileAndRun(arguments);
  ASSERT_EQ(expected.size(), actual.size());
  for (auto [e, a] : llvm::zip_equal(expected, actual)) {
    ASSERT_EQ(e.shape, a.shape);
    compareFloats(e, a);
    compareIntegers(e, a);
  }
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Case unary(const char *op, const char *attributes = "", double tolerance = 0) {
  Case c = {op, one(op, attributes, {"3x37xf32"}, {"3x37xf32"}), tolerance};
  c.withNaN = tolerance == 0;
  return c;
}

const Case unaryOps[] = {
    unary("relu"),
    unary("leaky_relu", "alpha = 0.1 : f32"),
    unary("clip", "min = -1.5 : f32, max = 2.0 : f32"),
    unary("sigmoid", "", 1e-6),
    unary("hard_sigmoid", "alpha = 0.2 : f32, beta = 0.5 : f32"),
    unary("tanh", "", 1e-6),
    unary("log", "", 1e-6),
    unary("exp", "", 1e-5),
    unary("sqrt"),
    unary("abs"),
    unary("neg"),
    unary("floor"),
    unary("ceil"),
    unary("round"),
    unary("sign"),
};
INSTANTIATE_TEST_SUITE_P(Unary, LinalgTest, testing::ValuesIn(unaryOps));

Case binary(const char *op, const char *a, const char *b, const char *result) {
  Case c = {op, one(op, "", {a, b}, {result})};
  c.withNaN = true;
  return c;
}

const Case binaryOps[] = {
    binary("add", "2x3x5xf32", "2x3x5xf32", "2x3x5xf32"),
    binary("sub", "2x3x5xf32", "5xf32", "2x3x5xf32"),
    binary("mul", "2x1x5xf32", "3x1xf32", "2x3x5xf32"),
    binary("div", "2x3xf32", "f32", "2x3xf32"),
    binary("min", "1x1xf32", "4x7xf32", "4x7xf32"),
    binary("max", "4x7xf32", "4x7xf32", "4x7xf32"),
    {"bias_add",
     one("bias_add", "axis = 1", {"2x3x4x5xf32", "3xf32"}, {"2x3x4x5xf32"})},
    {"square", R"(
func.func @f(%x: tensor<3x37xf32>) -> tensor<3x37xf32> {
  %c = arith.constant dense<2.0> : tensor<f32>
  %0 = qnn.pow %x, %c : (tensor<3x37xf32>, tensor<f32>) -> tensor<3x37xf32>
  return %0 : tensor<3x37xf32>
})",
     1e-6},
    {"pow", R"(
func.func @f(%x: tensor<37xf32>, %y: tensor<37xf32>) -> tensor<37xf32> {
  %0 = qnn.abs %x : (tensor<37xf32>) -> tensor<37xf32>
  %1 = qnn.clip %y {min = -3.0 : f32, max = 3.0 : f32} : (tensor<37xf32>) -> tensor<37xf32>
  %2 = qnn.pow %0, %1 : (tensor<37xf32>, tensor<37xf32>) -> tensor<37xf32>
  return %2 : tensor<37xf32>
})",
     1e-4},
    // Exponents are integers here, for the bases are negative, too.
    {"pow_negative", R"(
func.func @f(%x: tensor<99xf32>, %y: tensor<99xf32>) -> tensor<99xf32> {
  %0 = qnn.clip %x {min = -5.0 : f32, max = 5.0 : f32} : (tensor<99xf32>) -> tensor<99xf32>
  %1 = qnn.clip %y {min = -4.0 : f32, max = 4.0 : f32} : (tensor<99xf32>) -> tensor<99xf32>
  %2 = qnn.round %1 : (tensor<99xf32>) -> tensor<99xf32>
  %3 = qnn.pow %0, %2 : (tensor<99xf32>, tensor<99xf32>) -> tensor<99xf32>
  return %3 : tensor<99xf32>
})",
     1e-5},
    {"batch_norm", R"(
func.func @f(%x: tensor<2x3x4x5xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>) -> tensor<2x3x4x5xf32> {
  %s = arith.constant dense<[0.3, -1.7, 0.0]> : tensor<3xf32>
  %v = arith.constant dense<[0.9, 1.7, 1.0e-3]> : tensor<3xf32>
  %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0e-5 : f32}
    : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x5xf32>
  return %0 : tensor<2x3x4x5xf32>
})"},
    {"batch_norm_variable", R"(
func.func @f(%x: tensor<2x3xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %v = qnn.abs %s : (tensor<3xf32>) -> tensor<3xf32>
  %0 = qnn.batch_norm %x, %s, %b, %b, %v {epsilon = 1.0e-5 : f32}
    : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
})"},
};
INSTANTIATE_TEST_SUITE_P(Binary, LinalgTest, testing::ValuesIn(binaryOps));

//===----------------------------------------------------------------------===//
// Floats and codes
//===----------------------------------------------------------------------===//

Case quantizer(const char *op, const std::string &attributes,
               const char *result) {
  Case c = {op, one(op, "quantizer = #qnn.quantizer<" + attributes + ">",
                    {"2x3x37xf32"}, {std::string("2x3x37x") + result})};
  c.withNaN = true;
  return c;
}

Case rounding(const std::string &mode) {
  return quantizer("quantize",
                   "bits = 8, encoding = signed, rounding = " + mode +
                       ", scale = array<f32: 0.5>",
                   "f32");
}

const Case quantizers[] = {
    rounding("half_even"),
    rounding("half_up"),
    rounding("half_down"),
    rounding("ceil"),
    rounding("floor"),
    rounding("up"),
    rounding("down"),
    quantizer("quantize",
              "bits = 4, encoding = unsigned, scale = array<f32: 0.3>, "
              "zero_point = array<f32: 5.5>",
              "f32"),
    quantizer(
        "quantize",
        "bits = 3, encoding = signed, narrow = true, scale = array<f32: "
        "0.3, 1.0, 1.7>, zero_point = array<f32: 0.0, 1.0, 2.0>, axis = 1",
        "f32"),
    quantizer("quantize",
              "bits = 1, encoding = bipolar, scale = array<f32: 0.3>", "f32"),
    quantizer("quantize", "bits = 1, encoding = bipolar, sign_zero = minus_one",
              "f32"),
    quantizer("quantize",
              "bits = 1, encoding = bipolar, sign_zero = zero, scale = "
              "array<f32: 0.3, 1.0, 1.7>, axis = 1",
              "f32"),
    quantizer("encode", "bits = 1, encoding = bipolar", "i8"),
    quantizer("encode",
              "bits = 8, encoding = unsigned, scale = array<f32: 0.1>", "i8"),
    quantizer("encode",
              "bits = 8, encoding = signed, scale = array<f32: 0.1, 0.2, 3.0>, "
              "axis = 1",
              "i8"),
};
INSTANTIATE_TEST_SUITE_P(Quantizers, LinalgTest, testing::ValuesIn(quantizers));

/// The same for a CPU without instructions that round.
Case withoutRounding(Case c) {
  c.text = "module attributes {qnn.target = #qnn.target<triple = "
           "\"x86_64-unknown-linux-gnu\", cpu = \"x86-64\", features = \"\", "
           "vector_bits = 128, registers = 16>} {" +
           c.text + "}";
  return c;
}

const Case expandedRoundings[] = {
    withoutRounding(unary("floor")),
    withoutRounding(unary("ceil")),
    withoutRounding(unary("round")),
    withoutRounding(rounding("half_even")),
    withoutRounding(rounding("half_up")),
    withoutRounding(rounding("down")),
};
INSTANTIATE_TEST_SUITE_P(ExpandedRoundings, LinalgTest,
                         testing::ValuesIn(expandedRoundings));

/// Codes in bytes keep their numbers.
Case throughBytes(const std::string &quantizer, const std::string &code) {
  return {"bytes", R"(
func.func @f(%x: tensor<2x37xf32>) -> tensor<2x37xf32> {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<)" +
                       quantizer + R"(>}
    : (tensor<2x37xf32>) -> tensor<2x37xi8>
  %1 = qnn.dequantize %0 {code = #qnn.code<)" +
                       code + R"(>, scale = array<f32: 0.5>}
    : (tensor<2x37xi8>) -> tensor<2x37xf32>
  return %1 : tensor<2x37xf32>
})"};
}

const Case bytes[] = {
    throughBytes("bits = 1, encoding = bipolar", "1, bipolar"),
    throughBytes("bits = 3, encoding = signed", "3, signed"),
    throughBytes("bits = 8, encoding = unsigned, scale = array<f32: 0.25>",
                 "8, unsigned"),
    throughBytes("bits = 2, encoding = ternary", "2, ternary"),
};
INSTANTIATE_TEST_SUITE_P(Bytes, LinalgTest, testing::ValuesIn(bytes));

Case threshold(const std::string &levels, const std::string &code,
               const std::string &type, int range) {
  Case c = {"threshold",
            one("threshold", "code = #qnn.code<" + code + ">, axis = 1",
                {"2x3x9x" + type, "3x" + levels + "xi32"}, {"2x3x9xi8"})};
  c.low = -range;
  c.high = range;
  return c;
}

Case ranged(int low, int high, Case c) {
  c.low = low;
  c.high = high;
  return c;
}

const Case sums[] = {
    threshold("1", "1, bipolar", "i32", 5),
    threshold("3", "2, unsigned", "i16", 5),
    ranged(-50, 50, threshold("15", "4, signed", "i8", 50)),
    threshold("255", "8, signed", "i32", 90),
    ranged(-4, 4, {"threshold_constant", R"(
func.func @f(%x: tensor<2x3xi32>) -> tensor<2x3xi8> {
  %t = arith.constant dense<[[-3, 0], [1, 2], [-2147483648, 2147483647]]> : tensor<3x2xi32>
  %0 = qnn.threshold %x, %t {code = #qnn.code<2, ternary>, axis = 1}
    : (tensor<2x3xi32>, tensor<3x2xi32>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
})"}),
    ranged(-10000, 10000,
           {"requantize",
            one("requantize",
                "code = #qnn.code<8, signed>, scale = array<f32: 0.01, 0.3, "
                "-1.0>, bias = array<f32: 0.5, 0.0, 2.0>, axis = 1",
                {"2x3x9xi32"}, {"2x3x9xi8"})}),
    ranged(-600, 600,
           {"requantize_half_up",
            one("requantize",
                "code = #qnn.code<8, unsigned>, scale = array<f32: 0.5>, bias "
                "= array<f32: 0.0>, rounding = #qnn.rounding<half_up>",
                {"2x37xi16"}, {"2x37xi8"})}),
    ranged(-100000000, 100000000,
           {"dequantize_sums",
            one("dequantize",
                "scale = array<f32: 0.1, 0.2, 0.3>, zero_point = array<f32: "
                "1.0, 0.0, -3.0>, axis = 1",
                {"2x3x9xi32"}, {"2x3x9xf32"})}),
};
INSTANTIATE_TEST_SUITE_P(Sums, LinalgTest, testing::ValuesIn(sums));

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

const std::string window22 =
    "kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>";
const std::string window33 = window22.substr(0, 19) +
                             "3, 3>, strides = array<i64: 2, 2>, pads = "
                             "array<i64: 1, 1, 1, 1>";
const std::string window32 =
    "kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>, pads = "
    "array<i64: 1, 0, 2, 1>, dilations = array<i64: 1, 2>";

/// An op on [2, 5, 7, 6].
Case image(const std::string &op, const std::string &attributes,
           const std::string &element, const std::string &result,
           double tolerance = 0) {
  return {"image",
          one(op, attributes, {"2x5x7x6x" + element}, {result + "x" + element}),
          tolerance};
}

const Case images[] = {
    image("max_pool2d", window22, "f32", "2x5x3x3"),
    image("max_pool2d", window32, "f32", "2x5x4x5"),
    image("avg_pool2d", window22, "f32", "2x5x3x3", 1e-6),
    image("avg_pool2d", window32, "f32", "2x5x4x5", 1e-6),
    image("avg_pool2d", window32 + ", count_include_pad", "f32", "2x5x4x5",
          1e-6),
    image("imax_pool2d", "code = #qnn.code<8, signed>, " + window22, "i8",
          "2x2x3x6"),
    image("imax_pool2d", "code = #qnn.code<8, unsigned>, " + window22, "i8",
          "2x2x3x6"),
    ranged(0, 1,
           image("imax_pool2d", "code = #qnn.code<1, bipolar>, " + window33,
                 "i8", "2x3x4x6")),
    ranged(-999, -1, image("imax_pool2d", window33, "i16", "2x3x4x6")),
    ranged(-1000000, 1000000,
           image("packed_max_pool2d", window33, "i32", "2x3x4x6")),
    image("global_pool", "kind = #qnn.pool_kind<max>", "f32", "2x5x1x1"),
    image("global_pool", "kind = #qnn.pool_kind<average>", "f32", "2x5x1x1",
          1e-5),
    image("reduce", "kind = #qnn.reduce_kind<sum>, axes = array<i64: 1, 3>",
          "f32", "2x7", 1e-5),
    image("reduce",
          "kind = #qnn.reduce_kind<mean>, axes = array<i64: 0>, keep_dims",
          "f32", "1x5x7x6", 1e-5),
    image("reduce", "kind = #qnn.reduce_kind<max>, axes = array<i64: 2>", "f32",
          "2x5x6"),
    image("reduce",
          "kind = #qnn.reduce_kind<min>, axes = array<i64: 0, 1, 2, 3>, "
          "keep_dims",
          "f32", "1x1x1x1"),
    image("softmax", "axis = 3", "f32", "2x5x7x6", 1e-6),
    image("softmax", "axis = 1", "f32", "2x5x7x6", 1e-6),
};
INSTANTIATE_TEST_SUITE_P(Images, LinalgTest, testing::ValuesIn(images));

Case withNaN(Case c) {
  c.withNaN = true;
  return c;
}

const Case orders[] = {
    withNaN({"argmax", one("argmax", "axis = 1", {"3x11x2xf32"}, {"3x2xi64"})}),
    withNaN({"argmax_kept",
             one("argmax", "axis = 0, keep_dims", {"7x3xf32"}, {"1x3xi64"})}),
    withNaN({"top_k", one("top_k", "k = 5", {"2x3x11xf32"},
                          {"2x3x5xf32", "2x3x5xi64"})}),
    withNaN({"top_all", one("top_k", "k = 9", {"9xf32"}, {"9xf32", "9xi64"})}),
};
INSTANTIATE_TEST_SUITE_P(Orders, LinalgTest, testing::ValuesIn(orders));

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

const Case shapes[] = {
    {"reshape", one("reshape", "", {"2x3x4xf32"}, {"6x4xf32"})},
    {"reshape_same_rank", one("reshape", "", {"2x6xf32"}, {"3x4xf32"})},
    {"reshape_scalar", one("reshape", "", {"1x1xf32"}, {"f32"})},
    {"transpose", one("transpose", "permutation = array<i64: 0, 2, 3, 1>",
                      {"2x3x4x5xi8"}, {"2x4x5x3xi8"})},
    {"transpose_unit", one("transpose", "permutation = array<i64: 0, 2, 3, 1>",
                           {"2x1x4x5xf32"}, {"2x4x5x1xf32"})},
    {"concat", one("concat", "axis = 1",
                   {"2x3x2xf32", "2x1x2xf32", "2x5x2xf32"}, {"2x9x2xf32"})},
    {"pad", one("pad",
                "low = array<i64: 0, 1, 2>, high = array<i64: 1, 0, 3>, value "
                "= 7 : i8",
                {"2x3x4xi8"}, {"3x4x9xi8"})},
    {"slice", one("slice",
                  "offsets = array<i64: 1, 0, 1>, sizes = array<i64: 1, 3, "
                  "2>, steps = array<i64: 1, 1, 2>",
                  {"2x3x5xf32"}, {"1x3x2xf32"})},
    {"slice_back_part",
     one("slice",
         "offsets = array<i64: 3, 0>, sizes = array<i64: 2, 1>, steps = "
         "array<i64: -2, 3>",
         {"5x4xf32"}, {"2x1xf32"})},
    {"slice_back", one("slice",
                       "offsets = array<i64: 1, 0, 4>, sizes = array<i64: 2, "
                       "3, 2>, steps = array<i64: -1, 1, -3>",
                       {"2x3x5xf32"}, {"2x3x2xf32"})},
};
INSTANTIATE_TEST_SUITE_P(Shapes, LinalgTest, testing::ValuesIn(shapes));

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

const Case products[] = {
    {"matmul", one("matmul", "", {"3x7xf32", "7x5xf32"}, {"3x5xf32"}), 1e-3},
    {"matmul_transposed",
     one("matmul", "transpose_rhs", {"3x7xf32", "5x7xf32"}, {"3x5xf32"}), 1e-3},
    {"matmul_batch",
     one("matmul", "", {"2x1x3x7xf32", "4x7x5xf32"}, {"2x4x3x5xf32"}), 1e-3},
    {"matmul_batch_transposed",
     one("matmul", "transpose_rhs", {"3x7xf32", "1x4x5x7xf32"},
         {"1x4x3x5xf32"}),
     1e-3},
    {"conv", one("conv2d", "", {"2x3x5x6xf32", "4x3x3x2xf32"}, {"2x4x3x5xf32"}),
     1e-3},
    {"conv_padded",
     one("conv2d",
         "strides = array<i64: 2, 1>, pads = array<i64: 1, 0, 2, 1>, dilations "
         "= array<i64: 1, 2>, pad_value = #qnn.pad_value<minus_one>",
         {"2x3x5x6xf32", "4x3x3x2xf32"}, {"2x4x3x5xf32"}),
     1e-3},
    {"conv_groups",
     one("conv2d", "groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>",
         {"1x4x5x6xf32", "6x2x3x3xf32"}, {"1x6x5x6xf32"}),
     1e-3},
    {"conv_depthwise", one("conv2d", "groups = 3 : i64",
                           {"1x3x5x6xf32", "3x1x1x1xf32"}, {"1x3x5x6xf32"})},
};
INSTANTIATE_TEST_SUITE_P(Products, LinalgTest, testing::ValuesIn(products));

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

std::string wordsOf(int64_t channels, int64_t bits) {
  return std::to_string((channels + 31) / 32 * bits) + "xi32";
}

Case pack(int64_t channels, int64_t bits, const std::string &encoding, int low,
          int high) {
  std::string code = std::to_string(bits) + ", " + encoding;
  return ranged(low, high,
                {"pack", one("pack", "code = #qnn.code<" + code + ">",
                             {"2x3x" + std::to_string(channels) + "xi8"},
                             {"2x3x" + wordsOf(channels, bits)})});
}

/// pack(encode(x)), with a reshape in between.
Case packEncoded(int64_t channels, int64_t bits, const std::string &encoding,
                 const std::string &more) {
  std::string number = std::to_string(channels), width = std::to_string(bits);
  std::string words = wordsOf(channels, bits);
  return withNaN(
      {"pack_encoded",
       "func.func @f(%x: tensor<3x1x" + number + "xf32>) -> tensor<3x" + words +
           "> {" + "%0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = " +
           width + ", encoding = " + encoding + more + ">} : (tensor<3x1x" +
           number + "xf32>) -> tensor<3x1x" + number +
           "xi8> %1 = qnn.reshape %0 : (tensor<3x1x" + number +
           "xi8>) -> tensor<3x" + number +
           "xi8> %2 = qnn.pack %1 {code = #qnn.code<" + width + ", " +
           encoding + ">} : (tensor<3x" + number + "xi8>) -> tensor<3x" +
           words + "> return %2 : tensor<3x" + words + "> }"});
}

/// unpack(pack(codes)), as numbers.
Case unpack(int64_t channels, int64_t bits, const std::string &encoding,
            int low, int high) {
  std::string number = std::to_string(channels);
  std::string code =
      "{code = #qnn.code<" + std::to_string(bits) + ", " + encoding + ">";
  std::string bytes = "tensor<2x" + number + "xi8>";
  std::string words = "tensor<2x" + wordsOf(channels, bits) + ">";
  std::string floats = "tensor<2x" + number + "xf32>";
  return ranged(
      low, high,
      {"unpack", "func.func @f(%x: " + bytes + ") -> " + floats +
                     " { %0 = qnn.pack %x " + code + "} : (" + bytes + ") -> " +
                     words + " %1 = qnn.unpack %0 " + code + "} : (" + words +
                     ") -> " + bytes + " %2 = qnn.dequantize %1 " + code +
                     ", scale = array<f32: 1.0>} : (" + bytes + ") -> " +
                     floats + " return %2 : " + floats + " }"});
}

const Case words[] = {
    pack(1, 1, "bipolar", 0, 1),
    pack(32, 1, "bipolar", 0, 1),
    pack(33, 1, "bipolar", 0, 1),
    pack(79, 2, "ternary", -1, 1),
    pack(64, 3, "signed", -4, 3),
    pack(16, 8, "unsigned", -128, 127),
    packEncoded(784, 1, "bipolar", ""),
    packEncoded(5, 1, "bipolar", ", sign_zero = minus_one"),
    packEncoded(100, 2, "signed", ", scale = array<f32: 0.5>"),
    packEncoded(31, 4, "unsigned",
                ", scale = array<f32: 0.3>, zero_point = array<f32: 7.0>"),
    packEncoded(40, 8, "signed", ", rounding = half_up"),
    unpack(1, 1, "bipolar", 0, 1),
    unpack(67, 2, "ternary", -1, 1),
    unpack(32, 4, "signed", -8, 7),
    unpack(35, 8, "unsigned", -128, 127),
    unpack(96, 8, "signed", -128, 127),
};
INSTANTIATE_TEST_SUITE_P(Words, LinalgTest, testing::ValuesIn(words));

/// pack(encode(transpose(x))).
Case packColumns(int64_t rows, int64_t columns, const std::string &more) {
  std::string r = std::to_string(rows), c = std::to_string(columns);
  std::string result = c + "x" + wordsOf(rows, 1);
  return withNaN(
      {"pack_columns",
       "func.func @f(%x: tensor<" + r + "x" + c + "xf32>) -> tensor<" + result +
           "> { %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : "
           "(tensor<" +
           r + "x" + c + "xf32>) -> tensor<" + c + "x" + r +
           "xf32> %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 1, "
           "encoding = bipolar" +
           more + ">} : (tensor<" + c + "x" + r + "xf32>) -> tensor<" + c +
           "x" + r +
           "xi8> %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<" +
           c + "x" + r + "xi8>) -> tensor<" + result + "> return %2 : tensor<" +
           result + "> }"});
}

const Case columns[] = {
    packColumns(32, 5, ""),
    packColumns(96, 1, ", sign_zero = minus_one"),
    packColumns(64, 37, ", scale = array<f32: 0.5>"),
    packColumns(10, 40, ""),
};
INSTANTIATE_TEST_SUITE_P(Columns, LinalgTest, testing::ValuesIn(columns));

} // namespace
