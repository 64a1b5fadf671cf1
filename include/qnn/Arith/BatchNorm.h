//===- BatchNorm.h - Batch normalization with fixed statistics --*- C++ -*-===//
//
// One order of operations, each rounded to f32 (never contracted to an fma), so
// that thresholds which are found by evaluating it hold for compiled code.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_BATCHNORM_H
#define QNN_ARITH_BATCHNORM_H

namespace qnn {

/// scale / sqrt(variance + epsilon).
float batchNormFactor(float scale, float variance, float epsilon);
double batchNormFactor(double scale, double variance, double epsilon);

/// (x - mean) * factor + bias.
float batchNorm(float x, float factor, float bias, float mean);
double batchNorm(double x, double factor, double bias, double mean);

} // namespace qnn

#endif // QNN_ARITH_BATCHNORM_H
