//===- Pooling.cpp - Pooling to linalg.generic ------------------*- C++ -*-===//
//
// The taps of a window become inputs of one elementwise linalg.generic: each is
// the view of the (padded) input that starts at the tap and steps by the
// strides. So a result is written once and never read back, and the body
// vectorises along the innermost dimension.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;
using CombineFn = llvm::function_ref<Value(Builder &, Value, Value)>;

/// The padded input of a pooling op; H is dimension `height`, W the next.
template <typename OpTy>
Value padInput(OpTy op, Builder &b, int64_t height, TypedAttr value) {
  ArrayRef<int64_t> pads = op.getPads();
  SmallVector<int64_t> low(4, 0), high(4, 0);
  for (int64_t i : {0, 1}) {
    low[height + i] = pads[i];
    high[height + i] = pads[i + 2];
  }
  return padWith(b, op.getInput(), low, high, value);
}

/// The elements of the padded input that tap (y, x) of all windows reads.
template <typename OpTy>
Value tapView(OpTy op, Builder &b, Value input, int64_t height, int64_t y,
              int64_t x) {
  SmallVector<int64_t> offsets(4, 0), steps(4, 1);
  offsets[height] = y * op.getDilations()[0];
  offsets[height + 1] = x * op.getDilations()[1];
  steps[height] = op.getStrides()[0];
  steps[height + 1] = op.getStrides()[1];
  return viewOf(b, input, offsets, tensorType(op.getResult()).getShape(),
                steps);
}

/// combine(.. combine(tap 0, tap 1) .., last tap), taps in row-major order.
template <typename OpTy>
Value buildPooling(OpTy op, Builder &b, int64_t height, TypedAttr padding,
                   CombineFn combine) {
  Value input = padInput(op, b, height, padding);
  SmallVector<Value> taps;
  for (int64_t y = 0; y < op.getKernel()[0]; ++y)
    for (int64_t x = 0; x < op.getKernel()[1]; ++x)
      taps.push_back(tapView(op, b, input, height, y, x));
  return buildElementwise(b, tensorType(op.getResult()), taps, {},
                          [&](Builder &inner, ValueRange args) {
                            Value result = args.front();
                            for (Value tap : args.drop_front())
                              result = combine(inner, result, tap);
                            return result;
                          });
}

struct LowerMaxPool : OpRewritePattern<MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    auto lowest = b.getF32FloatAttr(-std::numeric_limits<float>::infinity());
    rewriter.replaceOp(op,
                       buildPooling(op, b, /*height=*/2, lowest, emitGreatest));
    return success();
  }
};

/// How many taps of each window along one dimension lie inside the input.
SmallVector<int64_t> tapsInside(int64_t inputSize, int64_t outputSize,
                                int64_t taps, int64_t stride, int64_t dilation,
                                int64_t before) {
  SmallVector<int64_t> counts(outputSize, 0);
  for (int64_t o = 0; o < outputSize; ++o)
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t at = o * stride + tap * dilation - before;
      counts[o] += at >= 0 && at < inputSize;
    }
  return counts;
}

/// The sum of the taps by a constant [OH, OW] of divisors.
struct LowerAvgPool : OpRewritePattern<AvgPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AvgPool2dOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    auto add = [](Builder &inner, Value x, Value y) -> Value {
      return arith::AddFOp::create(inner, x, y);
    };
    Value sum = buildPooling(op, b, /*height=*/2, b.getF32FloatAttr(0.0f), add);
    Value divisors = arith::ConstantOp::create(b, divisorsOf(op, b));
    auto pixel = AffineMap::get(
        4, 0, {b.getAffineDimExpr(2), b.getAffineDimExpr(3)}, b.getContext());
    rewriter.replaceOp(
        op, buildElementwise(b, tensorType(op.getResult()), {sum, divisors},
                             {b.getMultiDimIdentityMap(4), pixel},
                             [](Builder &inner, ValueRange args) -> Value {
                               return arith::DivFOp::create(inner, args[0],
                                                            args[1]);
                             }));
    return success();
  }

private:
  static DenseElementsAttr divisorsOf(AvgPool2dOp op, Builder &b) {
    ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
    ArrayRef<int64_t> output = tensorType(op.getResult()).getShape();
    SmallVector<int64_t> counts[2];
    for (int64_t i : {0, 1})
      counts[i] = op.getCountIncludePad()
                      ? SmallVector<int64_t>(output[2 + i], op.getKernel()[i])
                      : tapsInside(input[2 + i], output[2 + i],
                                   op.getKernel()[i], op.getStrides()[i],
                                   op.getDilations()[i], op.getPads()[i]);
    SmallVector<float> divisors;
    for (int64_t rows : counts[0])
      for (int64_t columns : counts[1])
        divisors.push_back(static_cast<float>(rows * columns));
    auto type = RankedTensorType::get(output.drop_front(2), b.getF32Type());
    return DenseElementsAttr::get(type, ArrayRef<float>(divisors));
  }
};

struct LowerIMaxPool : OpRewritePattern<IMaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IMaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    Type element = tensorType(op.getInput()).getElementType();
    if (element.getIntOrFloatBitWidth() < 8)
      return rewriter.notifyMatchFailure(
          op, "expected codes as bytes, as qnn-pack leaves them");
    Builder b(op.getLoc(), rewriter);
    CodeAttr code = op.getCodeAttr();
    bool isUnsigned =
        code && (code.isBipolar() || code.getEncoding() == Encoding::Unsigned);
    unsigned width = element.getIntOrFloatBitWidth();
    auto lowest =
        b.getIntegerAttr(element, isUnsigned ? APInt::getZero(width)
                                             : APInt::getSignedMinValue(width));
    auto max = [&](Builder &inner, Value x, Value y) -> Value {
      if (isUnsigned)
        return arith::MaxUIOp::create(inner, x, y);
      return arith::MaxSIOp::create(inner, x, y);
    };
    rewriter.replaceOp(op, buildPooling(op, b, /*height=*/1, lowest, max));
    return success();
  }
};

struct LowerPackedMaxPool : OpRewritePattern<PackedMaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackedMaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    auto any = [](Builder &inner, Value x, Value y) -> Value {
      return arith::OrIOp::create(inner, x, y);
    };
    rewriter.replaceOp(
        op, buildPooling(op, b, /*height=*/1, b.getI32IntegerAttr(0), any));
    return success();
  }
};

} // namespace

void qnn::populatePoolingPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMaxPool, LowerAvgPool, LowerIMaxPool, LowerPackedMaxPool>(
      patterns.getContext());
}
