//===- TrainingMath.h - Arithmetic of training as IR ------------*- C++ -*-===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

// Each one step, rounded on its own.
inline mlir::Value add(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value y) {
  return mlir::arith::AddFOp::create(b, x, y);
}
inline mlir::Value sub(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value y) {
  return mlir::arith::SubFOp::create(b, x, y);
}
inline mlir::Value mul(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value y) {
  return mlir::arith::MulFOp::create(b, x, y);
}
inline mlir::Value div(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value y) {
  return mlir::arith::DivFOp::create(b, x, y);
}

/// qnn::ap2, of scalars and vectors.
mlir::Value emitAp2(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H
