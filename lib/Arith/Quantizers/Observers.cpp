//===- Observers.cpp - Ranges of tensors that are seen ----------*- C++ -*-===//

#include "qnn/Arith/Quantizers/Observers.h"
#include "qnn/Arith/Rounding.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

void MinMaxObserver::observe(llvm::ArrayRef<float> values) {
  for (float x : values) {
    if (std::isnan(x))
      continue;
    seen.min = any ? std::min(seen.min, x) : x;
    seen.max = any ? std::max(seen.max, x) : x;
    any = true;
  }
}

void AverageMinMaxObserver::observe(llvm::ArrayRef<float> values) {
  if (values.empty())
    return;
  MinMaxObserver batch;
  batch.observe(values);
  float old = any ? momentum : 0.0f;
  average.min = old * average.min + (1.0f - old) * batch.range().min;
  average.max = old * average.max + (1.0f - old) * batch.range().max;
  any = true;
}

void PercentileObserver::observe(llvm::ArrayRef<float> batch) {
  for (float x : batch)
    if (!std::isnan(x))
      values.push_back(x);
}

/// Between the numbers around `position` in ascending order.
static float interpolated(llvm::ArrayRef<float> sorted, double position) {
  size_t below = static_cast<size_t>(position);
  size_t above = std::min(below + 1, sorted.size() - 1);
  double fraction = position - static_cast<double>(below);
  return static_cast<float>(sorted[below] +
                            fraction * (sorted[above] - sorted[below]));
}

ObservedRange PercentileObserver::range() const {
  if (values.empty())
    return {};
  std::vector<float> sorted = values;
  llvm::sort(sorted);
  double last = static_cast<double>(sorted.size() - 1);
  double upper = last * percentile / 100;
  return {interpolated(sorted, last - upper), interpolated(sorted, upper)};
}

AffineScale qnn::affineScale(ObservedRange range, unsigned bits) {
  float min = std::min(range.min, 0.0f), max = std::max(range.max, 0.0f);
  if (min == max)
    return {};
  float greatest = static_cast<float>((1u << bits) - 1);
  float scale = (max - min) / greatest;
  float zeroPoint = roundTo(-min / scale, RoundingMode::HalfEven);
  return {scale, std::clamp(zeroPoint, 0.0f, greatest)};
}

AffineScale qnn::symmetricScale(ObservedRange range, unsigned bits) {
  float magnitude = std::max(std::fabs(range.min), std::fabs(range.max));
  if (magnitude == 0)
    return {};
  return {magnitude / static_cast<float>((1u << (bits - 1)) - 1), 0};
}
