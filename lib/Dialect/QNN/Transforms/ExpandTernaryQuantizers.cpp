//===- ExpandTernaryQuantizers.cpp - Three levels, powers of two *- C++ -*-===//

#include "QuantizerExpansions.h"

#include <cmath>

using namespace mlir;
using namespace qnn;

/// -1, 0 or 1, times `scale`.
static Value ternaryOf(Formula &f, Value plus, Value minus, float scale) {
  Value number = f.sub(plus, minus);
  return f.quantize(scale == 1 ? number : f.mul(number, scale),
                    f.grid(2, Encoding::Ternary, scale));
}

/// Larq: the attribute `scale` is the threshold; missing: 0.7 mean |x|.
static Value expandTernarySign(Formula &f) {
  Value threshold = f.op.getScale() ? f.constant(f.scaleOr(0))
                                    : f.mul(f.meanMagnitude(f.input()), 0.7f);
  Value plus = f.greaterEqual(f.input(), threshold);
  Value minus = f.greaterEqual(f.neg(threshold), f.input());
  return f.throughInput(ternaryOf(f, plus, minus, 1),
                        SurrogateGradient::window(-1, 1));
}

/// dW = g times W_p, 1 or W_n, by region; the learned scales get the sums of g
/// over their regions.
static Value expandTrainedTernary(Formula &f) {
  Value most = f.reduce(ReduceKind::Max, f.abs(f.input()), -1);
  Value threshold = f.mul(most, f.scaleOr(0.05f));
  Value plus = f.greater(f.input(), threshold);
  Value minus = f.greater(f.neg(threshold), f.input());
  Value positive = f.learned(0), negative = f.learned(1);
  Value value = f.sub(f.mul(plus, positive), f.mul(minus, negative));
  if (!f.training)
    return value;
  Value middle = f.sub(f.sub(f.constant(1), plus), minus);
  Value factor =
      f.add(f.add(f.mul(plus, positive), f.mul(minus, negative)), middle);
  Value path = f.add(value, f.mul(f.input(), f.stop(factor)));
  return f.through(value, path);
}

static Value expandTernaryConnect(Formula &f) {
  float scale = f.scaleOr(1);
  Value half = f.constant(0.5f * scale);
  Value plus = f.greater(f.input(), half);
  Value minus = f.greaterEqual(f.neg(half), f.input());
  return f.throughInput(ternaryOf(f, plus, minus, scale));
}

static Value expandStochasticTernary(Formula &f) {
  if (!f.training)
    return expandTernaryConnect(f);
  float scale = f.scaleOr(1);
  Value chance = f.clip(f.div(f.abs(f.input()), scale), 0, 1);
  Value drawn = f.greater(chance, f.uniform());
  Value value = f.mul(f.mul(drawn, f.sign(f.input())), scale);
  return f.throughInput(f.quantize(value, f.grid(2, Encoding::Ternary, scale)));
}

/// Qm.f of Ott et al.: `bits` = 1 + m + f, `scale` = 2^-f.
static Value expandFixedPoint(Formula &f) {
  float step = f.scaleOr(std::ldexp(1.0f, 1 - int(f.bits())));
  return f.throughInput(
      f.quantize(f.input(), f.grid(f.bits(), Encoding::Signed, step, true,
                                   RoundingMode::HalfUp)));
}

static Value expandLog(Formula &f) {
  auto [low, high] = f.rangeOr(-1, 1);
  return f.throughInput(f.clip(f.ap2(f.input()), low, high),
                        SurrogateGradient::window(low, high));
}

/// AP2 is the power below or above |x|; `fraction` is how far |x| lies between
/// them. All is exact. Of 0 the fraction is NaN, which no number exceeds.
Value qnn::exponentialOf(Formula &f, Value x, Value uniform) {
  Value magnitude = f.abs(x), near = f.abs(f.ap2(x));
  Value above = f.greater(near, magnitude);
  Value below = f.mul(near, f.sub(f.constant(1), f.mul(above, 0.5f)));
  Value fraction = f.sub(f.div(magnitude, below), 1);
  Value up = f.greater(fraction, uniform ? uniform : f.constant(0.5f));
  Value power = f.mul(below, f.add(up, 1));
  auto [least, most] = f.rangeOr(-22, 9);
  Value inRange = f.clip(power, std::exp2(least), std::exp2(most));
  return f.mul(inRange, f.sign(x));
}

static Value expandExponential(Formula &f, bool stochastic) {
  Value uniform = stochastic && f.training ? f.uniform() : Value();
  return f.throughInput(exponentialOf(f, f.input(), uniform));
}

Value qnn::expandTernary(Formula &f) {
  switch (f.op.getMethod()) {
  case QuantizerMethod::Ternary:
    return expandTernarySign(f);
  case QuantizerMethod::TrainedTernary:
    return expandTrainedTernary(f);
  case QuantizerMethod::TernaryConnect:
    return expandTernaryConnect(f);
  case QuantizerMethod::StochasticTernary:
    return expandStochasticTernary(f);
  case QuantizerMethod::FixedPoint:
    return expandFixedPoint(f);
  case QuantizerMethod::Log:
    return expandLog(f);
  case QuantizerMethod::Exponential:
    return expandExponential(f, /*stochastic=*/false);
  case QuantizerMethod::StochasticExponential:
    return expandExponential(f, /*stochastic=*/true);
  default:
    return {};
  }
}
