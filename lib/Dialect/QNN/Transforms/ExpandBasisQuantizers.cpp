//===- ExpandBasisQuantizers.cpp - Sums of scaled bits ----------*- C++ -*-===//
//
// LQ-Nets and ABC-Net: scales that fit bits to numbers by least squares, solved
// in the graph. There are as many unknowns as bits, so the system is written
// out. The functions of qnn/Arith/Quantizers/Basis.h, which do it in f64, give
// nearly the same scales.
//
//===----------------------------------------------------------------------===//

#include "QuantizerExpansions.h"

#include "qnn/Arith/Quantizers/Basis.h"
#include <limits>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Least squares
//===----------------------------------------------------------------------===//

namespace {
/// The normal equations: `rows[i]` holds the matrix's row and the right side.
struct System {
  SmallVector<SmallVector<Value>> rows;

  /// Of |sum_j v_j bits_j - x|^2 + ridge |v|^2, all divided by the count of
  /// elements; for each index of the axis.
  System(Formula &f, ArrayRef<Value> bits, Value x, float ridge) {
    for (auto [i, bit] : llvm::enumerate(bits)) {
      SmallVector<Value> row;
      for (Value other : bits)
        row.push_back(f.reduce(ReduceKind::Mean, f.mul(bit, other)));
      row[i] = f.add(row[i], ridge);
      row.push_back(f.reduce(ReduceKind::Mean, f.mul(bit, x)));
      rows.push_back(std::move(row));
    }
  }

  /// Makes column `p` zero in all rows but its own; `inverse` is 1 / pivot.
  void eliminate(Formula &f, size_t p, Value inverse) {
    for (size_t row = 0; row < rows.size(); ++row) {
      if (row == p)
        continue;
      Value factor = f.mul(rows[row][p], inverse);
      for (size_t j = p; j < rows[row].size(); ++j)
        rows[row][j] = f.sub(rows[row][j], f.mul(factor, rows[p][j]));
    }
  }
};
} // namespace

/// Gauss-Jordan without pivoting, as the matrix is positive semidefinite. Bits
/// that depend on earlier ones get 0.
static SmallVector<Value> solve(Formula &f, System system) {
  size_t count = system.rows.size();
  SmallVector<Value> diagonal, inverses, result;
  for (size_t p = 0; p < count; ++p)
    diagonal.push_back(system.rows[p][p]);
  Value least = f.constant(std::numeric_limits<float>::min());
  for (size_t p = 0; p < count; ++p) {
    Value pivot = system.rows[p][p];
    Value used = f.greater(pivot, f.mul(diagonal[p], 1e-5f));
    inverses.push_back(f.div(used, f.maximum(pivot, least)));
    system.eliminate(f, p, inverses[p]);
  }
  for (size_t p = 0; p < count; ++p)
    result.push_back(f.mul(system.rows[p].back(), inverses[p]));
  return result;
}

//===----------------------------------------------------------------------===//
// LQ-Nets
//===----------------------------------------------------------------------===//

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

namespace {
/// The nearest of all levels, and its bits.
struct NearestLevel {
  Value value;
  SmallVector<Value> bits;

  NearestLevel(Formula &f, ArrayRef<Value> basis) {
    Value zeros = f.mul(f.input(), 0);
    float off = f.isWeight() ? -1 : 0;
    value = f.add(zeros, levelOf(f, basis, 0));
    bits.assign(basis.size(), f.add(zeros, off));
    Value distance = f.abs(f.sub(f.input(), value));
    for (unsigned code = 1; code < 1u << basis.size(); ++code) {
      Value level = levelOf(f, basis, code);
      Value away = f.abs(f.sub(f.input(), level));
      Value closer = f.greater(distance, away);
      value = choose(f, closer, level, value);
      for (auto [j, bit] : llvm::enumerate(bits))
        bit = choose(f, closer, f.constant(code >> j & 1 ? 1 : off), bit);
      distance = f.minimum(distance, away);
    }
  }

private:
  static Value choose(Formula &f, Value mask, Value then, Value otherwise) {
    Value rest = f.sub(f.constant(1), mask);
    return f.add(f.mul(mask, then), f.mul(rest, otherwise));
  }
};
} // namespace

/// dx: of weights g; of activations g where 0 < x < the greatest level.
static Value lqGradient(Formula &f, ArrayRef<Value> basis, Value g) {
  if (f.op.getSurrogate())
    return f.surrogateGrad(f.input(), g, f.surrogateOr({}));
  if (f.isWeight())
    return g;
  Value most = levelOf(f, basis, (1u << f.bits()) - 1);
  return f.mul(g, f.mul(f.greater(f.input(), f.constant(0)),
                        f.greater(most, f.input())));
}

/// The basis moves to the one that fits the bits best: its gradient is the
/// difference, whatever the loss. Gradient descent with rate 0.1 keeps 0.9 of
/// the old basis, as the paper does.
static Value expandLQNets(Formula &f) {
  SmallVector<Value> basis;
  for (unsigned j = 0; j < f.bits(); ++j)
    basis.push_back(f.learnedPart(0, j, f.bits()));
  NearestLevel nearest(f, basis);
  Value inputs[] = {f.input(), f.op.getLearned()[0]};
  return f.custom(nearest.value, inputs, [&](Value g) {
    float ridge = 1e-4f / static_cast<float>(f.elementsPerLearned());
    SmallVector<Value> fitted =
        solve(f, System(f, nearest.bits, f.input(), ridge));
    SmallVector<Value> differences;
    for (auto [old, fit] : llvm::zip(basis, fitted))
      differences.push_back(f.sub(old, fit));
    return SmallVector<Value>{lqGradient(f, basis, g),
                              f.joinLearned(differences, 0)};
  });
}

//===----------------------------------------------------------------------===//
// ABC-Net
//===----------------------------------------------------------------------===//

/// sum_i alpha_i sign(W - mean + u_i deviation), the alphas fitted to W;
/// dW = g sum_i alpha_i.
static Value expandABCWeight(Formula &f) {
  Value mean = f.reduce(ReduceKind::Mean, f.input());
  Value centered = f.sub(f.input(), mean);
  Value deviation =
      f.sqrt(f.reduce(ReduceKind::Mean, f.mul(centered, centered)));
  SmallVector<Value> bits;
  for (unsigned i = 0; i < f.bits(); ++i) {
    Value shift = f.mul(deviation, binaryBasisShift(i, f.bits()));
    bits.push_back(f.quantize(f.add(centered, shift), f.bipolar(1)));
  }
  SmallVector<Value> scales = solve(f, System(f, bits, f.input(), 0));
  Value sum, total;
  for (auto [scale, bit] : llvm::zip(scales, bits)) {
    Value term = f.mul(scale, bit);
    sum = sum ? f.add(sum, term) : term;
    total = total ? f.add(total, scale) : scale;
  }
  if (!f.training)
    return sum;
  return f.through(sum, f.mul(f.input(), f.stop(total)));
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
