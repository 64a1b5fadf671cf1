//===- Window.h - Strides and padding of Conv and pooling -------*- C++ -*-===//

#ifndef QNN_LIB_ONNX_WINDOW_H
#define QNN_LIB_ONNX_WINDOW_H

#include "Importer.h"

namespace qnn {

/// How a window moves over H and W, with explicit pads [top, left, bottom,
/// right]. Over one dimension, H is 1; over three, the depth comes before H and
/// W in every list.
struct MovingWindow {
  llvm::SmallVector<int64_t, 2> kernel, strides, dilations;
  llvm::SmallVector<int64_t, 4> pads;
  /// How much of bottom and right was added so that rounding the result's size
  /// down gives what ceil_mode asks for.
  llvm::SmallVector<int64_t, 2> ceilPads;
};

/// The attribute of `count` numbers, or as many times `ifMissing`.
llvm::SmallVector<int64_t, 2> readSizes(NodeImporter &node,
                                        llvm::StringRef name, size_t count,
                                        int64_t ifMissing);

/// Reads strides, dilations, pads, auto_pad and ceil_mode of a node whose first
/// input has `kernel.size()` dimensions behind batch and channel.
MovingWindow readWindow(NodeImporter &node, llvm::ArrayRef<int64_t> kernel);

/// [N, C, W] as [N, C, 1, W]; rank 4 stays.
mlir::Value to2d(NodeImporter &node, mlir::Value value);
/// [N, C, 1, W] as [N, C, W] if `rank` is 3.
mlir::Value from2d(NodeImporter &node, mlir::Value value, int64_t rank);

} // namespace qnn

#endif // QNN_LIB_ONNX_WINDOW_H
