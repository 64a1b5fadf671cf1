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

/// Each of the values is an element of its row.
static void differentiateTopK(TopKOp op, GradientBuilder &b) {
  auto input = op.getInput().getType();
  SmallVector<int64_t> shape(shapeOf(op.getValues()));
  int64_t axis = shape.size() - 1;
  shape.push_back(1);
  Value grads = b.reshape(b.gradOrZeros(0), shape);
  shape.back() = input.getShape().back();
  Value places = b.create<OneHotOp>(input.clone(shape), op.getIndices(),
                                    b.getBuilder().getF32FloatAttr(1),
                                    b.getBuilder().getF32FloatAttr(0));
  b.flow(0, b.sum(b.mul(places, grads), axis));
}

void qnn::attachReduceGradients(MLIRContext *context) {
  attachGradient<differentiateReduce>(context);
  attachGradient<differentiateSoftmax>(context);
  attachGradient<differentiateTopK>(context);
}
