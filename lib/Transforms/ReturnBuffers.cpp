//===- ReturnBuffers.cpp - Results as whole buffers -------------*- C++ -*-===//
//
// A result is computed in the caller's memory where it is a buffer of the
// function, as it is: not a view of one, nor another result, too.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace qnn {
#define GEN_PASS_DEF_RETURNBUFFERS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// What the op is another shape of; null for other ops.
static Value shapeSource(Operation *op) {
  if (auto expand = dyn_cast_or_null<memref::ExpandShapeOp>(op))
    return expand.getSrc();
  if (auto collapse = dyn_cast_or_null<memref::CollapseShapeOp>(op))
    return collapse.getSrc();
  return {};
}

/// `result`, which has the shape of the op's result, as what that has its from.
static Value undoShape(OpBuilder &b, Operation *op, Value result) {
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
    return memref::CollapseShapeOp::create(b, op->getLoc(), expand.getSrcType(),
                                           result,
                                           expand.getReassociationIndices());
  auto collapse = cast<memref::CollapseShapeOp>(op);
  return memref::ExpandShapeOp::create(b, op->getLoc(), collapse.getSrcType(),
                                       result,
                                       collapse.getReassociationIndices());
}

/// The buffer of the result's own shape, in the place of the one that it has
/// its elements from.
static Value ownShape(memref::AllocOp buffer, Value result) {
  OpBuilder b(buffer);
  Value own = memref::AllocOp::create(b, buffer.getLoc(),
                                      cast<MemRefType>(result.getType()),
                                      buffer.getAlignmentAttr());
  Value all = own;
  for (Operation *op = result.getDefiningOp(); op != buffer;
       op = shapeSource(op).getDefiningOp())
    all = undoShape(b, op, all);
  buffer.getResult().replaceAllUsesWith(all);
  buffer.erase();
  return own;
}

static Value copyOf(func::ReturnOp op, Value result) {
  OpBuilder b(op);
  Value copy = memref::AllocOp::create(b, op.getLoc(),
                                       cast<MemRefType>(result.getType()));
  memref::CopyOp::create(b, op.getLoc(), result, copy);
  return copy;
}

namespace {
struct ReturnBuffers : qnn::impl::ReturnBuffersBase<ReturnBuffers> {
  void runOnOperation() override {
    getOperation().walk([&](func::ReturnOp op) {
      llvm::SmallPtrSet<Operation *, 4> returned;
      for (OpOperand &result : op->getOpOperands())
        result.set(ownBuffer(op, result.get(), returned));
    });
  }

private:
  static Value ownBuffer(func::ReturnOp op, Value result,
                         llvm::SmallPtrSetImpl<Operation *> &returned) {
    Value whole = result;
    while (Value source = shapeSource(whole.getDefiningOp()))
      whole = source;
    auto buffer = whole.getDefiningOp<memref::AllocOp>();
    if (!buffer || !buffer.getType().hasStaticShape())
      return result;
    if (returned.contains(buffer))
      return copyOf(op, result);
    if (whole != result)
      result = ownShape(buffer, result);
    returned.insert(result.getDefiningOp());
    return result;
  }
};
} // namespace
