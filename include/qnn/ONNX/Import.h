//===- Import.h - ONNX files to graph form ----------------------*- C++ -*-===//

#ifndef QNN_ONNX_IMPORT_H
#define QNN_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

namespace qnn {

struct ImportOptions {
  /// What an open (symbolic or unknown) first dimension of an input becomes.
  int64_t openBatch = 1;
};

/// Reads an ONNX file (`.onnxtxt`: ONNX's text syntax) into a module with one
/// public function. All shapes are static. Function arguments and results carry
/// their ONNX names as `qnn.name`, ops their node's name as a NameLoc. Fails
/// with one diagnostic `FILE: node 'NAME' (OpType): reason`.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importONNX(llvm::StringRef path, mlir::MLIRContext *context,
           const ImportOptions &options = {});

} // namespace qnn

#endif // QNN_ONNX_IMPORT_H
