//===- FuseThresholds.cpp - Thresholds in the epilogue ----------*- C++ -*-===//
//
// Sums are compared with thresholds while they are in registers. Where every
// reader packs the codes, the masks of the comparison are stored as they are:
// one word for 32 channels.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "PackedEpilogue.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_FUSETHRESHOLDS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// The op's thresholds [C, L] as the constant [blocks, L, T] of `product`.
static Value tileThresholds(OpBuilder &b, ThresholdOp op, const Tensor &values,
                            PackedContractionOpInterface product) {
  FilterShape shape = channelsOf(product);
  int64_t levels = values.shape[1];
  std::vector<int32_t> rows(values.integers.begin(), values.integers.end());
  std::vector<int32_t> tiles = packThresholds(rows, levels, shape);
  auto type = RankedTensorType::get({shape.blocks(), levels, shape.tile},
                                    b.getI32Type());
  return arith::ConstantOp::create(
      b, op.getLoc(), DenseElementsAttr::get(type, ArrayRef<int32_t>(tiles)));
}

namespace {
struct FuseThreshold : OpRewritePattern<ThresholdOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ThresholdOp op,
                                PatternRewriter &rewriter) const override {
    auto product = op.getInput().getDefiningOp<PackedContractionOpInterface>();
    if (!product)
      return rewriter.notifyMatchFailure(op, "no sums of a packed product");
    if (!product->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the sums have other users");
    int64_t rank = op.getType().getRank();
    if (product->getNumOperands() != 2 || axisOf(op) != rank - 1)
      return rewriter.notifyMatchFailure(op, "not along the output channels");
    std::optional<Tensor> thresholds = constantTensor(op.getThresholds());
    if (!thresholds || thresholds->shape[1] == 0)
      return rewriter.notifyMatchFailure(op, "thresholds are not constant");
    if (op->use_empty())
      return rewriter.notifyMatchFailure(op, "no users");
    bool words = canStoreWords(op, op.getCode(), product.getGeometry());
    Type type = words ? Type(cast<PackOp>(*op->user_begin()).getType())
                      : Type(withElements(op.getType(), rewriter.getI8Type()));
    if (!words && type != op.getType())
      return rewriter.notifyMatchFailure(op, "codes are not bytes");
    Value tiles = tileThresholds(rewriter, op, *thresholds, product);
    NamedAttribute code = rewriter.getNamedAttr("out_code", op.getCode());
    Operation *fused = withEpilogue(rewriter, product, tiles, code, type);
    if (!words) {
      rewriter.replaceOp(op, fused);
      return success();
    }
    replacePacks(rewriter, op, fused);
    rewriter.eraseOp(op);
    return success();
  }
};

struct FuseThresholds : qnn::impl::FuseThresholdsBase<FuseThresholds> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseThreshold>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
