//===- NormalizeModels.cpp - Batch norm, bias, softmax ----------*- C++ -*-===//

#include "Models.h"

#include "qnn/Arith/BatchNorm.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace qnn;

static void evaluateBatchNorm(BatchNormOp op, Operands in, Results out) {
  const Tensor &x = in[0], &bias = in[2], &mean = in[3];
  std::vector<Real> factors(in[1].floats.size());
  for (size_t c = 0; c < factors.size(); ++c)
    factors[c] = batchNormFactor(in[1].floats[c], in[4].floats[c],
                                 Real(op.getEpsilon().convertToFloat()));
  AxisView(x.shape, 1).forEach([&](int64_t i, int64_t c) {
    out[0].floats[i] =
        batchNorm(x.floats[i], factors[c], bias.floats[c], mean.floats[c]);
  });
}

static void evaluateBiasAdd(BiasAddOp op, Operands in, Results out) {
  AxisView(in[0].shape, op.getAxis()).forEach([&](int64_t i, int64_t c) {
    out[0].floats[i] = in[0].floats[i] + in[1].floats[c];
  });
}

/// Softmax of `count` elements that lie `stride` apart. The sum is rounded
/// once.
static void softmaxOfRow(const Real *x, Real *y, int64_t count,
                         int64_t stride) {
  Real greatest = -std::numeric_limits<Real>::infinity();
  for (int64_t i = 0; i < count; ++i)
    greatest = std::max(greatest, x[i * stride]);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += y[i * stride] = std::exp(x[i * stride] - greatest);
  for (int64_t i = 0; i < count; ++i)
    y[i * stride] /= static_cast<Real>(sum);
}

static void evaluateSoftmax(SoftmaxOp op, Operands in, Results out) {
  AxisView view(in[0].shape, op.getAxis());
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i = 0; i < view.inner; ++i) {
      int64_t start = o * view.channels * view.inner + i;
      softmaxOfRow(in[0].floats.data() + start, out[0].floats.data() + start,
                   view.channels, view.inner);
    }
}

void qnn::attachNormalizeModels(MLIRContext *context) {
  attach<evaluateBatchNorm>(context);
  attach<evaluateBiasAdd>(context);
  attach<evaluateSoftmax>(context);
}
