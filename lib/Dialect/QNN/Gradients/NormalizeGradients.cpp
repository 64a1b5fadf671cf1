//===- NormalizeGradients.cpp - Batch norm, bias, quantizer -----*- C++ -*-===//

#include "GradientBuilder.h"

using namespace mlir;
using namespace qnn;

static void differentiateQuantize(QuantizeOp op, GradientBuilder &b) {
  bool isWindow = op.getQuantizer().getSurrogate() == Surrogate::HardTanh;
  b.flow(0, isWindow ? b.window(op.getInput(), -1, 1) : b.grad());
}

static void differentiateBiasAdd(BiasAddOp op, GradientBuilder &b) {
  b.flow(0, b.grad());
  b.flow(1, b.sumAllBut(b.grad(), op.getAxis()));
}

/// With fixed statistics: a line per channel; the statistics are operands as
/// others.
static void differentiateBatchNorm(BatchNormOp op, GradientBuilder &b) {
  int64_t rank = shapeOf(op.getInput()).size();
  Value deviation = b.create<SqrtOp>(
      b.add(op.getVariance(), b.scalar(op.getEpsilon().convertToFloat())));
  Value factor = b.div(op.getScale(), deviation);
  Value centered = b.sub(op.getInput(), b.alongAxis(op.getMean(), 1, rank));
  Value biasGrad = b.sumAllBut(b.grad(), 1);
  Value scaleGrad = b.div(b.sumAllBut(b.mul(b.grad(), centered), 1), deviation);
  b.flow(0, b.mul(b.grad(), b.alongAxis(factor, 1, rank)));
  b.flow(1, scaleGrad);
  b.flow(2, biasGrad);
  b.flow(3, b.neg(b.mul(biasGrad, factor)));
  Value square = b.mul(deviation, deviation);
  b.flow(4, b.scale(b.div(b.mul(scaleGrad, op.getScale()), square), -0.5));
}

void qnn::attachNormalizeGradients(MLIRContext *context) {
  attachGradient<differentiateQuantize>(context);
  attachGradient<differentiateBiasAdd>(context);
  attachGradient<differentiateBatchNorm>(context);
}
