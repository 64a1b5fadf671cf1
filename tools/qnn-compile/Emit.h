//===- Emit.h - Writes a compiled model -------------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_COMPILE_EMIT_H
#define QNN_TOOLS_QNN_COMPILE_EMIT_H

#include "mlir/IR/BuiltinOps.h"
#include "qnn/Driver/Report.h"
#include "qnn/Pipelines/Pipelines.h"
#include "llvm/Support/Error.h"

namespace qnn {

enum class EmitKind {
  Import,
  Graph,
  Integer,
  Packed,
  Loops,
  LLVM,
  LLVMIR,
  Assembly,
  Object,
  Library,
  Program
};

/// The level of the IR that a kind of output is made from.
Level levelOf(EmitKind kind);
/// True for kinds that are text.
bool isText(EmitKind kind);

/// The files that `output` stands for: OUT itself (text and programs), OUT.o
/// and OUT.h, OUT.so and OUT.h; OUT may be given with or without the suffix. A
/// device takes the object or library alone.
std::vector<std::string> outputPaths(EmitKind kind, llvm::StringRef output);

/// Writes `module`, which is at the kind's level, to the files.
llvm::Error emit(mlir::ModuleOp module, EmitKind kind, unsigned optLevel,
                 llvm::ArrayRef<std::string> paths, Report &report);

} // namespace qnn

#endif // QNN_TOOLS_QNN_COMPILE_EMIT_H
