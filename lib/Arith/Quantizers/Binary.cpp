//===- Binary.cpp - Quantizers with two levels ------------------*- C++ -*-===//

#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Rounding.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

float qnn::hardSigmoid(float x) {
  float sum = x + 1.0f;
  return std::clamp(sum * 0.5f, 0.0f, 1.0f);
}

float qnn::roundedHardSigmoidSign(float x, RoundingMode rounding) {
  return 2.0f * roundTo(hardSigmoid(x), rounding) - 1.0f;
}

float qnn::stochasticSign(float x, float uniform) {
  return uniform < hardSigmoid(x) ? 1.0f : -1.0f;
}

/// Mean of f(x), summed in f64.
template <typename F>
static double meanBy(llvm::ArrayRef<float> values, F f) {
  double sum = 0;
  for (float x : values)
    sum += f(x);
  return sum / static_cast<double>(values.size());
}

float qnn::meanMagnitude(llvm::ArrayRef<float> values) {
  return static_cast<float>(
      meanBy(values, [](float x) { return std::fabs(x); }));
}

float qnn::meanOf(llvm::ArrayRef<float> values) {
  return static_cast<float>(meanBy(values, [](float x) { return x; }));
}

float qnn::deviationAround(llvm::ArrayRef<float> values, float center) {
  double variance = meanBy(values, [center](float x) {
    float difference = x - center;
    return difference * difference;
  });
  return std::sqrt(static_cast<float>(variance));
}

float qnn::elasticSign(float x, float scale, float offset, SignZero zero) {
  return scale * static_cast<float>(signOf(x - offset, zero));
}

float qnn::elasticStep(float x, float scale, float offset) {
  float quotient = (x - offset) / scale;
  return scale * static_cast<float>(
                     roundAndClamp(quotient, RoundingMode::HalfEven, 0, 1));
}

/// sign((x - offset) / scale): the scale is learned and may be negative.
static float adaBinSign(float x, float scale, float offset, SignZero zero) {
  return static_cast<float>(signOf((x - offset) / scale, zero));
}

float qnn::adaBin(float x, float scale, float offset, SignZero zero) {
  float product = scale * adaBinSign(x, scale, offset, zero);
  return product + offset;
}

float qnn::adaBinAsCoded(float x, float scale, float offset, SignZero zero) {
  return scale * (adaBinSign(x, scale, offset, zero) + offset);
}

void qnn::centerFilter(llvm::MutableArrayRef<float> filter, int64_t channels) {
  int64_t taps = static_cast<int64_t>(filter.size()) / channels;
  for (int64_t t = 0; t < taps; ++t) {
    double sum = 0;
    for (int64_t c = 0; c < channels; ++c)
      sum += filter[c * taps + t];
    float mean = static_cast<float>(sum / static_cast<double>(channels));
    for (int64_t c = 0; c < channels; ++c) {
      float &x = filter[c * taps + t];
      x = std::clamp(x - mean, -1.0f, 1.0f);
    }
  }
}

float qnn::shiftedStep(float x, float shift) {
  return std::clamp(x + shift, 0.0f, 1.0f) >= 0.5f ? 1.0f : -1.0f;
}
