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
/// Inputs that are broadcast along dimensions of size 1 lose those: channels
/// [C, 1, 1] are [C].
struct DropUnitDimensions : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs(op.getDpsInputs());
    bool changed = false;
    for (auto [map, input] : llvm::zip(maps, inputs))
      changed |= drop(rewriter, op.getLoc(), map, input);
    if (!changed)
      return rewriter.notifyMatchFailure(op, "no broadcast dimensions");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputsMutable().assign(inputs);
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    });
    return success();
  }

private:
  /// Dimensions that the map reads at 0 go with those before them.
  static bool drop(PatternRewriter &rewriter, Location loc, AffineMap &map,
                   Value &input) {
    auto type = dyn_cast<MemRefType>(input.getType());
    auto isUnit = [](AffineExpr expr) { return isa<AffineConstantExpr>(expr); };
    if (!type || !type.getLayout().isIdentity() ||
        llvm::none_of(map.getResults(), isUnit))
      return false;
    SmallVector<ReassociationIndices> groups;
    SmallVector<AffineExpr> kept;
    ReassociationIndices leading;
    for (auto [d, expr] : llvm::enumerate(map.getResults())) {
      if (!isUnit(expr)) {
        kept.push_back(expr);
        groups.push_back(std::exchange(leading, {}));
      }
      (groups.empty() ? leading : groups.back()).push_back(d);
    }
    input = memref::CollapseShapeOp::create(rewriter, loc, input, groups);
    map = AffineMap::get(map.getNumDims(), 0, kept, map.getContext());
    return true;
  }
};

struct MergeLoops : qnn::impl::MergeLoopsBase<MergeLoops> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DropUnitDimensions>(&getContext());
    linalg::populateCollapseDimensions(patterns, mergeable);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
