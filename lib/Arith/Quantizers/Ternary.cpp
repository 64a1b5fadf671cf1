//===- Ternary.cpp - Quantizers with three levels ---------------*- C++ -*-===//

#include "qnn/Arith/Quantizers/Ternary.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Rounding.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

float qnn::ternarySign(float x, float threshold) {
  return static_cast<float>((x >= threshold) - (x <= -threshold));
}

float qnn::ternaryThreshold(llvm::ArrayRef<float> weights) {
  return 0.7f * meanMagnitude(weights);
}

float qnn::ternaryConnect(float x, float scale) {
  float half = 0.5f * scale;
  return scale * static_cast<float>((x > half) - (x <= -half));
}

float qnn::stochasticTernary(float x, float scale, float uniform) {
  float probability = std::clamp(std::fabs(x) / scale, 0.0f, 1.0f);
  return uniform < probability ? std::copysign(scale, x) : 0.0f;
}

float qnn::trainedTernary(float x, float threshold, float positive,
                          float negative) {
  if (x > threshold)
    return positive;
  return x < -threshold ? -negative : 0.0f;
}

float qnn::trainedTernaryThreshold(llvm::ArrayRef<float> weights,
                                   float fraction) {
  float greatest = 0;
  for (float w : weights)
    greatest = std::max(greatest, std::fabs(w));
  return fraction * greatest;
}

float qnn::fixedPoint(float x, unsigned integerBits, unsigned fractionBits) {
  int f = static_cast<int>(fractionBits);
  float bound = std::ldexp(1.0f, f + static_cast<int>(integerBits)) - 1.0f;
  float number = roundTo(std::ldexp(x, f), RoundingMode::HalfUp);
  return std::ldexp(std::clamp(number, -bound, bound), -f);
}
