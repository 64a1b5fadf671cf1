//===- PackingTest.cpp ------------------------------------------*- C++ -*-===//

#include "qnn/Arith/Packing.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Thresholds.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace qnn;

namespace {
constexpr int64_t lengths[] = {1, 2, 31, 32, 33, 63, 64, 65, 100, 784};

std::vector<uint8_t> randomCodes(std::mt19937 &random, int64_t count,
                                 unsigned bits) {
  std::vector<uint8_t> codes(count);
  for (uint8_t &code : codes)
    code = random() & ((1u << bits) - 1);
  return codes;
}

int32_t naiveDot(const std::vector<uint8_t> &a, unsigned aBits, Encoding ae,
                 const std::vector<uint8_t> &b, unsigned bBits, Encoding be) {
  int32_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += codeToNumber(a[i], aBits, ae) * codeToNumber(b[i], bBits, be);
  return sum;
}
} // namespace

TEST(Packing, ExampleOfTheHeader) {
  EXPECT_EQ(packRows({3, 1, 2}, 3, 2), (std::vector<uint32_t>{0b011, 0b101}));
}

TEST(Packing, EveryBitIsWhereTheLayoutSays) {
  std::mt19937 random(1);
  for (unsigned bits = 1; bits <= 8; ++bits)
    for (int64_t count : lengths) {
      int64_t rows = 3, length = packedWords(count, bits);
      EXPECT_EQ(length, (count + 31) / 32 * int64_t(bits));
      std::vector<uint8_t> codes = randomCodes(random, rows * count, bits);
      std::vector<uint32_t> words = packRows(codes, count, bits);
      ASSERT_EQ(int64_t(words.size()), rows * length);
      for (int64_t i = 0; i < rows * length; ++i)
        for (int64_t bit = 0; bit < 32; ++bit) {
          int64_t word = i % length, channel = word / bits * 32 + bit;
          uint32_t expected =
              channel < count
                  ? codes[i / length * count + channel] >> word % bits & 1
                  : 0;
          ASSERT_EQ(words[i] >> bit & 1, expected);
        }
      EXPECT_EQ(unpackRows(words, count, bits), codes);
    }
}

TEST(Packing, BitsAboveTheCodeAreIgnored) {
  EXPECT_EQ(packRows({0xfe, 0xff}, 2, 1), (std::vector<uint32_t>{2}));
}

TEST(Packing, BipolarDotIsTheSum) {
  std::mt19937 random(2);
  for (int64_t count : lengths)
    for (int i = 0; i < 20; ++i) {
      std::vector<uint8_t> a = randomCodes(random, count, 1);
      std::vector<uint8_t> b = i ? randomCodes(random, count, 1) : a;
      int32_t expected =
          naiveDot(a, 1, Encoding::Bipolar, b, 1, Encoding::Bipolar);
      EXPECT_EQ(bipolarDot(packRows(a, count, 1), packRows(b, count, 1), count),
                expected);
      if (i == 0)
        EXPECT_EQ(expected, count);
    }
}

TEST(Packing, PlanesDotIsTheSum) {
  std::mt19937 random(3);
  Encoding encodings[] = {Encoding::Bipolar, Encoding::Unsigned,
                          Encoding::Signed, Encoding::Ternary};
  for (int i = 0; i < 2000; ++i) {
    int64_t count = lengths[random() % 10];
    Encoding ae = encodings[random() % 4], be = encodings[random() % 4];
    auto bitsOf = [&](Encoding encoding) -> unsigned {
      return encoding == Encoding::Bipolar   ? 1
             : encoding == Encoding::Ternary ? 2
                                             : 1 + random() % 8;
    };
    unsigned aBits = bitsOf(ae), bBits = bitsOf(be);
    std::vector<uint8_t> a = randomCodes(random, count, aBits);
    std::vector<uint8_t> b = randomCodes(random, count, bBits);
    ASSERT_EQ(planesDot(packRows(a, count, aBits), aBits, ae,
                        packRows(b, count, bBits), bBits, be, count),
              naiveDot(a, aBits, ae, b, bBits, be));
  }
}

TEST(Packing, PlaneWeightsMakeTheNumber) {
  for (Encoding encoding : {Encoding::Bipolar, Encoding::Unsigned,
                            Encoding::Signed, Encoding::Ternary})
    for (unsigned bits = 1; bits <= 8; ++bits) {
      if ((encoding == Encoding::Bipolar && bits != 1) ||
          (encoding == Encoding::Ternary && bits != 2))
        continue;
      for (uint32_t code = 0; code < 1u << bits; ++code) {
        int32_t number = planeOffset(encoding);
        for (unsigned p = 0; p < bits; ++p)
          number += planeWeight(p, bits, encoding) * int32_t(code >> p & 1);
        EXPECT_EQ(number, codeToNumber(code, bits, encoding));
      }
    }
}

