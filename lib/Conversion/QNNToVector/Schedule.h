//===- Schedule.h - The one loop nest of all packed products ----*- C++ -*-===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SCHEDULE_H
#define QNN_CONVERSION_QNNTOVECTOR_SCHEDULE_H

#include "Contraction.h"

namespace qnn {

/// Builds the loops that compute `c` on tensors and returns the result, or the
/// results of its consumer.
llvm::SmallVector<mlir::Value> buildSchedule(mlir::ImplicitLocOpBuilder &b,
                                             const Contraction &c);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SCHEDULE_H
