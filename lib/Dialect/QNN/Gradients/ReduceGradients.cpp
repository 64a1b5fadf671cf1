//===- ReduceGradients.cpp - Reductions, softmax ----------------*- C++ -*-===//

#include "GradientBuilder.h"

using namespace mlir;
using namespace qnn;

/// `value`, a result of the reduction, with the reduced dimensions as size 1.
static Value keepDims(ReduceOp op, GradientBuilder &b, Value value) {
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return b.reshape(value, shape);
}

/// Equal greatest (least) elements share the gradient.
static Value differentiateGreatest(ReduceOp op, GradientBuilder &b) {
  Value mask = b.compare(ComparePredicate::Equal, op.getInput(),
                         keepDims(op, b, op.getResult()));
  Value count = b.sum(mask, op.getAxes(), /*keep=*/true);
  return b.mul(mask, b.div(keepDims(op, b, b.grad()), count));
}

static void differentiateReduce(ReduceOp op, GradientBuilder &b) {
  if (op.getKind() == ReduceKind::Max || op.getKind() == ReduceKind::Min)
    return b.flow(0, differentiateGreatest(op, b));
  Value grad = keepDims(op, b, b.grad());
  if (op.getKind() == ReduceKind::Mean) {
    double count = op.getInput().getType().getNumElements() /
                   double(op.getResult().getType().getNumElements());
    grad = b.scale(grad, 1 / count);
  }
  b.flow(0, b.broadcast(grad, op.getInput().getType()));
}

static void differentiateSoftmax(SoftmaxOp op, GradientBuilder &b) {
  Value y = op.getResult();
  int64_t axis = op.getAxis();
  Value mean = b.sum(b.mul(b.grad(), y), axis, /*keep=*/true);
  b.flow(0, b.mul(y, b.sub(b.grad(), mean)));
}

void qnn::attachReduceGradients(MLIRContext *context) {
  attachGradient<differentiateReduce>(context);
  attachGradient<differentiateSoftmax>(context);
}
