//===- MaterializePadding.cpp - Padding with +1 and -1 as codes -*- C++ -*-===//
//
// Kernels skip the taps in the padding, which is right for zeros only. Other
// padding has a code, so it can be written into the tensor. (Zeros need not
// have one: of ±1 codes they do not.)
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

namespace qnn {
#define GEN_PASS_DEF_MATERIALIZEPADDING
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
struct MaterializeOnes : OpRewritePattern<IConv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IConv2dOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<int32_t> number = IntegerProduct::get(op)->padding;
    if (!number || *number == 0)
      return rewriter.notifyMatchFailure(op, "no padding but zeros");
    CodeAttr code = op.getLhsCode();
    if (*number < code.getMin())
      return rewriter.notifyMatchFailure(op, "the padding has no code");
    Value padded = padPixels(rewriter, op.getLoc(), op.getInput(), code,
                             *number, op.getPads());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(padded);
      op.setPads({0, 0, 0, 0});
      op.setPadValue(PadValue::Zero);
    });
    return success();
  }
};

struct MaterializePadding
    : qnn::impl::MaterializePaddingBase<MaterializePadding> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<MaterializeOnes>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
