//===- Quantization.cpp - Quantizers and thresholds to linalg ---*- C++ -*-===//
//
// Codes are bytes here: the number modulo 256, for bipolar codes the bit.
//
//===----------------------------------------------------------------------===//

#include "EpiloguePacks.h"
#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

LogicalResult expectBytes(Operation *op, Value value,
                          PatternRewriter &rewriter) {
  if (tensorType(value).getElementType().isInteger(8))
    return success();
  return rewriter.notifyMatchFailure(
      op, "expected codes as bytes, as qnn-pack leaves them");
}

//===----------------------------------------------------------------------===//
// Numbers, one for the tensor or one for each channel
//===----------------------------------------------------------------------===//

/// The operands of a linalg.generic, and where it finds each parameter: as a
/// constant in its body, or as an operand that runs along the channels.
class Parameters {
public:
  Parameters(Builder &b, Value input, int64_t axis) : axis(axis) {
    int64_t rank = tensorType(input).getRank();
    addOperand(input, b.getMultiDimIdentityMap(rank));
  }

  void addOperand(Value operand, AffineMap map) {
    operands.push_back(operand);
    maps.push_back(map);
  }

  /// Adds numbers, which `get` then returns for the element of a body;
  /// `neutral` changes nothing where all numbers equal it.
  unsigned add(Builder &b, ArrayRef<float> numbers, float neutral) {
    unsigned key = entries.size();
    auto isNeutral = [&](float number) { return number == neutral; };
    if (llvm::all_of(numbers, isNeutral)) {
      entries.push_back({});
    } else if (llvm::all_equal(numbers)) {
      entries.push_back({/*operand=*/0, numbers.front()});
    } else {
      entries.push_back({static_cast<unsigned>(operands.size()), 0.0f});
      int64_t rank = maps.front().getNumDims();
      auto type = RankedTensorType::get(static_cast<int64_t>(numbers.size()),
                                        b.getF32Type());
      Value constant =
          arith::ConstantOp::create(b, DenseElementsAttr::get(type, numbers));
      addOperand(constant, channelMap(b, rank, axis));
    }
    return key;
  }

  /// The number within a body with arguments `args`; null where neutral.
  Value get(Builder &b, ValueRange args, unsigned key) const {
    const Entry &entry = entries[key];
    if (entry.operand != 0)
      return args[entry.operand];
    if (!entry.splat)
      return {};
    return arith::ConstantOp::create(b, b.getF32FloatAttr(*entry.splat));
  }

  Value build(Builder &b, RankedTensorType type, ElementFn element) const {
    return buildElementwise(b, type, operands, maps, element);
  }

private:
  struct Entry {
    unsigned operand = 0;
    std::optional<float> splat;
  };
  int64_t axis;
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  SmallVector<Entry> entries;
};

/// Scale and zero point of a quantizer.
class QuantizerParameters : public Parameters {
public:
  QuantizerParameters(Builder &b, Value input, QuantizerAttr quantizer)
      : Parameters(b, input, quantizer.getAxis()) {
    SmallVector<float> one = {1.0f}, zero = {0.0f};
    DenseF32ArrayAttr scales = quantizer.getScale();
    DenseF32ArrayAttr zeroPoints = quantizer.getZeroPoint();
    scale = add(b, scales ? scales.asArrayRef() : ArrayRef<float>(one), 1.0f);
    zeroPoint = add(
        b, zeroPoints ? zeroPoints.asArrayRef() : ArrayRef<float>(zero), 0.0f);
  }

  AffineValues affine(Builder &b, ValueRange args) const {
    return {get(b, args, scale), get(b, args, zeroPoint)};
  }

private:
  unsigned scale, zeroPoint;
};

//===----------------------------------------------------------------------===//
// Between floats and codes
//===----------------------------------------------------------------------===//

struct LowerQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    QuantizerAttr quantizer = op.getQuantizer();
    QuantizerParameters parameters(b, op.getInput(), quantizer);
    auto element = [&](Builder &inner, ValueRange args) -> Value {
      return emitFakeQuantize(inner, args[0], parameters.affine(inner, args),
                              quantizer);
    };
    rewriter.replaceOp(
        op, parameters.build(b, tensorType(op.getResult()), element));
    return success();
  }
};

struct LowerEncode : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    if (isEpiloguePack(op) || failed(expectBytes(op, op.getResult(), rewriter)))
      return failure();
    Builder b(op.getLoc(), rewriter);
    QuantizerAttr quantizer = op.getQuantizer();
    QuantizerParameters parameters(b, op.getInput(), quantizer);
    auto element = [&](Builder &inner, ValueRange args) -> Value {
      if (quantizer.getEncoding() == Encoding::Bipolar)
        return arith::ExtUIOp::create(
            inner, inner.getI8Type(),
            emitSignBit(inner, args[0], quantizer.getSignZero()));
      AffineValues affine = parameters.affine(inner, args);
      return emitByte(inner, emitQuantize(inner, args[0], affine, quantizer));
    };
    rewriter.replaceOp(
        op, parameters.build(b, tensorType(op.getResult()), element));
    return success();
  }
};

