//===- Target.h - What a CPU can do -----------------------------*- C++ -*-===//
//
// The only place that knows names of instruction sets. Everything else asks for
// the width of registers, how many there are, and tiles.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_TARGET_H
#define QNN_TARGET_TARGET_H

#include "qnn/Arith/Enums.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace qnn {

/// The `#qnn.target` of a `--target` argument: `native`, a name of the table
/// (x86-64-v2, x86-64-v3, x86-64-v4, znver4, aarch64, ...), or `TRIPLE,CPU`.
/// Fails with a message that lists the known names.
llvm::Expected<TargetAttr> parseTarget(mlir::MLIRContext *context,
                                       llvm::StringRef name);

/// The register tile [M, N] of a kernel: M output pixels by N output channels.
/// N is always 32: one word of packed output.
std::pair<int64_t, int64_t> chooseTile(TargetAttr target, KernelKind kernel);

/// True where floats are rounded to integers (floor, to even, ...) by an
/// instruction; elsewhere LLVM would call libm.
bool roundsFloats(TargetAttr target);

/// The module attribute with the #qnn.target to compile for.
inline constexpr llvm::StringLiteral kTargetAttr = "qnn.target";

/// The target of the module that holds `op`; x86-64-v2 where none is set.
TargetAttr getTarget(mlir::Operation *op);

} // namespace qnn

#endif // QNN_TARGET_TARGET_H
