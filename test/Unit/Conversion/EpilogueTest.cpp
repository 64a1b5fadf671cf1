//===- EpilogueTest.cpp - Compiled epilogues against the reference --------===//
//
// A product and the ops behind it, interpreted as they are and compiled with
// the ops fused into the product, must agree bit for bit: each kernel, each
// step of the epilogue, channels that do not fill a block, NaN and zeros of
// both signs in what is added, codes that are added.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

/// The product of 2 images of 3 x 5 pixels of 40 channels and `outChannels`
/// filters.
struct Product {
  const char *name, *codes, *kernel, *sums;
  bool isFloat;
  const char *tile = "2, 32";
};
const Product products[] = {
    {"xnor",
     "lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>",
     "xnor_popcount", "i16", false},
    {"planes",
     "lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<2, signed>",
     "bit_serial", "i32", false},
    {"bytes",
     "lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>",
     "int8_dot", "i32", false},
    {"tables",
     "lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<2, signed>",
     "lookup", "i32", false, "32, 32, 4"},
    {"floats", "", "f32_fma", "f32", true},
};

/// The ops behind the sums %0, which end with %y. $T is the type of the result
/// in floats, $C the number of output channels.
struct Steps {
  const char *name;
  bool ofFloats; ///< the sums are floats (or dequantized before)
  const char *text, *result;
  bool behind = false;          ///< some are a loop behind the product
  const char *floats = nullptr; ///< another result
};
const Steps steps[] = {
    {"requantize", false,
     "%y = qnn.requantize %0 {code = #qnn.code<8, signed>, axis = 3, scale = "
     "array<f32: $S>, bias = array<f32: $B>} : ($I) -> $T",
     "i8"},
    {"requantize_words", false,
     "%1 = qnn.requantize %0 {code = #qnn.code<5, unsigned>, axis = 3, scale = "
     "array<f32: $S>, bias = array<f32: $B>} : ($I) -> tensor<2x3x5x$Cxi8>\n"
     "%y = qnn.pack %1 {code = #qnn.code<5, unsigned>} : "
     "(tensor<2x3x5x$Cxi8>) -> $T",
     "5 words"},
    {"scale", true, "%y = qnn.mul %0, %s : ($F, tensor<$Cxf32>) -> $T", "f32"},
    {"bias_relu", true,
     "%1 = qnn.bias_add %0, %b {axis = 3} : ($F, tensor<$Cxf32>) -> $F\n"
     "%y = qnn.relu %1 : ($F) -> $T",
     "f32"},
    {"residual_clip", true,
     "%1 = qnn.bias_add %0, %b {axis = 3} : ($F, tensor<$Cxf32>) -> $F\n"
     "%2 = qnn.add %1, %r : ($F, $F) -> $F\n"
     "%y = qnn.clip %2 {min = -9.0 : f32, max = 6.0 : f32} : ($F) -> $T",
     "f32"},
    {"residual", true, "%y = qnn.add %r, %0 : ($F, $F) -> $T", "f32"},
    {"residual_codes", true,
     "%1 = qnn.bias_add %0, %b {axis = 3} : ($F, tensor<$Cxf32>) -> $F\n"
     "%2 = qnn.dequantize %k {code = #qnn.code<8, unsigned>, zero_point = "
     "array<f32: 7.0>, scale = array<f32: 0.3>} : ($K) -> $F\n"
     "%3 = qnn.add %1, %2 : ($F, $F) -> $F\n"
     "%4 = qnn.relu %3 : ($F) -> $F\n"
     "%y = qnn.encode %4 {quantizer = #qnn.quantizer<bits = 8, encoding = "
     "unsigned, scale = array<f32: 0.7>>} : ($F) -> $T",
     "i8", true},
    {"two_codes", false,
     "%1 = qnn.requantize %0 {code = #qnn.code<8, signed>, axis = 3, scale = "
     "array<f32: $S>, bias = array<f32: $B>} : ($I) -> $K\n"
     "%2 = qnn.dequantize %1 {code = #qnn.code<8, signed>, scale = "
     "array<f32: 0.7>} : ($K) -> $F\n"
     "%3 = qnn.dequantize %k {code = #qnn.code<8, signed>, scale = "
     "array<f32: 0.3>} : ($K) -> $F\n"
     "%4 = qnn.add %3, %2 : ($F, $F) -> $F\n"
     "%y = qnn.encode %4 {quantizer = #qnn.quantizer<bits = 8, encoding = "
     "signed>} : ($F) -> $T",
     "i8", true},
    {"sums", false,
     "%1 = qnn.dequantize %0 {axis = 3, scale = array<f32: $S>, zero_point = "
     "array<f32: $B>} : ($I) -> $F\n"
     "%2 = qnn.dequantize %k {code = #qnn.code<1, bipolar>, scale = "
     "array<f32: 0.3>} : ($K) -> $F\n"
     "%3 = qnn.add %1, %2 : ($F, $F) -> $F\n"
     "%y = qnn.encode %3 {quantizer = #qnn.quantizer<bits = 1, encoding = "
     "bipolar>} : ($F) -> $T",
     "i8", true},
    {"signs", true,
     "%1 = qnn.mul %0, %s : ($F, tensor<$Cxf32>) -> $F\n"
     "%2 = qnn.add %1, %r : ($F, $F) -> $F\n"
     "%3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 1, encoding = "
     "bipolar>} : ($F) -> $K\n"
     "%y = qnn.pack %3 {code = #qnn.code<1, bipolar>} : ($K) -> $T",
     "1 words", true},
    {"stream", true,
     "%1 = qnn.mul %0, %s : ($F, tensor<$Cxf32>) -> $F\n"
     "%2 = qnn.sub %r, %1 : ($F, $F) -> $F\n"
     "%3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 3, encoding = "
     "signed, scale = array<f32: 0.7>>} : ($F) -> $K\n"
     "%y = qnn.pack %3 {code = #qnn.code<3, signed>} : ($K) -> $T",
     "3 words", true, "%2"},
    {"sums_and_signs", true,
     "%2 = qnn.bias_add %0, %b {axis = 3} : ($F, tensor<$Cxf32>) -> $F\n"
     "%3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 1, encoding = "
     "bipolar>} : ($F) -> $K\n"
     "%y = qnn.pack %3 {code = #qnn.code<1, bipolar>} : ($K) -> $T",
     "1 words", true, "%2"},
};

