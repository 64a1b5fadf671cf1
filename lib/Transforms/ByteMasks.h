//===- ByteMasks.h - Comparisons that are kept as bytes ---------*- C++ -*-===//

#ifndef QNN_LIB_TRANSFORMS_BYTEMASKS_H
#define QNN_LIB_TRANSFORMS_BYTEMASKS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// A loop that has one result and knows of its inputs but how one comparison
/// came out, as of a random mask: the comparison becomes a loop of its own, to
/// bytes, which is returned, and `loop` one that reads them. Null for others.
mlir::linalg::GenericOp splitComparison(mlir::RewriterBase &rewriter,
                                        mlir::linalg::GenericOp loop);

/// Where a loop knows of `input` but how one comparison came out, as the
/// gradient of a window or of relu: makes that comparison at `builder`'s place,
/// as bytes, which `input` becomes. False where it knows more.
bool readComparison(mlir::RewriterBase &rewriter, mlir::OpOperand &input);

} // namespace qnn

#endif // QNN_LIB_TRANSFORMS_BYTEMASKS_H
