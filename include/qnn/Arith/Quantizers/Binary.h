//===- Binary.h - Quantizers with two levels --------------------*- C++ -*-===//
//
// Deterministic binarization is signOf (Quantize.h), with sign(0) as the caller
// says. Means are those of the reference evaluator's reduction: summed in f64,
// rounded to f32 once.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_QUANTIZERS_BINARY_H
#define QNN_ARITH_QUANTIZERS_BINARY_H

#include "qnn/Arith/Enums.h"
#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace qnn {

/// clip((x + 1) / 2, 0, 1).
float hardSigmoid(float x);

/// 2 round(hardSigmoid(x)) - 1, BinaryNet's program for Theano: the rounding
/// decides about 0 (half to even: -1, half away from zero: +1).
float roundedHardSigmoidSign(float x, RoundingMode rounding);

/// +1 with probability hardSigmoid(x), else -1; `uniform` in [0, 1).
float stochasticSign(float x, float uniform);

/// Mean of |x|: the scale of XNOR-Net and BWN (over a filter), of DoReFa's and
/// BiT's weights (over the tensor), of magnitude-aware sign (over a channel).
float meanMagnitude(llvm::ArrayRef<float> values);

/// Mean, in f64 and rounded once.
float meanOf(llvm::ArrayRef<float> values);

/// Square root of the mean of (x - center)^2.
float deviationAround(llvm::ArrayRef<float> values, float center);

/// scale * sign(x - offset): BiT's weights (offset: the mean) and activations.
float elasticSign(float x, float scale, float offset, SignZero zero);

/// scale * clip(round((x - offset) / scale), 0, 1): BiT's unsigned activations.
float elasticStep(float x, float scale, float offset);

/// scale * sign((x - offset) / scale) + offset, AdaBin; for its weights offset
/// is the mean and scale the deviation around it. A scale of 0 gives offset.
float adaBin(float x, float scale, float offset, SignZero zero);

/// As AdaBin's program has it for activations: scale (sign(..) + offset).
float adaBinAsCoded(float x, float scale, float offset, SignZero zero);

/// XNOR-Net before it binarizes a filter of [channels, taps]: each tap minus
/// its mean over the channels, clipped to [-1, 1].
void centerFilter(llvm::MutableArrayRef<float> filter, int64_t channels);

/// ABC-Net's activations: +1 where clip(x + shift, 0, 1) >= 1/2, else -1.
float shiftedStep(float x, float shift);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZERS_BINARY_H
