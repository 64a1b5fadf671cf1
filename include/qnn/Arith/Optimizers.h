//===- Optimizers.h - How one parameter changes in one step -----*- C++ -*-===//
//
// Plain functions of one parameter `w`, its gradient `g` and its state, each
// step rounded to f32. What depends on the step only (bias corrections) is
// computed in f64 once and passed as coefficients. Steps count from 1; state
// starts as 0.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_OPTIMIZERS_H
#define QNN_ARITH_OPTIMIZERS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace qnn {

//===----------------------------------------------------------------------===//
// Gradient descent
//===----------------------------------------------------------------------===//

/// torch.optim.SGD with dampening 0:
///   g += weightDecay w;  v = momentum v + g;
///   w -= rate v, with Nesterov w -= rate (g + momentum v).
struct SGD {
  float rate = 0.01f, momentum = 0, weightDecay = 0;
  bool nesterov = false;
};
void update(const SGD &sgd, float g, float &w, float &velocity);

//===----------------------------------------------------------------------===//
// Adam and its kin
//===----------------------------------------------------------------------===//

/// Where epsilon is added: torch divides by sqrt(v / (1 - beta2^t)) + epsilon,
/// Keras (2.6) and Lasagne by sqrt(v) + epsilon and correct the rate.
enum class AdamForm { Torch, Keras };

struct AdamOptions {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  /// Adam: added to the gradient. AdamW (`decoupled`): w *= 1 - rate decay.
  double weightDecay = 0;
  bool decoupled = false;
  AdamForm form = AdamForm::Torch;
};

/// What one step needs of them:
///   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g g;
///   w = keep w - rate m / (correction sqrt(v) + epsilon).
struct Adam {
  float beta1, restOfBeta1, beta2, restOfBeta2;
  float rate, correction, epsilon;
  float keep, decay;
};
Adam adamStep(const AdamOptions &options, int64_t step);
void update(const Adam &adam, float g, float &w, float &m, float &v);

/// torch.optim.Adamax: v = max(beta2 v, |g| + epsilon),
///   w -= rate / (1 - beta1^t) m / v.
struct AdaMax {
  float beta1, restOfBeta1, beta2, rate, epsilon;
};
AdaMax adaMaxStep(double rate, double beta1, double beta2, double epsilon,
                  int64_t step);
void update(const AdaMax &adaMax, float g, float &w, float &m, float &v);

/// Shift-based AdaMax of the paper (QNN): products with powers of two only, but
/// for the means. rate and 1 - beta1, 1 - beta2 are powers of two; defaults
/// 2^-10, 2^-3, 2^-10. `a <<>> b` is a ap2(b):
///   m = beta1 m + (1 - beta1) g;  v = max(v <<>> beta2, |g|);
///   w -= ((1 - beta1^t) >> rate) m <<>> v^-1.
/// beta2 = 1 - 2^-10 has AP2 1. A v of 0 leaves w.
struct ShiftAdaMax {
  float beta1, restOfBeta1, beta2;
  float rate; ///< (1 - beta1^t) shifted by the rate
};
ShiftAdaMax shiftAdaMaxStep(double rate, double restOfBeta1, double restOfBeta2,
                            int64_t step);
void update(const ShiftAdaMax &adaMax, float g, float &w, float &m, float &v);

/// Shift-based AdaMax as BinaryNet's program for Torch7 has it:
///   v = AP2(max(beta2 v, |g|)) + 2^-27;  w -= AP2(rate / (1 - beta1^t)) m / v.
/// A rate per parameter (glorotRate) is multiplied by the caller's `scale`.
struct ShiftAdaMaxAsCoded {
  float beta1, restOfBeta1, beta2;
  float rate; ///< AP2(rate / (1 - beta1^t))
};
ShiftAdaMaxAsCoded shiftAdaMaxAsCodedStep(double rate, double beta1,
                                          double beta2, int64_t step);
void update(const ShiftAdaMaxAsCoded &adaMax, float g, float scale, float &w,
            float &m, float &v);

/// torch.optim.RMSprop, not centered:
///   v = alpha v + (1 - alpha) g g;  b = momentum b + g / (sqrt(v) + epsilon);
///   w -= rate b.
struct RMSProp {
  float rate = 0.01f, alpha = 0.99f, epsilon = 1e-8f, momentum = 0;
};
void update(const RMSProp &rmsProp, float g, float &w, float &v,
            float &velocity);

//===----------------------------------------------------------------------===//
// Binary weights without latent ones
//===----------------------------------------------------------------------===//

/// Bop: m = (1 - gamma) m + gamma g; w = +-1 flips where |m| >= threshold and m
/// has the sign of w.
struct Bop {
  float gamma = 1e-4f, threshold = 1e-8f;
};
void update(const Bop &bop, float g, float &w, float &m);

//===----------------------------------------------------------------------===//
// Around the update
//===----------------------------------------------------------------------===//

/// Latent weights stay in [-bound, bound]; NaN stays.
float clipWeight(float w, float bound);

/// BinaryConnect's W_LR_scale, 1 / sqrt(1.5 / (inputs + outputs)). Adam's rate
/// is multiplied by it, that of SGD by its square.
double glorotRate(int64_t inputs, int64_t outputs);

/// min(1, limit / norm of all gradients): their common factor. `limit` > 0.
double globalNormFactor(double sumOfSquares, double limit);

} // namespace qnn

#endif // QNN_ARITH_OPTIMIZERS_H
