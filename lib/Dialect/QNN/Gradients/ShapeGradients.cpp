//===- ShapeGradients.cpp - Ops that only move elements ---------*- C++ -*-===//

#include "GradientBuilder.h"

using namespace mlir;
using namespace qnn;

static Value slice(GradientBuilder &b, Value x, ArrayRef<int64_t> offsets,
                   ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> steps(sizes.size(), 1);
  return b.createWith<SliceOp>(ValueRange{x}, [&](auto &properties) {
    properties.offsets = b.getBuilder().getDenseI64ArrayAttr(offsets);
    properties.sizes = b.getBuilder().getDenseI64ArrayAttr(sizes);
    properties.steps = b.getBuilder().getDenseI64ArrayAttr(steps);
  });
}

static void differentiateReshape(ReshapeOp op, GradientBuilder &b) {
  b.flow(0, b.reshape(b.grad(), shapeOf(op.getInput())));
}

static void differentiateTranspose(TransposeOp op, GradientBuilder &b) {
  SmallVector<int64_t> inverse(op.getPermutation().size());
  for (auto [to, from] : llvm::enumerate(op.getPermutation()))
    inverse[from] = to;
  b.flow(0, b.transpose(b.grad(), inverse));
}

static void differentiateConcat(ConcatOp op, GradientBuilder &b) {
  SmallVector<int64_t> offsets(shapeOf(op.getResult()).size(), 0);
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    b.flow(i, slice(b, b.grad(), offsets, shapeOf(input)));
    offsets[op.getAxis()] += shapeOf(input)[op.getAxis()];
  }
}

static void differentiatePad(PadOp op, GradientBuilder &b) {
  b.flow(0, slice(b, b.grad(), op.getLow(), shapeOf(op.getInput())));
}

static void differentiateSlice(SliceOp op, GradientBuilder &b) {
  b.flow(0, b.createTyped<SliceGradOp>(
                op.getInput().getType(), ValueRange{b.grad()},
                [&](auto &properties) {
                  properties.offsets = op.getOffsetsAttr();
                  properties.steps = op.getStepsAttr();
                }));
}

void qnn::attachShapeGradients(MLIRContext *context) {
  attachGradient<differentiateReshape>(context);
  attachGradient<differentiateTranspose>(context);
  attachGradient<differentiateConcat>(context);
  attachGradient<differentiatePad>(context);
  attachGradient<differentiateSlice>(context);
}
