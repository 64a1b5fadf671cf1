//===- ModelAttributes.h - What a module records of its model ---*- C++ -*-===//
//
// Names of the module attributes that carry a model's signature from the graph
// to code generation, and the element types that a signature may have.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRANSFORMS_MODELATTRIBUTES_H
#define QNN_TRANSFORMS_MODELATTRIBUTES_H

#include "mlir/IR/Types.h"
#include "qnn/Runtime/qnn_runtime.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace qnn {

/// Dictionary {name, inputs, outputs}; inputs and outputs are arrays of
/// dictionaries {name, type}, the type a static ranked tensor.
inline constexpr llvm::StringLiteral kModelAttr = "qnn.model";
/// i64: bytes of scratch memory.
inline constexpr llvm::StringLiteral kArenaBytesAttr = "qnn.arena_bytes";
/// i64: samples of one run, 0 where the caller says; missing: 1.
inline constexpr llvm::StringLiteral kBatchAttr = "qnn.batch";
/// String on arguments and results of the entry function: the name in ONNX.
inline constexpr llvm::StringLiteral kNameAttr = "qnn.name";

/// What the C interface calls an element type; nothing where it has no tensors
/// of that type.
std::optional<qnn_type> getRuntimeType(mlir::Type element);

} // namespace qnn

#endif // QNN_TRANSFORMS_MODELATTRIBUTES_H
