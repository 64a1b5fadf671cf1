//===- DecomposeConvGrad.cpp - Convolutions' gradients ----------*- C++ -*-===//
//
// With respect to the input: a convolution, by the filter turned around, of the
// gradient with zeros between its elements where the stride was not 1. With
// respect to the filter: products over all windows, of the gradient, a row for
// each output channel, and of what the taps see of the input. Signs are
// unfolded for all taps, for their bits are few; of floats each tap is a
// product of its own, or as many as fill a tile where channels are few.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "DecomposeTraining.h"
#include "SignSource.h"
#include "qnn/Arith/Code.h"
#include "qnn/Target/CostModel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

Value qnn::frame(ImplicitLocOpBuilder &b, Value x, ArrayRef<int64_t> low,
                 ArrayRef<int64_t> high, float value) {
  ArrayRef<int64_t> shape = tensorType(x).getShape();
  SmallVector<int64_t> offsets(4, 0), sizes(shape), before(4, 0), after(4, 0);
  for (int64_t i = 0; i < 2; ++i) {
    int64_t cutLow = std::max<int64_t>(-low[i], 0);
    int64_t cutHigh = std::max<int64_t>(-high[i], 0);
    offsets[i + 2] = cutLow;
    sizes[i + 2] -= cutLow + cutHigh;
    before[i + 2] = std::max<int64_t>(low[i], 0);
    after[i + 2] = std::max<int64_t>(high[i], 0);
  }
  if (ArrayRef(sizes) != shape)
    x = SliceOp::create(b, x, offsets, sizes, SmallVector<int64_t>(4, 1));
  auto any = [](ArrayRef<int64_t> counts) {
    return llvm::any_of(counts, [](int64_t count) { return count != 0; });
  };
  if (any(before) || any(after))
    x = PadOp::create(b, x, before, after, b.getF32FloatAttr(value));
  return x;
}

Value qnn::spreadOut(ImplicitLocOpBuilder &b, Value x,
                     ArrayRef<int64_t> strides) {
  if (strides[0] == 1 && strides[1] == 1)
    return x;
  ArrayRef<int64_t> s = tensorType(x).getShape();
  Value apart = reshape(b, x, {s[0], s[1], s[2], 1, s[3], 1});
  Value padded = PadOp::create(
      b, apart, ArrayRef<int64_t>{0, 0, 0, 0, 0, 0},
      ArrayRef<int64_t>{0, 0, 0, strides[0] - 1, 0, strides[1] - 1},
      b.getF32FloatAttr(0.0f));
  return reshape(b, padded, {s[0], s[1], s[2] * strides[0], s[3] * strides[1]});
}

/// [O, C / G, KH, KW] as [C, O / G, KH, KW], the taps in the other order.
static Value turnAround(ImplicitLocOpBuilder &b, Value filter, int64_t groups) {
  ArrayRef<int64_t> s = tensorType(filter).getShape();
  Value turned;
  if (groups == 1) {
    turned = transpose(b, filter, {1, 0, 2, 3});
  } else {
    Value split = reshape(b, filter, {groups, s[0] / groups, s[1], s[2], s[3]});
    turned = transpose(b, split, {0, 2, 1, 3, 4});
    turned = reshape(b, turned, {groups * s[1], s[0] / groups, s[2], s[3]});
  }
  SmallVector<int64_t> sizes(tensorType(turned).getShape());
  return SliceOp::create(b, turned, ArrayRef<int64_t>{0, 0, s[2] - 1, s[3] - 1},
                         sizes, ArrayRef<int64_t>{1, 1, -1, -1});
}

namespace {
struct DecomposeInputGrad : OpRewritePattern<Conv2dInputGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dInputGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value filter = turnAround(b, op.getFilter(), op.getGroups());
    Value grad = spreadOut(b, op.getGrad(), op.getStrides());
    ArrayRef<int64_t> window = tensorType(filter).getShape().take_back(2);
    ArrayRef<int64_t> image = op.getType().getShape().take_back(2);
    ArrayRef<int64_t> given = tensorType(grad).getShape().take_back(2);
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < 2; ++i) {
      int64_t reach = op.getDilations()[i] * (window[i] - 1);
      low.push_back(reach - op.getPads()[i]);
      high.push_back(image[i] + reach - given[i] - low[i]);
    }
    SmallVector<int64_t> pads{low[0], low[1], high[0], high[1]};
    if (llvm::any_of(pads, [](int64_t pad) { return pad < 0; })) {
      grad = frame(b, grad, low, high, 0.0f);
      pads.assign(4, 0);
    }
    rewriter.replaceOpWithNewOp<Conv2dOp>(
        op, op.getType(), grad, filter, ArrayRef<int64_t>{1, 1}, pads,
        op.getDilations(), op.getGroups(), PadValue::Zero);
    return success();
  }
};

/// Each group is a product of its own.
struct DecomposeFilterGrad : OpRewritePattern<Conv2dFilterGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dFilterGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ArrayRef<int64_t> pads = op.getPads();
    Value input = op.getInput();
    bool framed = op.getPadValue() != PadValue::Zero;
    if (framed)
      input = frame(b, input, {pads[0], pads[1]}, {pads[2], pads[3]},
                    padNumber(op.getPadValue()));
    SmallVector<int64_t> rest(4, 0);
    if (!framed)
      rest.assign(pads.begin(), pads.end());
    SmallVector<Value> parts;
    for (int64_t g = 0, n = op.getGroups(); g < n; ++g)
      parts.push_back(ofGroup(b, op, channelsOf(b, input, g, n),
                              channelsOf(b, op.getGrad(), g, n), rest));
    Value all = parts.size() == 1 ? parts.front()
                                  : ConcatOp::create(b, parts, 0).getResult();
    rewriter.replaceOp(op, all);
    return success();
  }

