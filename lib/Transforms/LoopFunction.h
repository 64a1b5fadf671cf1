//===- LoopFunction.h - A loop that becomes a function ----------*- C++ -*-===//
//
// What a function made of a loop takes from the loop's surroundings. Each
// buffer comes as an argument of its own that aliases no other: LLVM knows more
// of it than of two views of one arena.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_TRANSFORMS_LOOPFUNCTION_H
#define QNN_LIB_TRANSFORMS_LOOPFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

/// Alignment of what the arena holds.
inline constexpr int64_t kBufferAlignment = 64;

/// A static size, row-major without gaps.
bool isPlainBuffer(mlir::Type type);

/// A plain buffer that no other overlaps: one of the function's arguments, or
/// what it allocates.
bool isWholeBuffer(mlir::Value value);

struct LoopCaptures {
  /// False where a value cannot be passed.
  bool collect(mlir::scf::ForOp loop);

  /// A private function of `captured` and `more` behind the caller, without a
  /// body.
  mlir::func::FuncOp createFunction(mlir::func::FuncOp caller,
                                    llvm::StringRef name,
                                    mlir::TypeRange more = {}) const;
  /// Maps `captured` to the first arguments, and repeats what is repeated.
  void enter(mlir::ImplicitLocOpBuilder &b, mlir::func::FuncOp function,
             mlir::IRMapping &map) const;

  llvm::SetVector<mlir::Value> captured;
  llvm::SetVector<mlir::Operation *> repeated; ///< each behind its operands

private:
  bool need(mlir::Value value);
};

} // namespace qnn

#endif // QNN_LIB_TRANSFORMS_LOOPFUNCTION_H
