//===- Quantize.h - Floats to numbers of a code and back --------*- C++ -*-===//
//
// The formula of #qnn.quantizer, each step rounded to f32:
//
//   number = clamp(round(x / scale + zeroPoint), min, max)
//   value  = (number - zeroPoint) * scale
//
// and for the bipolar encoding number = sign(x). x / scale is a division:
// x * (1 / scale) rounds differently.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_QUANTIZE_H
#define QNN_ARITH_QUANTIZE_H

#include "qnn/Arith/Code.h"

namespace qnn {

/// What all channels of a quantizer have in common.
struct QuantizerSpec {
  unsigned bits = 8;
  Encoding encoding = Encoding::Signed;
  bool narrow = false;
  RoundingMode rounding = RoundingMode::HalfEven;
  SignZero signZero = SignZero::PlusOne;
};

/// -1 or +1; of zeros (both signs) what `zero` says, of NaN -1.
int32_t signOf(float x, SignZero zero);

/// round(x), then into [min, max]; NaN becomes min.
int32_t roundAndClamp(float x, RoundingMode rounding, int32_t min, int32_t max);

/// The number that `x` is quantized to. NaN becomes the least number. Bipolar
/// with SignZero::Zero: 0 for zeros, which is no number of that code.
int32_t quantizeToNumber(float x, float scale, float zeroPoint,
                         const QuantizerSpec &spec);

/// The bit pattern of that number. Not for SignZero::Zero.
uint32_t encode(float x, float scale, float zeroPoint,
                const QuantizerSpec &spec);

/// (number - zeroPoint) * scale; for sums, too.
float decode(int32_t number, float scale, float zeroPoint);

/// decode of quantizeToNumber; bipolar: sign(x) * scale.
float fakeQuantize(float x, float scale, float zeroPoint,
                   const QuantizerSpec &spec);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZE_H
