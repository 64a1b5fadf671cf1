//===- ParallelLoops.h - Which loops may run on threads ---------*- C++ -*-===//

#ifndef QNN_LIB_TRANSFORMS_PARALLELLOOPS_H
#define QNN_LIB_TRANSFORMS_PARALLELLOOPS_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace qnn {

/// True where the iterations of `loop` may run at the same time: each buffer
/// that the loop writes has a dimension along which every iteration touches a
/// part of its own. Buffers are what `memref.alloc`, function arguments and
/// globals give; they never overlap each other. False where that is not seen.
bool isParallel(mlir::scf::ForOp loop);

/// Loops within the parallel `loop`, all with the same constant bounds and not
/// within each other, whose ranges may be cut into parts that run at the same
/// time, each part with all the rest of an iteration of `loop`: what buffers
/// get is written in these loops, at places that differ from part to part.
/// Empty where there are none.
llvm::SmallVector<mlir::scf::ForOp> findSplitLoops(mlir::scf::ForOp loop);

/// Iterations of a loop with constant bounds; nothing for any other.
std::optional<int64_t> tripCount(mlir::scf::ForOp loop);

/// Operations that `op` runs, those of its loops as often as they run: about a
/// third of a nanosecond each. A loop of unknown length counts four times.
double estimateWork(mlir::Operation *op);

} // namespace qnn

#endif // QNN_LIB_TRANSFORMS_PARALLELLOOPS_H
