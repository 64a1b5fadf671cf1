//===- ModelAttributes.h - What a module records of its model ---*- C++ -*-===//
//
// Names of the module attributes that carry a model's signature from the graph
// to code generation.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRANSFORMS_MODELATTRIBUTES_H
#define QNN_TRANSFORMS_MODELATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace qnn {

/// Dictionary {name, inputs, outputs}; inputs and outputs are arrays of
/// dictionaries {name, type}, the type a static ranked tensor.
inline constexpr llvm::StringLiteral kModelAttr = "qnn.model";
/// i64: bytes of scratch memory.
inline constexpr llvm::StringLiteral kArenaBytesAttr = "qnn.arena_bytes";
/// i64: samples of one run, 0 where the caller says; missing: 1.
inline constexpr llvm::StringLiteral kBatchAttr = "qnn.batch";
/// The #qnn.target to compile for.
inline constexpr llvm::StringLiteral kTargetAttr = "qnn.target";
/// String on arguments and results of the entry function: the name in ONNX.
inline constexpr llvm::StringLiteral kNameAttr = "qnn.name";

} // namespace qnn

#endif // QNN_TRANSFORMS_MODELATTRIBUTES_H
