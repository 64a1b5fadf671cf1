//===- IntegeriseShapes.cpp - Shape ops move onto codes ---------*- C++ -*-===//
//
// A shape op of a dequantized tensor is the dequantized tensor of the reshaped
// codes; an encoder of a reshaped tensor is a reshape of its codes. So shape
// ops between layers end up on codes, which are smaller, and pointwise floats
// lie directly between a product and the next encoder.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "Integerise.h"
#include "qnn/Arith/Code.h"

using namespace mlir;
using namespace qnn;

/// `op` of other numbers, with the same scales along `axis`.
static Value dequantizeLike(OpBuilder &builder, DequantizeOp op, Value numbers,
                            int64_t axis) {
  return DequantizeOp::create(
      builder, op.getLoc(),
      withElements(tensorType(numbers), builder.getF32Type()), numbers,
      op.getCodeAttr(), op.getScaleAttr(), op.getZeroPointAttr(),
      builder.getI64IntegerAttr(axis));
}

static Value encodeLike(OpBuilder &builder, EncodeOp op, Value input,
                        QuantizerAttr quantizer) {
  return EncodeOp::create(builder, op.getLoc(),
                          codeType(shapeOf(input), quantizer.getCode()), input,
                          quantizer);
}

namespace {
//===----------------------------------------------------------------------===//
// Dequantizers sink
//===----------------------------------------------------------------------===//

struct TransposeCodes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "not of a dequantized tensor");
    Value codes = createFolded<TransposeOp>(
        rewriter, op.getLoc(), dequantize.getInput(), op.getPermutation());
    int64_t axis = axisOf(dequantize);
    if (axis >= 0)
      axis = invertPermutation(op.getPermutation())[axis];
    rewriter.replaceOp(op, dequantizeLike(rewriter, dequantize, codes, axis));
    return success();
  }
};

struct ReshapeCodes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || axisOf(dequantize) >= 0)
      return rewriter.notifyMatchFailure(
          op, "not of a tensor dequantized with one scale");
    Value numbers = dequantize.getInput();
    auto type = RankedTensorType::get(shapeOf(op.getResult()),
                                      tensorType(numbers).getElementType());
    Value codes = createFolded<ReshapeOp>(rewriter, op.getLoc(), type, numbers);
    rewriter.replaceOp(op, dequantizeLike(rewriter, dequantize, codes, -1));
    return success();
  }
};

struct SliceCodes : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || axisOf(dequantize) >= 0)
      return rewriter.notifyMatchFailure(
          op, "not of a tensor dequantized with one scale");
    Value codes =
        createFolded<SliceOp>(rewriter, op.getLoc(), dequantize.getInput(),
                              op.getOffsets(), op.getSizes(), op.getSteps());
    rewriter.replaceOp(op, dequantizeLike(rewriter, dequantize, codes, -1));
    return success();
  }
};

struct PadCodes : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || axisOf(dequantize) >= 0 || !dequantize.getCode())
      return rewriter.notifyMatchFailure(
          op, "not of codes dequantized with one scale");
    CodeAttr code = *dequantize.getCode();
    float zeroPoint =
        dequantize.getZeroPoint() ? (*dequantize.getZeroPoint())[0] : 0.0f;
    std::optional<int32_t> number =
        numberOf(cast<FloatAttr>(op.getValue()).getValue().convertToFloat(),
                 code, dequantize.getScale()[0], zeroPoint);
    if (!number)
      return rewriter.notifyMatchFailure(op, "the padding has no code");
    Type element = tensorType(dequantize.getInput()).getElementType();
    APInt pattern(element.getIntOrFloatBitWidth(),
                  numberToCode(*number, code.getBits(), code.getEncoding()));
    Value codes = createFolded<PadOp>(
        rewriter, op.getLoc(), dequantize.getInput(), op.getLow(), op.getHigh(),
        rewriter.getIntegerAttr(element, pattern));
    rewriter.replaceOp(op, dequantizeLike(rewriter, dequantize, codes, -1));
    return success();
  }
};

