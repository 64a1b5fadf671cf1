//===- Remarks.h - What the passes say of each layer ------------*- C++ -*-===//

#ifndef QNN_DRIVER_REMARKS_H
#define QNN_DRIVER_REMARKS_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/raw_ostream.h"

namespace qnn {

/// Prints every remark of our passes as `layer: message`. The stream must
/// outlive the context.
llvm::LogicalResult enableRemarks(mlir::MLIRContext &context,
                                  llvm::raw_ostream &os);

} // namespace qnn

#endif // QNN_DRIVER_REMARKS_H
