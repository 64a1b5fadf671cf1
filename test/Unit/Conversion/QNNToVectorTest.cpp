//===- QNNToVectorTest.cpp - Compiled products against the reference ------===//
//
// Products of the integer form, interpreted as they are and compiled by way of
// the packed form, must agree bit for bit: over shapes at the edges of words,
// blocks and tiles, each kernel, each code, each epilogue, and the schedules of
// several targets. A schedule of wider registers runs on every machine: LLVM
// splits and expands it.
//
//===----------------------------------------------------------------------===//

#include "ProductTest.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace qnn;

namespace {

struct VectorTest : ProductTest {};

TEST_P(VectorTest, EqualsReference) { compare(); }

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

const KernelKind xnor = KernelKind::XnorPopcount;
const KernelKind planes = KernelKind::BitSerial;
const KernelKind bytes = KernelKind::Int8Dot;

/// Fields in order: batch, height, width, channels, output channels, then
/// kernel, strides, dilations, pads [top, left, bottom, right], groups.
const Case cases[] = {
    // The least of everything.
    {"one", matmul(1, 1, 1), xnor, bipolar, bipolar},
    {"one_conv", {1, 1, 1, 1, 1}, xnor, bipolar, bipolar},
    // Channels around the end of a word.
    {"k31", matmul(3, 31, 7), xnor, bipolar, bipolar},
    {"k32", matmul(3, 32, 7), xnor, bipolar, bipolar},
    {"k33", matmul(3, 33, 7), xnor, bipolar, bipolar},
    {"k_words", matmul(1, 784, 64), xnor, bipolar, bipolar, Store::Words},
    // Output channels around the end of a block.
    {"o31", matmul(2, 40, 31), xnor, bipolar, bipolar, Store::Words},
    {"o32", matmul(2, 40, 32), xnor, bipolar, bipolar, Store::Words},
    {"o33", matmul(2, 40, 33), xnor, bipolar, bipolar, Store::Words},
    {"o70", matmul(2, 40, 70), xnor, bipolar, bipolar, Store::Bytes},
    // Rows that tiles do not divide.
    {"rows5", matmul(5, 40, 32), xnor, bipolar, bipolar, Store::Sums, bipolar,
     4},
    {"rows15", matmul(15, 40, 33), xnor, bipolar, bipolar, Store::NarrowSums,
     bipolar, 14},
    // True-zero padding: a frame, one side only, wider than the filter.
    {"pad1",
     {1, 6, 7, 33, 40, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"pad_left",
     {2, 3, 5, 8, 3, 2, 4, 1, 1, 1, 1, {0, 3, 0, 0}},
     xnor,
     bipolar,
     bipolar},
    {"pad_bottom_right",
     {1, 4, 4, 5, 33, 3, 3, 2, 2, 1, 1, {0, 0, 2, 1}},
     xnor,
     bipolar,
     bipolar,
     Store::Bytes},
    {"pad_beyond_filter",
     {1, 2, 2, 3, 4, 2, 2, 1, 1, 1, 1, {3, 3, 3, 3}},
     xnor,
     bipolar,
     bipolar},
    {"filter_beyond_image",
     {1, 2, 1, 3, 4, 5, 5, 1, 1, 1, 1, {2, 2, 2, 2}},
     xnor,
     bipolar,
     bipolar},
    // Strides and dilations that skip the border, and do not.
    {"stride",
     {1, 9, 11, 32, 32, 3, 3, 2, 3, 1, 1, {1, 1, 1, 1}},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"dilation",
     {1, 9, 11, 33, 32, 3, 3, 1, 1, 2, 3, {2, 3, 2, 3}},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"stride_dilation",
     {2, 8, 9, 5, 6, 2, 3, 3, 2, 3, 2, {1, 2, 3, 4}},
     xnor,
     bipolar,
     bipolar},
    // Groups: depthwise, odd sizes, groups of whole words and blocks.
    {"depthwise",
     {1, 5, 5, 6, 6, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 6},
     xnor,
     bipolar,
     bipolar},
    {"groups_odd",
     {1, 4, 5, 66, 34, 2, 2, 1, 1, 1, 1, {1, 0, 0, 1}, 2},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"groups_blocks",
     {1, 4, 5, 64, 64, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 2},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"groups_31",
     {2, 4, 5, 62, 66, 3, 3, 2, 1, 1, 1, {1, 1, 1, 1}, 2},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    {"groups_33",
     {1, 4, 5, 99, 96, 2, 3, 1, 2, 1, 1, {0, 1, 1, 1}, 3},
     xnor,
     bipolar,
     bipolar,
     Store::Bytes},
    // Bit-serial: every encoding on either side, offsets with clipped taps.
    {"w1a2", matmul(3, 70, 33), planes, u(2), bipolar, Store::Words},
    {"w2a1", matmul(3, 70, 33), planes, bipolar, s(2)},
    {"w1a1", matmul(3, 70, 33), planes, bipolar, bipolar},
    {"ternary", matmul(3, 70, 33), planes, ternary, ternary, Store::Bytes,
     ternary},
    {"w4a4", matmul(2, 33, 5), planes, u(4), s(4)},
    {"w3a3_signed", matmul(2, 33, 5), planes, s(3), s(3)},
    {"w1a2_pad",
     {1, 5, 6, 40, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     planes,
     u(2),
     bipolar,
     Store::Words,
     u(2)},
    {"w2a1_pad",
     {2, 4, 5, 40, 8, 3, 3, 2, 1, 1, 1, {1, 1, 1, 1}},
     planes,
     bipolar,
     ternary},
    {"w1a1_pad",
     {1, 4, 5, 40, 8, 3, 3, 1, 1, 1, 1, {1, 2, 1, 0}},
     planes,
     bipolar,
     bipolar},
    {"planes_groups",
     {1, 4, 5, 66, 6, 2, 2, 1, 1, 1, 2, {1, 0, 0, 1}, 2},
     planes,
     s(2),
     u(2)},
    {"planes_groups_u8",
     {2, 4, 5, 45, 6, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 3},
     planes,
     u(8),
     bipolar},
    // Every pair of widths that the passes order differently.
    {"w1a8", matmul(3, 33, 34), planes, u(8), bipolar, Store::Words},
    {"w8a1", matmul(3, 33, 34), planes, bipolar, s(8)},
    {"w2a3", matmul(15, 65, 5), planes, s(3), u(2)},
    {"w8a8", matmul(1, 33, 5), planes, s(8), s(8), Store::Sums, bipolar, 1},
    // Counts at the end of what a byte holds: 31 words, also over rows.
    {"words30", matmul(3, 30 * 32, 33), xnor, bipolar, bipolar},
    {"words31", matmul(3, 31 * 32, 33), xnor, bipolar, bipolar},
    {"words32", matmul(3, 32 * 32, 33), xnor, bipolar, bipolar},
    {"words37", matmul(3, 37 * 32 - 5, 33), xnor, bipolar, bipolar},
    {"words33_planes", matmul(3, 33 * 32, 33), planes, u(2), s(2)},
    {"words_of_rows",
     {1, 4, 6, 120, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     xnor,
     bipolar,
     bipolar},
    {"words_of_taps",
     {1, 4, 6, 330, 33, 3, 4, 1, 1, 1, 1, {1, 1, 1, 2}},
     xnor,
     bipolar,
     bipolar},
    {"words_of_dilated_taps",
     {1, 5, 9, 1050, 3, 2, 3, 1, 1, 2, 2, {1, 2, 1, 2}},
     xnor,
     bipolar,
     bipolar},
    // Weights of several ranges of output channels, the last one in part.
    {"ranges", matmul(9, 4096, 33 * 8 + 5), xnor, bipolar, bipolar},
    {"ranges_of_rows",
     {2, 3, 2, 4096, 33 * 4, 1, 1},
     xnor,
     bipolar,
     bipolar,
     Store::Words},
    // Rows a multiple of 4 KB apart, more than a set of the cache holds.
    {"rows_apart", matmul(17, 32768, 33), xnor, bipolar, bipolar},
    // Bytes: signs, the widest codes, bipolar on either side.
    {"u8s8", matmul(3, 70, 33), bytes, u(8), s(8)},
    {"s8u8", matmul(3, 70, 33), bytes, s(8), u(8)},
    {"s4_bipolar", matmul(3, 70, 33), bytes, s(4), bipolar, Store::Bytes, s(4)},
    {"bipolar_s8", matmul(3, 70, 33), bytes, bipolar, s(8), Store::Words, u(2)},
    // Several blocks of output channels at once, one, and a part of one.
    {"u8s8_row", matmul(1, 70, 6 * 32 + 5), bytes, u(8), s(8)},
    {"s4_bipolar_row", matmul(1, 64, 5 * 32), bytes, s(4), bipolar,
     Store::Words, bipolar, 1},
    {"s8s8_row", matmul(1, 70, 6 * 32 + 5), bytes, s(8), s(8)},
    // Blocks of the sum: all whole, one in part, and a part of a unit.
    {"s8s8_blocks", matmul(15, 4096, 40), bytes, s(8), s(8)},
    {"u8s8_blocks", matmul(15, 2103, 40), bytes, u(8), s(8), Store::Words},
    {"s4_bipolar_blocks", matmul(15, 2112, 33), bytes, s(4), bipolar},
    {"bytes_conv",
     {1, 6, 7, 3, 40, 3, 3, 2, 2, 1, 1, {1, 1, 1, 1}},
     bytes,
     u(8),
     bipolar,
     Store::Words},
    {"bytes_depthwise",
     {1, 5, 5, 6, 12, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 6},
     bytes,
     s(8),
     s(8)},
    // Epilogues: planes of words whose least code is not 0 in a block that is
    // not full, one signed bit, many levels.
    {"words_s3", matmul(3, 40, 33), bytes, s(2), s(2), Store::Words, s(3)},
    {"words_ternary", matmul(3, 40, 33), bytes, s(2), s(2), Store::Words,
     ternary},
    {"words_s1", matmul(3, 40, 33), bytes, s(2), s(2), Store::Words, s(1)},
    {"words_u1", matmul(3, 40, 33), bytes, s(2), s(2), Store::Words, u(1)},
    {"bytes_u8", matmul(3, 40, 33), bytes, s(4), s(4), Store::Bytes, u(8)},
    {"bytes_s5", matmul(3, 40, 33), bytes, s(4), s(4), Store::Bytes, s(5)},
};

/// Without a name a CPU has no instructions that MLIR has no op for.
const Schedule schedules[] = {
    {"128", "", "", 128, 16},
    {"512", "", "", 512, 32},
    {"v2", "x86_64-linux-gnu", "x86-64-v2", 128, 16},
    {"v3", "x86_64-linux-gnu", "x86-64-v3", 256, 16},
    {"v4", "x86_64-linux-gnu", "x86-64-v4", 512, 32},
};

INSTANTIATE_TEST_SUITE_P(Products, VectorTest,
                         testing::Combine(testing::ValuesIn(cases),
                                          testing::ValuesIn(schedules)),
                         nameOf);

/// The popcount of words is an op of MLIR, so this machine can run it without
/// having the instruction.
const Schedule withPopcount = {"znver4", "x86_64-linux-gnu", "znver4", 512, 32};

std::vector<Case> casesOfBits() {
  std::vector<Case> result;
  for (const Case &c : cases)
    if (c.kernel != bytes)
      result.push_back(c);
  return result;
}

INSTANTIATE_TEST_SUITE_P(Popcount, VectorTest,
                         testing::Combine(testing::ValuesIn(casesOfBits()),
                                          testing::Values(withPopcount)),
                         nameOf);

//===----------------------------------------------------------------------===//
// All inputs
//===----------------------------------------------------------------------===//

TEST_P(ExhaustiveTest, EqualsReference) { compare(); }

const Case allInputs[] = {
    all("xnor8", xnor, 8, bipolar, bipolar, 14),
    all("w1a1", planes, 8, bipolar, bipolar, 8),
    all("w1a2", planes, 5, u(2), bipolar, 14),
    all("w2a1", planes, 5, bipolar, s(2), 14),
    all("w2a2", planes, 4, u(2), s(2), 2),
    all("w2a2_signed", planes, 4, s(2), u(2), 1),
    all("w3a3", planes, 2, u(3), s(3), 1),
    all("w4a4", planes, 2, u(4), s(4), 1),
    all("w5a3", planes, 1, u(3), s(5), 1),
    all("w8a1", planes, 1, bipolar, s(8), 2),
    all("w1a8", planes, 1, s(8), bipolar, 3),
};

INSTANTIATE_TEST_SUITE_P(
    Products, ExhaustiveTest,
    testing::Combine(testing::ValuesIn(allInputs),
                     testing::Values(schedules[0], schedules[2], schedules[3],
                                     schedules[4], withPopcount)),
    nameOf);

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

struct FloatCase {
  const char *name, *op, *input, *filter, *result;
};

void PrintTo(const FloatCase &c, std::ostream *os) { *os << c.name; }

class FloatVectorTest
    : public testing::TestWithParam<std::tuple<FloatCase, Schedule>> {
protected:
  std::mt19937 random{7};

  float randomFloat() { return std::normal_distribution<float>(0, 1)(random); }

  /// Random numbers in the shape of a type, as the hex text of a constant.
  std::string weights(StringRef type) {
    int64_t count = 1;
    while (type.contains('x')) {
      auto [size, rest] = type.split('x');
      count *= std::stoi(size.str());
      type = rest;
    }
    std::string bytes;
    for (int64_t i = 0; i < count; ++i) {
      float x = randomFloat();
      bytes.append(reinterpret_cast<char *>(&x), sizeof(x));
    }
    return "dense<\"0x" + llvm::toHex(bytes) + "\">";
  }
};

/// The order of the sum is another than the reference's, which adds in f64.
TEST_P(FloatVectorTest, IsNearReference) {
  const auto &[c, schedule] = GetParam();
  auto tensor = [](StringRef type) { return "tensor<" + type.str() + ">"; };
  std::string source =
      moduleFor(schedule) + "func.func @f(%x: " + tensor(c.input) + ") -> " +
      tensor(c.result) + " {\n %w = arith.constant " + weights(c.filter) +
      " : " + tensor(c.filter) + "\n %y = qnn." + c.op + " : (" +
      tensor(c.input) + ", " + tensor(c.filter) + ") -> " + tensor(c.result) +
      "\n return %y : " + tensor(c.result) + "\n}\n}\n";
  Program program(source), packed(source);
  packed.transform([](OpPassManager &pm) { pm.addPass(createPackProducts()); });
  SmallVector<Tensor> arguments{Tensor::zeros(program.argumentTypes()[0])};
  for (float &x : arguments[0].floats)
    x = randomFloat();
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> actual = packed.compileAndRun(arguments);
  ASSERT_EQ(expected[0].shape, actual[0].shape);
  for (size_t i = 0; i < expected[0].floats.size(); ++i)
    ASSERT_NEAR(expected[0].floats[i], actual[0].floats[i], 3e-4)
        << "element " << i;
}

const FloatCase floatCases[] = {
    {"matmul", "matmul %x, %w", "3x37xf32", "37x40xf32", "3x40xf32"},
    {"matmul_transposed", "matmul %x, %w {transpose_rhs}", "1x64xf32",
     "10x64xf32", "1x10xf32"},
    // Blocks of the sum: whole ones, one in part, a part of a block of output
    // channels.
    {"matmul_blocks", "matmul %x, %w", "5x2048xf32", "2048x70xf32", "5x70xf32"},
    {"matmul_part_block", "matmul %x, %w", "2x1030xf32", "1030x33xf32",
     "2x33xf32"},
    {"matmul_rows_apart", "matmul %x, %w", "17x5120xf32", "5120x40xf32",
     "17x40xf32"},
    // Several blocks of output channels at once, one, and a part of one.
    {"matmul_row", "matmul %x, %w", "1x37xf32", "37x197xf32", "1x197xf32"},
    {"conv", "conv2d %x, %w {pads = array<i64: 1, 1, 1, 1>}", "1x3x7x9xf32",
     "33x3x3x3xf32", "1x33x7x9xf32"},
    {"conv_stride_dilation",
     "conv2d %x, %w {pads = array<i64: 2, 1, 0, 3>, strides = array<i64: 2, "
     "1>, dilations = array<i64: 1, 2>}",
     "2x4x7x9xf32", "5x4x3x2xf32", "2x5x4x11xf32"},
    {"conv_depthwise",
     "conv2d %x, %w {groups = 48 : i64, pads = array<i64: 1, 1, 1, 1>}",
     "1x48x5x6xf32", "48x1x3x3xf32", "1x48x5x6xf32"},
    {"conv_groups", "conv2d %x, %w {groups = 2 : i64}", "1x6x5x5xf32",
     "8x3x2x2xf32", "1x8x4x4xf32"},
};
INSTANTIATE_TEST_SUITE_P(
    Products, FloatVectorTest,
    testing::Combine(testing::ValuesIn(floatCases),
                     testing::Values(schedules[0], schedules[1])),
    [](const testing::TestParamInfo<FloatVectorTest::ParamType> &info) {
      return std::string(std::get<0>(info.param).name) + "_" +
             std::get<1>(info.param).name;
    });

} // namespace
