//===- ExpandLinearQuantizers.cpp - Uniform grids ---------------*- C++ -*-===//

#include "QuantizerExpansions.h"

#include "qnn/Arith/Code.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

/// round(x), clipped to the numbers 0 .. greatest.
static Value numberOf(Formula &f, Value x) {
  return f.clip(f.round(x), 0, f.greatest());
}

/// levels: odd multiples of a / (n - 1), a code of one bit more.
static Value expandLevels(Formula &f) {
  float last = f.greatest(), a = f.scaleOr(last);
  SurrogateGradient window = SurrogateGradient::window(-a, a);
  if (f.bits() == 1) {
    QuantizerAttr grid = QuantizerAttr::get(
        f.op.getContext(), 1, Encoding::Bipolar, false, RoundingMode::HalfEven,
        SignZero::MinusOne, DenseF32ArrayAttr::get(f.op.getContext(), a),
        DenseF32ArrayAttr(), -1, Surrogate::StraightThrough);
    return f.throughInput(f.quantize(f.input(), grid), window);
  }
  float scale = 2.0f * a / last, zeroPoint = last * 0.5f;
  Value number = numberOf(f, f.add(f.div(f.input(), scale), zeroPoint));
  Value value = f.mul(f.sub(number, zeroPoint), scale);
  if (f.bits() < 8)
    value = f.quantize(value,
                       f.grid(f.bits() + 1, Encoding::Signed, a / last, true));
  return f.throughInput(value, window);
}

static Value expandLinearQuant(Formula &f) {
  if (f.bits() == 32)
    return f.input();
  float step = f.scaleOr(linearQuantStep(f.bits()));
  auto [low, high] = f.rangeOr(-1, 1 - step);
  QuantizerAttr grid = f.gridOf(low, high, step);
  Value rounded = f.mul(f.round(f.div(f.input(), step)), step);
  Value value = f.quantize(f.clip(rounded, low, high), grid);
  return f.throughInput(value, SurrogateGradient::window(low, high));
}

/// The gradient of 2 u - 1 with u = tanh w / (2 max |tanh w|) + 1/2.
static Value expandDoReFaWeight(Formula &f) {
  if (f.bits() == 1) {
    Value scale = f.meanMagnitude(f.input());
    return f.throughInput(f.scaledSign(f.input(), scale));
  }
  float last = f.greatest();
  Value tanh = f.tanh(f.input());
  Value most = f.reduce(ReduceKind::Max, f.abs(tanh));
  Value unit = f.add(f.div(tanh, f.mul(most, 2)), 0.5f);
  Value odd = f.sub(f.mul(numberOf(f, f.mul(unit, last)), 2), last);
  Value value = f.mul(odd, 1 / last);
  if (f.bits() < 8)
    value = f.quantize(value,
                       f.grid(f.bits() + 1, Encoding::Signed, 1 / last, true));
  return f.training ? f.through(value, f.sub(f.mul(unit, 2), 1)) : value;
}

static Value expandDoReFa(Formula &f) {
  if (f.bits() == 32)
    return f.input();
  if (f.isWeight())
    return expandDoReFaWeight(f);
  float last = f.greatest();
  Value number = numberOf(f, f.mul(f.clip(f.input(), 0, 1), last));
  Value value = f.mul(number, 1 / last);
  if (f.bits() <= 8)
    value = f.quantize(value, f.grid(f.bits(), Encoding::Unsigned, 1 / last));
  return f.throughInput(value, SurrogateGradient::window(0, 1));
}

/// Their rounding is straight through, their clip is not: it clips what was
/// rounded.
static Value expandMoons(Formula &f) {
  float step = linearQuantStep(f.bits());
  Value value = f.quantize(f.input(), f.grid(f.bits(), Encoding::Signed, step));
  if (!f.training || f.op.getSurrogate())
    return f.throughInput(value);
  Value rounded = f.mul(f.round(f.div(f.input(), step)), step);
  Value path = f.clip(f.through(rounded, f.input()), -1, 1 - step);
  return f.through(value, path);
}

