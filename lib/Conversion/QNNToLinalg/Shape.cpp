//===- Shape.cpp - Shape ops to tensor ops and linalg.generic ---*- C++ -*-===//

#include "LinalgUtils.h"
#include "Patterns.h"

#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

namespace {

struct LowerReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(
        op, reshapeTo(b, op.getInput(), tensorType(op.getResult()).getShape()));
    return success();
  }
};

/// True where a permutation moves dimensions of size 1 only.
bool keepsOrder(ArrayRef<int64_t> permutation, ArrayRef<int64_t> shape) {
  int64_t last = -1;
  for (int64_t source : permutation) {
    if (shape[source] == 1)
      continue;
    if (source < last)
      return false;
    last = source;
  }
  return true;
}

/// A linalg.generic rather than linalg.transpose, for fusion's sake; a reshape
/// where no element moves.
struct LowerTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getResult());
    ArrayRef<int64_t> permutation = op.getPermutation();
    if (keepsOrder(permutation, tensorType(op.getInput()).getShape())) {
      rewriter.replaceOp(op, reshapeTo(b, op.getInput(), type.getShape()));
      return success();
    }
    AffineMap map = inversePermutation(
        AffineMap::getPermutationMap(permutation, rewriter.getContext()));
    rewriter.replaceOp(
        op, buildElementwise(b, type, op.getInput(), map,
                             [](ImplicitLocOpBuilder &, ValueRange args) {
                               return args[0];
                             }));
    return success();
  }
};

struct LowerConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getResult());
    Value whole = createEmpty(b, type);
    SmallVector<int64_t> offsets(type.getRank(), 0);
    for (Value part : op.getInputs()) {
      whole = insertAt(b, part, whole, offsets);
      offsets[op.getAxis()] += tensorType(part).getDimSize(op.getAxis());
    }
    rewriter.replaceOp(op, whole);
    return success();
  }
};

struct LowerPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, padWith(b, op.getInput(), op.getLow(), op.getHigh(),
                                   cast<TypedAttr>(op.getValue())));
    return success();
  }
};

/// A view of the elements in rising order, which is read backwards where steps
/// are negative.
struct LowerSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<int64_t> offsets(op.getOffsets()), steps(op.getSteps());
    SmallVector<AffineExpr> exprs;
    bool reverses = false;
    for (auto [d, size] : llvm::enumerate(op.getSizes())) {
      exprs.push_back(b.getAffineDimExpr(d));
      if (steps[d] > 0)
        continue;
      reverses = true;
      exprs[d] = size - 1 - exprs[d];
      offsets[d] += (size - 1) * steps[d];
      steps[d] = -steps[d];
    }
    Value view = viewOf(b, op.getInput(), offsets, op.getSizes(), steps);
    rewriter.replaceOp(op, reverses ? readAt(b, view, exprs) : view);
    return success();
  }

private:
  static Value readAt(ImplicitLocOpBuilder &b, Value view,
                      ArrayRef<AffineExpr> exprs) {
    auto map = AffineMap::get(exprs.size(), 0, exprs, b.getContext());
    return buildElementwise(
        b, tensorType(view), view, map,
        [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
  }
};

/// One slice of the padded image, channels last, for each tap.
struct LowerUnfold : OpRewritePattern<UnfoldOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnfoldOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getResult());
    Value image =
        TransposeOp::create(b, op.getInput(), ArrayRef<int64_t>{0, 2, 3, 1});
    ArrayRef<int64_t> pads = op.getPads();
    image = padWith(b, image, {0, pads[0], pads[1], 0},
                    {0, pads[2], pads[3], 0}, b.getF32FloatAttr(0.0f));
    ArrayRef<int64_t> shape = tensorType(image).getShape();
    int64_t channels = shape[3];
    SmallVector<int64_t> sizes{shape[0], 0, 0, channels};
    for (int64_t d = 0; d < 2; ++d) {
      int64_t extent = op.getDilations()[d] * (op.getKernel()[d] - 1) + 1;
      sizes[d + 1] = (shape[d + 1] - extent) / op.getStrides()[d] + 1;
    }
    SmallVector<int64_t> wide(sizes);
    wide[3] = type.getDimSize(1);
    Value whole = createEmpty(b, type.clone(wide));
    int64_t column = 0;
    for (int64_t kh = 0; kh < op.getKernel()[0]; ++kh)
      for (int64_t kw = 0; kw < op.getKernel()[1]; ++kw, column += channels) {
        Value tap =
            viewOf(b, image,
                   {0, kh * op.getDilations()[0], kw * op.getDilations()[1], 0},
                   sizes, {1, op.getStrides()[0], op.getStrides()[1], 1});
        whole = insertAt(b, tap, whole, {0, 0, 0, column});
      }
    rewriter.replaceOp(op, reshapeTo(b, whole, type.getShape()));
    return success();
  }
};

} // namespace

void qnn::populateShapePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerReshape, LowerTranspose, LowerConcat, LowerPad, LowerSlice,
               LowerUnfold>(patterns.getContext());
}
