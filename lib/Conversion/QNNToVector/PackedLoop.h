//===- PackedLoop.h - Elementwise loops that store words --------*- C++ -*-===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_PACKEDLOOP_H
#define QNN_CONVERSION_QNNTOVECTOR_PACKEDLOOP_H

#include "Consumer.h"

namespace qnn {

/// The loops of a consumer without a product; gives its results.
llvm::SmallVector<mlir::Value> buildPackedLoop(mlir::ImplicitLocOpBuilder &b,
                                               const Consumer &consumer);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_PACKEDLOOP_H
