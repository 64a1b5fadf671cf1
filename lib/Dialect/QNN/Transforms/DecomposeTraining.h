//===- DecomposeTraining.h - Families of the decomposition ------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H

#include "qnn/Dialect/QNN/IR/Training.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// `x` with `low` and `high` elements of `value` around H and W; negative
/// counts take elements away.
mlir::Value frame(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                  llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
                  float value);
/// stride - 1 zeros behind each element of H and W.
mlir::Value spreadOut(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                      llvm::ArrayRef<int64_t> strides);

/// Gradients of convolutions as convolutions and products.
void populateDecomposeConvGradPatterns(mlir::RewritePatternSet &patterns);
/// Gradients of average pooling as sums of slices.
void populateDecomposePoolGradPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H
