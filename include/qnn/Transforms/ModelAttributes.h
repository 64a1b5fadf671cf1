//===- ModelAttributes.h - What a module records of its model ---*- C++ -*-===//
//
// Names of the module attributes that carry a model's signature from the graph
// to code generation, and the element types that a signature may have.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRANSFORMS_MODELATTRIBUTES_H
#define QNN_TRANSFORMS_MODELATTRIBUTES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "qnn/Runtime/qnn_runtime.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace qnn {

/// Dictionary {name, inputs, outputs}; inputs and outputs are arrays of
/// dictionaries {name, type}, the type a static ranked tensor; inputs that the
/// function writes, too, have the unit `updated`.
inline constexpr llvm::StringLiteral kModelAttr = "qnn.model";
/// i64: bytes of scratch memory.
inline constexpr llvm::StringLiteral kArenaBytesAttr = "qnn.arena_bytes";
/// i64: samples of one run, 0 where the caller says; missing: 1.
inline constexpr llvm::StringLiteral kBatchAttr = "qnn.batch";
/// i64: threads that the code may use; missing: 1. On a loop of a product: what
/// its kernel says.
inline constexpr llvm::StringLiteral kThreadsAttr = "qnn.threads";
/// i64 on a private function: its last three arguments are a range of
/// iterations, begin and end, that that many threads may share, and the number
/// of the thread.
inline constexpr llvm::StringLiteral kParallelAttr = "qnn.parallel";
/// String on arguments and results of the entry function: the name in ONNX.
inline constexpr llvm::StringLiteral kNameAttr = "qnn.name";
/// i64 on an argument and a result of the entry function: both are the state of
/// that number, before and after a step.
inline constexpr llvm::StringLiteral kStateAttr = "qnn.state";
/// Unit on the entry function: all gradients are there before a state changes.
inline constexpr llvm::StringLiteral kSeparateUpdateAttr =
    "qnn.separate_update";

/// kNameAttr of an argument; without: `inputN`, as kModelAttr has it.
std::string nameOfInput(mlir::func::FuncOp function, unsigned argument);

/// kThreadsAttr of a module.
int64_t threadsOf(mlir::ModuleOp module);

/// Those of them that are free within a sample: one where whole samples, as
/// many as there are threads or more, run side by side.
int64_t threadsOfSample(mlir::ModuleOp module);

/// What the C interface calls an element type; nothing where it has no tensors
/// of that type.
std::optional<qnn_type> getRuntimeType(mlir::Type element);

} // namespace qnn

#endif // QNN_TRANSFORMS_MODELATTRIBUTES_H