using Parameter = std::tuple<Product, Steps, int64_t, unsigned>;

class EpilogueTest : public testing::TestWithParam<Parameter> {
protected:
  std::mt19937 random{11};

  std::string numbers(int64_t count, double scale) {
    std::string text;
    for (int64_t i = 0; i < count; ++i) {
      double number = (static_cast<int>(random() % 201) - 100) / 100.0 * scale;
      text += (i ? ", " : "") + llvm::formatv("{0:e6}", number).str();
    }
    return text;
  }
  std::string weights(int64_t outChannels);
  std::string text();
  Tensor input();
  Tensor residual();
  Tensor codes();
  /// True where the product stores the result, and nothing is left behind it.
  bool isWhole(Program &packed);
};

/// 2 x 3 taps; floats are small integers, so that no sum is rounded and its
/// order does not matter.
std::string EpilogueTest::weights(int64_t outChannels) {
  const Product &product = std::get<0>(GetParam());
  bool bits = StringRef(product.kernel) == "xnor_popcount";
  std::string bytes;
  int64_t taps = 6, channels = 40;
  for (int64_t i = 0; i < outChannels * taps * channels; ++i) {
    int32_t number = bits ? random() % 2 : static_cast<int>(random() % 4) - 2;
    float value = number;
    bytes.append(product.isFloat ? reinterpret_cast<char *>(&value)
                                 : reinterpret_cast<char *>(&number),
                 product.isFloat ? 4 : 1);
  }
  return "dense<\"0x" + llvm::toHex(bytes) + "\">";
}

