//===- Surrogates.h - Derivatives in the place of a step's ------*- C++ -*-===//
//
// A quantizer is a staircase, whose derivative is 0 nearly everywhere. Backward
// uses the derivative of another function, the primitive, instead:
//
//   kind          parameters  derivative                     primitive
//   identity                  1                              x
//   window        low, high   1[low <= x <= high]            clip(x, low, high)
//   open_window   low, high   1[low < x < high]              clip(x, low, high)
//   tanh          k           k sech^2(k x)                  tanh(k x)
//   modified_tanh k, m        k sech^2(k (x - 2 r))          clip(f3, -m, m)
//                             1[|f3(x)| <= m], r = round(x/2)
//                             f3(x) = tanh(k (x - 2 r)) + 2 r
//   approx_sign               2 - 2 |x| where |x| < 1        2 x - x |x|
//   swish_sign    beta        beta (2 - y tanh(y/2))         2 s(y) (1 + y (1 -
//   s(y))) - 1
//                             / (1 + cosh y), y = beta x     s(y) = 1 / (1 +
//                             e^-y)
//   ir_net        t, k        k t (1 - tanh^2(t x))          k tanh(t x)
//   leaky_tanh    alpha       1 where |x| <= 1, else alpha   its integral
//
// hard tanh is window(-1, 1), the multi-bit window window(-m, m), Bi-Real's
// quadratic is approx_sign. Windows include their bounds as TensorFlow's clip
// does. r ties to even. sech^2 and the like are computed from e^-|y|: no
// cancellation, and nothing overflows.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_SURROGATES_H
#define QNN_ARITH_SURROGATES_H

#include "qnn/Arith/TrainingEnums.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace qnn {

/// A kind and its parameters, in the order of the table above.
struct SurrogateGradient {
  SurrogateKind kind = SurrogateKind::Identity;
  /// Missing ones are 0.
  float first = 0, second = 0;

  static SurrogateGradient identity() { return {}; }
  static SurrogateGradient window(float low, float high) {
    return {SurrogateKind::Window, low, high};
  }
  static SurrogateGradient openWindow(float low, float high) {
    return {SurrogateKind::OpenWindow, low, high};
  }
  static SurrogateGradient tanh(float k) { return {SurrogateKind::Tanh, k, 0}; }
  static SurrogateGradient modifiedTanh(float k, float m) {
    return {SurrogateKind::ModifiedTanh, k, m};
  }
  static SurrogateGradient approxSign() {
    return {SurrogateKind::ApproxSign, 0, 0};
  }
  static SurrogateGradient swishSign(float beta) {
    return {SurrogateKind::SwishSign, beta, 0};
  }
  static SurrogateGradient irNet(float t, float k) {
    return {SurrogateKind::IRNet, t, k};
  }
  static SurrogateGradient leakyTanh(float alpha) {
    return {SurrogateKind::LeakyTanh, alpha, 0};
  }
};

/// How many parameters a kind has.
unsigned surrogateParameterCount(SurrogateKind kind);

/// From a kind and its parameters, or what is wrong with them: their number,
/// low > high, or a k, m, t or beta that is not positive.
llvm::Expected<SurrogateGradient>
makeSurrogate(SurrogateKind kind, llvm::ArrayRef<float> parameters);

/// The derivative at `x`; for float and double.
template <typename T>
T surrogateDerivative(const SurrogateGradient &surrogate, T x);

/// The function whose derivative that is, where it has one: the check by
/// differences. Of modified_tanh each piece between odd integers.
template <typename T>
T surrogatePrimitive(const SurrogateGradient &surrogate, T x);

/// IR-Net's schedule: t rises from `first` to `last` over training on a
/// logarithmic scale, k = max(1/t, 1). `progress` in [0, 1].
SurrogateGradient irNetSchedule(double progress, double first = 0.1,
                                double last = 10);

} // namespace qnn

#endif // QNN_ARITH_SURROGATES_H
