//===- Simplify.cpp - Simplification of the graph form ----------*- C++ -*-===//
//
// Few forms for the same thing, so that later passes match one. Every pattern
// is exact: the order of float operations is part of what a network means.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "ConstantCodes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_SIMPLIFY
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

/// The dimension of a product's output channels; none for other values.
static std::optional<int64_t> channelAxis(Value value) {
  if (value.getDefiningOp<Conv2dOp>())
    return 1;
  if (value.getDefiningOp<MatmulOp>())
    return shapeOf(value).size() - 1;
  return std::nullopt;
}

/// True where `shape`, broadcast to rank `rank`, has size `channels` in
/// dimension `axis` and 1 in all others.
static bool isPerChannel(ArrayRef<int64_t> shape, int64_t rank, int64_t axis,
                         int64_t channels) {
  int64_t offset = rank - shape.size();
  if (offset < 0 || axis < offset)
    return false;
  return llvm::all_of(llvm::enumerate(shape), [&](auto it) {
    return it.value() == (int64_t(it.index()) + offset == axis ? channels : 1);
  });
}

namespace {
/// A constant with one number per channel, added to a product, is its bias.
struct AddToBiasAdd : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    Value product = op.getLhs(), bias = op.getRhs();
    std::optional<int64_t> axis = channelAxis(product);
    if (!axis)
      return rewriter.notifyMatchFailure(op, "lhs is no product");
    if (!matchPattern(bias, m_Constant()))
      return rewriter.notifyMatchFailure(op, "rhs is not constant");
    int64_t channels = shapeOf(product)[*axis];
    if (!isPerChannel(shapeOf(bias), shapeOf(product).size(), *axis, channels))
      return rewriter.notifyMatchFailure(op, "rhs is not one per channel");
    ImplicitLocOpBuilder b(bias.getLoc(), rewriter);
    Value flat = reshape(b, bias, channels);
    rewriter.replaceOpWithNewOp<BiasAddOp>(op, product, flat, *axis);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

/// Mean and maximum over height and width are global pools.
struct ReduceToGlobalPool : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    bool isMean = op.getKind() == ReduceKind::Mean;
    if (!isMean && op.getKind() != ReduceKind::Max)
      return rewriter.notifyMatchFailure(op, "no pool computes this");
    if (shapeOf(op.getInput()).size() != 4 ||
        op.getAxes() != ArrayRef<int64_t>({2, 3}))
      return rewriter.notifyMatchFailure(op, "not over height and width");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value pool = GlobalPoolOp::create(
        b, op.getInput(), isMean ? PoolKind::Average : PoolKind::Max);
    if (!op.getKeepDims())
      pool = reshape(b, pool, shapeOf(op.getResult()));
    rewriter.replaceOp(op, pool);
    return success();
  }
};

/// The greatest of one element is that element.
struct DropPointwiseMaxPool : OpRewritePattern<MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    auto isOne = [](int64_t size) { return size == 1; };
    if (!llvm::all_of(op.getKernel(), isOne) ||
        !llvm::all_of(op.getStrides(), isOne))
      return rewriter.notifyMatchFailure(op, "kernel or stride is not 1x1");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// The same for an image of one pixel. Not so for a mean: 0.0 + (-0.0) is 0.0.
struct DropPointwiseGlobalMax : OpRewritePattern<GlobalPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GlobalPoolOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getKind() != PoolKind::Max)
      return rewriter.notifyMatchFailure(op, "not a maximum");
    if (op.getInput().getType() != op.getResult().getType())
      return rewriter.notifyMatchFailure(op, "more than one pixel");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Rectifiers
//===----------------------------------------------------------------------===//

/// True where 0 is the least that the quantizer yields, also for NaN.
static bool clampsAtZero(QuantizerAttr quantizer) {
  return quantizer.getEncoding() == Encoding::Unsigned &&
         quantizer.isSymmetric();
}

namespace {
struct DropReluBeforeQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto relu = op.getInput().getDefiningOp<ReluOp>();
    if (!relu || !clampsAtZero(op.getQuantizer()))
      return rewriter.notifyMatchFailure(op, "no relu before a clamp at 0");
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(relu.getInput()); });
    return success();
  }
};

struct DropReluAfterQuantize : OpRewritePattern<ReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReluOp op,
                                PatternRewriter &rewriter) const override {
    auto quantize = op.getInput().getDefiningOp<QuantizeOp>();
    if (!quantize || !clampsAtZero(quantize.getQuantizer()))
      return rewriter.notifyMatchFailure(op, "no relu after a clamp at 0");
    rewriter.replaceOp(op, quantize.getResult());
    return success();
  }
};

struct Simplify : qnn::impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<AddToBiasAdd, ReduceToGlobalPool, DropPointwiseMaxPool,
                 DropPointwiseGlobalMax, DropReluBeforeQuantize,
                 DropReluAfterQuantize>(context);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (isa<QNNDialect>(op.getDialect()))
        op.getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
