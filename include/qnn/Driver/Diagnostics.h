//===- Diagnostics.h - MLIR's diagnostics as one error ----------*- C++ -*-===//
//
// A user of the tools sees one message for one failure: the first error that a
// parser, importer or pass emits, with the file and, where known, the node.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DRIVER_DIAGNOSTICS_H
#define QNN_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"
#include <string>

namespace qnn {

/// Name of the ONNX node that a location stands for: the first name in it;
/// empty where it has none.
std::string nodeName(mlir::Location location);

/// Collects what is emitted on a context while it lives; nothing is printed.
class ErrorCollector {
public:
  /// `file` is what messages without a file of their own begin with.
  ErrorCollector(mlir::MLIRContext *context, llvm::StringRef file);

  /// The first error; `fallback` where none was emitted.
  llvm::Error take(const llvm::Twine &fallback);

private:
  std::string file, first;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace qnn

#endif // QNN_DRIVER_DIAGNOSTICS_H
