//===- AccumulatorRange.cpp - What sums can occur ---------------*- C++ -*-===//

#include "qnn/Arith/AccumulatorRange.h"
#include <algorithm>
#include <cassert>

using namespace qnn;

/// The range of one filter tap inside the image.
static SumRange tapRange(llvm::ArrayRef<int32_t> weights, int32_t low,
                         int32_t high) {
  SumRange range;
  for (int64_t weight : weights) {
    range.min += std::min(weight * low, weight * high);
    range.max += std::max(weight * low, weight * high);
  }
  return range;
}

SumRange qnn::sumRange(llvm::ArrayRef<int32_t> weights, int64_t channels,
                       int32_t low, int32_t high,
                       std::optional<int32_t> padding) {
  assert(low <= high && channels > 0 && weights.size() % channels == 0);
  SumRange range;
  for (; !weights.empty(); weights = weights.drop_front(channels)) {
    llvm::ArrayRef<int32_t> tap = weights.take_front(channels);
    SumRange inside = tapRange(tap, low, high);
    if (padding) {
      SumRange outside = tapRange(tap, *padding, *padding);
      inside.min = std::min(inside.min, outside.min);
      inside.max = std::max(inside.max, outside.max);
    }
    range.min += inside.min;
    range.max += inside.max;
  }
  return range;
}

std::vector<SumRange> qnn::sumRanges(llvm::ArrayRef<int32_t> weights,
                                     int64_t outChannels, int64_t channels,
                                     int32_t low, int32_t high,
                                     std::optional<int32_t> padding) {
  assert(outChannels > 0 && weights.size() % outChannels == 0);
  size_t length = weights.size() / outChannels;
  std::vector<SumRange> ranges;
  for (int64_t channel = 0; channel < outChannels; ++channel)
    ranges.push_back(sumRange(weights.slice(channel * length, length), channels,
                              low, high, padding));
  return ranges;
}

std::optional<unsigned> qnn::accumulatorBits(llvm::ArrayRef<SumRange> ranges) {
  SumRange all;
  for (const SumRange &range : ranges) {
    all.min = std::min(all.min, range.min);
    all.max = std::max(all.max, range.max);
  }
  for (unsigned bits : {8u, 16u, 32u}) {
    int64_t limit = int64_t(1) << (bits - 1);
    if (all.min >= -limit && all.max < limit)
      return bits;
  }
  return std::nullopt;
}
