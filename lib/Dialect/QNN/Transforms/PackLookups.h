//===- PackLookups.h - Floats by +-1 become lookups -------------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// `sums` times the factors along the output channels, after which `rank`
/// dimensions follow.
mlir::Value scaled(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sums,
                   llvm::ArrayRef<float> factors, int64_t rank);

/// Patterns for `qnn.matmul` and `qnn.conv2d` whose weights are signs times a
/// factor of each output channel: lookup products, where they are less work.
/// They go before those for other floats.
void populatePackLookupPatterns(mlir::RewritePatternSet &patterns);

/// Patterns for a `qnn.matmul` that sums over the windows of `qnn.unfold`:
/// where those are signs, bits packed along the windows.
void populatePackLookupWindowsPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H
