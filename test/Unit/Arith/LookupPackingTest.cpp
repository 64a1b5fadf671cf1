//===- LookupPackingTest.cpp ------------------------------------*- C++ -*-===//

#include "qnn/Arith/LookupPacking.h"
#include "qnn/Arith/Code.h"
#include <gtest/gtest.h>
#include <random>
#include <set>

using namespace qnn;

namespace {
const LookupLayout bits4(4, 1, Encoding::Bipolar);
const LookupLayout bits5(5, 1, Encoding::Bipolar);
const LookupLayout bits6(6, 1, Encoding::Bipolar);
const LookupLayout trits(5, 2, Encoding::Ternary);

FilterShape rowOf(int64_t channels) {
  FilterShape shape;
  shape.channels = channels;
  return shape;
}

/// The lanes of output channel 0 where its codes are `codes`.
std::vector<uint16_t> lanesOf(const std::vector<uint8_t> &codes,
                              const LookupLayout &layout) {
  FilterShape shape = rowOf(codes.size());
  std::vector<uint16_t> tiles = packLookupIndices(codes, shape, layout), lanes;
  for (size_t i = 0; i < tiles.size(); i += shape.tile)
    lanes.push_back(tiles[i]);
  return lanes;
}
} // namespace

TEST(LookupPacking, SizesOfTheHeader) {
  EXPECT_EQ(bits4.channelsOfGroup(), 8);
  EXPECT_EQ(bits4.lanesOfGroup(), 1);
  EXPECT_EQ(bits6.channelsOfGroup(), 24);
  EXPECT_EQ(bits6.lanesOfGroup(), 3);
  EXPECT_EQ(bits5.channelsOfGroup(), 80);
  EXPECT_EQ(bits5.lanesOfGroup(), 5);
  EXPECT_EQ(trits.channelsOfGroup(), 48);
  EXPECT_EQ(trits.planes, 1);
  EXPECT_EQ(LookupLayout(4, 2, Encoding::Ternary).planes, 2);
  EXPECT_EQ(bits4.steps(9), 2);
  EXPECT_EQ(trits.steps(49), 10);
  // Five shorts for 48 trits: 1.67 bits each.
  EXPECT_EQ(trits.steps(4096) * 16, 4128 * 5 / 3);
}

TEST(LookupPacking, BitsAreInTheirPlaces) {
  EXPECT_EQ(lanesOf({1, 0, 0, 0, 0, 1, 0, 0}, bits4),
            (std::vector<uint16_t>{0x21}));
  // The fourth index of three bytes has two bits of each.
  std::vector<uint8_t> codes(24, 0);
  codes[1] = codes[18] = codes[20] = codes[23] = 1;
  EXPECT_EQ(lanesOf(codes, bits6), (std::vector<uint16_t>{0x42, 0x40, 0x80}));
  codes.assign(80, 0);
  codes[5] = codes[75] = codes[79] = 1;
  EXPECT_EQ(lanesOf(codes, bits5),
            (std::vector<uint16_t>{0x8020, 0, 0, 0, 0x8000}));
}

TEST(LookupPacking, TritsAreDigits) {
  // -1, 1, 0: 0 + 3 * 2 + 9 * 1; a trit without a channel is 0.
  EXPECT_EQ(lanesOf({3, 1, 0, 1}, trits)[0], 15 | (2 + 3 + 9) << 5);
}

TEST(LookupPacking, LanesOfABlockAreItsChannels) {
  for (const LookupLayout &layout : {bits4, bits5}) {
    std::set<int64_t> lanes;
    for (int64_t n = 0; n < 32; ++n)
      lanes.insert(layout.laneOf(n, 32));
    EXPECT_EQ(lanes.size(), 32u);
    EXPECT_EQ(*lanes.rbegin(), 31);
  }
  // The lanes of a word are the channels 0, 8, 16, 24, or 0 and 16.
  EXPECT_EQ(bits4.laneOf(8, 32), 1);
  EXPECT_EQ(bits4.laneOf(1, 32), 4);
  EXPECT_EQ(bits5.laneOf(16, 32), 1);
}

TEST(LookupPacking, UnpacksWhatItPacks) {
  std::mt19937 random(1);
  for (int64_t channels : {1, 3, 8, 23, 24, 25, 47, 48, 49, 80, 81, 100})
    for (int64_t groups : {1, 2}) {
      FilterShape shape{/*outChannels=*/66, 2, 3, channels, groups};
      for (int64_t index : {4, 5, 6})
        for (auto [bits, encoding] :
             {std::pair(1u, Encoding::Bipolar), std::pair(2u, Encoding::Signed),
              std::pair(2u, Encoding::Ternary)}) {
          std::vector<uint8_t> codes(shape.elements());
          for (uint8_t &code : codes) {
            code = random() & ((1u << bits) - 1);
            if (encoding == Encoding::Ternary && code == 2)
              code = 0;
          }
          LookupLayout layout(index, bits, encoding);
          std::vector<uint16_t> lanes = packLookupIndices(codes, shape, layout);
          EXPECT_EQ(static_cast<int64_t>(lanes.size()),
                    shape.blocks() * 6 * layout.steps(channels) * shape.tile);
          EXPECT_EQ(unpackLookupIndices(lanes, shape, layout), codes);
        }
    }
}
