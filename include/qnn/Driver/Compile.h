//===- Compile.h - From a file to any level of the IR -----------*- C++ -*-===//

#ifndef QNN_DRIVER_COMPILE_H
#define QNN_DRIVER_COMPILE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Pipelines/Pipelines.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>

namespace qnn {

/// A context with all dialects that the compiler uses.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Reads a model: `.onnx` and `.onnxtxt` through the importer, `.mlir` and
/// `.mlirbc` in any form.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
loadModel(llvm::StringRef path, mlir::MLIRContext *context);

/// The module's one public function; fails where there is none or several.
llvm::Expected<mlir::func::FuncOp> getEntry(mlir::ModuleOp module,
                                            llvm::StringRef path);

/// Most samples of one run: sizes of whole batches stay far below 64 bits.
inline constexpr int64_t maxBatch = int64_t(1) << 20;

/// Fails where `threads`, as an option gives it, is not 1 to QNN_MAX_THREADS.
llvm::Error checkThreads(int64_t threads);

struct CompileOptions {
  Level level = Level::LLVM;
  std::optional<Level> reached;  ///< stages up to this one are done already
  std::string target = "native"; ///< as parseTarget takes it
  int64_t batch = 1;             ///< samples of one run; 0: an argument of run
  std::string name;              ///< of the model, where not empty
  /// Threads that the code may use; from 2 on it needs libqnn_runtime.
  int64_t threads = 1;
  std::string tuning; ///< file of kernels that were measured, where not empty
};

/// Brings `module`, read from `path`, down to a level, in place.
llvm::Error compileModule(mlir::ModuleOp module, llvm::StringRef path,
                          const CompileOptions &options);

/// Fails where this machine lacks something that code for `target` uses.
llvm::Error checkRunnable(TargetAttr target);

/// `text` as a C identifier: other characters become `_`.
std::string makeIdentifier(llvm::StringRef text);

} // namespace qnn

#endif // QNN_DRIVER_COMPILE_H
