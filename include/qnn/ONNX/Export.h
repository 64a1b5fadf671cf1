//===- Export.h - Graph form to ONNX files ----------------------*- C++ -*-===//

#ifndef QNN_ONNX_EXPORT_H
#define QNN_ONNX_EXPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace qnn {

/// Writes a module in graph form, constants for its weights, as ONNX with
/// QONNX's quantizers, whole or not at all. The first dimension of inputs and
/// outputs becomes open. Reading the file back gives a graph with bit-equal
/// results. Fails with the op that ONNX has no form for.
llvm::Error exportONNX(mlir::ModuleOp module, llvm::StringRef path);

} // namespace qnn

#endif // QNN_ONNX_EXPORT_H
