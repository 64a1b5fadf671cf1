//===- Observers.h - Ranges of tensors that are seen ------------*- C++ -*-===//
//
// A network for int8 is calibrated: observers watch its tensors, and scale and
// zero point follow from the range that they found.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_QUANTIZERS_OBSERVERS_H
#define QNN_ARITH_QUANTIZERS_OBSERVERS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace qnn {

/// From `min` to `max`, both finite.
struct ObservedRange {
  float min = 0, max = 0;
};

/// The least and the greatest number of all batches; NaN is skipped.
class MinMaxObserver {
public:
  void observe(llvm::ArrayRef<float> values);
  /// 0 to 0 where nothing was seen.
  ObservedRange range() const { return seen; }

private:
  ObservedRange seen;
  bool any = false;
};

/// A running average of each batch's range: momentum of the old, the rest of
/// the new one.
class AverageMinMaxObserver {
public:
  explicit AverageMinMaxObserver(float momentum) : momentum(momentum) {}
  void observe(llvm::ArrayRef<float> values);
  ObservedRange range() const { return average; }

private:
  float momentum;
  ObservedRange average;
  bool any = false;
};

/// What is left when the outermost numbers are cut off: `percentile` of all
/// numbers lie at or below `max`, and as many at or above `min`. Between two
/// numbers it is interpolated, as NumPy does. Keeps all numbers.
class PercentileObserver {
public:
  /// `percentile` in (50, 100].
  explicit PercentileObserver(double percentile) : percentile(percentile) {}
  void observe(llvm::ArrayRef<float> values);
  ObservedRange range() const;

private:
  double percentile;
  std::vector<float> values;
};

/// Scale and zero point of qnn.quantizer.
struct AffineScale {
  float scale = 1, zeroPoint = 0;
};

/// Unsigned codes of `bits` bits for a range that is widened to hold 0, whose
/// code is then exact. An empty range gives scale 1.
AffineScale affineScale(ObservedRange range, unsigned bits);

/// Signed narrow codes: scale = greatest magnitude / (2^(bits-1) - 1).
AffineScale symmetricScale(ObservedRange range, unsigned bits);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZERS_OBSERVERS_H
