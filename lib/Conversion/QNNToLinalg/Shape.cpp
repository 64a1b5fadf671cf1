//===- Shape.cpp - Shape ops to tensor ops and linalg.generic ---*- C++ -*-===//

#include "LinalgUtils.h"
#include "Patterns.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

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

/// Forward steps are a view; backward ones are read element by element.
struct LowerSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    bool forward =
        llvm::all_of(op.getSteps(), [](int64_t step) { return step > 0; });
    rewriter.replaceOp(op, forward ? asView(op, b) : asLoop(op, b));
    return success();
  }

private:
  static Value asView(SliceOp op, ImplicitLocOpBuilder &b) {
    auto attrs = [&](ArrayRef<int64_t> values) {
      return llvm::map_to_vector(values, [&](int64_t value) -> OpFoldResult {
        return b.getIndexAttr(value);
      });
    };
    return tensor::ExtractSliceOp::create(
        b, op.getInput(), attrs(op.getOffsets()), attrs(op.getSizes()),
        attrs(op.getSteps()));
  }

  static Value asLoop(SliceOp op, ImplicitLocOpBuilder &b) {
    RankedTensorType type = tensorType(op.getResult());
    SmallVector<AffineExpr> exprs;
    for (auto [d, offset, step] :
         llvm::enumerate(op.getOffsets(), op.getSteps()))
      exprs.push_back(b.getAffineDimExpr(d) * step + offset);
    auto map = AffineMap::get(type.getRank(), 0, exprs, b.getContext());
    return buildElementwise(
        b, type, op.getInput(), map,
        [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
  }
};

} // namespace

void qnn::populateShapePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerReshape, LowerTranspose, LowerConcat, LowerPad, LowerSlice>(
      patterns.getContext());
}
