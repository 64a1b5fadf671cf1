//===- Integerise.cpp - Graph form to integer form --------------*- C++ -*-===//
//
// A quantizer becomes an encoder and a dequantizer; then dequantizers sink: a
// product of two dequantized tensors is the dequantized product of their codes,
// with the product of their scales. What stands between two layers stays float
// here; qnn-synthesise-thresholds removes it.
//
//===----------------------------------------------------------------------===//

#include "Integerise.h"

#include "ConstantCodes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include <cmath>

namespace qnn {
#define GEN_PASS_DEF_INTEGERISE
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

std::optional<int32_t> qnn::numberOf(float value, CodeAttr code, float scale,
                                     float zeroPoint) {
  float guess = std::nearbyint(value / scale + zeroPoint);
  if (!(guess >= code.getMin() && guess <= code.getMax()))
    return std::nullopt;
  int32_t number = static_cast<int32_t>(guess);
  bool hasCode = !code.isBipolar() || number != 0;
  if (!hasCode || decode(number, scale, zeroPoint) != value)
    return std::nullopt;
  return number;
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

/// `get(c)` for every channel.
static SmallVector<float> perChannel(int64_t channels,
                                     function_ref<float(int64_t)> get) {
  SmallVector<float> values;
  for (int64_t c = 0; c < channels; ++c)
    values.push_back(get(c));
  return values;
}

static Value createDequantize(OpBuilder &builder, Location loc, Value codes,
                              QuantizerAttr quantizer) {
  int64_t axis = quantizer.getAxis();
  int64_t channels = axis < 0 ? 1 : shapeOf(codes)[axis];
  SmallVector<float> scale =
      perChannel(channels, [&](int64_t c) { return quantizer.getScaleOf(c); });
  SmallVector<float> zeroPoint = perChannel(
      channels, [&](int64_t c) { return quantizer.getZeroPointOf(c); });
  if (llvm::all_equal(scale) && llvm::all_equal(zeroPoint)) {
    axis = -1;
    scale.resize(1);
    zeroPoint.resize(1);
  }
  DenseF32ArrayAttr zeroPoints = quantizer.isSymmetric()
                                     ? DenseF32ArrayAttr()
                                     : builder.getDenseF32ArrayAttr(zeroPoint);
  return DequantizeOp::create(
      builder, loc, withElements(tensorType(codes), builder.getF32Type()),
      codes, quantizer.getCode(), builder.getDenseF32ArrayAttr(scale),
      zeroPoints, builder.getI64IntegerAttr(axis));
}

namespace {
struct SplitQuantizer : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    QuantizerAttr quantizer = op.getQuantizer();
    if (quantizer.getSignZero() == SignZero::Zero)
      return rewriter.notifyMatchFailure(op, "sign(0) = 0 has no code");
    Value codes = createFolded<EncodeOp>(
        rewriter, op.getLoc(),
        codeType(shapeOf(op.getInput()), quantizer.getCode()), op.getInput(),
        quantizer);
    rewriter.replaceOp(
        op, createDequantize(rewriter, op.getLoc(), codes, quantizer));
    return success();
  }
};
} // namespace

namespace {
/// A product of numbers dequantized with scale 1 and a constant is what the
/// constant as scale gives: rounded once, either way.
struct FoldScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getLhs().getDefiningOp<DequantizeOp>();
    std::optional<Tensor> factor = constantTensor(op.getRhs());
    if (!dequantize || !dequantize.getCode() || !factor ||
        factor->floats.size() != 1 || !(factor->floats[0] > 0.0f) ||
        op.getType() != dequantize.getType())
      return rewriter.notifyMatchFailure(
          op, "no dequantized codes times a positive constant");
    if (axisOf(dequantize) >= 0 || dequantize.getScale()[0] != 1.0f)
      return rewriter.notifyMatchFailure(op, "the codes have a scale");
    rewriter.replaceOpWithNewOp<DequantizeOp>(
        op, op.getType(), dequantize.getInput(), dequantize.getCodeAttr(),
        rewriter.getDenseF32ArrayAttr(factor->floats[0]),
        dequantize.getZeroPointAttr(), dequantize.getAxisAttr());
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

namespace {
/// A float product of dequantized operands.
struct QuantizedProduct {
  DequantizeOp activations, weights;
  /// Scale of the sums, for each output channel or for all.
  SmallVector<float> scale;
  /// The activations' zero point, and what it adds to the sums of each output
  /// channel: itself times the sum of the channel's weights. Empty for 0.
  int32_t zeroPoint = 0;
  SmallVector<float> offsets;

