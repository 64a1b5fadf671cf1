//===- PackSigns.cpp - Products of computed signs ---------------*- C++ -*-===//
//
// In training weights are computed, so products stay floats in the integer
// form. Where both operands come from bipolar quantizers, they are packed when
// the step runs, and the product is that of bits, as in the network that is
// deployed.
//
//===----------------------------------------------------------------------===//

#include "PackSigns.h"
#include "ConstantCodes.h"
#include "FloatKernels.h"
#include "SignSource.h"
#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

/// Sums of +-1 as the sums of +-`scale` that they stand for.
static Value asFloats(OpBuilder &b, Value sums, float scale) {
  return DequantizeOp::create(b, sums.getLoc(),
                              withElements(tensorType(sums), b.getF32Type()),
                              sums, CodeAttr(), b.getDenseF32ArrayAttr(scale),
                              DenseF32ArrayAttr(), b.getI64IntegerAttr(-1));
}

static Value reshapeWords(OpBuilder &b, Value words, ArrayRef<int64_t> shape) {
  if (shapeOf(words) == shape)
    return words;
  return ReshapeOp::create(b, words.getLoc(),
                           RankedTensorType::get(shape, b.getI32Type()), words);
}

namespace {
struct PackSignMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    KernelAttr kernel = chosenKernel(op, KernelKind::XnorPopcount);
    if (!kernel || !canPackSigns(op))
      return rewriter.notifyMatchFailure(op, "no product of bits");
    std::optional<SignSource> lhs = SignSource::find(op.getLhs());
    std::optional<SignSource> rhs = SignSource::find(op.getRhs());
    int64_t channels = shapeOf(op.getLhs()).back();
    int64_t outChannels = op.getType().getShape().back();
    Location loc = op.getLoc();
    int64_t rows = op.getType().getNumElements() / outChannels;
    Value input = lhs->pack(rewriter, op.getLhs());
    input = reshapeWords(rewriter, input, {rows, packedWords(channels, 1)});
    Value tiles = tileRhs(rewriter, op, *rhs, kernel.getTile()[1]);
    Value sums = XnorMatmulOp::create(
        rewriter, loc,
        RankedTensorType::get({rows, outChannels}, rewriter.getI32Type()),
        input, tiles, ValueRange(), channels, outChannels,
        bipolarCode(rewriter), bipolarCode(rewriter), CodeAttr(),
        /*scaled=*/false,
        /*residual=*/false, DenseF32ArrayAttr(), kernel);
    Value floats = asFloats(rewriter, sums, lhs->scale * rhs->scale);
    if (floats.getType() != op.getType())
      floats = ReshapeOp::create(rewriter, loc, op.getType(), floats);
    rewriter.replaceOp(op, floats);
    return success();
  }
};

struct PackSignConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override {
    KernelAttr kernel = chosenKernel(op, KernelKind::XnorPopcount);
    if (!kernel || !canPackSigns(op))
      return rewriter.notifyMatchFailure(op, "no product of bits");
    std::optional<SignSource> lhs = SignSource::find(op.getInput());
    std::optional<SignSource> rhs = SignSource::find(op.getFilter());
    ArrayRef<int64_t> filter = shapeOf(op.getFilter());
    Location loc = op.getLoc();
    int64_t last[] = {0, 2, 3, 1}, first[] = {0, 3, 1, 2};
    Value input = lhs->pack(rewriter, op.getInput(), last);
    ArrayRef<int64_t> sizes = op.getType().getShape();
    Value sums = XnorConv2dOp::create(
        rewriter, loc,
        RankedTensorType::get({sizes[0], sizes[2], sizes[3], sizes[1]},
                              rewriter.getI32Type()),
        input,
        tileSignFilter(rewriter, loc, op.getFilter(), *rhs,
                       kernel.getTile()[1]),
        ValueRange(), filter[1], filter[0], bipolarCode(rewriter),
        bipolarCode(rewriter), CodeAttr(), /*scaled=*/false,
        /*residual=*/false, DenseF32ArrayAttr(), op.getStrides(), op.getPads(),
        op.getDilations(), op.getGroups(), kernel);
    Value floats = asFloats(rewriter, sums, lhs->scale * rhs->scale);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, floats, first);
    return success();
  }
};
} // namespace

void qnn::populatePackSignPatterns(RewritePatternSet &patterns) {
  patterns.add<PackSignMatmul, PackSignConv2d>(patterns.getContext(),
                                               /*benefit=*/3);
}
