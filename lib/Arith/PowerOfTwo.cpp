//===- PowerOfTwo.cpp - Numbers rounded to powers of two --------*- C++ -*-===//

#include "qnn/Arith/PowerOfTwo.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

/// Zeros, NaN and infinities are between no powers of two.
static bool hasExponent(float x) { return std::isfinite(x) && x != 0; }

static float signedPower(float x, int exponent) {
  return std::copysign(std::ldexp(1.0f, exponent), x);
}

float qnn::ap2(float x) {
  if (!hasExponent(x))
    return x;
  // The greatest float below sqrt(2).
  constexpr float middle = 0x1.6a09e6p0f;
  bool up = fractionAbovePower(x) + 1.0f > middle;
  return signedPower(x, std::ilogb(x) + up);
}

float qnn::floorPowerOfTwo(float x) {
  return hasExponent(x) ? signedPower(x, std::ilogb(x)) : x;
}

float qnn::fractionAbovePower(float x) {
  if (!hasExponent(x))
    return 0;
  return std::ldexp(std::fabs(x), -std::ilogb(x)) - 1.0f;
}

static float powerInRange(float x, bool up, ExponentRange range) {
  if (!hasExponent(x))
    return x;
  return signedPower(x, std::clamp(std::ilogb(x) + up, range.min, range.max));
}

float qnn::exponential(float x, ExponentRange range) {
  return powerInRange(x, fractionAbovePower(x) > 0.5f, range);
}

float qnn::stochasticExponential(float x, float uniform, ExponentRange range) {
  return powerInRange(x, uniform < fractionAbovePower(x), range);
}

float qnn::logQuant(float x, float min, float max) {
  return std::min(std::max(ap2(x), min), max);
}

float qnn::logQuantLeast(unsigned bits) {
  return std::ldexp(1.0f, 1 - (1 << (bits - 1)));
}