  bool isPerChannel() const { return axisOf(weights) >= 0 || !offsets.empty(); }
};
} // namespace

static bool isSymmetric(DequantizeOp op) {
  return !op.getZeroPoint() ||
         llvm::all_of(*op.getZeroPoint(), [](float z) { return z == 0.0f; });
}

static std::string checkActivations(Value value, DequantizeOp &op) {
  op = value.getDefiningOp<DequantizeOp>();
  if (value.getDefiningOp<QuantizeOp>())
    return "the activation's quantizer maps 0 to 0";
  if (!op || !op.getCode())
    return "activation is not quantized";
  if (axisOf(op) >= 0)
    return "activation has one scale per channel";
  if (!isSymmetric(op)) {
    float zeroPoint = (*op.getZeroPoint())[0];
    if (zeroPoint != std::nearbyint(zeroPoint) ||
        zeroPoint < op.getCode()->getMin() ||
        zeroPoint > op.getCode()->getMax())
      return "activation has a zero point that is no code";
  }
  return "";
}

/// The zero point times the sum of each channel's weights; empty where that is
/// no integer that f32 holds.
static SmallVector<float> offsetsOf(DequantizeOp weights, int64_t channelDim,
                                    int32_t zeroPoint) {
  std::optional<std::vector<int32_t>> numbers =
      constantNumbers(weights.getInput(), *weights.getCode());
  ArrayRef<int64_t> shape = shapeOf(weights);
  SmallVector<int64_t> sums(shape[channelDim], 0);
  int64_t inner = llvm::product_of(shape.drop_front(channelDim + 1));
  for (auto [i, number] : llvm::enumerate(*numbers))
    sums[i / inner % sums.size()] += number;
  SmallVector<float> offsets;
  for (int64_t sum : sums) {
    if (std::abs(sum * zeroPoint) > (int64_t(1) << 24))
      return {};
    offsets.push_back(static_cast<float>(sum * zeroPoint));
  }
  return offsets;
}

static std::string checkWeights(Value value, int64_t channelDim,
                                DequantizeOp &op) {
  op = value.getDefiningOp<DequantizeOp>();
  if (value.getDefiningOp<QuantizeOp>())
    return "the weights' quantizer maps 0 to 0";
  if (!op || !op.getCode())
    return "weights are not quantized";
  if (!constantTensor(op.getInput()))
    return "weights are not constant";
  if (!isSymmetric(op))
    return "weights have a zero point";
  if (axisOf(op) >= 0 && axisOf(op) != channelDim)
    return "weights have scales within an output channel";
  return "";
}

/// Fills `product`, or says why the operands cannot be multiplied as codes.
/// `channelDim` is the output channels' dimension in the weights.
static std::string analyse(Value activations, Value weights, int64_t channelDim,
                           QuantizedProduct &product) {
  std::string reason = checkActivations(activations, product.activations);
  if (reason.empty())
    reason = checkWeights(weights, channelDim, product.weights);
  if (!reason.empty())
    return reason;
  for (float scale : product.weights.getScale())
    product.scale.push_back(product.activations.getScale()[0] * scale);
  auto greatest = [](CodeAttr code) {
    return std::max(std::abs(int64_t(code.getMin())),
                    std::abs(int64_t(code.getMax())));
  };
  int64_t count = tensorType(weights).getNumElements() /
                  std::max<int64_t>(1, shapeOf(weights)[channelDim]);
  if (count * greatest(*product.activations.getCode()) *
          greatest(*product.weights.getCode()) >
      std::numeric_limits<int32_t>::max())
    return "sums may exceed 32 bits";
  if (isSymmetric(product.activations))
    return "";
  product.zeroPoint =
      static_cast<int32_t>((*product.activations.getZeroPoint())[0]);
  product.offsets = offsetsOf(product.weights, channelDim, product.zeroPoint);
  if (product.offsets.empty())
    return "what the zero point adds to the sums exceeds 24 bits";
  return "";
}

/// The number in a convolution's padding; nothing where the activations' code
/// has none. Zero always has one, a true zero or the zero point.
static std::optional<int32_t> paddingNumber(Conv2dOp op,
                                            const QuantizedProduct &product) {
  if (llvm::all_of(op.getPads(), [](int64_t pad) { return pad == 0; }))
    return 0;
  if (op.getPadValue() == PadValue::Zero)
    return product.zeroPoint;
  DequantizeOp activations = product.activations;
  return numberOf(padNumber(op.getPadValue()), *activations.getCode(),
                  activations.getScale()[0], product.zeroPoint);
}

static std::string analyse(Conv2dOp op, QuantizedProduct &product) {
  std::string reason = analyse(op.getInput(), op.getFilter(), 0, product);
  if (reason.empty() && !paddingNumber(op, product))
    return "the activation's code cannot hold the padding";
  return reason;
}

static std::string analyse(MatmulOp op, QuantizedProduct &product) {
  if (tensorType(op.getRhs()).getRank() != 2)
    return "the right operand is not a matrix";
  return analyse(op.getLhs(), op.getRhs(), op.getTransposeRhs() ? 0 : 1,
                 product);
}

std::string qnn::whyKeptFloat(Operation *op) {
  QuantizedProduct product;
  if (auto conv = dyn_cast<Conv2dOp>(op))
    return analyse(conv, product);
  return analyse(cast<MatmulOp>(op), product);
}

/// The sums as floats; channels along `channelAxis` of the sums.
static Value dequantizeSums(OpBuilder &builder, Location loc, Value sums,
                            const QuantizedProduct &product,
                            int64_t channelAxis) {
  int64_t axis = product.isPerChannel() ? channelAxis : -1;
  SmallVector<float> scale = product.scale;
  DenseF32ArrayAttr offsets;
  if (!product.offsets.empty()) {
    offsets = builder.getDenseF32ArrayAttr(product.offsets);
    if (scale.size() == 1)
      scale.assign(product.offsets.size(), product.scale[0]);
  }
  return DequantizeOp::create(
      builder, loc, withElements(tensorType(sums), builder.getF32Type()), sums,
      CodeAttr(), builder.getDenseF32ArrayAttr(scale), offsets,
      builder.getI64IntegerAttr(axis));
}

static constexpr int64_t channelsLast[] = {0, 2, 3, 1};
static constexpr int64_t channelsFirst[] = {0, 3, 1, 2};

namespace {
struct IntegeriseConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override {
    QuantizedProduct product;
    std::string reason = analyse(op, product);
    if (!reason.empty())
      return rewriter.notifyMatchFailure(op, reason);
    Location loc = op.getLoc();
    CodeAttr lhsCode = *product.activations.getCode();
    Value input = createFolded<TransposeOp>(
        rewriter, loc, product.activations.getInput(), channelsLast);
    Value filter = createFolded<TransposeOp>(
        rewriter, loc, product.weights.getInput(), channelsLast);
    SmallVector<int64_t> pads(op.getPads());
    int32_t padding = *paddingNumber(op, product);
    if (std::abs(padding) > 1) {
      input = padPixels(rewriter, loc, input, lhsCode, padding, pads);
      pads.assign(4, 0);
    }
    PadValue padValue = padding == 0  ? PadValue::Zero
                        : padding > 0 ? PadValue::PlusOne
                                      : PadValue::MinusOne;
    Value sums = IConv2dOp::create(rewriter, loc, sumsType(op), input, filter,
                                   lhsCode, *product.weights.getCode(),
                                   op.getStrides(), pads, op.getDilations(),
                                   op.getGroups(), padValue, KernelAttr());
    sums = TransposeOp::create(rewriter, loc, sums, channelsFirst);
    rewriter.replaceOp(op, dequantizeSums(rewriter, loc, sums, product, 1));
    return success();
  }

