//===- AccumulatorRangeTest.cpp ---------------------------------*- C++ -*-===//

#include "qnn/Arith/AccumulatorRange.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace qnn;

/// Least and greatest sum over all activations and all sets of absent taps.
static SumRange bruteForce(const std::vector<int32_t> &weights,
                           int64_t channels, int32_t low, int32_t high,
                           std::optional<int32_t> padding) {
  int64_t taps = weights.size() / channels;
  SumRange range{INT64_MAX, INT64_MIN};
  std::vector<int32_t> values(weights.size(), low);
  for (int64_t absent = 0; absent < (padding ? 1 << taps : 1); ++absent) {
    std::fill(values.begin(), values.end(), low);
    size_t i = 0;
    while (i < values.size()) {
      int64_t sum = 0;
      for (size_t k = 0; k < values.size(); ++k)
        sum += int64_t(weights[k]) *
               (absent >> (k / channels) & 1 ? *padding : values[k]);
      range = {std::min(range.min, sum), std::max(range.max, sum)};
      for (i = 0; i < values.size() && ++values[i] > high; ++i)
        values[i] = low;
    }
  }
  return range;
}

TEST(AccumulatorRange, BruteForce) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    int64_t channels = 1 + random() % 2, taps = 1 + random() % 3;
    std::vector<int32_t> weights(channels * taps);
    for (int32_t &weight : weights)
      weight = int32_t(random() % 7) - 3;
    int32_t low = int32_t(random() % 5) - 2, high = low + random() % 3;
    std::optional<int32_t> padding;
    if (random() % 2)
      padding = int32_t(random() % 3) - 1;
    SumRange expected = bruteForce(weights, channels, low, high, padding);
    SumRange range = sumRange(weights, channels, low, high, padding);
    EXPECT_EQ(range.min, expected.min);
    EXPECT_EQ(range.max, expected.max);
  }
}

TEST(AccumulatorRange, BipolarIsTheLength) {
  for (int32_t k : {1, 31, 32, 33, 64, 65, 127, 128}) {
    std::vector<int32_t> weights(k, -1);
    SumRange range = sumRange(weights, k, -1, 1);
    EXPECT_EQ(range.min, -k);
    EXPECT_EQ(range.max, k);
    EXPECT_EQ(accumulatorBits(range), k <= 127 ? 8u : 16u);
  }
}

// All activations are at least 1, so only padding lets the sum reach 0.
TEST(AccumulatorRange, PaddingCountsAsAContribution) {
  std::vector<int32_t> weights = {1, 1, 2};
  EXPECT_EQ(sumRange(weights, 1, 1, 3).min, 4);
  EXPECT_EQ(sumRange(weights, 1, 1, 3, 0).min, 0);
  EXPECT_EQ(sumRange(weights, 1, 1, 3, -1).min, -4);
}

TEST(AccumulatorRange, OnePerChannel) {
  std::vector<SumRange> ranges = sumRanges({1, 2, -3, 0}, 2, 2, 0, 3);
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].min, 0);
  EXPECT_EQ(ranges[0].max, 9);
  EXPECT_EQ(ranges[1].min, -9);
  EXPECT_EQ(ranges[1].max, 0);
}

TEST(AccumulatorRange, WidthsAtTheirLimits) {
  auto bits = [](int64_t min, int64_t max) {
    return accumulatorBits(SumRange{min, max});
  };
  EXPECT_EQ(bits(-128, 127), 8u);
  EXPECT_EQ(bits(-129, 0), 16u);
  EXPECT_EQ(bits(0, 128), 16u);
  EXPECT_EQ(bits(-32768, 32767), 16u);
  EXPECT_EQ(bits(0, 32768), 32u);
  EXPECT_EQ(bits(-2147483648LL, 2147483647LL), 32u);
  EXPECT_EQ(bits(0, 2147483648LL), std::nullopt);
}