std::string EpilogueTest::text() {
  auto [product, steps, outChannels, vectorBits] = GetParam();
  std::string c = std::to_string(outChannels);
  std::string pixels = "tensor<2x3x5x";
  std::string sums = pixels + c + "x" + product.sums + ">";
  std::string floats = pixels + c + "xf32>";
  std::string result = pixels + c + "x" + steps.result + ">";
  auto [planes, words] = StringRef(steps.result).split(" ");
  if (words == "words")
    result = pixels +
             std::to_string((outChannels + 31) / 32 * std::stoi(planes.str())) +
             "xi32>";
  std::string results = result;
  if (steps.floats)
    results += ", " + floats;
  std::string codes = pixels + c + "xi8>";
  std::string input =
      product.isFloat ? "tensor<2x40x3x5xf32>" : "tensor<2x3x5x40xi8>";
  std::string filter = product.isFloat ? "tensor<" + c + "x40x2x3xf32>"
                                       : "tensor<" + c + "x2x3x40xi8>";
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "module attributes {qnn.target = #qnn.target<triple = \"\", cpu = "
        "\"\", features = \"\", vector_bits = "
     << vectorBits << ", registers = 16>} {\nfunc.func @f(%x: " << input
     << ", %r: " << floats << ", %k: " << codes << ") -> (" << results
     << ") {\n%w = arith.constant " << weights(outChannels) << " : " << filter
     << "\n%s = arith.constant dense<[" << numbers(outChannels, 0.3)
     << "]> : tensor<" << c << "xf32>\n%b = arith.constant dense<["
     << numbers(outChannels, 30) << "]> : tensor<" << c << "xf32>\n";
  if (product.isFloat)
    os << "%c = qnn.conv2d %x, %w {pads = array<i64: 1, 1, 0, 1>} : (" << input
       << ", " << filter << ") -> tensor<2x" << c << "x3x5xf32>\n"
       << "%0 = qnn.transpose %c {permutation = array<i64: 0, 2, 3, 1>} : "
          "(tensor<2x"
       << c << "x3x5xf32>) -> " << floats << "\n";
  else
    os << (steps.ofFloats ? "%i" : "%0") << " = qnn.iconv2d %x, %w {"
       << product.codes << ", pads = array<i64: 1, 1, 0, 1>, kernel = "
       << "#qnn.kernel<" << product.kernel << ", tile = [" << product.tile
       << "]>} : (" << input << ", " << filter << ") -> " << sums << "\n";
  if (!product.isFloat && steps.ofFloats)
    os << "%0 = qnn.dequantize %i {axis = 3, scale = array<f32: "
       << numbers(outChannels, 0.01) << ">} : (" << sums << ") -> " << floats
       << "\n";
  std::string ops = steps.text;
  auto fill = [&](const std::string &mark, const std::string &with) {
    for (size_t at; (at = ops.find(mark)) != std::string::npos;)
      ops.replace(at, mark.size(), with);
  };
  fill("$S", numbers(outChannels, 0.01));
  fill("$B", numbers(outChannels, 30));
  fill("$C", c), fill("$F", floats), fill("$T", result), fill("$I", sums);
  fill("$K", codes);
  os << ops << "\nreturn %y";
  if (steps.floats)
    os << ", " << steps.floats;
  os << " : " << results << "\n}\n}";
  return text;
}

Tensor EpilogueTest::input() {
  const Product &product = std::get<0>(GetParam());
  bool bits = StringRef(product.kernel) == "xnor_popcount";
  Tensor x;
  x.isFloat = product.isFloat;
  x.shape = {2, 3, 5, 40};
  if (product.isFloat)
    x.shape = {2, 40, 3, 5};
  for (int64_t i = 0; i < x.size(); ++i) {
    int32_t number = random() % (bits ? 2 : 4);
    if (product.isFloat)
      x.floats.push_back(number);
    else
      x.integers.push_back(number);
  }
  return x;
}