  static RankedTensorType sumsType(Conv2dOp op) {
    ArrayRef<int64_t> shape = shapeOf(op.getResult());
    return RankedTensorType::get({shape[0], shape[2], shape[3], shape[1]},
                                 IntegerType::get(op.getContext(), 32));
  }
};

struct IntegeriseMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    QuantizedProduct product;
    std::string reason = analyse(op, product);
    if (!reason.empty())
      return rewriter.notifyMatchFailure(op, reason);
    Location loc = op.getLoc();
    Value rhs = product.weights.getInput();
    if (!op.getTransposeRhs())
      rhs = createFolded<TransposeOp>(rewriter, loc, rhs,
                                      ArrayRef<int64_t>{1, 0});
    ArrayRef<int64_t> shape = shapeOf(op.getResult());
    int64_t rows = llvm::product_of(shape.drop_back());
    Value lhs = reshape(rewriter, loc, product.activations.getInput(),
                        {rows, shapeOf(rhs)[1]});
    auto type =
        RankedTensorType::get({rows, shape.back()}, rewriter.getI32Type());
    Value sums = IMatmulOp::create(rewriter, loc, type, lhs, rhs,
                                   *product.activations.getCode(),
                                   *product.weights.getCode(), KernelAttr());
    sums = reshape(rewriter, loc, sums, shape);
    rewriter.replaceOp(
        op, dequantizeSums(rewriter, loc, sums, product, shape.size() - 1));
    return success();
  }

  static Value reshape(PatternRewriter &rewriter, Location loc, Value value,
                       ArrayRef<int64_t> shape) {
    if (shapeOf(value) == shape)
      return value;
    auto type =
        RankedTensorType::get(shape, tensorType(value).getElementType());
    return createFolded<ReshapeOp>(rewriter, loc, type, value);
  }
};

struct Integerise : qnn::impl::IntegeriseBase<Integerise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitQuantizer, FoldScale, IntegeriseConv2d, IntegeriseMatmul>(
        &getContext());
    populateIntegeriseShapePatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](Operation *op) {
      if (isa<Conv2dOp, MatmulOp>(op))
        op->setAttr(keptFloatAttr,
                    StringAttr::get(op->getContext(), whyKeptFloat(op)));
    });
  }
};
} // namespace
