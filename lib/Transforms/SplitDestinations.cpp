//===- SplitDestinations.cpp - A buffer for each result ---------*- C++ -*-===//
//
// Equal `tensor.empty` ops are one after CSE, so results that have nothing to
// do with each other would share a buffer, which lives from the first to the
// last of them. Zeros that several ops add to would be copied for each.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace qnn {
#define GEN_PASS_DEF_SPLITDESTINATIONS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// True where `use` is written to.
static bool isWritten(OpOperand &use) {
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(use.getOwner()))
    return destination.isDpsInit(&use);
  return isa<scf::ForOp>(use.getOwner());
}

/// Puts an op like `source` before each op of its block that `applies`. What a
/// loop uses within stays one, for it is there in each iteration.
static void split(Operation *source,
                  llvm::function_ref<bool(OpOperand &)> applies) {
  llvm::DenseMap<Operation *, Value> within;
  for (OpOperand &use : llvm::make_early_inc_range(source->getUses())) {
    Operation *owner = use.getOwner();
    Operation *user = source->getBlock()->findAncestorOpInBlock(*owner);
    if (!applies(use))
      continue;
    Value own = user == owner ? Value() : within.lookup(user);
    if (!own)
      own = OpBuilder(user).clone(*source)->getResult(0);
    if (user != owner)
      within[user] = own;
    use.set(own);
  }
  if (source->use_empty())
    source->erase();
}

/// Zeros and the like, written to a new buffer.
static bool isFilled(linalg::FillOp fill) {
  return fill.hasPureTensorSemantics() &&
         fill.getOutputs().front().getDefiningOp<tensor::EmptyOp>();
}

namespace {
struct SplitDestinations : qnn::impl::SplitDestinationsBase<SplitDestinations> {
  void runOnOperation() override {
    SmallVector<Operation *> fills, empties;
    getOperation()->walk([&](linalg::FillOp fill) {
      if (isFilled(fill))
        fills.push_back(fill);
    });
    for (Operation *fill : fills)
      split(fill, [&](OpOperand &use) { return isWritten(use); });
    getOperation()->walk([&](tensor::EmptyOp op) { empties.push_back(op); });
    for (Operation *empty : empties)
      split(empty, [](OpOperand &) { return true; });
  }
};
} // namespace
