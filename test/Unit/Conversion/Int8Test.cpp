//===- Int8Test.cpp - Products of bytes for every target --------*- C++ -*-===//
//
// Each target multiplies bytes by other instructions, with other signs. For all
// of them: every pair of encodings, channels that fill units and that do not,
// taps in the padding. The widest codes are among them, at their ends, where
// sums of 16 bits would overflow first.
//
//===----------------------------------------------------------------------===//

#include "Codes.h"
#include "Emulate.h"
#include "Native.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Target/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

const Code u8{8, Encoding::Unsigned}, s8{8, Encoding::Signed};
const Code u4{4, Encoding::Unsigned}, s4{4, Encoding::Signed};
const Code u7{7, Encoding::Unsigned}, s7{7, Encoding::Signed};

struct Codes {
  const char *name;
  Code activations, weights;
};
const Codes codes[] = {
    {"u8s8", u8, s8},           {"s8s8", s8, s8},
    {"u8u8", u8, u8},           {"s8u8", s8, u8},
    {"u7u8", u7, u8},           {"u8s7", u8, s7},
    {"s8s4", s8, s4},           {"u8ternary", u8, ternary},
    {"s8bipolar", s8, bipolar}, {"bipolar_s8", bipolar, s8},
    {"u4u4", u4, u4},           {"ternary_u8", ternary, u8},
};

/// A convolution of an image of 3 x 5 pixels by filters of 2 x 3, padded on the
/// left and below.
struct Shape {
  const char *name;
  int64_t channels, outChannels, groups;
  int64_t pixels = 2; ///< of the tile
};
/// Tiles of one pixel take several blocks of output channels at once.
const Shape shapes[] = {{"whole", 32, 32, 1},
                        {"part", 7, 33, 1},
                        {"groups", 10, 6, 2},
                        {"depthwise", 48, 48, 48},
                        {"blocks", 12, 165, 1, 1}};

using Parameter = std::tuple<const char *, Codes, Shape>;

class Int8Test : public testing::TestWithParam<Parameter> {
protected:
  std::mt19937 random{7};

  /// A byte: often an end of the range.
  uint8_t randomByte(Code code) {
    if (code.encoding == Encoding::Bipolar)
      return random() % 2;
    int32_t min = code.min(), max = code.max();
    if (random() % 2)
      return random() % 4 ? max : min;
    return min + random() % (max - min + 1);
  }

  std::string text(StringRef target);
};

std::string Int8Test::text(StringRef target) {
  auto [name, codes, shape] = GetParam();
  MLIRContext context;
  context.loadDialect<QNNDialect>();
  auto attribute = llvm::cantFail(parseTarget(&context, target));
  std::string bytes, channels = std::to_string(shape.channels),
                     outChannels = std::to_string(shape.outChannels),
                     ofGroup = std::to_string(shape.channels / shape.groups);
  for (int64_t i = 0; i < shape.outChannels * 6 * shape.channels / shape.groups;
       ++i)
    bytes.push_back(randomByte(codes.weights));
  std::string filter = "tensor<" + outChannels + "x2x3x" + ofGroup + "xi8>";
  std::string input = "tensor<1x3x5x" + channels + "xi8>";
  std::string result = "tensor<1x3x4x" + outChannels + "xi32>";
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "module attributes {qnn.target = " << Attribute(attribute)
     << "} {\nfunc.func @f(%x: " << input << ") -> " << result
     << " {\n %w = arith.constant dense<\"0x" << llvm::toHex(bytes)
     << "\"> : " << filter
     << "\n %0 = qnn.iconv2d %x, %w {lhs_code = " << codes.activations.str()
     << ", rhs_code = " << codes.weights.str() << ", groups = " << shape.groups
     << " : i64, pads = array<i64: 0, 1, 1, 0>"
     << ", kernel = #qnn.kernel<int8_dot, tile = [" << shape.pixels
     << ", 32]>} : (" << input << ", " << filter << ") -> " << result
     << "\n return %0 : " << result << "\n}\n}";
  return text;
}

TEST_P(Int8Test, EqualsReference) {
  auto [target, codes, shape] = GetParam();
  std::string source = text(target);
  Tensor input;
  input.isFloat = false;
  input.shape = {1, 3, 5, shape.channels};
  for (int64_t i = 0; i < input.size(); ++i)
    input.integers.push_back(randomByte(codes.activations));
  Program program(source), packed(source);
  packed.transform([](OpPassManager &pm) {
    pm.addPass(createPackProducts());
    pm.addPass(createConvertQNNToVector());
  });
  EXPECT_EQ(packed.count("llvm.call_intrinsic") == 0,
            StringRef(target) == "cortex-a72" || shape.groups == 48);
  packed.transform(
      [](OpPassManager &pm) { pm.addPass(createEmulateInstructions()); });
  EXPECT_EQ(packed.count("llvm.call_intrinsic"), 0u);
  SmallVector<Tensor> expected = program.interpret(input);
  SmallVector<Tensor> actual = packed.compileAndRun(input);
  ASSERT_EQ(expected.size(), 1u);
  ASSERT_EQ(actual.size(), 1u);
  ASSERT_EQ(expected[0].integers, actual[0].integers);
}

std::vector<Parameter> parameters() {
  std::vector<Parameter> all;
  for (const char *target :
       {"znver4", "skylake-avx512", "x86_64-unknown-linux-gnu,alderlake",
        "x86-64-v3", "x86-64", "neoverse-n1", "neoverse-v1", "cortex-a72"})
    for (auto [i, pair] : llvm::enumerate(codes))
      for (auto [j, shape] : llvm::enumerate(shapes))
        if (j < 2 || i < 2)
          all.push_back({target, pair, shape});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Products, Int8Test, testing::ValuesIn(parameters()),
                         [](const testing::TestParamInfo<Parameter> &info) {
                           std::string name = std::get<0>(info.param);
                           name = name.substr(name.find(',') + 1);
                           llvm::replace(name, '-', '_');
                           return name + "_" + std::get<1>(info.param).name +
                                  "_" + std::get<2>(info.param).name;
                         });

} // namespace