static Value expandMoonsRelu(Formula &f) {
  float count = f.greatest() + 1, high = 1 - linearQuantStep(f.bits());
  Value unit = f.hardSigmoid(f.input());
  Value rounded = f.through(f.round(f.mul(unit, count)), f.mul(unit, count));
  Value path = f.clip(f.sub(f.div(f.mul(rounded, 2), count), 1), 0, high);
  Value value = path;
  if (f.bits() > 1)
    value = f.quantize(path, f.grid(f.bits() - 1, Encoding::Unsigned,
                                    linearQuantStep(f.bits())));
  return f.op.getSurrogate() ? f.throughInput(value) : f.through(value, path);
}

/// LSQ: backward the derivative of its own formula, rounding straight through.
static Value expandLSQ(Formula &f) {
  Encoding encoding =
      f.op.getIsUnsigned() ? Encoding::Unsigned : Encoding::Signed;
  int32_t min = codeMin(f.bits(), encoding, false);
  int32_t max = codeMax(f.bits(), encoding, false);
  float factor = learnedStepGradientScale(f.elementsPerLearned(),
                                          std::max(max, int32_t(1)));
  Value step = f.scaleGradient(f.learned(0), factor);
  Value inside = f.clip(f.div(f.input(), step), min, max);
  Value number = f.through(f.round(inside), inside);
  return f.scaledGrid(f.input(), number, step, f.grid(f.bits(), encoding, 1));
}

/// PACT: the gradient of clip(x, 0, learned).
static Value expandPACT(Formula &f) {
  Value most = f.learned(0);
  Value clipped = f.minimum(f.maximum(f.input(), f.constant(0)), most);
  Value step = f.div(most, f.greatest());
  Value number = numberOf(f, f.div(clipped, step));
  Value value = f.scaledGrid(f.input(), number, step,
                             f.grid(f.bits(), Encoding::Unsigned, 1));
  return f.through(value, clipped);
}

/// Weights: symmetric in the greater magnitude of the range.
static Value expandObservedWeight(Formula &f, Value low, Value high) {
  float last = static_cast<float>(codeMax(f.bits(), Encoding::Signed, true));
  Value most = f.stop(f.maximum(f.abs(low), f.abs(high)));
  Value scale = f.div(most, last);
  Value number = f.clip(f.round(f.div(f.input(), scale)), -last, last);
  Value value = f.scaledGrid(f.input(), number, scale,
                             f.grid(f.bits(), Encoding::Signed, 1, true));
  if (!f.training)
    return value;
  return f.through(value, f.maximum(f.minimum(f.input(), most), f.neg(most)));
}

/// Activations: from 0 to 2^bits - 1, with a zero point.
static Value expandObserved(Formula &f) {
  Value low = f.learnedPart(0, 0, 2), high = f.learnedPart(0, 1, 2);
  if (f.isWeight())
    return expandObservedWeight(f, low, high);
  low = f.stop(f.minimum(low, f.constant(0)));
  high = f.stop(f.maximum(high, f.constant(0)));
  Value scale = f.div(f.sub(high, low), f.greatest());
  Value zeroPoint = f.clip(f.round(f.div(f.neg(low), scale)), 0, f.greatest());
  if (QuantizerAttr grid = f.affineGrid(scale, zeroPoint))
    return f.quantize(f.input(), grid);
  Value number = numberOf(f, f.add(f.div(f.input(), scale), zeroPoint));
  Value value = f.mul(f.sub(number, zeroPoint), scale);
  if (!f.training)
    return value;
  return f.through(value, f.maximum(f.minimum(f.input(), high), low));
}

Value qnn::expandLinear(Formula &f) {
  switch (f.op.getMethod()) {
  case QuantizerMethod::Levels:
    return expandLevels(f);
  case QuantizerMethod::Linear:
    return expandLinearQuant(f);
  case QuantizerMethod::DoReFa:
    return expandDoReFa(f);
  case QuantizerMethod::Moons:
    return expandMoons(f);
  case QuantizerMethod::MoonsRelu:
    return expandMoonsRelu(f);
  case QuantizerMethod::LSQ:
    return expandLSQ(f);
  case QuantizerMethod::PACT:
    return expandPACT(f);
  case QuantizerMethod::Observed:
    return expandObserved(f);
  default:
    return {};
  }
}
