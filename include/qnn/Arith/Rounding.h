//===- Rounding.h - To the integer, seven ways ------------------*- C++ -*-===//
//
// QONNX computes HALF_UP as sign(x) floor(|x| + 0.5). That sum is rounded
// itself, so 0.49999997f (the float before 0.5) becomes 1. Here every mode
// means what its name says, on all floats; the two differ at that value only,
// as far as floats have fractions (below 2^23).
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_ROUNDING_H
#define QNN_ARITH_ROUNDING_H

#include "qnn/Arith/Enums.h"

namespace qnn {

/// `x` rounded to an integer. NaN, infinities and zeros (with their sign) stay;
/// what is rounded to zero keeps its sign.
float roundTo(float x, RoundingMode mode);
double roundTo(double x, RoundingMode mode);

} // namespace qnn

#endif // QNN_ARITH_ROUNDING_H
