//===- LinalgUtils.h - Builders of linalg.generic ---------------*- C++ -*-===//
//
// All lowerings build their loops through these few functions, on tensors of
// static shape.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_LINALGUTILS_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_LINALGUTILS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

using mlir::ImplicitLocOpBuilder;

/// Computes one element from the elements of the inputs.
using ElementFn =
    llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &, mlir::ValueRange)>;

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// A tensor of `type` without contents, and one filled with `value`.
mlir::Value createEmpty(ImplicitLocOpBuilder &b, mlir::RankedTensorType type);
mlir::Value createFilled(ImplicitLocOpBuilder &b, mlir::RankedTensorType type,
                         mlir::TypedAttr value);

/// result[i..] = element(inputs at maps(i..)) for every index of `type`. A
/// shorter list of maps is filled up with the identity.
mlir::Value buildElementwise(ImplicitLocOpBuilder &b,
                             mlir::RankedTensorType type,
                             mlir::ValueRange inputs,
                             llvm::ArrayRef<mlir::AffineMap> maps,
                             ElementFn element);

/// Reduces into `init`, whose element is the last argument of `element`.
/// `maps` has one map for each input and one for `init`; dimensions that the
/// last does not name are reduced, in ascending order.
mlir::Value buildReduction(ImplicitLocOpBuilder &b, mlir::ValueRange inputs,
                           mlir::Value init,
                           llvm::ArrayRef<mlir::AffineMap> maps,
                           ElementFn element);

/// (d0, .., d<rank-1>) -> (d<axis>).
mlir::AffineMap channelMap(ImplicitLocOpBuilder &b, int64_t rank, int64_t axis);

/// The map by which an operand of `shape` is read, with NumPy's broadcasting,
/// at the indices of a result of rank `rank`.
mlir::AffineMap broadcastMap(ImplicitLocOpBuilder &b,
                             llvm::ArrayRef<int64_t> shape, int64_t rank);

/// The same elements in row-major order under another shape.
mlir::Value reshapeTo(ImplicitLocOpBuilder &b, mlir::Value value,
                      llvm::ArrayRef<int64_t> shape);

/// `input` within a frame of `value`; the input itself where there is none.
mlir::Value padWith(ImplicitLocOpBuilder &b, mlir::Value input,
                    llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
                    mlir::TypedAttr value);

/// Every step-th element of `input` from `offsets` on; steps are positive.
mlir::Value viewOf(ImplicitLocOpBuilder &b, mlir::Value input,
                   llvm::ArrayRef<int64_t> offsets,
                   llvm::ArrayRef<int64_t> sizes,
                   llvm::ArrayRef<int64_t> steps);

/// `part` written into `whole` from `offsets` on.
mlir::Value insertAt(ImplicitLocOpBuilder &b, mlir::Value part,
                     mlir::Value whole, llvm::ArrayRef<int64_t> offsets);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_LINALGUTILS_H
