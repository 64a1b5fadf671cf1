//===- PointwiseChain.h - Floats on the way to a register -------*- C++ -*-===//
//
// Ops of one element each, with constants, that lie above a value: a lowering
// that reads the value anyway computes them in registers, and their results
// never reach memory.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_POINTWISECHAIN_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_POINTWISECHAIN_H

#include "LinalgUtils.h"

namespace qnn {

/// One operation of `op` on vectors or scalars, `operands` as the op has them.
/// For batch normalization: input, factor, bias, mean. Null for ops that are
/// none of a chain.
mlir::Value emitPointwise(mlir::Operation *op, ImplicitLocOpBuilder &b,
                          mlir::ValueRange operands);

class PointwiseChain {
public:
  /// The chain that ends in `end`, as long as each value on the way has one
  /// use, its constants are all alike or vary along dimension `axis`, and it
  /// has the shape of `end`.
  PointwiseChain(mlir::Value end, int64_t axis);

  /// What the first op reads, of the shape of `end`; `end` without a chain.
  mlir::Value root() const { return first; }
  bool empty() const { return steps.empty(); }

  /// Creates what `emit` needs, outside of all loops.
  void prepare(ImplicitLocOpBuilder &b);

  /// Gives the lanes of a constant with one number for each index of `axis`.
  using ReadFn = llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &,
                                                mlir::Value constant)>;

  /// The value of `end` where the root's is `lanes`.
  mlir::Value emit(ImplicitLocOpBuilder &b, mlir::Value lanes,
                   ReadFn read) const;

private:
  /// One number, or one for each index of the axis.
  struct Constant {
    llvm::SmallVector<float> numbers;
    mlir::Value tensor; ///< where there are several
  };
  struct Step {
    mlir::Operation *op;
    unsigned position; ///< of the operand that the chain goes through
    /// The other operands, in order.
    llvm::SmallVector<Constant> constants;
  };

  bool addStep(mlir::Operation *op);
  bool addConstant(Step &step, mlir::Value value);
  bool addNumbers(Step &step, llvm::ArrayRef<float> numbers, int64_t dim);
  bool fillStep(Step &step);

  mlir::Value first;
  int64_t axis;
  llvm::SmallVector<Step> steps; ///< from `end` upwards
};

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_POINTWISECHAIN_H
