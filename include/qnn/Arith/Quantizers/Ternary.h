//===- Ternary.h - Quantizers with three levels -----------------*- C++ -*-===//

#ifndef QNN_ARITH_QUANTIZERS_TERNARY_H
#define QNN_ARITH_QUANTIZERS_TERNARY_H

#include "llvm/ADT/ArrayRef.h"

namespace qnn {

/// Larq's ternary sign: +1 where x >= threshold, -1 where x <= -threshold, else
/// 0. Its thresholds: 0.05, or ternaryThreshold of the tensor.
float ternarySign(float x, float threshold);

/// 0.7 mean |w| (ternary weight networks).
float ternaryThreshold(llvm::ArrayRef<float> weights);

/// TernaryConnect, deterministic: scale where x > scale / 2, -scale where
/// x <= -scale / 2, else 0. `scale` is Lin's 1, Ott's 1/2 or a Glorot bound.
float ternaryConnect(float x, float scale);

/// TernaryConnect, stochastic: sign(x) scale with probability
/// clip(|x| / scale, 0, 1), else 0; `uniform` in [0, 1).
float stochasticTernary(float x, float scale, float uniform);

/// Trained ternary quantization: `positive` where x > threshold, -`negative`
/// where x < -threshold, else 0.
float trainedTernary(float x, float threshold, float positive, float negative);

/// Its threshold: `fraction` (0.05) of the greatest |w|.
float trainedTernaryThreshold(llvm::ArrayRef<float> weights, float fraction);

/// Ott's fixed point Qm.f: clip(round(x 2^f), +-(2^(f+m) - 1)) / 2^f, halves
/// away from zero. m = 0, f = 1 is pow2-ternarization: -1/2, 0, 1/2.
float fixedPoint(float x, unsigned integerBits, unsigned fractionBits);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZERS_TERNARY_H
