//===- Requantize.cpp - Sums to numbers of a code by a line -----*- C++ -*-===//

#include "qnn/Arith/Requantize.h"
#include "qnn/Arith/Quantize.h"

int32_t qnn::requantize(int32_t sum, float scale, float bias,
                        RoundingMode rounding, int32_t min, int32_t max) {
  float product = static_cast<float>(sum) * scale;
  return roundAndClamp(product + bias, rounding, min, max);
}
