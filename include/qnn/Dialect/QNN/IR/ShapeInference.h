//===- ShapeInference.h - Shapes and checks that ops share ------*- C++ -*-===//
//
// What several ops' type inference and verifiers have in common: windows,
// axes, broadcasting. Every function says what is wrong by naming the value it
// expected and the one it got, and never asserts on attributes, since builders
// and parsers hand over whatever the user wrote.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_SHAPEINFERENCE_H
#define QNN_DIALECT_QNN_IR_SHAPEINFERENCE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include <array>
#include <optional>

namespace qnn {

/// The op that a message is about. Without a location nothing is printed.
struct ErrorSite {
  std::optional<mlir::Location> location;
  llvm::StringRef op;

  /// Emits `'op' op ARGS...`; always fails.
  template <typename... Args>
  llvm::LogicalResult fail(Args &&...args) const {
    return mlir::emitOptionalError(location, "'", op, "' op ",
                                   std::forward<Args>(args)...);
  }
};

/// Attributes of a 2-D convolution or pooling, as its op holds them.
struct Window {
  llvm::ArrayRef<int64_t> kernel, strides, pads, dilations;

  /// Elements that the window spans in dimension `d` (0: height, 1: width).
  int64_t extent(unsigned d) const {
    return dilations[d] * (kernel[d] - 1) + 1;
  }
};

/// `values` holds `count` numbers from `least` to 2^31 - 1.
llvm::LogicalResult verifyNumbers(ErrorSite site, llvm::StringRef name,
                                  llvm::ArrayRef<int64_t> values, size_t count,
                                  int64_t least);

/// `axis` is a dimension of a tensor of rank `rank`.
llvm::LogicalResult verifyAxis(ErrorSite site, int64_t axis, int64_t rank);

/// `type` is a static ranked tensor of rank `rank`; null where it is not.
mlir::RankedTensorType getTensorOfRank(ErrorSite site, llvm::StringRef name,
                                       mlir::Type type, int64_t rank);

/// Height and width of what a window yields on an image of `size`, the last
/// position being the last that lies inside entirely. Fails where the
/// attributes make no sense or the window is larger than the padded image.
llvm::FailureOr<std::array<int64_t, 2>>
inferWindow(ErrorSite site, std::array<int64_t, 2> size, const Window &window);

/// ONNX's (NumPy's) broadcasting of two tensors of one element type.
llvm::LogicalResult inferBroadcast(ErrorSite site, mlir::Type lhs,
                                   mlir::Type rhs,
                                   llvm::SmallVectorImpl<mlir::Type> &types);

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_SHAPEINFERENCE_H