private:
  static Value channelsOf(ImplicitLocOpBuilder &b, Value x, int64_t group,
                          int64_t groups) {
    if (groups == 1)
      return x;
    SmallVector<int64_t> sizes(tensorType(x).getShape());
    sizes[1] /= groups;
    return SliceOp::create(b, x, ArrayRef<int64_t>{0, group * sizes[1], 0, 0},
                           sizes, ArrayRef<int64_t>{1, 1, 1, 1});
  }

  /// [O, C, KH, KW] of one group.
  static Value ofGroup(ImplicitLocOpBuilder &b, Conv2dFilterGradOp op,
                       Value input, Value grad, ArrayRef<int64_t> pads) {
    ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t outChannels = shape[0] / op.getGroups();
    Value rows = transpose(b, grad, {1, 0, 2, 3});
    int64_t windows = tensorType(grad).getNumElements() / outChannels;
    rows = reshape(b, rows, {outChannels, windows});
    Value taps = unfolds(op, input) ? ofUnfolded(b, op, input, rows, pads)
                                    : ofTaps(b, op, input, rows, pads);
    taps = reshape(b, taps, {outChannels, shape[2], shape[3], shape[1]});
    return transpose(b, taps, {0, 3, 1, 2});
  }

  static bool unfolds(Conv2dFilterGradOp op, Value input) {
    constexpr int64_t fewColumns = 64;
    ArrayRef<int64_t> filter = tensorType(op).getShape();
    int64_t columns = tensorType(op).getNumElements() / filter[0];
    if (columns <= fewColumns)
      return true;
    ArrayRef<int64_t> grad = tensorType(op.getGrad()).getShape();
    auto facts = ProductFacts::ofMatmul(filter[0] / op.getGroups(),
                                        grad[0] * grad[2] * grad[3], columns);
    return SignSource::find(input) && chooseSignLookup(getTarget(op), facts);
  }

  static Value ofUnfolded(ImplicitLocOpBuilder &b, Conv2dFilterGradOp op,
                          Value input, Value rows, ArrayRef<int64_t> pads) {
    ArrayRef<int64_t> kernel = op.getType().getShape().drop_front(2);
    Value columns = UnfoldOp::create(b, input, kernel, op.getStrides(), pads,
                                     op.getDilations());
    return MatmulOp::create(b, rows, columns);
  }

  /// What each tap sees of the input, [windows, C].
  static SmallVector<Value> tapsOf(ImplicitLocOpBuilder &b,
                                   Conv2dFilterGradOp op, Value input,
                                   ArrayRef<int64_t> pads) {
    Value image = frame(b, input, {pads[0], pads[1]}, {pads[2], pads[3]}, 0);
    image = transpose(b, image, {0, 2, 3, 1});
    ArrayRef<int64_t> shape = tensorType(image).getShape();
    ArrayRef<int64_t> windows = tensorType(op.getGrad()).getShape();
    ArrayRef<int64_t> kernel = op.getType().getShape().drop_front(2);
    ArrayRef<int64_t> strides = op.getStrides(), dilations = op.getDilations();
    SmallVector<int64_t> sizes{shape[0], windows[2], windows[3], shape[3]};
    SmallVector<Value> taps;
    for (int64_t kh = 0; kh < kernel[0]; ++kh)
      for (int64_t kw = 0; kw < kernel[1]; ++kw) {
        Value tap = SliceOp::create(
            b, image,
            ArrayRef<int64_t>{0, kh * dilations[0], kw * dilations[1], 0},
            sizes, ArrayRef<int64_t>{1, strides[0], strides[1], 1});
        taps.push_back(
            reshape(b, tap, {shape[0] * windows[2] * windows[3], shape[3]}));
      }
    return taps;
  }

  static Value join(ImplicitLocOpBuilder &b, ArrayRef<Value> columns) {
    return columns.size() == 1 ? columns.front()
                               : ConcatOp::create(b, columns, 1).getResult();
  }

  static Value ofTaps(ImplicitLocOpBuilder &b, Conv2dFilterGradOp op,
                      Value input, Value rows, ArrayRef<int64_t> pads) {
    // Products of 3 channels would leave most of each register empty: 25 of
    // them, of 5x5 taps, took 9 of the 56 ms of a step of bnn-cifar10.
    constexpr int64_t tileColumns = 32;
    SmallVector<Value> taps = tapsOf(b, op, input, pads);
    int64_t count = taps.size(), channels = op.getType().getDimSize(1);
    int64_t most = std::max<int64_t>(tileColumns / channels, 1);
    int64_t parts = llvm::divideCeil(count, most);
    SmallVector<Value> products;
    for (int64_t part = 0; part < parts; ++part) {
      int64_t first = part * count / parts;
      int64_t last = (part + 1) * count / parts;
      Value columns = join(b, ArrayRef(taps).slice(first, last - first));
      products.push_back(MatmulOp::create(b, rows, columns));
    }
    return join(b, products);
  }
};
} // namespace

void qnn::populateDecomposeConvGradPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeInputGrad, DecomposeFilterGrad>(patterns.getContext());
}
