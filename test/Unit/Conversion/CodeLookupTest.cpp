//===- CodeLookupTest.cpp - Products of codes by tables of sums -----------===//
//
// As QNNToVectorTest, of lookups: shapes at the edges of what they count in,
// which are indices, groups of channels, units, narrow sums and registers of
// bytes, for every target whose instructions they take.
//
//===----------------------------------------------------------------------===//

#include "ProductTest.h"

using namespace qnn;

namespace {

struct CodeLookupTest : ProductTest {};

TEST_P(CodeLookupTest, EqualsReference) { compare(); }

const KernelKind lookup = KernelKind::Lookup;

/// Fields as in QNNToVectorTest.
const Case cases[] = {
    {"one", matmul(1, 1, 1), lookup, bipolar, bipolar},
    // Channels around the ends of an index, a group, a word and a unit.
    {"k3", matmul(3, 3, 7), lookup, bipolar, bipolar},
    {"k7", matmul(3, 7, 7), lookup, u(2), bipolar},
    {"k25", matmul(3, 25, 7), lookup, u(2), bipolar},
    {"k31", matmul(3, 31, 7), lookup, bipolar, bipolar},
    {"k32", matmul(3, 32, 7), lookup, bipolar, bipolar},
    {"k33", matmul(3, 33, 7), lookup, bipolar, bipolar},
    {"k95", matmul(3, 95, 33), lookup, u(2), bipolar},
    {"k96", matmul(3, 96, 33), lookup, u(2), bipolar},
    {"k97", matmul(3, 97, 33), lookup, u(2), bipolar},
    {"k_words", matmul(1, 784, 64), lookup, bipolar, bipolar, Store::Words},
    // Output channels around the ends of a register and of several blocks.
    {"o3", matmul(2, 40, 3), lookup, bipolar, bipolar, Store::Words},
    {"o10", matmul(2, 40, 10), lookup, bipolar, bipolar, Store::Words},
    {"o31", matmul(2, 40, 31), lookup, bipolar, bipolar, Store::Words},
    {"o32", matmul(2, 40, 32), lookup, bipolar, bipolar, Store::Words},
    {"o33", matmul(2, 40, 33), lookup, bipolar, bipolar, Store::Words},
    {"o70", matmul(2, 40, 70), lookup, bipolar, bipolar, Store::Bytes},
    {"o96", matmul(7, 40, 96), lookup, u(2), bipolar, Store::Words, u(2)},
    {"o300", matmul(5, 40, 300), lookup, bipolar, bipolar, Store::NarrowSums},
    // Rows that tiles do not divide.
    {"rows5", matmul(5, 40, 64), lookup, bipolar, bipolar, Store::Sums, bipolar,
     3},
    {"rows15", matmul(15, 40, 33), lookup, bipolar, bipolar, Store::NarrowSums,
     bipolar, 8},
    // Sums at the ends of bytes and of shorts, several blocks of the sum.
    {"k224", matmul(2, 7 * 32, 33), lookup, bipolar, bipolar},
    {"k256", matmul(2, 8 * 32, 33), lookup, bipolar, bipolar},
    {"k2000", matmul(3, 2000, 33), lookup, bipolar, bipolar},
    {"k4400", matmul(2, 4400, 65), lookup, u(4), bipolar},
    {"k4400_s4", matmul(2, 4400, 65), lookup, s(4), s(2)},
    // Padding, strides, dilations.
    {"pad1",
     {1, 6, 7, 33, 40, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     bipolar,
     bipolar,
     Store::Words},
    {"pad1_whole",
     {2, 5, 7, 64, 96, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     bipolar,
     bipolar,
     Store::Words,
     bipolar,
     3},
    {"pad_left",
     {2, 3, 5, 8, 3, 2, 4, 1, 1, 1, 1, {0, 3, 0, 0}},
     lookup,
     s(2),
     bipolar},
    {"pad_bottom_right",
     {1, 4, 4, 5, 33, 3, 3, 2, 2, 1, 1, {0, 0, 2, 1}},
     lookup,
     u(2),
     bipolar,
     Store::Bytes},
    {"pad_beyond_filter",
     {1, 2, 2, 3, 4, 2, 2, 1, 1, 1, 1, {3, 3, 3, 3}},
     lookup,
     s(3),
     s(2)},
    {"stride",
     {1, 9, 11, 32, 32, 3, 3, 2, 3, 1, 1, {1, 1, 1, 1}},
     lookup,
     u(2),
     bipolar,
     Store::Words},
    {"dilation",
     {1, 9, 11, 33, 32, 3, 3, 1, 1, 2, 3, {2, 3, 2, 3}},
     lookup,
     bipolar,
     s(2),
     Store::Words},
    {"taps",
     {1, 4, 6, 330, 33, 3, 4, 1, 1, 1, 1, {1, 1, 1, 2}},
     lookup,
     u(2),
     bipolar},
    // Groups.
    {"depthwise",
     {1, 5, 5, 6, 6, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 6},
     lookup,
     bipolar,
     bipolar},
    {"groups_odd",
     {1, 4, 5, 66, 34, 2, 2, 1, 1, 1, 1, {1, 0, 0, 1}, 2},
     lookup,
     bipolar,
     bipolar,
     Store::Words},
    {"groups_blocks",
     {1, 4, 5, 64, 64, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}, 2},
     lookup,
     u(2),
     bipolar,
     Store::Words},
    // Every encoding on either side, with clipped taps.
    {"w1a2", matmul(3, 70, 33), lookup, u(2), bipolar, Store::Words},
    {"w1a3", matmul(3, 70, 33), lookup, u(3), bipolar, Store::Words},
    {"w1a4", matmul(3, 70, 33), lookup, u(4), bipolar, Store::Words},
    {"w2a1", matmul(3, 70, 33), lookup, bipolar, s(2)},
    {"w2a2", matmul(3, 70, 70), lookup, u(2), s(2)},
    {"w3a3", matmul(3, 70, 33), lookup, s(3), s(3)},
    {"w4a4", matmul(3, 70, 33), lookup, u(4), s(4)},
    {"w4a4_signed", matmul(3, 70, 33), lookup, s(4), u(4)},
    {"ternary", matmul(3, 70, 33), lookup, ternary, ternary, Store::Bytes,
     ternary},
    {"w1a1_unsigned", matmul(3, 70, 33), lookup, u(1), u(1)},
    {"w1a1_signed", matmul(3, 70, 33), lookup, s(1), s(1)},
    {"w1a2_pad",
     {1, 5, 6, 40, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     u(2),
     bipolar,
     Store::Words,
     u(2)},
    {"w1s2_pad",
     {1, 5, 6, 40, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     s(2),
     bipolar,
     Store::Words,
     u(2)},
    {"w2a1_pad",
     {2, 4, 5, 40, 8, 3, 3, 2, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     bipolar,
     ternary},
    {"ternary_pad",
     {1, 4, 5, 40, 8, 3, 3, 1, 1, 1, 1, {1, 2, 1, 0}},
     lookup,
     ternary,
     s(2)},
};

const Schedule v2 = {"v2", "x86_64-linux-gnu", "x86-64-v2", 128, 16, 4};
const Schedule v3 = {"v3", "x86_64-linux-gnu", "x86-64-v3", 256, 16, 4};
const Schedule v4 = {"v4", "x86_64-linux-gnu", "x86-64-v4", 512, 32, 4};
const Schedule shorts = {"shorts", "x86_64-linux-gnu", "x86-64-v4", 512, 32, 5};
const Schedule vbmi = {"vbmi", "x86_64-linux-gnu", "znver4", 512, 32, 6};
const Schedule neon = {"neon", "aarch64-linux-gnu", "generic", 128, 32, 4};

INSTANTIATE_TEST_SUITE_P(Products, CodeLookupTest,
                         testing::Combine(testing::ValuesIn(cases),
                                          testing::Values(v3)),
                         nameOf);

std::vector<Case> named(llvm::ArrayRef<Case> all,
                        std::initializer_list<llvm::StringRef> names) {
  std::vector<Case> result;
  llvm::copy_if(all, std::back_inserter(result), [&](const Case &c) {
    return llvm::is_contained(names, llvm::StringRef(c.name));
  });
  return result;
}

/// Where instructions are emulated LLVM takes its time: the cases that depend
/// on the width of registers and indices.
const std::vector<Case> casesOfWidths =
    named(cases, {"one", "k25", "k33", "k97", "o3", "o33", "o96", "rows15",
                  "k256", "k4400_s4", "pad1_whole", "groups_odd", "w2a1",
                  "w4a4", "ternary_pad"});

INSTANTIATE_TEST_SUITE_P(Widths, CodeLookupTest,
                         testing::Combine(testing::ValuesIn(casesOfWidths),
                                          testing::Values(v2, v4, vbmi, neon)),
                         nameOf);

/// Activations in bytes: by tables of shorts, or in parts by tables of bytes.
const Case casesOfBytes[] = {
    {"one", matmul(1, 1, 1), lookup, u(8), bipolar},
    // Channels around the ends of a pair, an index, a group and a unit.
    {"k4", matmul(3, 4, 7), lookup, s(8), bipolar},
    {"k6", matmul(3, 6, 7), lookup, s(8), ternary},
    {"k33", matmul(4, 33, 33), lookup, u(8), bipolar},
    {"k47", matmul(3, 47, 33), lookup, s(8), ternary},
    {"k48", matmul(3, 48, 33), lookup, s(8), ternary},
    {"k79", matmul(3, 79, 33), lookup, s(8), bipolar},
    {"k80", matmul(3, 80, 33), lookup, s(8), bipolar},
    {"k81", matmul(3, 81, 70), lookup, s(8), bipolar, Store::Words},
    // Sums at the ends of bytes and of shorts, several blocks of the sum.
    {"k300", matmul(3, 300, 33), lookup, u(8), bipolar},
    {"k1100", matmul(3, 1100, 33), lookup, u(8), bipolar},
    {"k4400", matmul(2, 4400, 65), lookup, u(8), s(2)},
    {"k4400_signs", matmul(2, 4400, 65), lookup, s(8), bipolar},
    // Widths and encodings.
    {"a5", matmul(3, 70, 33), lookup, u(5), bipolar},
    {"a6", matmul(3, 70, 33), lookup, s(6), bipolar},
    {"a7", matmul(3, 70, 33), lookup, s(7), ternary},
    {"w2", matmul(3, 70, 33), lookup, s(8), s(2)},
    {"w2_unsigned", matmul(3, 70, 33), lookup, u(8), u(2)},
    {"w3", matmul(3, 70, 33), lookup, s(8), s(3)},
    {"image",
     {1, 6, 7, 3, 40, 3, 3, 2, 2, 1, 1, {1, 1, 1, 1}},
     lookup,
     u(8),
     bipolar,
     Store::Words},
    // Few channels: a row of taps in one byte, and more taps than that.
    {"image_signed",
     {1, 6, 8, 3, 64, 3, 3, 1, 1, 1, 1, {0, 0, 0, 0}},
     lookup,
     s(8),
     bipolar,
     Store::Words},
    {"wide_filter",
     {1, 7, 8, 1, 33, 3, 6, 1, 1, 1, 1, {1, 2, 1, 2}},
     lookup,
     s(8),
     bipolar},
    {"unsigned_planes",
     {1, 6, 7, 4, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     u(8),
     u(2)},
    {"pad",
     {2, 4, 5, 100, 40, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
     lookup,
     s(8),
     ternary,
     Store::Bytes,
     s(4)},
    {"dilation",
     {1, 6, 7, 9, 33, 2, 3, 1, 2, 2, 2, {1, 2, 1, 2}},
     lookup,
     s(8),
     bipolar},
    {"groups",
     {1, 4, 5, 66, 34, 2, 2, 1, 1, 1, 1, {1, 0, 0, 1}, 2},
     lookup,
     u(8),
     s(2)},
};

INSTANTIATE_TEST_SUITE_P(Bytes, CodeLookupTest,
                         testing::Combine(testing::ValuesIn(casesOfBytes),
                                          testing::Values(v3, shorts)),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(WidthsOfBytes, CodeLookupTest,
                         testing::Combine(testing::Values(casesOfBytes[3],
                                                          casesOfBytes[4]),
                                          testing::Values(v2, v4, neon)),
                         nameOf);

//===----------------------------------------------------------------------===//
// Tables in memory
//===----------------------------------------------------------------------===//

/// Lanes are pixels: 64 of them with indices of 4 bits, or 16 with 8.
Case inMemory(const char *name, Shape shape, Code activations, Code weights,
              Store store = Store::Sums, Code out = bipolar) {
  return {name, shape, lookup, activations, weights, store, out, 64};
}

const Case casesInMemory[] = {
    inMemory("one", matmul(1, 1, 1), u(8), bipolar),
    // Channels around the ends of an index, a square and a word.
    inMemory("k3", matmul(3, 3, 7), s(8), bipolar),
    inMemory("k9", matmul(17, 9, 7), u(8), bipolar),
    inMemory("k32", matmul(9, 32, 32), u(8), bipolar),
    inMemory("k33", matmul(9, 33, 33), s(8), s(2)),
    // Sums at the ends of shorts, several times.
    inMemory("k160", matmul(2, 160, 33), u(8), bipolar),
    inMemory("k500", matmul(3, 500, 40), s(8), bipolar, Store::Words),
    // Pixels around the ends of a register and a tile.
    inMemory("rows63", matmul(63, 40, 10), s(8), bipolar),
    inMemory("rows65", matmul(65, 40, 70), s(8), bipolar, Store::Words),
    // Widths, planes and encodings.
    inMemory("a5", matmul(20, 70, 33), u(5), bipolar),
    inMemory("w1_signed", matmul(20, 70, 33), s(8), s(1)),
    inMemory("w2", matmul(20, 70, 33), u(8), s(2), Store::Words, u(2)),
    inMemory("w3", matmul(20, 70, 33), u(7), s(3)),
    inMemory("w4", matmul(20, 70, 33), s(7), s(4)),
    inMemory("ternary", matmul(20, 70, 33), s(8), ternary, Store::Bytes, s(4)),
    // Convolutions.
    inMemory("image", {2, 6, 7, 3, 40, 3, 3, 2, 2, 1, 1, {1, 1, 1, 1}}, u(8),
             bipolar, Store::Words),
    inMemory("pad", {2, 5, 9, 100, 40, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}}, s(8),
             ternary, Store::NarrowSums),
    inMemory("pad_beyond", {1, 2, 2, 3, 4, 2, 2, 1, 1, 1, 1, {3, 3, 3, 3}},
             u(8), bipolar),
    inMemory("dilation", {1, 9, 11, 9, 33, 2, 3, 1, 1, 2, 3, {1, 2, 1, 2}},
             s(8), bipolar),
    inMemory("stride", {1, 9, 21, 33, 64, 3, 3, 1, 2, 1, 1, {1, 1, 1, 1}}, u(8),
             bipolar, Store::Bytes),
    inMemory("groups", {1, 4, 5, 66, 34, 2, 2, 1, 1, 1, 1, {1, 0, 0, 1}, 2},
             u(8), s(2)),
    // Taps share tables: shorts hold two rows of taps, one, or two words of
    // all.
    inMemory("window", {2, 12, 13, 36, 40, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
             s(8), bipolar, Store::Words),
    inMemory("window_row", {1, 12, 13, 35, 33, 3, 3, 1, 1, 1, 1, {0, 0, 0, 0}},
             u(8), bipolar),
    inMemory("window_words",
             {1, 5, 70, 100, 34, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}}, s(8), bipolar,
             Store::Bytes),
    inMemory("window_wide", {1, 4, 140, 36, 33, 3, 3, 1, 1, 1, 1, {1, 1, 1, 1}},
             u(8), bipolar),
    inMemory("window_pads", {1, 12, 15, 9, 33, 2, 3, 1, 1, 2, 3, {1, 2, 0, 4}},
             s(7), s(2)),
    inMemory("window_groups",
             {2, 9, 14, 14, 66, 3, 2, 1, 1, 1, 1, {2, 0, 1, 1}, 2}, s(8),
             bipolar),
};

const Schedule memory4 = {"memory4", "x86_64-linux-gnu", "x86-64-v3", 256, 16,
                          4};
const Schedule memory8 = {"memory8", "x86_64-linux-gnu", "x86-64-v3", 256, 16,
                          8};

INSTANTIATE_TEST_SUITE_P(Memory, CodeLookupTest,
                         testing::Combine(testing::ValuesIn(casesInMemory),
                                          testing::Values(memory4)),
                         nameOf);

/// Cases that depend on the width of registers and indices.
std::vector<Case> casesOfRegisters() {
  std::vector<Case> result =
      named(casesInMemory, {"k33", "k160", "rows65", "image", "window"});
  for (Case &c : result)
    c.pixels = 32;
  return result;
}

INSTANTIATE_TEST_SUITE_P(MemoryOfWidths, CodeLookupTest,
                         testing::Combine(testing::ValuesIn(casesOfRegisters()),
                                          testing::Values(memory8, v2, v4,
                                                          neon)),
                         nameOf);

TEST_P(ExhaustiveTest, EqualsReference) { compare(); }

const Case allInputs[] = {
    all("w1a1", lookup, 8, bipolar, bipolar, 3),
    all("w1a2", lookup, 5, u(2), bipolar, 8),
    all("w1s2", lookup, 5, s(2), bipolar, 3),
    all("w2a1", lookup, 5, bipolar, s(2), 3),
    all("w2a2", lookup, 4, u(2), s(2), 2),
    all("w2a2_signed", lookup, 4, s(2), u(2), 1),
    all("w3a3", lookup, 2, u(3), s(3), 1),
    all("w4a4", lookup, 2, s(4), s(4), 1),
};

INSTANTIATE_TEST_SUITE_P(Products, ExhaustiveTest,
                         testing::Combine(testing::ValuesIn(allInputs),
                                          testing::Values(v2, v3, vbmi)),
                         nameOf);

const Case allBytes[] = {
    all("w1a8", lookup, 1, s(8), bipolar, 3),
    all("w1a8_unsigned", lookup, 1, u(8), bipolar, 3),
    all("w2a8", lookup, 1, s(8), s(2), 2),
    all("w1a5", lookup, 2, s(5), bipolar, 2),
};

INSTANTIATE_TEST_SUITE_P(Bytes, ExhaustiveTest,
                         testing::Combine(testing::ValuesIn(allBytes),
                                          testing::Values(v3, shorts)),
                         nameOf);

} // namespace
