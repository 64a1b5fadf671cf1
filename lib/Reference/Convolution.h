//===- Convolution.h - The convolution that all forms share -----*- C++ -*-===//
//
// One plain loop nest over numbers in ONNX's layouts. Floats come as f64, so
// that products are exact and the sum is rounded to f32 once: the best f32
// answer, independent of any order of summation where sums stay exact (all
// products of codes). Codes come as integers.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_REFERENCE_CONVOLUTION_H
#define QNN_LIB_REFERENCE_CONVOLUTION_H

#include "qnn/Dialect/QNN/IR/ContractionGeometry.h"
#include <vector>

namespace qnn {

/// Numbers of an image [C, H, W] with a border of `padding` around it.
template <typename T>
std::vector<T> padImage(const T *image, int64_t channels,
                        const ContractionGeometry &g, T padding) {
  int64_t height = g.inHeight + g.padTop + g.padBottom;
  int64_t width = g.inWidth + g.padLeft + g.padRight;
  std::vector<T> padded(channels * height * width, padding);
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t h = 0; h < g.inHeight; ++h)
      for (int64_t w = 0; w < g.inWidth; ++w)
        padded[(c * height + h + g.padTop) * width + w + g.padLeft] =
            image[(c * g.inHeight + h) * g.inWidth + w];
  return padded;
}

/// Adds weight * image at one filter tap to all sums [OH, OW]; `image` points
/// to the tap's element of the first sum, its rows are `width` apart.
template <typename T>
void addTap(T weight, const T *image, int64_t width,
            const ContractionGeometry &g, T *sums) {
  for (int64_t h = 0; h < g.outHeight; ++h) {
    const T *row = image + h * g.strideHeight * width;
    for (int64_t w = 0; w < g.outWidth; ++w)
      sums[h * g.outWidth + w] += weight * row[w * g.strideWidth];
  }
}

/// input [N, groups * C, H, W], filter [O, C, KH, KW], result [N, O, OH, OW].
template <typename T>
std::vector<T> convolve(const std::vector<T> &input,
                        const std::vector<T> &filter,
                        const ContractionGeometry &g, T padding) {
  int64_t allChannels = g.groups * g.channels;
  int64_t height = g.inHeight + g.padTop + g.padBottom;
  int64_t width = g.inWidth + g.padLeft + g.padRight;
  std::vector<T> result(g.batch * g.outChannels * g.outHeight * g.outWidth);
  T *sums = result.data();
  for (int64_t n = 0; n < g.batch; ++n) {
    std::vector<T> image =
        padImage(input.data() + n * allChannels * g.inHeight * g.inWidth,
                 allChannels, g, padding);
    const T *weight = filter.data();
    for (int64_t o = 0; o < g.outChannels; ++o) {
      int64_t firstChannel = o / (g.outChannels / g.groups) * g.channels;
      for (int64_t c = 0; c < g.channels; ++c)
        for (int64_t h = 0; h < g.kernelHeight; ++h)
          for (int64_t w = 0; w < g.kernelWidth; ++w)
            addTap(*weight++,
                   image.data() +
                       ((firstChannel + c) * height + h * g.dilationHeight) *
                           width +
                       w * g.dilationWidth,
                   width, g, sums);
      sums += g.outHeight * g.outWidth;
    }
  }
  return result;
}

/// lhs [M, K], rhs [N, K], result [M, N].
template <typename T>
void multiply(const T *lhs, const T *rhs, int64_t m, int64_t n, int64_t k,
              T *result) {
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      T sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += lhs[i * k + l] * rhs[j * k + l];
      result[i * n + j] = sum;
    }
}

} // namespace qnn

#endif // QNN_LIB_REFERENCE_CONVOLUTION_H
