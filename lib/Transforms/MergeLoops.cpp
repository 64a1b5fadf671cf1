//===- MergeLoops.cpp - One loop over neighbouring dimensions ---*- C++ -*-===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_MERGELOOPS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Operands are whole buffers, read at permutations of some of the loops.
static bool walksWholeBuffers(linalg::LinalgOp op) {
  auto isWhole = [](Type type) {
    auto buffer = dyn_cast<MemRefType>(type);
    return !buffer || buffer.getLayout().isIdentity();
  };
  auto isPermutation = [](AffineMap map) {
    return map.isProjectedPermutation();
  };
  return op.hasPureBufferSemantics() &&
         llvm::all_of(op->getOperandTypes(), isWhole) &&
         llvm::all_of(op.getIndexingMapsArray(), isPermutation);
}

/// Runs of loops of one kind that all operands have side by side. Sums keep the
/// loops over their results: qnn-promote-accumulators wants no view of them.
static SmallVector<ReassociationIndices> mergeable(linalg::LinalgOp op) {
  if (!isa<linalg::GenericOp>(op) || op.hasIndexSemantics() ||
      !walksWholeBuffers(op))
    return {};
  auto kinds = op.getIteratorTypesArray();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<ReassociationIndices> runs;
  bool isSum = op.getNumReductionLoops() != 0;
  int64_t count = kinds.size();
  for (int64_t first = 0, next = 0; first < count; first = next) {
    ReassociationIndices run{first};
    for (next = first + 1; next < count && kinds[next] == kinds[first];
         ++next) {
      run.push_back(next);
      if (linalg::areDimSequencesPreserved(maps, run))
        continue;
      run.pop_back();
      break;
    }
    bool merges = !isSum || linalg::isReductionIterator(kinds[first]);
    if (run.size() > 1 && merges)
      runs.push_back(run);
  }
  return runs;
}

namespace {
struct MergeLoops : qnn::impl::MergeLoopsBase<MergeLoops> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateCollapseDimensions(patterns, mergeable);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
