//===- PackSigns.h - Products of computed signs -----------------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKSIGNS_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKSIGNS_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// Patterns for `qnn.matmul` and `qnn.conv2d` of two operands that are computed
/// signs: XNOR products. They go before those for floats by signs.
void populatePackSignPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKSIGNS_H
