//===- Thresholds.h - Integer thresholds of a step function -----*- C++ -*-===//
//
// Between an integer sum and the next quantizer lies some float arithmetic.
// Seen from outside it is a function from the sum v to a level 0 .. L. Where it
// only rises (or only falls), it equals a count of thresholds that v (or -v)
// reaches. The thresholds are found by evaluating the function itself at
// integers, never by inverting formulas, so they are exact whatever its
// rounding.
//
// Example: level(v) = v >= 3 ? 2 : v >= -1 ? 1 : 0 on [-8, 7], L = 3, has the
// thresholds -1, 3, INT32_MAX.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_THRESHOLDS_H
#define QNN_ARITH_THRESHOLDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace qnn {

/// The threshold that every sum reaches, and the one that none does.
constexpr int32_t alwaysReached = std::numeric_limits<int32_t>::min();
constexpr int32_t neverReached = std::numeric_limits<int32_t>::max();

/// How a step function behaves over its range.
enum class StepDirection { Constant, Rising, Falling };

/// A step function as thresholds. For all v of the range:
///   level(v) = countReached(thresholds, v)   (Constant, Rising)
///   level(v) = countReached(thresholds, -v)  (Falling)
/// `thresholds` is ascending and has as many entries as there are levels above
/// 0; those that every v of the range reaches are alwaysReached, those that
/// none does are neverReached. Constant has no others.
struct StepFunction {
  StepDirection direction = StepDirection::Constant;
  std::vector<int32_t> thresholds;
};

/// The number of thresholds that are not above v.
int32_t countReached(llvm::ArrayRef<int32_t> thresholds, int32_t v);

/// Thresholds of a function that is known to be monotone, rising or falling,
/// on [low, high], by binary search: about maxLevel * log2(high - low) calls.
/// Requires INT32_MIN < low <= high < INT32_MAX, levels within 0 .. maxLevel.
StepFunction findThresholds(llvm::function_ref<int32_t(int32_t)> level,
                            int32_t low, int32_t high, int32_t maxLevel);

/// The same without knowing: calls `level` on every integer of the range and
/// returns nothing where it both rises and falls.
std::optional<StepFunction>
scanThresholds(llvm::function_ref<int32_t(int32_t)> level, int32_t low,
               int32_t high, int32_t maxLevel);

} // namespace qnn

#endif // QNN_ARITH_THRESHOLDS_H
