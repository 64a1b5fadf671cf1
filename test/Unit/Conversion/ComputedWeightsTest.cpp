//===- ComputedWeightsTest.cpp - Products of two computed operands --------===//
//
// Weights that are not constant are laid out when the network runs; the product
// is the same. Small integers: no sum is rounded, so all bits are equal.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

struct Case {
  const char *name, *packed, *op, *lhs, *rhs, *result;
};
void PrintTo(const Case &c, std::ostream *os) { *os << c.name; }

class ComputedWeightsTest : public testing::TestWithParam<Case> {};

/// Packed, the function has one op `packedOp` and the same results.
void packAndCompare(StringRef source, StringRef packedOp) {
  Program program(source), packed(source);
  packed.transform([](OpPassManager &pm) {
    pm.addPass(createSelectKernels());
    pm.addPass(createPackProducts());
  });
  EXPECT_EQ(packed.count(packedOp), 1u);
  std::mt19937 random(5);
  SmallVector<Tensor> arguments;
  for (RankedTensorType type : program.argumentTypes()) {
    arguments.push_back(Tensor::zeros(type));
    for (float &x : arguments.back().floats)
      x = static_cast<int>(random() % 17) - 8;
  }
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> actual = packed.compileAndRun(arguments);
  ASSERT_EQ(actual.size(), 1u);
  ASSERT_EQ(expected[0].floats, actual[0].floats);
}

TEST_P(ComputedWeightsTest, EqualsReference) {
  const Case &c = GetParam();
  auto tensor = [](StringRef type) { return "tensor<" + type.str() + ">"; };
  std::string source = "func.func @f(%a: " + tensor(c.lhs) +
                       ", %b: " + tensor(c.rhs) + ") -> " + tensor(c.result) +
                       " {\n %0 = qnn." + c.op + " : (" + tensor(c.lhs) + ", " +
                       tensor(c.rhs) + ") -> " + tensor(c.result) +
                       "\n return %0 : " + tensor(c.result) + "\n}";
  packAndCompare(source, c.packed);
}

const Case cases[] = {
    {"matmul", "qnn.f32_matmul", "matmul %a, %b", "5x37xf32", "37x40xf32",
     "5x40xf32"},
    {"matmul_transposed", "qnn.f32_matmul", "matmul %a, %b {transpose_rhs}",
     "4x8xf32", "64x8xf32", "4x64xf32"},
    {"matmul_batch", "qnn.f32_matmul", "matmul %a, %b", "2x3x7xf32", "7x33xf32",
     "2x3x33xf32"},
    {"conv", "qnn.f32_conv2d",
     "conv2d %a, %b {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, "
     "1>}",
     "2x3x5x6xf32", "33x3x3x3xf32", "2x33x3x6xf32"},
    {"conv_groups", "qnn.f32_conv2d", "conv2d %a, %b {groups = 2 : i64}",
     "1x6x5x5xf32", "64x3x2x2xf32", "1x64x4x4xf32"},
};
INSTANTIATE_TEST_SUITE_P(Products, ComputedWeightsTest,
                         testing::ValuesIn(cases),
                         [](const testing::TestParamInfo<Case> &info) {
                           return std::string(info.param.name);
                         });

//===----------------------------------------------------------------------===//
// Signs
//===----------------------------------------------------------------------===//

/// As above, but the signs of both operands are what is multiplied.
class ComputedSignsTest : public testing::TestWithParam<Case> {};

TEST_P(ComputedSignsTest, EqualsReference) {
  const Case &c = GetParam();
  auto tensor = [](StringRef type) { return "tensor<" + type.str() + ">"; };
  auto sign = [&](StringRef name, StringRef of, StringRef type) {
    return " %" + name.str() + " = qnn.quantize %" + of.str() +
           " {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (" +
           tensor(type) + ") -> " + tensor(type) + "\n";
  };
  std::string source = "func.func @f(%x: " + tensor(c.lhs) +
                       ", %y: " + tensor(c.rhs) + ") -> " + tensor(c.result) +
                       " {\n" + sign("a", "x", c.lhs) + sign("b", "y", c.rhs) +
                       " %0 = qnn." + c.op + " : (" + tensor(c.lhs) + ", " +
                       tensor(c.rhs) + ") -> " + tensor(c.result) +
                       "\n return %0 : " + tensor(c.result) + "\n}";
  packAndCompare(source, c.packed);
}

