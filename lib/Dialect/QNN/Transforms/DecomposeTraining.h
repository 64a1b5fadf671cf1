//===- DecomposeTraining.h - Families of the decomposition ------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H

#include "qnn/Dialect/QNN/IR/Training.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// Gradients of convolutions as convolutions and products.
void populateDecomposeConvGradPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_DECOMPOSETRAINING_H