struct LowerDequantize : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getCode() && failed(expectBytes(op, op.getInput(), rewriter)))
      return failure();
    Builder b(op.getLoc(), rewriter);
    Parameters parameters(b, op.getInput(), op.getAxis());
    SmallVector<float> zero = {0.0f};
    unsigned scale = parameters.add(b, op.getScale(), 1.0f);
    unsigned zeroPoint =
        parameters.add(b, op.getZeroPoint().value_or(zero), 0.0f);
    auto element = [&](Builder &inner, ValueRange args) -> Value {
      Value number = emitNumber(inner, args[0], op.getCodeAttr());
      return emitDecode(inner, number,
                        {parameters.get(inner, args, scale),
                         parameters.get(inner, args, zeroPoint)});
    };
    rewriter.replaceOp(
        op, parameters.build(b, tensorType(op.getResult()), element));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Sums back to codes
//===----------------------------------------------------------------------===//

struct LowerRequantize : OpRewritePattern<RequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RequantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(expectBytes(op, op.getResult(), rewriter)))
      return failure();
    if (op.getCode().isBipolar())
      return rewriter.notifyMatchFailure(op, "bipolar codes need a threshold");
    Builder b(op.getLoc(), rewriter);
    Parameters parameters(b, op.getInput(), op.getAxis());
    unsigned scale = parameters.add(b, op.getScale(), 1.0f);
    unsigned bias = parameters.add(b, op.getBias(), 0.0f);
    auto element = [&](Builder &inner, ValueRange args) -> Value {
      Value x = emitNumber(inner, args[0], /*code=*/{});
      if (Value factor = parameters.get(inner, args, scale))
        x = arith::MulFOp::create(inner, x, factor);
      if (Value summand = parameters.get(inner, args, bias))
        x = arith::AddFOp::create(inner, x, summand);
      return emitByte(
          inner, emitRoundAndClamp(inner, x, op.getRounding(), op.getCode()));
    };
    rewriter.replaceOp(
        op, parameters.build(b, tensorType(op.getResult()), element));
    return success();
  }
};

/// input >= threshold, as 0 or 1 in a byte.
Value emitReached(Builder &b, Value sum, Value threshold) {
  if (!sum.getType().isInteger(32))
    sum = arith::ExtSIOp::create(b, b.getI32Type(), sum);
  Value reached =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sge, sum, threshold);
  return arith::ExtUIOp::create(b, b.getI8Type(), reached);
}

/// Up to `unrollLimit` thresholds are compared in one elementwise body; more
/// become a reduction over the levels.
struct LowerThreshold : OpRewritePattern<ThresholdOp> {
  using OpRewritePattern::OpRewritePattern;
  static constexpr int64_t unrollLimit = 15;

  LogicalResult matchAndRewrite(ThresholdOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(expectBytes(op, op.getResult(), rewriter)))
      return failure();
    Builder b(op.getLoc(), rewriter);
    int64_t levels = tensorType(op.getThresholds()).getDimSize(1);
    rewriter.replaceOp(op, levels <= unrollLimit ? unrolled(op, b, levels)
                                                 : reduced(op, b));
    return success();
  }

private:
  /// The byte of level 0: bipolar codes are levels themselves.
  static int64_t base(ThresholdOp op) {
    return op.getCode().isBipolar() ? 0 : op.getCode().getMin();
  }

  static Value column(ThresholdOp op, Builder &b, int64_t level) {
    int64_t channels = tensorType(op.getThresholds()).getDimSize(0);
    SmallVector<OpFoldResult> offsets = {b.getIndexAttr(0),
                                         b.getIndexAttr(level)};
    SmallVector<OpFoldResult> sizes = {b.getIndexAttr(channels),
                                       b.getIndexAttr(1)};
    SmallVector<OpFoldResult> steps(2, b.getIndexAttr(1));
    auto type = RankedTensorType::get(channels, b.getI32Type());
    return tensor::ExtractSliceOp::create(b, type, op.getThresholds(), offsets,
                                          sizes, steps);
  }

  static Value unrolled(ThresholdOp op, Builder &b, int64_t levels) {
    RankedTensorType type = tensorType(op.getResult());
    Parameters operands(b, op.getInput(), op.getAxis());
    for (int64_t level = 0; level < levels; ++level)
      operands.addOperand(column(op, b, level),
                          channelMap(b, type.getRank(), op.getAxis()));
    return operands.build(b, type, [&](Builder &inner, ValueRange args) {
      Value count = arith::ConstantIntOp::create(inner, base(op), 8);
      for (Value threshold : args.drop_front()) {
        Value reached = emitReached(inner, args[0], threshold);
        count = arith::AddIOp::create(inner, count, reached);
      }
      return count;
    });
  }

  static Value reduced(ThresholdOp op, Builder &b) {
    RankedTensorType type = tensorType(op.getResult());
    int64_t rank = type.getRank();
    AffineExpr level = b.getAffineDimExpr(rank);
    AffineMap element = b.getMultiDimIdentityMap(rank + 1).dropResult(rank);
    auto thresholds = AffineMap::get(
        rank + 1, 0, {b.getAffineDimExpr(op.getAxis()), level}, b.getContext());
    return buildReduction(b, {op.getInput(), op.getThresholds()},
                          createFilled(b, type, b.getI8IntegerAttr(base(op))),
                          {element, thresholds, element},
                          [](Builder &inner, ValueRange args) -> Value {
                            return arith::AddIOp::create(
                                inner, args[2],
                                emitReached(inner, args[0], args[1]));
                          });
  }
};

} // namespace

void qnn::populateQuantizationPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerQuantize, LowerEncode, LowerDequantize, LowerRequantize,
               LowerThreshold>(patterns.getContext());
}
