//===- Surrogates.cpp - Derivatives in the place of a step's ----*- C++ -*-===//

#include "qnn/Arith/Surrogates.h"
#include "qnn/Arith/Rounding.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>
#include <cmath>

#include "qnn/Arith/TrainingEnums.cpp.inc"

using namespace qnn;

/// 1 / cosh^2(y).
template <typename T>
static T sech2(T y) {
  T e = std::exp(T(-2) * std::fabs(y));
  T sum = T(1) + e;
  return T(4) * e / (sum * sum);
}

template <typename T>
static T modifiedTanh(T k, T x) {
  T even = T(2) * roundTo(x / T(2), RoundingMode::HalfEven);
  return std::tanh(k * (x - even)) + even;
}

template <typename T>
static T modifiedTanhDerivative(T k, T m, T x) {
  if (!(std::fabs(modifiedTanh(k, x)) <= m))
    return T(0);
  T even = T(2) * roundTo(x / T(2), RoundingMode::HalfEven);
  return k * sech2(k * (x - even));
}

/// With e = e^-|y|: 1 + cosh y = (1 + e)^2 / 2 e, tanh(|y|/2) = (1-e) / (1+e).
/// Beyond y = 80 the result is 0 for f32; y may have become infinite there.
template <typename T>
static T swishSignDerivative(T beta, T x) {
  T y = std::min(std::fabs(beta * x), T(80)), e = std::exp(-y);
  T numerator = T(2) - y * ((T(1) - e) / (T(1) + e));
  return beta * numerator * (T(2) * e / ((T(1) + e) * (T(1) + e)));
}

template <typename T>
static T swishSign(T beta, T x) {
  T y = beta * x, s = T(1) / (T(1) + std::exp(-y));
  return T(2) * s * (T(1) + y * (T(1) - s)) - T(1);
}

template <typename T>
T qnn::surrogateDerivative(const SurrogateGradient &surrogate, T x) {
  T a = surrogate.first, b = surrogate.second;
  switch (surrogate.kind) {
  case SurrogateKind::Identity:
    return T(1);
  case SurrogateKind::Window:
    return a <= x && x <= b ? T(1) : T(0);
  case SurrogateKind::OpenWindow:
    return a < x && x < b ? T(1) : T(0);
  case SurrogateKind::Tanh:
    return a * sech2(a * x);
  case SurrogateKind::ModifiedTanh:
    return modifiedTanhDerivative(a, b, x);
  case SurrogateKind::ApproxSign:
    return std::fabs(x) < T(1) ? T(2) - T(2) * std::fabs(x) : T(0);
  case SurrogateKind::SwishSign:
    return swishSignDerivative(a, x);
  case SurrogateKind::IRNet:
    return b * a * sech2(a * x);
  case SurrogateKind::LeakyTanh:
    return std::fabs(x) <= T(1) ? T(1) : a;
  }
  return T(0);
}

template <typename T>
T qnn::surrogatePrimitive(const SurrogateGradient &surrogate, T x) {
  T a = surrogate.first, b = surrogate.second;
  T clipped = std::clamp(x, T(-1), T(1));
  switch (surrogate.kind) {
  case SurrogateKind::Identity:
    return x;
  case SurrogateKind::Window:
  case SurrogateKind::OpenWindow:
    return std::clamp(x, a, b);
  case SurrogateKind::Tanh:
    return std::tanh(a * x);
  case SurrogateKind::ModifiedTanh:
    return std::clamp(modifiedTanh(a, x), -b, b);
  case SurrogateKind::ApproxSign:
    return T(2) * clipped - clipped * std::fabs(clipped);
  case SurrogateKind::SwishSign:
    return swishSign(a, x);
  case SurrogateKind::IRNet:
    return b * std::tanh(a * x);
  case SurrogateKind::LeakyTanh:
    return clipped + a * (x - clipped);
  }
  return T(0);
}

template float qnn::surrogateDerivative(const SurrogateGradient &, float);
template double qnn::surrogateDerivative(const SurrogateGradient &, double);
template float qnn::surrogatePrimitive(const SurrogateGradient &, float);
template double qnn::surrogatePrimitive(const SurrogateGradient &, double);

unsigned qnn::surrogateParameterCount(SurrogateKind kind) {
  switch (kind) {
  case SurrogateKind::Identity:
  case SurrogateKind::ApproxSign:
    return 0;
  case SurrogateKind::Tanh:
  case SurrogateKind::SwishSign:
  case SurrogateKind::LeakyTanh:
    return 1;
  case SurrogateKind::Window:
  case SurrogateKind::OpenWindow:
  case SurrogateKind::ModifiedTanh:
  case SurrogateKind::IRNet:
    return 2;
  }
  return 0;
}

template <typename... Parts>
static llvm::Error refuse(SurrogateKind kind, const Parts &...parts) {
  std::string message = "surrogate ";
  llvm::raw_string_ostream stream(message);
  stream << stringifySurrogateKind(kind) << ": ";
  (stream << ... << parts);
  return llvm::createStringError(message);
}

llvm::Expected<SurrogateGradient>
qnn::makeSurrogate(SurrogateKind kind, llvm::ArrayRef<float> parameters) {
  unsigned count = surrogateParameterCount(kind);
  if (parameters.size() != count)
    return refuse(kind, "expected ", count, " parameters, but got ",
                  parameters.size());
  SurrogateGradient result;
  result.kind = kind;
  result.first = count > 0 ? parameters[0] : 0;
  result.second = count > 1 ? parameters[1] : 0;
  bool isWindow =
      kind == SurrogateKind::Window || kind == SurrogateKind::OpenWindow;
  if (isWindow && !(result.first <= result.second))
    return refuse(kind, "expected low <= high, but got ", result.first, ", ",
                  result.second);
  if (!isWindow && kind != SurrogateKind::LeakyTanh)
    for (float parameter : parameters)
      if (!(parameter > 0))
        return refuse(kind, "expected a positive parameter, but got ",
                      parameter);
  return result;
}

SurrogateGradient qnn::irNetSchedule(double progress, double first,
                                     double last) {
  double t = first * std::pow(last / first, progress);
  return SurrogateGradient::irNet(static_cast<float>(t),
                                  static_cast<float>(std::max(1 / t, 1.0)));
}
