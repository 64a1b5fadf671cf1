//===- ContractionGeometry.h - Sizes of a matmul-like op --------*- C++ -*-===//
//
// What the one schedule for all packed products needs to know. A matmul of M
// rows is a convolution over one image row of M pixels with a 1x1 filter.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_CONTRACTIONGEOMETRY_H
#define QNN_DIALECT_QNN_IR_CONTRACTIONGEOMETRY_H

#include <cstdint>

namespace qnn {

struct ContractionGeometry {
  int64_t batch = 1, inHeight = 1, inWidth = 1, outHeight = 1, outWidth = 1;
  int64_t channels = 1;    ///< of one group: the true K of one filter tap
  int64_t outChannels = 1; ///< of all groups
  int64_t groups = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
};

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_CONTRACTIONGEOMETRY_H
