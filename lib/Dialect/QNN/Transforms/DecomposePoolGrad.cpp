//===- DecomposePoolGrad.cpp - Average pooling's gradient -------*- C++ -*-===//
//
// Each element of the image adds what the windows that saw it give it: slices
// of the windows' gradients, one for each tap, with zeros where there is no
// window. Where windows do not overlap each gives its own elements one number.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "DecomposeTraining.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

/// For each window along dimension `d` of the image: its taps inside.
static SmallVector<int64_t> countTaps(AvgPool2dGradOp op, int64_t d) {
  int64_t size = op.getType().getDimSize(d + 2);
  SmallVector<int64_t> counts(shapeOf(op.getGrad())[d + 2], 0);
  for (auto [out, count] : llvm::enumerate(counts))
    for (int64_t tap = 0; tap < op.getKernel()[d]; ++tap) {
      int64_t at = static_cast<int64_t>(out) * op.getStrides()[d] -
                   op.getPads()[d] + tap * op.getDilations()[d];
      count += at >= 0 && at < size;
    }
  return counts;
}

/// What a window gives to each of its elements.
static Value shareOf(ImplicitLocOpBuilder &b, AvgPool2dGradOp op) {
  SmallVector<float> numbers;
  for (int64_t rows : countTaps(op, 0))
    for (int64_t columns : countTaps(op, 1))
      numbers.push_back(op.getCountIncludePad()
                            ? op.getKernel()[0] * op.getKernel()[1]
                            : rows * columns);
  SmallVector<int64_t> shape(shapeOf(op.getGrad()).take_back(2));
  if (llvm::all_equal(numbers)) {
    numbers.truncate(1);
    shape.clear();
  }
  auto type = RankedTensorType::get(shape, b.getF32Type());
  Value taps = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<float>(numbers)));
  return DivOp::create(b, op.getGrad(), taps);
}

/// Windows lie side by side from the first element on.
static bool areApart(AvgPool2dGradOp op, int64_t d) {
  bool isOne = shapeOf(op.getGrad())[d + 2] == 1;
  return op.getPads()[d] == 0 && op.getDilations()[d] == 1 &&
         (isOne || op.getStrides()[d] == op.getKernel()[d]);
}

/// Each number as often as a window has taps.
static Value repeat(ImplicitLocOpBuilder &b, Value x,
                    ArrayRef<int64_t> kernel) {
  ArrayRef<int64_t> s = shapeOf(x);
  RankedTensorType type = tensorType(x);
  Value apart =
      ReshapeOp::create(b, type.clone({s[0], s[1], s[2], 1, s[3], 1}), x);
  Value all = BroadcastOp::create(
      b, type.clone({s[0], s[1], s[2], kernel[0], s[3], kernel[1]}), apart);
  return ReshapeOp::create(
      b, type.clone({s[0], s[1], s[2] * kernel[0], s[3] * kernel[1]}), all);
}

/// The sum over taps, of windows from the first to the last.
static Value sumTaps(ImplicitLocOpBuilder &b, AvgPool2dGradOp op, Value share) {
  Value spread = spreadOut(b, share, op.getStrides());
  SmallVector<int64_t> reach, low, high;
  for (int64_t d = 0; d < 2; ++d) {
    reach.push_back(op.getDilations()[d] * (op.getKernel()[d] - 1));
    low.push_back(reach[d] - op.getPads()[d]);
    high.push_back(op.getType().getDimSize(d + 2) + reach[d] -
                   shapeOf(spread)[d + 2] - low[d]);
  }
  Value windows = frame(b, spread, low, high, 0.0f);
  Value sum;
  for (int64_t h = op.getKernel()[0]; h-- > 0;)
    for (int64_t w = op.getKernel()[1]; w-- > 0;) {
      SmallVector<int64_t> offsets{0, 0, reach[0] - h * op.getDilations()[0],
                                   reach[1] - w * op.getDilations()[1]};
      Value part = SliceOp::create(b, windows, offsets, op.getType().getShape(),
                                   ArrayRef<int64_t>{1, 1, 1, 1});
      sum = sum ? AddOp::create(b, sum, part).getResult() : part;
    }
  return sum;
}

namespace {
struct DecomposeAvgPoolGrad : OpRewritePattern<AvgPool2dGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AvgPool2dGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value share = shareOf(b, op);
    if (!areApart(op, 0) || !areApart(op, 1)) {
      rewriter.replaceOp(op, sumTaps(b, op, share));
      return success();
    }
    Value image = repeat(b, share, op.getKernel());
    SmallVector<int64_t> rest;
    for (int64_t d = 2; d < 4; ++d)
      rest.push_back(op.getType().getDimSize(d) - shapeOf(image)[d]);
    rewriter.replaceOp(op, frame(b, image, {0, 0}, rest, 0.0f));
    return success();
  }
};
} // namespace

void qnn::populateDecomposePoolGradPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeAvgPoolGrad>(patterns.getContext());
}
