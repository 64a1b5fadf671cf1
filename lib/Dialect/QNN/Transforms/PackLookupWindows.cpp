//===- PackLookupWindows.cpp - Sums over windows of signs -------*- C++ -*-===//
//
// The gradient of a convolution's filter multiplies the gradient of its result,
// a row for each output channel, by what the taps see of its input. Where that
// is signs, words are turned to lie along the windows, and the floats make the
// tables.
//
// A bit cannot say that a tap lies in the padding, and 0 stands for -1. What is
// subtracted so depends on tap and window only: it is added again, for all
// channels of a tap the same.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "FloatKernels.h"
#include "PackLookups.h"
#include "SignSource.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

namespace {
struct PackLookupWindows : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override;
};

/// The sizes of an unfolded image.
struct Taps {
  explicit Taps(UnfoldOp op)
      : kernel(op.getKernel()), strides(op.getStrides()), pads(op.getPads()),
        dilations(op.getDilations()), image(shapeOf(op.getInput())),
        channels(image[1]), count(kernel[0] * kernel[1]) {
    for (int64_t d = 0; d < 2; ++d) {
      int64_t extent = dilations[d] * (kernel[d] - 1) + 1;
      size[d] =
          (image[d + 2] + pads[d] + pads[d + 2] - extent) / strides[d] + 1;
    }
  }

  bool isPadded() const {
    return llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
  }
  int64_t windowsOfImage() const { return size[0] * size[1]; }

  /// [windows of an image, taps]: 1 where the tap lies in the padding.
  std::vector<float> outside() const;

  ArrayRef<int64_t> kernel, strides, pads, dilations, image;
  int64_t channels, count;
  int64_t size[2]; ///< rows and columns of windows
};
} // namespace

std::vector<float> Taps::outside() const {
  auto isOutside = [&](int64_t d, int64_t window, int64_t tap) {
    int64_t at = window * strides[d] + tap * dilations[d] - pads[d];
    return at < 0 || at >= image[d + 2];
  };
  std::vector<float> mask;
  for (int64_t oh = 0; oh < size[0]; ++oh)
    for (int64_t ow = 0; ow < size[1]; ++ow)
      for (int64_t kh = 0; kh < kernel[0]; ++kh)
        for (int64_t kw = 0; kw < kernel[1]; ++kw)
          mask.push_back(isOutside(0, oh, kh) || isOutside(1, ow, kw));
  return mask;
}

/// The words along the channels, which the convolution itself wants, as tiles
/// of words along the windows.
static Value turnWindows(ImplicitLocOpBuilder &b, UnfoldOp op, const Taps &taps,
                         const SignSource &source) {
  Value words = source.pack(b, op.getInput(), ArrayRef<int64_t>{0, 2, 3, 1});
  ArrayRef<int64_t> pads = taps.pads;
  if (taps.isPadded())
    words = PadOp::create(b, words, ArrayRef<int64_t>{0, pads[0], pads[1], 0},
                          ArrayRef<int64_t>{0, pads[2], pads[3], 0},
                          cast<TypedAttr>(b.getI32IntegerAttr(0)));
  auto type = RankedTensorType::get({taps.count * shapeOf(words).back(),
                                     packedWords(op.getType().getDimSize(0), 1),
                                     wordBits},
                                    b.getI32Type());
  return TurnWindowsOp::create(b, type, words, taps.kernel, taps.strides,
                               taps.dilations);
}

/// For each row of `rows` and tap: the sum over windows whose tap lies in the
/// padding.
static Value sumsOfPadding(ImplicitLocOpBuilder &b, Value rows,
                           const Taps &taps) {
  int64_t count = shapeOf(rows)[0], windows = taps.windowsOfImage();
  Value images = reshape(b, rows, {count, taps.image[0], windows});
  Value sums = ReduceOp::create(b, images, ReduceKind::Sum,
                                ArrayRef<int64_t>{1}, /*keepDims=*/false);
  auto type = RankedTensorType::get({windows, taps.count}, b.getF32Type());
  std::vector<float> mask = taps.outside();
  Value outside = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<float>(mask)));
  return reshape(b, MatmulOp::create(b, sums, outside), {count, taps.count, 1});
}

LogicalResult
PackLookupWindows::matchAndRewrite(MatmulOp op,
                                   PatternRewriter &rewriter) const {
  KernelAttr kernel = chosenKernel(op, KernelKind::Lookup);
  if (!kernel || !canLookUpWindows(op))
    return rewriter.notifyMatchFailure(op, "no lookup of windows");
  auto unfold = op.getRhs().getDefiningOp<UnfoldOp>();
  std::optional<SignSource> source = SignSource::find(unfold.getInput());
  int64_t rows = shapeOf(op.getLhs())[0], windows = shapeOf(op.getLhs())[1];
  Taps taps(unfold);
  int64_t channels = llvm::alignTo(taps.channels, wordBits);
  int64_t columns = taps.count * channels;
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value words = turnWindows(b, unfold, taps, *source);
  Value sums = LookupMatmulOp::create(
      b, RankedTensorType::get({rows, columns}, b.getF32Type()), op.getLhs(),
      words, ValueRange(), windows, columns, CodeAttr(), bipolarCode(b),
      CodeAttr(), /*scaled=*/false,
      /*residual=*/false, DenseF32ArrayAttr(), kernel);
  sums = reshape(b, sums, {rows, taps.count, channels});
  if (channels != taps.channels)
    sums = SliceOp::create(b, sums, ArrayRef<int64_t>{0, 0, 0},
                           ArrayRef<int64_t>{rows, taps.count, taps.channels},
                           ArrayRef<int64_t>{1, 1, 1});
  if (taps.isPadded())
    sums = AddOp::create(b, sums, sumsOfPadding(b, op.getLhs(), taps));
  sums = scaled(b, op.getLoc(), sums, {source->scale}, 0);
  rewriter.replaceOp(op, reshape(b, sums, op.getType().getShape()));
  return success();
}

void qnn::populatePackLookupWindowsPatterns(RewritePatternSet &patterns) {
  patterns.add<PackLookupWindows>(patterns.getContext(), /*benefit=*/3);
}
