//===- ExpandBinaryQuantizers.cpp - Signs and their scales ------*- C++ -*-===//

#include "QuantizerExpansions.h"

#include "qnn/Arith/Quantizers/Linear.h"

using namespace mlir;
using namespace qnn;

/// BinaryConnect, BinaryNet: weights have no window, their clipping is one.
static Value expandSign(Formula &f) {
  Value value = f.quantize(f.input(), f.bipolar(f.scaleOr(1)));
  return f.throughInput(value, f.isWeight() ? SurrogateGradient::identity()
                                            : SurrogateGradient::window(-1, 1));
}

static Value expandStochasticSign(Formula &f) {
  if (!f.training)
    return expandSign(f);
  Value plus = f.greater(f.hardSigmoid(f.input()), f.uniform());
  Value sign = f.sub(f.mul(plus, 2), 1);
  Value value = f.quantize(sign, f.bipolar(f.scaleOr(1)));
  return f.throughInput(value, f.isWeight() ? SurrogateGradient::identity()
                                            : SurrogateGradient::window(-1, 1));
}

/// Larq: the magnitude is a constant backward.
static Value expandMagnitudeSign(Formula &f) {
  Value scale = f.stop(f.meanMagnitude(f.input()));
  Value sign = f.quantize(f.input(), f.bipolar(1));
  if (!f.training)
    return f.scaledSign(f.input(), scale);
  return f.mul(f.throughInput(sign, SurrogateGradient::window(-1, 1)), scale);
}

/// dW = g (1/n + alpha s'(W)), s' = 1 where |W| < 1.
static Value expandXnor(Formula &f) {
  Value scale = f.meanMagnitude(f.input());
  Value value = f.scaledSign(f.input(), scale);
  if (!f.training)
    return value;
  float share = 1.0f / static_cast<float>(f.elementsPerLearned());
  Value sign = f.throughInput(f.input(), SurrogateGradient::openWindow(-1, 1));
  Value path = f.add(f.mul(sign, f.stop(scale)), f.mul(f.input(), share));
  return f.through(value, path);
}

static Value expandElasticWeight(Formula &f) {
  Value centered = f.sub(f.input(), f.reduce(ReduceKind::Mean, f.input()));
  Value value = f.scaledSign(centered, f.meanMagnitude(f.input()));
  return f.throughInput(value);
}

/// Two levels, 0 and the learned scale: LSQ with one bit.
static Value expandElasticStep(Formula &f, Value x, Value scale, float factor) {
  QuantizerAttr grid = f.grid(1, Encoding::Unsigned, 1);
  Value learned = f.scaleGradient(scale, factor);
  Value inside = f.clip(f.div(x, learned), 0, 1);
  Value number = f.through(f.round(inside), inside);
  return f.scaledGrid(x, number, learned, grid);
}

/// +-scale: dx = g where |x / scale| <= 1, dscale = sum g sign(x).
static Value expandElasticSign(Formula &f, Value x, Value scale, float factor) {
  Value value = f.scaledSign(x, scale);
  if (!f.training)
    return value;
  Value quotient = f.div(x, scale), sign = f.quantize(x, f.bipolar(1));
  SmallVector<Value> inputs = {f.input()};
  llvm::append_range(inputs, f.op.getLearned());
  return f.custom(value, inputs, [&](Value g) {
    Value dx = f.surrogateGrad(quotient, g,
                               f.surrogateOr(SurrogateGradient::window(-1, 1)));
    SmallVector<Value> gradients = {
        dx, f.mul(f.sumToLearned(f.mul(g, sign), 0), factor)};
    if (inputs.size() > 2)
      gradients.push_back(f.neg(f.sumToLearned(dx, 1)));
    return gradients;
  });
}

static Value expandElastic(Formula &f) {
  if (f.isWeight())
    return expandElasticWeight(f);
  bool hasOffset = f.op.getLearned().size() > 1;
  Value x = hasOffset ? f.sub(f.input(), f.learned(1)) : f.input();
  float factor = learnedStepGradientScale(f.elementsPerLearned(), 1);
  return f.op.getIsUnsigned() ? expandElasticStep(f, x, f.learned(0), factor)
                              : expandElasticSign(f, x, f.learned(0), factor);
}

/// alpha sign((x - beta) / alpha) + beta; of weights alpha and beta are
/// deviation and mean, through which gradients flow.
static Value expandAdaBin(Formula &f) {
  Value scale, offset;
  if (f.isWeight()) {
    offset = f.reduce(ReduceKind::Mean, f.input());
    Value difference = f.sub(f.input(), offset);
    scale = f.sqrt(f.reduce(ReduceKind::Mean, f.mul(difference, difference)));
  } else {
    scale = f.learned(0);
    offset = f.learned(1);
  }
  Value normal = f.div(f.sub(f.input(), offset), scale);
  SurrogateGradient surrogate =
      f.surrogateOr(f.isWeight() ? SurrogateGradient::irNet(1, 1)
                                 : SurrogateGradient::approxSign());
  Value sign = f.through(f.quantize(normal, f.bipolar(1)), normal, surrogate);
  return f.add(f.mul(scale, sign), offset);
}

Value qnn::expandBinary(Formula &f) {
  switch (f.op.getMethod()) {
  case QuantizerMethod::Sign:
    return expandSign(f);
  case QuantizerMethod::StochasticSign:
    return expandStochasticSign(f);
  case QuantizerMethod::MagnitudeSign:
    return expandMagnitudeSign(f);
  case QuantizerMethod::Xnor:
    return expandXnor(f);
  case QuantizerMethod::Elastic:
    return expandElastic(f);
  case QuantizerMethod::AdaBin:
    return expandAdaBin(f);
  default:
    return {};
  }
}
