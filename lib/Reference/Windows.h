//===- Windows.h - The windows that poolings walk ---------------*- C++ -*-===//

#ifndef QNN_LIB_REFERENCE_WINDOWS_H
#define QNN_LIB_REFERENCE_WINDOWS_H

#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Reference/Tensor.h"

namespace qnn {

/// Where N, C, H and W lie.
struct Layout {
  int64_t channel, height, width;
};
inline constexpr Layout channelsFirst{1, 2, 3}, channelsLast{3, 1, 2};

/// The windows of a pooling op, or of one that unfolds them.
struct Windows {
  llvm::ArrayRef<int64_t> kernel, strides, dilations;
  llvm::SmallVector<int64_t, 4> pads{0, 0, 0, 0};

  template <typename OpTy>
  explicit Windows(OpTy op)
      : kernel(op.getKernel()), strides(op.getStrides()),
        dilations(op.getDilations()), pads(op.getPads()) {}
  explicit Windows(TurnWindowsOp op)
      : kernel(op.getKernel()), strides(op.getStrides()),
        dilations(op.getDilations()) {}

  /// Rows and columns of windows.
  std::array<int64_t, 2> countOf(const Tensor &in, Layout layout) const {
    auto count = [&](int64_t d, int64_t size) {
      size += pads[d] + pads[d + 2] - dilations[d] * (kernel[d] - 1) - 1;
      return size / strides[d] + 1;
    };
    return {count(0, in.shape[layout.height]),
            count(1, in.shape[layout.width])};
  }

  /// Calls visit(h, w) for all taps of the window at (oh, ow), in the image or
  /// not.
  template <typename F>
  void forEachTap(int64_t oh, int64_t ow, F visit) const {
    for (int64_t kh = 0; kh < kernel[0]; ++kh)
      for (int64_t kw = 0; kw < kernel[1]; ++kw)
        visit(oh * strides[0] + kh * dilations[0] - pads[0],
              ow * strides[1] + kw * dilations[1] - pads[1]);
  }

  /// Calls visit(offset) for the elements of the window at (oh, ow) that lie in
  /// the image, offset from the element (0, 0) of the channel.
  template <typename F>
  void forEachInside(const Tensor &in, Layout layout, int64_t oh, int64_t ow,
                     F visit) const {
    llvm::SmallVector<int64_t> stride = in.strides();
    forEachTap(oh, ow, [&](int64_t h, int64_t w) {
      if (h >= 0 && h < in.shape[layout.height] && w >= 0 &&
          w < in.shape[layout.width])
        visit(h * stride[layout.height] + w * stride[layout.width]);
    });
  }

  /// Calls f(result element, start of the channel, oh, ow) for every window.
  template <typename F>
  void forEach(const Tensor &in, const Tensor &out, Layout layout, F f) const {
    llvm::SmallVector<int64_t> inStrides = in.strides(),
                               outStrides = out.strides();
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

} // namespace qnn

#endif // QNN_LIB_REFERENCE_WINDOWS_H