// Sums of fewer channels than a word has, of as many, and of one more.
const Case signCases[] = {
    {"rows", "qnn.xnor_matmul", "matmul %a, %b {transpose_rhs}", "5x33xf32",
     "40x33xf32", "5x40xf32"},
    {"columns_31", "qnn.xnor_matmul", "matmul %a, %b", "4x31xf32", "31x40xf32",
     "4x40xf32"},
    {"columns_32", "qnn.xnor_matmul", "matmul %a, %b", "4x32xf32", "32x64xf32",
     "4x64xf32"},
    {"columns_100", "qnn.xnor_matmul", "matmul %a, %b", "7x100xf32",
     "100x65xf32", "7x65xf32"},
    {"batched", "qnn.xnor_matmul", "matmul %a, %b", "2x3x40xf32", "40x33xf32",
     "2x3x33xf32"},
    {"conv", "qnn.xnor_conv2d",
     "conv2d %a, %b {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, "
     "1>}",
     "2x3x5x6xf32", "33x3x3x3xf32", "2x33x3x6xf32"},
    {"conv_groups", "qnn.xnor_conv2d", "conv2d %a, %b {groups = 2 : i64}",
     "1x64x5x5xf32", "64x32x2x2xf32", "1x64x4x4xf32"},
};
INSTANTIATE_TEST_SUITE_P(Products, ComputedSignsTest,
                         testing::ValuesIn(signCases),
                         [](const testing::TestParamInfo<Case> &info) {
                           return std::string(info.param.name);
                         });

/// The filter of a convolution's input gradient, of signs [O, C, KH, KW].
TEST(ComputedFilterTest, TurnedAround) {
  for (auto [o, c, h, w] : {std::tuple(1, 32, 3, 3), std::tuple(33, 3, 3, 3),
                            std::tuple(5, 64, 1, 2), std::tuple(32, 31, 2, 1),
                            std::tuple(65, 33, 2, 2)}) {
    std::string source = llvm::formatv(
        R"(
#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
func.func @f(%x: tensor<2x{0}x5x6xf32>, %y: tensor<{0}x{1}x{2}x{3}xf32>) -> tensor<2x{1}x{4}x{5}xf32> {{
  %a = qnn.quantize %x {{quantizer = #sign} : (tensor<2x{0}x5x6xf32>) -> tensor<2x{0}x5x6xf32>
  %b = qnn.quantize %y {{quantizer = #sign} : (tensor<{0}x{1}x{2}x{3}xf32>) -> tensor<{0}x{1}x{2}x{3}xf32>
  %t = qnn.transpose %b {{permutation = array<i64: 1, 0, 2, 3>} : (tensor<{0}x{1}x{2}x{3}xf32>) -> tensor<{1}x{0}x{2}x{3}xf32>
  %s = qnn.slice %t {{offsets = array<i64: 0, 0, {6}, {7}>, sizes = array<i64: {1}, {0}, {2}, {3}>, steps = array<i64: 1, 1, -1, -1>}
      : (tensor<{1}x{0}x{2}x{3}xf32>) -> tensor<{1}x{0}x{2}x{3}xf32>
  %0 = qnn.conv2d %a, %s : (tensor<2x{0}x5x6xf32>, tensor<{1}x{0}x{2}x{3}xf32>) -> tensor<2x{1}x{4}x{5}xf32>
  return %0 : tensor<2x{1}x{4}x{5}xf32>
})",
        o, c, h, w, 6 - h, 7 - w, h - 1, w - 1);
    packAndCompare(source, "qnn.xnor_conv2d");
  }
}

} // namespace
