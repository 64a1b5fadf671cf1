//===- PlaneTranspose.h - Channels first to channels last -------*- C++ -*-===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_PLANETRANSPOSE_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_PLANETRANSPOSE_H

#include "qnn/Dialect/QNN/IR/QNN.h"
#include <optional>

namespace qnn {

/// A transpose that, with neighbouring dimensions taken as one, swaps the rows
/// and columns of each of `outer` matrices: NCHW to NHWC with rows = C and
/// columns = H * W, NHWC to NCHW with rows = H * W and columns = C.
struct PlaneTranspose {
  int64_t outer, rows, columns;

  /// Nothing where `op` is another permutation, or moves no element.
  static std::optional<PlaneTranspose> match(TransposeOp op);
};

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_PLANETRANSPOSE_H
