//===- Quantize.cpp - Floats to numbers of a code and back ------*- C++ -*-===//

#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Rounding.h"
#include <cassert>

using namespace qnn;

int32_t qnn::signOf(float x, SignZero zero) {
  if (x > 0)
    return 1;
  if (x != 0) // NaN too
    return -1;
  switch (zero) {
  case SignZero::PlusOne:
    return 1;
  case SignZero::MinusOne:
    return -1;
  case SignZero::Zero:
    return 0;
  }
  return 0;
}

int32_t qnn::roundAndClamp(float x, RoundingMode rounding, int32_t min,
                           int32_t max) {
  float rounded = roundTo(x, rounding);
  if (!(rounded > static_cast<float>(min))) // NaN too
    return min;
  return rounded >= static_cast<float>(max) ? max
                                            : static_cast<int32_t>(rounded);
}

int32_t qnn::quantizeToNumber(float x, float scale, float zeroPoint,
                              const QuantizerSpec &spec) {
  if (spec.encoding == Encoding::Bipolar)
    return signOf(x, spec.signZero);
  float quotient = x / scale;
  return roundAndClamp(quotient + zeroPoint, spec.rounding,
                       codeMin(spec.bits, spec.encoding, spec.narrow),
                       codeMax(spec.bits, spec.encoding, spec.narrow));
}

uint32_t qnn::encode(float x, float scale, float zeroPoint,
                     const QuantizerSpec &spec) {
  assert(
      (spec.encoding != Encoding::Bipolar || spec.signZero != SignZero::Zero) &&
      "a bipolar code has no zero");
  return numberToCode(quantizeToNumber(x, scale, zeroPoint, spec), spec.bits,
                      spec.encoding);
}

float qnn::decode(int32_t number, float scale, float zeroPoint) {
  float difference = static_cast<float>(number) - zeroPoint;
  return difference * scale;
}

float qnn::fakeQuantize(float x, float scale, float zeroPoint,
                        const QuantizerSpec &spec) {
  int32_t number = quantizeToNumber(x, scale, zeroPoint, spec);
  return decode(number, scale,
                spec.encoding == Encoding::Bipolar ? 0.0f : zeroPoint);
}
