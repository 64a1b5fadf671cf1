//===- ShapeModels.cpp - Ops that only move elements ------------*- C++ -*-===//

#include "Models.h"

using namespace mlir;
using namespace qnn;

static void evaluateReshape(ReshapeOp op, Operands in, Results out) {
  out[0].floats = in[0].floats;
  out[0].integers = in[0].integers;
}

/// out[n] = in[start + index * strides], for all indices of out.
static void gather(const Tensor &in, ArrayRef<int64_t> strides, int64_t start,
                   Tensor &out) {
  withElements(in, out, [&](const auto *from, auto *to) {
    forEachStrided(out.shape, strides, start,
                   [&](int64_t n, int64_t offset) { to[n] = from[offset]; });
  });
}

/// out[start + index * out's strides] = in[n], for all indices of in.
static void scatter(const Tensor &in, int64_t start, Tensor &out) {
  withElements(in, out, [&](const auto *from, auto *to) {
    forEachStrided(in.shape, out.strides(), start,
                   [&](int64_t n, int64_t offset) { to[offset] = from[n]; });
  });
}

static void evaluateTranspose(TransposeOp op, Operands in, Results out) {
  SmallVector<int64_t> own = in[0].strides(), strides;
  for (int64_t d : op.getPermutation())
    strides.push_back(own[d]);
  gather(in[0], strides, 0, out[0]);
}

static void evaluateSlice(SliceOp op, Operands in, Results out) {
  SmallVector<int64_t> strides = in[0].strides();
  int64_t start = 0;
  for (int64_t d = 0; d < in[0].rank(); ++d) {
    start += op.getOffsets()[d] * strides[d];
    strides[d] *= op.getSteps()[d];
  }
  gather(in[0], strides, start, out[0]);
}

static void evaluateConcat(ConcatOp op, Operands in, Results out) {
  int64_t start = 0, stride = out[0].strides()[op.getAxis()];
  for (const Tensor &part : in) {
    scatter(part, start, out[0]);
    start += part.shape[op.getAxis()] * stride;
  }
}

static void fill(Tensor &tensor, Attribute value) {
  if (tensor.isFloat) {
    float element = cast<FloatAttr>(value).getValue().convertToFloat();
    tensor.floats.assign(tensor.floats.size(), element);
    return;
  }
  APInt element = cast<IntegerAttr>(value).getValue();
  tensor.integers.assign(tensor.integers.size(), element.getBitWidth() <= 8
                                                     ? element.getZExtValue()
                                                     : element.getSExtValue());
}

static void evaluatePad(PadOp op, Operands in, Results out) {
  fill(out[0], op.getValue());
  SmallVector<int64_t> strides = out[0].strides();
  int64_t start = 0;
  for (auto [low, stride] : llvm::zip(op.getLow(), strides))
    start += low * stride;
  scatter(in[0], start, out[0]);
}

void qnn::attachShapeModels(MLIRContext *context) {
  attach<evaluateReshape>(context);
  attach<evaluateTranspose>(context);
  attach<evaluateSlice>(context);
  attach<evaluateConcat>(context);
  attach<evaluatePad>(context);
}
