//===- PoolModels.cpp - Pooling of floats, codes and words ------*- C++ -*-===//
//
// All poolings walk the same windows; they differ in layout (channels first or
// last) and in what they do with the elements of one.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Arith/Code.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace qnn;

namespace {
/// Where N, C, H and W lie.
struct Layout {
  int64_t channel, height, width;
};
constexpr Layout channelsFirst{1, 2, 3}, channelsLast{3, 1, 2};

/// The windows of a pooling op.
struct Windows {
  ArrayRef<int64_t> kernel, strides, pads, dilations;

  template <typename OpTy>
  explicit Windows(OpTy op)
      : kernel(op.getKernel()), strides(op.getStrides()), pads(op.getPads()),
        dilations(op.getDilations()) {}

  /// Calls visit(offset) for the elements of the window at (oh, ow) that lie in
  /// the image, offset from the element (0, 0) of the channel.
  template <typename F>
  void forEachInside(const Tensor &in, Layout layout, int64_t oh, int64_t ow,
                     F visit) const {
    SmallVector<int64_t> stride = in.strides();
    for (int64_t kh = 0; kh < kernel[0]; ++kh)
      for (int64_t kw = 0; kw < kernel[1]; ++kw) {
        int64_t h = oh * strides[0] + kh * dilations[0] - pads[0];
        int64_t w = ow * strides[1] + kw * dilations[1] - pads[1];
        if (h >= 0 && h < in.shape[layout.height] && w >= 0 &&
            w < in.shape[layout.width])
          visit(h * stride[layout.height] + w * stride[layout.width]);
      }
  }

  /// Calls f(result element, start of the channel, oh, ow) for every window.
  template <typename F>
  void forEach(const Tensor &in, const Tensor &out, Layout layout, F f) const {
    SmallVector<int64_t> inStrides = in.strides(), outStrides = out.strides();
    for (int64_t n = 0; n < out.shape[0]; ++n)
      for (int64_t c = 0; c < out.shape[layout.channel]; ++c)
        for (int64_t oh = 0; oh < out.shape[layout.height]; ++oh)
          for (int64_t ow = 0; ow < out.shape[layout.width]; ++ow)
            f(n * outStrides[0] + c * outStrides[layout.channel] +
                  oh * outStrides[layout.height] +
                  ow * outStrides[layout.width],
              n * inStrides[0] + c * inStrides[layout.channel], oh, ow);
  }
};
} // namespace

static void evaluateMaxPool(MaxPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    float best = -std::numeric_limits<float>::infinity();
    auto visit = [&](int64_t offset) {
      float x = in[0].floats[start + offset];
      if (x > best || std::isnan(x))
        best = x;
    };
    windows.forEachInside(in[0], channelsFirst, oh, ow, visit);
    out[0].floats[result] = best;
  };
  windows.forEach(in[0], out[0], channelsFirst, pool);
}

/// The sum is made in f64, divided there, and rounded once.
static void evaluateAvgPool(AvgPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    double sum = 0;
    int64_t count = 0;
    auto visit = [&](int64_t offset) {
      sum += in[0].floats[start + offset];
      ++count;
    };
    windows.forEachInside(in[0], channelsFirst, oh, ow, visit);
    if (op.getCountIncludePad())
      count = windows.kernel[0] * windows.kernel[1];
    out[0].floats[result] = sum / count;
  };
  windows.forEach(in[0], out[0], channelsFirst, pool);
}

/// The element of a window that holds nothing: the least number.
static int64_t leastElement(CodeAttr code, Type type) {
  if (code)
    return numberToCode(code.getMin(), code.getBits(), code.getEncoding());
  return -(int64_t(1) << (type.getIntOrFloatBitWidth() - 1));
}

static void evaluateIMaxPool(IMaxPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  CodeAttr code = op.getCodeAttr();
  Type type = op.getInput().getType().getElementType();
  int64_t least = leastElement(code, type);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    int64_t best = least;
    auto visit = [&](int64_t offset) {
      int64_t element = in[0].integers[start + offset];
      if (numberOf(element, code, type) > numberOf(best, code, type))
        best = element;
    };
    windows.forEachInside(in[0], channelsLast, oh, ow, visit);
    out[0].integers[result] = best;
  };
  windows.forEach(in[0], out[0], channelsLast, pool);
  if (code)
    patternsToElements(out[0], code, op.getResult().getType());
}

static void evaluatePackedMaxPool(PackedMaxPool2dOp op, Operands in,
                                  Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    int64_t bits = 0;
    auto visit = [&](int64_t offset) {
      bits |= in[0].integers[start + offset];
    };
    windows.forEachInside(in[0], channelsLast, oh, ow, visit);
    out[0].integers[result] = bits;
  };
  windows.forEach(in[0], out[0], channelsLast, pool);
}

void qnn::attachPoolModels(MLIRContext *context) {
  attach<evaluateMaxPool>(context);
  attach<evaluateAvgPool>(context);
  attach<evaluateIMaxPool>(context);
  attach<evaluatePackedMaxPool>(context);
}
