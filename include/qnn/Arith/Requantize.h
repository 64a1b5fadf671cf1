//===- Requantize.h - Sums to numbers of a code by a line -------*- C++ -*-===//

#ifndef QNN_ARITH_REQUANTIZE_H
#define QNN_ARITH_REQUANTIZE_H

#include "qnn/Arith/Enums.h"

namespace qnn {

/// clamp(round(f32(sum) * scale + bias), min, max), product and sum each
/// rounded to f32; NaN becomes min.
int32_t requantize(int32_t sum, float scale, float bias, RoundingMode rounding,
                   int32_t min, int32_t max);

} // namespace qnn

#endif // QNN_ARITH_REQUANTIZE_H
