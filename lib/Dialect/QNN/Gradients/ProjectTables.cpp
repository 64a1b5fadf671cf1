//===- ProjectTables.cpp - Products with rows of a table --------*- C++ -*-===//
//
// Forward and backward of the product then have as many rows as the table, and
// each row is the same sum of the same numbers as before.
//
//===----------------------------------------------------------------------===//

#include "ProjectTables.h"

#include "GradientBuilder.h"

using namespace mlir;
using namespace qnn;

/// The gather of single rows that defines `value`, whose table has fewer rows
/// than it takes; null otherwise.
static GatherOp getGather(Value value) {
  auto gather = value.getDefiningOp<GatherOp>();
  if (!gather || !gather->hasOneUse() ||
      gather.getTable().getType().getRank() != 2 ||
      gather.getTable().getType().getDimSize(0) >=
          gather.getIndices().getType().getNumElements())
    return {};
  return gather;
}

namespace {
struct ProjectTable : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getLhs().getDefiningOp<TransposeOp>();
    if (transpose && (!transpose->hasOneUse() || !keepsRows(transpose)))
      return rewriter.notifyMatchFailure(op, "the transpose splits rows");
    GatherOp gather = getGather(transpose ? transpose.getInput() : op.getLhs());
    if (!gather || op.getRhs().getType().getRank() != 2)
      return rewriter.notifyMatchFailure(op, "no rows of a smaller table");
    Location loc = op.getLoc();
    Value product = MatmulOp::create(rewriter, loc, gather.getTable(),
                                     op.getRhs(), op.getTransposeRhs());
    Value indices = gather.getIndices();
    if (transpose)
      indices = TransposeOp::create(rewriter, loc, indices,
                                    transpose.getPermutation().drop_back());
    rewriter.replaceOpWithNewOp<GatherOp>(op, product, indices);
    return success();
  }

  /// The last dimension stays the last.
  static bool keepsRows(TransposeOp op) {
    return op.getPermutation().back() ==
           int64_t(op.getPermutation().size()) - 1;
  }
};

struct MoveBiasToTable : OpRewritePattern<BiasAddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BiasAddOp op,
                                PatternRewriter &rewriter) const override {
    GatherOp gather = getGather(op.getInput());
    if (!gather ||
        int64_t(op.getAxis()) + 1 != op.getResult().getType().getRank())
      return rewriter.notifyMatchFailure(op, "no rows of a smaller table");
    Value table = BiasAddOp::create(rewriter, op.getLoc(), gather.getTable(),
                                    op.getBias(), 1);
    rewriter.replaceOpWithNewOp<GatherOp>(op, table, gather.getIndices());
    return success();
  }
};
} // namespace

void qnn::populateProjectTables(RewritePatternSet &patterns) {
  patterns.add<ProjectTable, MoveBiasToTable>(patterns.getContext());
}
