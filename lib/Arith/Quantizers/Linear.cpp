//===- Linear.cpp - Quantizers on uniform grids -----------------*- C++ -*-===//

#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Rounding.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

static float roundEven(float x) { return roundTo(x, RoundingMode::HalfEven); }

/// 2^bits - 1 as a float; exact to 24 bits.
static float greatestOf(unsigned bits) {
  return static_cast<float>((uint64_t(1) << bits) - 1);
}

/// The number of `x` in 0 .. greatest; NaN is 0.
static float numberIn(float x, float greatest) {
  float rounded = roundEven(x);
  return rounded > 0 ? std::min(rounded, greatest) : 0.0f;
}

float qnn::levels(float x, float a, unsigned n) {
  if (n == 2)
    return static_cast<float>(signOf(x, SignZero::MinusOne)) * a;
  float last = static_cast<float>(n - 1);
  float scale = 2.0f * a / last, zeroPoint = last * 0.5f;
  return (numberIn(x / scale + zeroPoint, last) - zeroPoint) * scale;
}

float qnn::oddLevels(float x, unsigned bits) {
  return levels(x, greatestOf(bits), 1u << bits);
}

float qnn::linearQuant(float x, float step, float min, float max) {
  float value = roundEven(x / step) * step;
  return value > min ? std::min(value, max) : min;
}

float qnn::linearQuantStep(unsigned bits) {
  return std::ldexp(1.0f, 1 - static_cast<int>(bits));
}

float qnn::moons(float x, unsigned bits) {
  float step = linearQuantStep(bits);
  return linearQuant(x, step, -1.0f, 1.0f - step);
}

float qnn::moonsRelu(float x, unsigned bits) {
  float count = std::ldexp(1.0f, static_cast<int>(bits));
  float value = 2.0f * roundEven(hardSigmoid(x) * count) / count - 1.0f;
  return std::clamp(value, 0.0f, 1.0f - linearQuantStep(bits));
}

float qnn::leakyRelu(float x, float alpha) { return x >= 0 ? x : alpha * x; }

float qnn::moonsMaxScale(float greatest) {
  int exponent;
  float fraction = std::frexp(greatest, &exponent);
  return std::ldexp(1.0f, fraction == 0.5f ? exponent - 1 : exponent);
}

float qnn::unitQuant(float x, unsigned bits) {
  float greatest = greatestOf(bits);
  return numberIn(x * greatest, greatest) * (1.0f / greatest);
}

float qnn::dorefaActivation(float x, unsigned bits) {
  return bits == 32 ? x : unitQuant(std::clamp(x, 0.0f, 1.0f), bits);
}

float qnn::maxTanh(llvm::ArrayRef<float> weights) {
  float greatest = 0;
  for (float w : weights)
    greatest = std::max(greatest, std::fabs(std::tanh(w)));
  return greatest;
}

float qnn::dorefaWeight(float w, float maxTanh, unsigned bits) {
  if (bits == 32)
    return w;
  float greatest = greatestOf(bits);
  float unit = std::tanh(w) / (2.0f * maxTanh) + 0.5f;
  float odd = 2.0f * numberIn(unit * greatest, greatest) - greatest;
  return odd * (1.0f / greatest);
}

float qnn::dorefaGradient(float g, float greatest, float uniform,
                          unsigned bits) {
  if (greatest == 0)
    return 0;
  float noise = (uniform - 0.5f) / greatestOf(bits);
  float twice = 2.0f * greatest;
  float unit = g / twice + 0.5f + noise;
  return twice * (unitQuant(unit, bits) - 0.5f);
}

float qnn::learnedStep(float x, float step, int32_t min, int32_t max) {
  int32_t number = roundAndClamp(x / step, RoundingMode::HalfEven, min, max);
  return static_cast<float>(number) * step;
}

float qnn::learnedStepInit(llvm::ArrayRef<float> values, int32_t max) {
  return 2.0f * meanMagnitude(values) / std::sqrt(static_cast<float>(max));
}

float qnn::learnedStepGradientScale(int64_t count, int32_t max) {
  return static_cast<float>(
      1.0 / std::sqrt(static_cast<double>(count) * static_cast<double>(max)));
}

float qnn::pact(float x, float clip, unsigned bits) {
  float step = clip / greatestOf(bits);
  return numberIn(std::min(x, clip) / step, greatestOf(bits)) * step;
}