namespace {
const FilterShape shapes[] = {{1, 1, 1, 1, 1, 32},   {10, 1, 1, 64, 1, 32},
                              {33, 1, 1, 65, 1, 32}, {32, 3, 3, 3, 1, 32},
                              {64, 1, 3, 33, 1, 16}, {6, 3, 2, 5, 3, 32},
                              {66, 1, 1, 31, 2, 32}};

/// Calls f(o, tap, block, lane) for all that tiles hold; o = -1: beyond.
template <typename F>
void forEachLane(const FilterShape &s, F f) {
  int64_t perGroup = s.outChannels / s.groups;
  for (int64_t block = 0; block < s.blocks(); ++block)
    for (int64_t tap = 0; tap < s.kernelHeight * s.kernelWidth; ++tap)
      for (int64_t lane = 0; lane < s.tile; ++lane) {
        int64_t within = block % s.blocksOfGroup() * s.tile + lane;
        int64_t group = block / s.blocksOfGroup();
        f(within < perGroup ? group * perGroup + within : -1, tap, block, lane);
      }
}
} // namespace

TEST(Packing, BlocksOfGroups) {
  EXPECT_EQ(shapes[5].blocks(), 3); // 3 groups of 2 channels
  EXPECT_EQ(shapes[6].blocks(), 4); // 2 groups of 33 channels
}

TEST(Packing, WeightsInTiles) {
  std::mt19937 random(4);
  for (const FilterShape &s : shapes) {
    std::vector<int8_t> weights(s.elements());
    for (int8_t &weight : weights)
      weight = random();
    std::vector<float> floats(weights.begin(), weights.end());
    std::vector<int8_t> tiles = packWeightBytes(weights, s);
    std::vector<float> floatTiles = packWeightElements(floats, s);
    int64_t taps = s.kernelHeight * s.kernelWidth;
    int64_t steps = (s.channels + 3) / 4;
    ASSERT_EQ(int64_t(tiles.size()), s.blocks() * taps * steps * s.tile * 4);
    ASSERT_EQ(int64_t(floatTiles.size()),
              s.blocks() * taps * s.channels * s.tile);
    forEachLane(s, [&](int64_t o, int64_t tap, int64_t block, int64_t lane) {
      for (int64_t c = 0; c < steps * 4; ++c) {
        int64_t quad = (block * taps + tap) * steps + c / 4;
        int8_t expected = 0;
        if (o >= 0 && c < s.channels)
          expected = weights[(o * taps + tap) * s.channels + c];
        ASSERT_EQ(tiles[(quad * s.tile + lane) * 4 + c % 4], expected);
        int64_t at = ((block * taps + tap) * s.channels + c) * s.tile + lane;
        if (c < s.channels)
          ASSERT_EQ(floatTiles[at], float(expected));
      }
    });
  }
}

TEST(Packing, ScalesInTiles) {
  for (const FilterShape &s : shapes) {
    std::vector<float> factors, offsets;
    for (int64_t o = 0; o < s.outChannels; ++o)
      factors.push_back(o + 2), offsets.push_back(-o - 1);
    std::vector<float> tiles = packScales(factors, offsets, s);
    ASSERT_EQ(int64_t(tiles.size()), s.blocks() * 2 * s.tile);
    FilterShape one = s;
    one.kernelHeight = one.kernelWidth = 1;
    forEachLane(one, [&](int64_t o, int64_t, int64_t block, int64_t lane) {
      float factor = tiles[block * 2 * s.tile + lane];
      float offset = tiles[(block * 2 + 1) * s.tile + lane];
      ASSERT_EQ(factor, o < 0 ? 1 : o + 2);
      ASSERT_EQ(offset, o < 0 ? 0 : -o - 1);
      if (o < 0)
        ASSERT_TRUE(std::signbit(offset));
    });
  }
}

TEST(Packing, WeightWordsInTiles) {
  std::mt19937 random(5);
  for (const FilterShape &s : shapes)
    for (unsigned bits : {1u, 2u, 8u}) {
      std::vector<uint8_t> codes = randomCodes(random, s.elements(), bits);
      std::vector<uint32_t> tiles = packWeightWords(codes, s, bits);
      std::vector<uint32_t> rows = packRows(codes, s.channels, bits);
      int64_t taps = s.kernelHeight * s.kernelWidth;
      int64_t steps = packedWords(s.channels, bits);
      ASSERT_EQ(int64_t(tiles.size()), s.blocks() * taps * steps * s.tile);
      forEachLane(s, [&](int64_t o, int64_t tap, int64_t block, int64_t lane) {
        for (int64_t step = 0; step < steps; ++step)
          ASSERT_EQ(
              tiles[((block * taps + tap) * steps + step) * s.tile + lane],
              o < 0 ? 0u : rows[(o * taps + tap) * steps + step]);
      });
    }
}

TEST(Packing, ThresholdsInTiles) {
  for (FilterShape s : shapes)
    for (int64_t levels : {1, 3}) {
      std::vector<int32_t> thresholds(s.outChannels * levels);
      for (size_t i = 0; i < thresholds.size(); ++i)
        thresholds[i] = i;
      std::vector<int32_t> tiles = packThresholds(thresholds, levels, s);
      s.kernelHeight = s.kernelWidth = 1;
      ASSERT_EQ(int64_t(tiles.size()), s.blocks() * levels * s.tile);
      forEachLane(s, [&](int64_t o, int64_t, int64_t block, int64_t lane) {
        for (int64_t l = 0; l < levels; ++l)
          ASSERT_EQ(tiles[(block * levels + l) * s.tile + lane],
                    o < 0 ? neverReached : thresholds[o * levels + l]);
      });
    }
}
