//===- Linear.h - Quantizers on uniform grids -------------------*- C++ -*-===//
//
// Rounding is half to even. Where a formula divides the rounded number by
// 2^k - 1, the number is multiplied by the float nearest to 1 / (2^k - 1):
// that is what qnn.quantize does, so a trained network and what is deployed of
// it agree in every bit. NaN becomes the least level, as there.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_QUANTIZERS_LINEAR_H
#define QNN_ARITH_QUANTIZERS_LINEAR_H

#include "qnn/Arith/Enums.h"
#include "llvm/ADT/ArrayRef.h"

namespace qnn {

/// q(x, a, n): the nearest of n levels from -a to a,
///   clip(2 a / (n - 1) round((x + a) (n - 1) / (2 a)) - a, -a, a),
/// ties to the even index, counted from -a. Computed as a quantizer with scale
/// 2 a / (n - 1) and zero point (n - 1) / 2; two levels by the sign, -a of 0.
float levels(float x, float a, unsigned n);

/// The same where b bits have the odd integers as levels: a = 2^b - 1, n = 2^b.
float oddLevels(float x, unsigned bits);

/// QNN's LinearQuant: clip(round(x / step) step, min, max).
float linearQuant(float x, float step, float min, float max);

/// Its step for `bits` bits on [-1, 1): 2^-(bits - 1).
float linearQuantStep(unsigned bits);

/// Moons et al.: clip(round(x 2^(b-1)), -2^(b-1), 2^(b-1) - 1) / 2^(b-1);
/// also their quantized tanh. One bit would give -1 and 0.
float moons(float x, unsigned bits);

/// Their quantized relu,
///   clip(2 round(hardSigmoid(x) 2^b) / 2^b - 1, 0, 1 - 2^-(b-1)).
float moonsRelu(float x, unsigned bits);

/// x where x >= 0, else alpha x; Moons et al. have alpha = 0.1.
float leakyRelu(float x, float alpha);

/// Their scale of a maximum, a power of two: 2^ceil(log2 greatest).
float moonsMaxScale(float greatest);

/// DoReFa's quantize_k on [0, 1]: round((2^k - 1) x) / (2^k - 1), in range.
float unitQuant(float x, unsigned bits);

/// DoReFa's activations: unitQuant(clip(x, 0, 1)); 32 bits: x.
float dorefaActivation(float x, unsigned bits);

/// max |tanh w| over the tensor: what dorefaWeight needs.
float maxTanh(llvm::ArrayRef<float> weights);

/// DoReFa's weights of 2 to 31 bits,
///   2 quantize_k(tanh w / (2 maxTanh) + 1/2) - 1; 32 bits: w.
/// One bit is meanMagnitude(tensor) sign(w).
float dorefaWeight(float w, float maxTanh, unsigned bits);

/// DoReFa's gradients, `greatest` = max |g| over a sample, `uniform` in [0, 1):
///   2 greatest (quantize_k(g / (2 greatest) + 1/2 + N) - 1/2),
///   N = (uniform - 1/2) / (2^k - 1). A greatest of 0 gives 0.
float dorefaGradient(float g, float greatest, float uniform, unsigned bits);

/// LSQ: round(clip(x / step, min, max)) step.
float learnedStep(float x, float step, int32_t min, int32_t max);

/// LSQ's first step, 2 mean|x| / sqrt(max), and the factor on its gradient,
/// 1 / sqrt(count max).
float learnedStepInit(llvm::ArrayRef<float> values, int32_t max);
float learnedStepGradientScale(int64_t count, int32_t max);

/// PACT: clip(x, 0, clip) on 2^k - 1 steps.
float pact(float x, float clip, unsigned bits);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZERS_LINEAR_H
