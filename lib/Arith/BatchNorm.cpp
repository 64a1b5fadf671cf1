//===- BatchNorm.cpp - Batch normalization, fixed statistics ----*- C++ -*-===//

#include "qnn/Arith/BatchNorm.h"
#include <cmath>

float qnn::batchNormFactor(float scale, float variance, float epsilon) {
  float sum = variance + epsilon;
  return scale / std::sqrt(sum);
}

float qnn::batchNorm(float x, float factor, float bias, float mean) {
  float difference = x - mean;
  float product = difference * factor;
  return product + bias;
}
