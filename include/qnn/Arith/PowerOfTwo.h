//===- PowerOfTwo.h - Numbers rounded to powers of two ----------*- C++ -*-===//
//
// Products with powers of two are shifts. All functions look at the bits of the
// float, never at a rounded logarithm: they are exact, denormals included. Zero
// keeps its sign; NaN and infinities stay.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_POWEROFTWO_H
#define QNN_ARITH_POWEROFTWO_H

#include <cstdint>

namespace qnn {

/// sign(x) 2^round(log2 |x|), AP2 of Courbariaux et al. There are no ties: the
/// middle of the exponents, sqrt(2), is irrational.
float ap2(float x);

/// sign(x) 2^floor(log2 |x|).
float floorPowerOfTwo(float x);

/// |x| / 2^floor(log2 |x|) - 1, in [0, 1): how far x lies between two powers.
/// 0 of zero, NaN and infinities.
float fractionAbovePower(float x);

/// Exponents that a power of two may have; greater ones become `max`, lesser
/// ones `min` (of a float that is not zero).
struct ExponentRange {
  int min = -22, max = 9;
};

/// Ott et al.'s deterministic exponential quantization: the upper power where
/// fractionAbovePower(x) > 1/2, else the lower. sign(0) = 0.
float exponential(float x, ExponentRange range = {});

/// The upper power with probability fractionAbovePower(x), which makes it
/// unbiased, else the lower; `uniform` in [0, 1). Also Lin et al.'s quantized
/// back-propagation, where it is applied to the inputs of a layer for the
/// gradient of its weights.
float stochasticExponential(float x, float uniform, ExponentRange range = {});

/// QNN's LogQuant: clip(ap2(x), min, max).
float logQuant(float x, float min, float max);

/// The least positive number of a logarithmic code of `bits` bits that has a
/// sign and a zero, and whose greatest is 1: 2^-(2^(bits-1) - 1).
float logQuantLeast(unsigned bits);

} // namespace qnn

#endif // QNN_ARITH_POWEROFTWO_H
