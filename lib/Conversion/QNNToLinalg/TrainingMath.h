//===- TrainingMath.h - Arithmetic of training as IR ------------*- C++ -*-===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

/// qnn::ap2, of scalars and vectors.
mlir::Value emitAp2(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_TRAININGMATH_H
