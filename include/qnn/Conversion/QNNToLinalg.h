//===- QNNToLinalg.h - Ops on tensors to linalg -----------------*- C++ -*-===//

#ifndef QNN_CONVERSION_QNNTOLINALG_H
#define QNN_CONVERSION_QNNTOLINALG_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// Lowers every op of graph and shape form, the conversions between floats,
/// sums, codes and words, and pooling. Codes must be bytes already. Products of
/// the packed form have a lowering of their own (QNNToVector).
void populateQNNToLinalgPatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOLINALG_H
