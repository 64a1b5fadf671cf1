//===- Rounding.cpp - To the integer, seven ways ----------------*- C++ -*-===//

#include "qnn/Arith/Rounding.h"
#include <cmath>

using namespace qnn;

/// Towards 0 what lies at or below the middle, else away from it. The fraction
/// is exact: x and trunc(x) have the same exponent or x is below 2.
template <typename T>
static T halfDown(T x) {
  T whole = std::trunc(x);
  if (!(std::fabs(x - whole) > T(0.5)))
    return whole;
  return whole + std::copysign(T(1), x);
}

/// Does not depend on the rounding mode of the processor.
template <typename T>
static T halfEven(T x) {
  T up = std::round(x);
  bool tie = std::fabs(x - std::trunc(x)) == T(0.5);
  if (!tie || std::fmod(up, T(2)) == T(0))
    return up;
  return std::copysign(std::trunc(x), x);
}

template <typename T>
static T roundImpl(T x, RoundingMode mode) {
  switch (mode) {
  case RoundingMode::HalfEven:
    return halfEven(x);
  case RoundingMode::HalfUp:
    return std::round(x);
  case RoundingMode::HalfDown:
    return halfDown(x);
  case RoundingMode::Ceil:
    return std::ceil(x);
  case RoundingMode::Floor:
    return std::floor(x);
  case RoundingMode::Up:
    return std::signbit(x) ? std::floor(x) : std::ceil(x);
  case RoundingMode::Down:
    return std::trunc(x);
  }
  return x;
}

float qnn::roundTo(float x, RoundingMode mode) { return roundImpl(x, mode); }
double qnn::roundTo(double x, RoundingMode mode) { return roundImpl(x, mode); }
