//===- TurnWords.h - Squares of 32 x 32 bits, turned ------------*- C++ -*-===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_TURNWORDS_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_TURNWORDS_H

#include "LinalgUtils.h"

namespace qnn {

/// Turns word `column` of `rows` of the matrix `words`, at most 32, to the
/// words of its 32 columns: [block, step, 0..31] of `out`. Missing rows are
/// zeros.
mlir::Value turnSquare(ImplicitLocOpBuilder &b, mlir::Value words,
                       mlir::ValueRange rows, mlir::Value column,
                       mlir::Value out, mlir::Value block, mlir::Value step);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_TURNWORDS_H