Tensor EpilogueTest::residual() {
  Tensor r;
  r.isFloat = true;
  r.shape = {2, 3, 5, std::get<2>(GetParam())};
  const float special[] = {NAN, 0.0f, -0.0f,
                           std::numeric_limits<float>::infinity()};
  for (int64_t i = 0; i < r.size(); ++i)
    r.floats.push_back(i % 7 == 3 ? special[i / 7 % 4]
                                  : (random() % 2000) / 100.0f - 10);
  return r;
}

/// Bytes; their low bit is a bipolar code.
Tensor EpilogueTest::codes() {
  Tensor k;
  k.isFloat = false;
  k.shape = {2, 3, 5, std::get<2>(GetParam())};
  for (int64_t i = 0; i < k.size(); ++i)
    k.integers.push_back(
        random() %
        (StringRef(std::get<1>(GetParam()).name) == "sums" ? 2 : 256));
  return k;
}

bool EpilogueTest::isWhole(Program &packed) {
  if (std::get<1>(GetParam()).behind)
    packed.transform([](OpPassManager &pm) {
      pm.addNestedPass<func::FuncOp>(createConvertQNNToLinalg());
      pm.addNestedPass<func::FuncOp>(createLinalgElementwiseOpFusionPass());
      pm.addPass(createConvertQNNToVector());
    });
  for (StringRef op : {"qnn.requantize", "qnn.dequantize", "qnn.bias_add",
                       "qnn.add", "qnn.sub", "qnn.encode", "qnn.relu",
                       "qnn.clip", "qnn.mul", "linalg.generic"})
    if (packed.count(op))
      return false;
  return true;
}

void expectEqual(const Tensor &expected, const Tensor &result) {
  ASSERT_EQ(expected.shape, result.shape);
  for (int64_t i = 0; i < result.size(); ++i) {
    if (!result.isFloat)
      ASSERT_EQ(expected.integers[i] & 0xffffffff,
                result.integers[i] & 0xffffffff)
          << "element " << i;
    else if (!std::isnan(expected.floats[i]))
      ASSERT_EQ(llvm::bit_cast<uint32_t>(expected.floats[i]),
                llvm::bit_cast<uint32_t>(result.floats[i]))
          << "element " << i << ": " << expected.floats[i];
    else
      ASSERT_TRUE(std::isnan(result.floats[i]));
  }
}

TEST_P(EpilogueTest, EqualsReference) {
  std::string source = text();
  SmallVector<Tensor> arguments{input(), residual(), codes()};
  Program program(source), packed(source);
  packed.transform([](OpPassManager &pm) {
    pm.addPass(createPackProducts());
    pm.addPass(createHoistPacking());
    pm.addPass(createFuseEpilogues());
  });
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> fused = packed.interpret(arguments);
  EXPECT_TRUE(isWhole(packed)) << "something is left behind the product";
  SmallVector<Tensor> actual = packed.compileAndRun(arguments);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    expectEqual(expected[i], fused[i]);
    expectEqual(expected[i], actual[i]);
  }
}

std::vector<Parameter> parameters() {
  std::vector<Parameter> all;
  for (const Product &product : products)
    for (const Steps &step : steps)
      if (step.ofFloats || !product.isFloat)
        if (product.isFloat || StringRef(step.name) != "scale")
          for (auto [channels, bits] : {std::pair(40, 128u), {33, 512u}})
            all.push_back({product, step, channels, bits});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Products, EpilogueTest,
                         testing::ValuesIn(parameters()),
                         [](const testing::TestParamInfo<Parameter> &info) {
                           return std::string(std::get<0>(info.param).name) +
                                  "_" + std::get<1>(info.param).name + "_" +
                                  std::to_string(std::get<3>(info.param));
                         });

} // namespace
