//===- BatchNorm.cpp - Batch normalization, fixed statistics ----*- C++ -*-===//

#include "qnn/Arith/BatchNorm.h"
#include <cmath>

// Named steps: a product and a sum are two roundings.
template <typename T>
static T factorOf(T scale, T variance, T epsilon) {
  T sum = variance + epsilon;
  return scale / std::sqrt(sum);
}

template <typename T>
static T normalize(T x, T factor, T bias, T mean) {
  T difference = x - mean;
  T product = difference * factor;
  return product + bias;
}

float qnn::batchNormFactor(float scale, float variance, float epsilon) {
  return factorOf(scale, variance, epsilon);
}

double qnn::batchNormFactor(double scale, double variance, double epsilon) {
  return factorOf(scale, variance, epsilon);
}

float qnn::batchNorm(float x, float factor, float bias, float mean) {
  return normalize(x, factor, bias, mean);
}

double qnn::batchNorm(double x, double factor, double bias, double mean) {
  return normalize(x, factor, bias, mean);
}
