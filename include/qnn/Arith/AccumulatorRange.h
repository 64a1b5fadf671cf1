//===- AccumulatorRange.h - What sums can occur -----------------*- C++ -*-===//
//
// The least and the greatest sum of products that given weights can make with
// any activations of a code. Thresholds are searched within it, and the width
// of accumulators is proven from it.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_ACCUMULATORRANGE_H
#define QNN_ARITH_ACCUMULATORRANGE_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace qnn {

/// Both ends are included.
struct SumRange {
  int64_t min = 0, max = 0;
};

/// The range of sum_k weights[k] * a[k] of one output channel.
/// `weights` are numbers (not codes), [taps, channels] in order; every a[k] is
/// within [low, high]. Where the image is padded, `padding` is the number that
/// padding holds (0: the tap adds nothing): then each tap may lie in it, all
/// channels of the tap at once. Without `padding` no tap does, and both ends
/// are attained; with it they are attained if any subset of the taps may be
/// in the padding.
SumRange sumRange(llvm::ArrayRef<int32_t> weights, int64_t channels,
                  int32_t low, int32_t high,
                  std::optional<int32_t> padding = std::nullopt);

/// sumRange for each of the equal parts of `weights`, one an output channel.
std::vector<SumRange> sumRanges(llvm::ArrayRef<int32_t> weights,
                                int64_t outChannels, int64_t channels,
                                int32_t low, int32_t high,
                                std::optional<int32_t> padding = std::nullopt);

/// The least of 8, 16 and 32 bits whose signed integers hold every sum of
/// `ranges`; nothing where 32 do not. A sum that is built up by wrapping
/// additions is right in that width even where a partial sum leaves it.
std::optional<unsigned> accumulatorBits(llvm::ArrayRef<SumRange> ranges);

} // namespace qnn

#endif // QNN_ARITH_ACCUMULATORRANGE_H
