//===- ProductFacts.h - A product, for those who choose kernels -*- C++ -*-===//
//
// Sizes and codes of a matmul or convolution, the same from every form of the
// IR: what the cost model computes with, and what a tuning table is searched
// by.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_PRODUCTFACTS_H
#define QNN_TARGET_PRODUCTFACTS_H

#include "qnn/Dialect/QNN/IR/QNN.h"
#include <optional>
#include <string>

namespace qnn {

struct ProductFacts {
  bool isConv = false;
  ContractionGeometry g;
  CodeAttr activations, weights; ///< null: floats

  /// Of a product in graph, integer or packed form; nothing for other ops,
  /// batched products among them.
  static std::optional<ProductFacts> get(mlir::Operation *op);

  /// Of a matmul of floats [rows, channels] by [channels, outChannels].
  static ProductFacts ofMatmul(int64_t rows, int64_t channels,
                               int64_t outChannels);

  int64_t pixels() const { return g.batch * g.outHeight * g.outWidth; }
  int64_t inputPixels() const { return g.batch * g.inHeight * g.inWidth; }
  int64_t taps() const { return g.kernelHeight * g.kernelWidth; }
  int64_t outChannelsOfGroup() const { return g.outChannels / g.groups; }

  std::string opName() const { return isConv ? "conv" : "matmul"; }
  /// `MxKxN`; `CxOxKHxKW@NxHxW`, then what is not the default of stride, pads
  /// (top x left x bottom x right), dilation and groups.
  std::string shape() const;
  /// `bipolar1`, `unsigned2`, `ternary2`, `f32`, ...
  static std::string typeName(CodeAttr code);
  /// `conv bipolar1 x unsigned2 64x64x3x3@1x56x56 pads 1x1x1x1`: weights by
  /// activations.
  std::string name() const;
};

} // namespace qnn

#endif // QNN_TARGET_PRODUCTFACTS_H
