//===- PackLookups.h - Floats by +-1 become lookups -------------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// Patterns for `qnn.matmul` and `qnn.conv2d` whose weights are signs times a
/// factor of each output channel: lookup products, where they are less work.
/// They go before those for other floats.
void populatePackLookupPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKLOOKUPS_H
