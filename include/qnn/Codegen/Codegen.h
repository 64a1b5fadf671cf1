//===- Codegen.h - From the llvm dialect to native code ---------*- C++ -*-===//

#ifndef QNN_CODEGEN_CODEGEN_H
#define QNN_CODEGEN_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "qnn/Runtime/qnn_runtime.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>
#include <vector>

namespace qnn {

struct TensorInfo {
  std::string name;
  std::vector<int64_t> shape; ///< of one call of the per-sample function
  qnn_type type;              ///< element type
};

/// What a caller must know of a compiled model; kept on the module as
/// attributes by the loops pipeline, read back from there.
struct ModelInfo {
  std::string name; ///< a C identifier
  std::vector<TensorInfo> inputs, outputs;
  int64_t arenaBytes = 0;
  /// Calls of the per-sample function in one run: a number, or 0 where the
  /// batch is an argument of run.
  int64_t batch = 1;
  int64_t threads = 1; ///< from 2 on the code calls qnn_parallel_for
};

/// Requires that the loops pipeline has run on `module`.
ModelInfo getModelInfo(mlir::ModuleOp module);

enum class CodeKind { LLVMIR, Assembly, Object };

/// Optimizes and emits code for the module's target; `module` is in the llvm
/// dialect.
llvm::Error emitCode(mlir::ModuleOp module, CodeKind kind, unsigned optLevel,
                     llvm::raw_pwrite_stream &os);

/// The bytes of an object file.
using Object = llvm::SmallVector<char, 0>;

/// As emitCode, one object or more: parts of a large module are compiled on
/// threads of their own.
llvm::Expected<std::vector<Object>> emitObjects(mlir::ModuleOp module,
                                                unsigned optLevel);

/// The C header of a model: sizes, signature, an example.
std::string makeHeader(const ModelInfo &info);

/// libqnn_runtime.a, with the threads of compiled models, as built or installed
/// beside the running program; for this machine's architecture only.
llvm::Expected<std::string> findRuntime(mlir::ModuleOp module);

/// Links objects and archives into a shared library with the ld.lld-22, ld.lld
/// or ld of PATH; the error carries the linker's words.
llvm::Error linkShared(llvm::ArrayRef<std::string> inputs,
                       llvm::StringRef output);

/// Links a model's object with a main function that reads and writes .npy
/// files, by the C compiler of PATH; for this machine's architecture only.
llvm::Error linkProgram(mlir::ModuleOp module, llvm::StringRef object,
                        llvm::StringRef output);

/// A model compiled in process. The descriptor lives as long as this object.
class JITModel {
public:
  static llvm::Expected<std::unique_ptr<JITModel>> create(mlir::ModuleOp module,
                                                          unsigned optLevel);
  ~JITModel();
  const qnn_model *descriptor() const;

private:
  JITModel();
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace qnn

#endif // QNN_CODEGEN_CODEGEN_H
