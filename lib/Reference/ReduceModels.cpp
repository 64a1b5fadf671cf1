//===- ReduceModels.cpp - Reductions, argmax, top-k -------------*- C++ -*-===//
//
// Sums are made in f64 and rounded to f32 once. NaN is greatest in max, least
// in min, as it wins there; argmax and top_k put it behind all numbers.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace qnn;

/// The value that a reduction starts with.
static double neutral(ReduceKind kind) {
  if (kind == ReduceKind::Max)
    return -std::numeric_limits<double>::infinity();
  if (kind == ReduceKind::Min)
    return std::numeric_limits<double>::infinity();
  return 0;
}

static double combine(ReduceKind kind, double a, double b) {
  bool isSum = kind == ReduceKind::Sum || kind == ReduceKind::Mean;
  if (isSum || std::isnan(a) || std::isnan(b))
    return a + b;
  return kind == ReduceKind::Max ? std::max(a, b) : std::min(a, b);
}

/// Reduces the dimensions `axes` of `in`; `out` has the others, in order.
static void reduce(ReduceKind kind, ArrayRef<int64_t> axes, const Tensor &in,
                   Tensor &out) {
  SmallVector<int64_t> strides(in.shape.size(), 0);
  int64_t stride = 1;
  for (int64_t d = in.rank() - 1; d >= 0; --d)
    if (!llvm::is_contained(axes, d)) {
      strides[d] = stride;
      stride *= in.shape[d];
    }
  std::vector<double> results(out.floats.size(), neutral(kind));
  forEachStrided(in.shape, strides, 0, [&](int64_t n, int64_t offset) {
    results[offset] = combine(kind, results[offset], in.floats[n]);
  });
  double count = static_cast<double>(in.size()) / out.size();
  for (size_t i = 0; i < results.size(); ++i)
    out.floats[i] = kind == ReduceKind::Mean ? results[i] / count : results[i];
}

static void evaluateReduce(ReduceOp op, Operands in, Results out) {
  reduce(op.getKind(), op.getAxes(), in[0], out[0]);
}

static void evaluateGlobalPool(GlobalPoolOp op, Operands in, Results out) {
  ReduceKind kind =
      op.getKind() == PoolKind::Max ? ReduceKind::Max : ReduceKind::Mean;
  reduce(kind, {2, 3}, in[0], out[0]);
}

/// Whether `a` comes before `b` in falling order.
static bool isGreater(Real a, Real b) {
  return a > b || (std::isnan(b) && !std::isnan(a));
}

static void evaluateArgMax(ArgMaxOp op, Operands in, Results out) {
  AxisView view(in[0].shape, op.getAxis());
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i = 0; i < view.inner; ++i) {
      const Real *row =
          in[0].floats.data() + o * view.channels * view.inner + i;
      int64_t best = 0;
      for (int64_t c = 1; c < view.channels; ++c)
        if (isGreater(row[c * view.inner], row[best * view.inner]))
          best = c;
      out[0].integers[o * view.inner + i] = best;
    }
}

static void evaluateTopK(TopKOp op, Operands in, Results out) {
  int64_t k = op.getK(), length = in[0].shape.back();
  for (int64_t row = 0; row < out[0].size() / std::max<int64_t>(k, 1); ++row) {
    const Real *x = in[0].floats.data() + row * length;
    std::vector<int64_t> order(length);
    std::iota(order.begin(), order.end(), 0);
    llvm::sort(order, [x](int64_t a, int64_t b) {
      return isGreater(x[a], x[b]) || (!isGreater(x[b], x[a]) && a < b);
    });
    for (int64_t i = 0; i < k; ++i) {
      out[0].floats[row * k + i] = x[order[i]];
      out[1].integers[row * k + i] = order[i];
    }
  }
}

void qnn::attachReduceModels(MLIRContext *context) {
  attach<evaluateReduce>(context);
  attach<evaluateGlobalPool>(context);
  attach<evaluateArgMax>(context);
  attach<evaluateTopK>(context);
}
