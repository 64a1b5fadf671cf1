//===- ExpandBasisQuantizers.cpp - Sums of scaled bits ----------*- C++ -*-===//
//
// LQ-Nets and ABC-Net. The bases of LQ-Nets and the scales of ABC-Net's weights
// are solved for outside of the graph (qnn/Arith/Quantizers/Basis.h), so they
// are operands without a gradient.
//
//===----------------------------------------------------------------------===//

#include "QuantizerExpansions.h"

#include "qnn/Arith/Quantizers/Basis.h"

using namespace mlir;
using namespace qnn;

/// The level of `code`: bits that are not set are -1 (weights) or 0.
static Value levelOf(Formula &f, ArrayRef<Value> basis, unsigned code) {
  Value sum;
  for (auto [j, element] : llvm::enumerate(basis)) {
    Value term = element;
    if (!(code >> j & 1))
      term = f.isWeight() ? f.neg(element) : f.mul(element, 0);
    sum = sum ? f.add(sum, term) : term;
  }
  return sum;
}

/// The nearest of all levels.
static Value nearestLevel(Formula &f, ArrayRef<Value> basis) {
  Value best, distance;
  for (unsigned code = 0; code < 1u << basis.size(); ++code) {
    Value level = levelOf(f, basis, code);
    Value away = f.abs(f.sub(f.input(), level));
    if (!best) {
      best = f.add(f.mul(f.input(), 0), level);
      distance = away;
      continue;
    }
    Value closer = f.greater(distance, away);
    Value stays = f.sub(f.constant(1), closer);
    best = f.add(f.mul(closer, level), f.mul(stays, best));
    distance = f.minimum(distance, away);
  }
  return best;
}

/// Activations: 1 where 0 < x < the greatest level.
static Value expandLQNets(Formula &f) {
  SmallVector<Value> basis;
  for (unsigned j = 0; j < f.bits(); ++j)
    basis.push_back(f.stop(f.learnedPart(0, j, f.bits())));
  Value value = nearestLevel(f, basis);
  if (f.isWeight() || f.op.getSurrogate() || !f.training)
    return f.throughInput(value);
  Value most = levelOf(f, basis, (1u << f.bits()) - 1);
  Value inside =
      f.mul(f.greater(f.input(), f.constant(0)), f.greater(most, f.input()));
  return f.through(value, f.mul(f.input(), f.stop(inside)));
}

/// sum_i alpha_i sign(W - mean + u_i deviation); dW = g sum_i alpha_i.
static Value expandABCWeight(Formula &f) {
  Value mean = f.reduce(ReduceKind::Mean, f.input());
  Value centered = f.sub(f.input(), mean);
  Value deviation =
      f.sqrt(f.reduce(ReduceKind::Mean, f.mul(centered, centered)));
  Value sum, scales;
  for (unsigned i = 0; i < f.bits(); ++i) {
    Value scale = f.stop(f.learnedPart(0, i, f.bits()));
    Value shift = f.mul(deviation, binaryBasisShift(i, f.bits()));
    Value bit = f.quantize(f.add(centered, shift), f.bipolar(1));
    Value term = f.mul(scale, bit);
    sum = sum ? f.add(sum, term) : term;
    scales = scales ? f.add(scales, scale) : scale;
  }
  if (!f.training)
    return sum;
  return f.through(sum, f.mul(f.input(), scales));
}

/// sum_n beta_n H(x + v_n), H = +-1 by clip(x + v_n, 0, 1) >= 1/2; H' = 1 where
/// 0 <= x + v_n <= 1. Gradients flow to beta and v.
static Value expandABCActivation(Formula &f) {
  Value sum;
  for (unsigned n = 0; n < f.bits(); ++n) {
    Value shifted = f.add(f.input(), f.learnedPart(1, n, f.bits()));
    Value reached = f.greaterEqual(f.clip(shifted, 0, 1), f.constant(0.5f));
    Value bit = f.quantize(f.sub(f.mul(reached, 2), 1), f.bipolar(1));
    bit =
        f.through(bit, shifted, f.surrogateOr(SurrogateGradient::window(0, 1)));
    Value term = f.mul(f.learnedPart(0, n, f.bits()), bit);
    sum = sum ? f.add(sum, term) : term;
  }
  return sum;
}

Value qnn::expandBasis(Formula &f) {
  switch (f.op.getMethod()) {
  case QuantizerMethod::LQNets:
    return expandLQNets(f);
  case QuantizerMethod::ABCNet:
    return f.isWeight() ? expandABCWeight(f) : expandABCActivation(f);
  default:
    return {};
  }
}
