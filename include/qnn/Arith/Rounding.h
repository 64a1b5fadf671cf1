//===- Rounding.h - To the integer, seven ways ------------------*- C++ -*-===//
//
// QONNX computes HALF_UP as sign(x) floor(|x| + 0.5) and HALF_DOWN likewise,
// whose sum is rounded itself: 0.49999997f becomes 1. Here every mode means
// what its name says, on all floats; the two differ at that value and nowhere
// else below 2^23, where floats become integers.
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
