//===- Lanes.h - Loops over registers of tensors ----------------*- C++ -*-===//
//
// For lowerings that say themselves what lies in one register. Tensors are
// carried through the loops; bufferization makes them in place.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_LANES_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_LANES_H

#include "LinalgUtils.h"

namespace qnn {

inline mlir::VectorType vectorOf(int64_t lanes, mlir::Type element) {
  return mlir::VectorType::get({lanes}, element);
}

mlir::Value constantIndex(ImplicitLocOpBuilder &b, int64_t value);

/// number * factor + offset.
mlir::Value scaledIndex(ImplicitLocOpBuilder &b, mlir::Value number,
                        int64_t factor, int64_t offset);

/// for i in [0, count): result = body(i, result).
mlir::Value
buildCountLoop(ImplicitLocOpBuilder &b, int64_t count, mlir::Value init,
               llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &,
                                              mlir::Value, mlir::Value)>
                   body);

/// `lanes` elements of the last dimension from `indices` on; all of them exist.
mlir::Value readLanes(ImplicitLocOpBuilder &b, mlir::Value tensor,
                      mlir::ValueRange indices, int64_t lanes);

/// One element in `lanes` lanes.
mlir::Value readSplat(ImplicitLocOpBuilder &b, mlir::Value tensor,
                      mlir::ValueRange indices, int64_t lanes);

/// `tensor` with the lanes of a vector from `indices` on.
mlir::Value writeLanes(ImplicitLocOpBuilder &b, mlir::Value lanes,
                       mlir::Value tensor, mlir::ValueRange indices);

/// 32 lanes of i1 as an i32, lane 0 the lowest bit.
mlir::Value maskToWord(ImplicitLocOpBuilder &b, mlir::Value mask);

/// Masks of registers of `lanes` side by side as an i32; what is missing is 0.
mlir::Value masksToWord(ImplicitLocOpBuilder &b,
                        llvm::ArrayRef<mlir::Value> masks, int64_t lanes);

/// Lanes first .. first + count - 1.
mlir::Value takeLanes(ImplicitLocOpBuilder &b, mlir::Value lanes, int64_t first,
                      int64_t count);

/// Lane 0 of every vector, then lane 1 of every vector, ... The number of
/// vectors is a power of two.
mlir::Value interleaveLanes(ImplicitLocOpBuilder &b,
                            llvm::ArrayRef<mlir::Value> vectors);

/// N vectors of N lanes, N a power of two: vector i of the result holds lane i
/// of each.
llvm::SmallVector<mlir::Value>
transposeLanes(ImplicitLocOpBuilder &b, llvm::ArrayRef<mlir::Value> vectors);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_LANES_H
