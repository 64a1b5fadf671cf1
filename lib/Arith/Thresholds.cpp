//===- Thresholds.cpp - Integer thresholds of a step function ---*- C++ -*-===//

#include "qnn/Arith/Thresholds.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cassert>

using namespace qnn;

int32_t qnn::countReached(llvm::ArrayRef<int32_t> thresholds, int32_t v) {
  return llvm::count_if(thresholds,
                        [v](int32_t threshold) { return v >= threshold; });
}

/// Least v in (below, reached] with level(v) >= wanted, for a rising function
/// whose level is lower at `below` and high enough at `reached`.
static int64_t firstReaching(llvm::function_ref<int32_t(int32_t)> level,
                             int64_t below, int64_t reached, int32_t wanted) {
  while (reached - below > 1) {
    int64_t middle = below + (reached - below) / 2;
    if (level(middle) >= wanted)
      reached = middle;
    else
      below = middle;
  }
  return reached;
}

/// Thresholds of a rising function on [low, high].
static std::vector<int32_t>
risingThresholds(llvm::function_ref<int32_t(int32_t)> level, int64_t low,
                 int64_t high, int32_t maxLevel) {
  int32_t first = level(low), last = level(high);
  std::vector<int32_t> thresholds;
  int64_t below = low;
  for (int32_t wanted = 1; wanted <= maxLevel; ++wanted) {
    if (wanted <= first) {
      thresholds.push_back(alwaysReached);
    } else if (wanted > last) {
      thresholds.push_back(neverReached);
    } else {
      int64_t threshold = firstReaching(level, below, high, wanted);
      thresholds.push_back(threshold);
      below = threshold - 1;
    }
  }
  return thresholds;
}

StepFunction qnn::findThresholds(llvm::function_ref<int32_t(int32_t)> level,
                                 int32_t low, int32_t high, int32_t maxLevel) {
  assert(alwaysReached < low && low <= high && high < neverReached);
  int32_t first = level(low), last = level(high);
  assert(0 <= std::min(first, last) && std::max(first, last) <= maxLevel);
  if (last < first) {
    auto mirrored = [&](int32_t v) { return level(-v); };
    return {StepDirection::Falling, risingThresholds(mirrored, -int64_t(high),
                                                     -int64_t(low), maxLevel)};
  }
  return {first == last ? StepDirection::Constant : StepDirection::Rising,
          risingThresholds(level, low, high, maxLevel)};
}

std::optional<StepFunction>
qnn::scanThresholds(llvm::function_ref<int32_t(int32_t)> level, int32_t low,
                    int32_t high, int32_t maxLevel) {
  bool rises = false, falls = false;
  int32_t previous = level(low);
  for (int64_t v = int64_t(low) + 1; v <= high; ++v) {
    int32_t current = level(v);
    rises |= current > previous;
    falls |= current < previous;
    previous = current;
    if (rises && falls)
      return std::nullopt;
  }
  return findThresholds(level, low, high, maxLevel);
}