struct ConcatCodes : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> codes;
    DequantizeOp first;
    for (Value input : op.getInputs()) {
      auto dequantize = input.getDefiningOp<DequantizeOp>();
      if (!dequantize || axisOf(dequantize) >= 0 || !dequantize.getCode())
        return rewriter.notifyMatchFailure(
            op, "not of codes dequantized with one scale");
      if (first &&
          dequantize->getAttrDictionary() != first->getAttrDictionary())
        return rewriter.notifyMatchFailure(op, "codes or scales differ");
      first = dequantize;
      codes.push_back(dequantize.getInput());
    }
    if (!llvm::all_equal(llvm::map_range(
            codes, [](Value v) { return tensorType(v).getElementType(); })))
      return rewriter.notifyMatchFailure(op, "widths of the elements differ");
    Value joined = ConcatOp::create(rewriter, op.getLoc(), codes, op.getAxis());
    rewriter.replaceOp(op, dequantizeLike(rewriter, first, joined, -1));
    return success();
  }
};

/// The scale is positive, so that the greatest number is the greatest float.
struct MaxPoolCodes : OpRewritePattern<MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || !dequantize.getCode())
      return rewriter.notifyMatchFailure(op, "not of dequantized codes");
    int64_t axis = axisOf(dequantize);
    if (axis >= 2)
      return rewriter.notifyMatchFailure(op, "scales differ within windows");
    if (llvm::any_of(dequantize.getScale(),
                     [](float scale) { return !(scale > 0.0f); }))
      return rewriter.notifyMatchFailure(op, "scales are not all positive");
    Location loc = op.getLoc();
    Value codes = TransposeOp::create(rewriter, loc, dequantize.getInput(),
                                      ArrayRef<int64_t>{0, 2, 3, 1});
    ArrayRef<int64_t> shape = shapeOf(op.getResult());
    auto type = RankedTensorType::get({shape[0], shape[2], shape[3], shape[1]},
                                      tensorType(codes).getElementType());
    codes = IMaxPool2dOp::create(rewriter, loc, type, codes,
                                 dequantize.getCodeAttr(), op.getKernelAttr(),
                                 op.getStridesAttr(), op.getPadsAttr(),
                                 op.getDilationsAttr());
    codes = TransposeOp::create(rewriter, loc, codes,
                                ArrayRef<int64_t>{0, 3, 1, 2});
    rewriter.replaceOp(op, dequantizeLike(rewriter, dequantize, codes, axis));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Encoders rise
//===----------------------------------------------------------------------===//

struct EncodeBeforeReshape : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<ReshapeOp>();
    if (!reshape || op.getQuantizer().isPerChannel())
      return rewriter.notifyMatchFailure(
          op, "not of a reshaped tensor with one scale");
    Value codes =
        encodeLike(rewriter, op, reshape.getInput(), op.getQuantizer());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), codes);
    return success();
  }
};

struct EncodeBeforeTranspose : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not of a transposed tensor");
    QuantizerAttr quantizer = op.getQuantizer();
    if (quantizer.isPerChannel())
      quantizer =
          withAxis(quantizer, transpose.getPermutation()[quantizer.getAxis()]);
    Value codes = encodeLike(rewriter, op, transpose.getInput(), quantizer);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, codes,
                                             transpose.getPermutation());
    return success();
  }
};

struct EncodeBeforeConcat : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<ConcatOp>();
    if (!concat || op.getQuantizer().isPerChannel())
      return rewriter.notifyMatchFailure(
          op, "not of a joined tensor with one scale");
    SmallVector<Value> codes;
    for (Value input : concat.getInputs())
      codes.push_back(encodeLike(rewriter, op, input, op.getQuantizer()));
    rewriter.replaceOpWithNewOp<ConcatOp>(op, codes, concat.getAxis());
    return success();
  }
};
} // namespace

void qnn::populateIntegeriseShapePatterns(RewritePatternSet &patterns) {
  patterns.add<TransposeCodes, ReshapeCodes, SliceCodes, PadCodes, ConcatCodes,
               MaxPoolCodes, EncodeBeforeReshape, EncodeBeforeTranspose,
               EncodeBeforeConcat>(patterns.getContext());
}
