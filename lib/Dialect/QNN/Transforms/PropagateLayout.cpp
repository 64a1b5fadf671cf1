//===- PropagateLayout.cpp - Transposes move and cancel ---------*- C++ -*-===//
//
// Integer products are channels last, the graph around them channels first, so
// each comes with a transpose on both sides. Transposes sink through pointwise
// ops and meet the next one, with which they cancel; those above an encoder
// rise to the network's input; those before a flattening go into the weights of
// the matmul behind it. Where a product's result meets codes that are channels
// first (a residual add), the codes are transposed, not the floats.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

namespace qnn {
#define GEN_PASS_DEF_PROPAGATELAYOUT
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// A tensor type like `value`'s with the elements of `like`.
static RankedTensorType typeLike(Value value, Value like) {
  return withElements(tensorType(value), tensorType(like).getElementType());
}

static SmallVector<int64_t> permute(ArrayRef<int64_t> values,
                                    ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> permuted;
  for (int64_t p : permutation)
    permuted.push_back(values[p]);
  return permuted;
}

/// From the layout of products to that of the graph, and back. Between floats
/// and codes the one sinks and the other rises.
static bool isFromChannelsLast(ArrayRef<int64_t> permutation) {
  return permutation == ArrayRef<int64_t>{0, 3, 1, 2};
}

static bool isToChannelsLast(ArrayRef<int64_t> permutation) {
  return permutation == ArrayRef<int64_t>{0, 2, 3, 1};
}

/// Nobody needs the tensor as the transpose leaves it: else there would be two
/// transposes, of an op's operand and of its result.
static bool sinksWhole(TransposeOp op) {
  return llvm::all_of(op->getUsers(), [](Operation *user) {
    return isPointwise(user) || isa<EncodeOp, DequantizeOp, TransposeOp>(user);
  });
}

/// The transpose from the layout of products that `value` comes from, where it
/// may sink; or null.
static TransposeOp sinkingTranspose(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (transpose && isFromChannelsLast(transpose.getPermutation()) &&
      sinksWhole(transpose))
    return transpose;
  return {};
}

/// `op` of `input`, whose dimension axes[d] is d of the op's.
static EncodeOp encodeMoved(PatternRewriter &rewriter, EncodeOp op, Value input,
                            ArrayRef<int64_t> axes) {
  QuantizerAttr quantizer = op.getQuantizer();
  if (quantizer.isPerChannel())
    quantizer = withAxis(quantizer, axes[quantizer.getAxis()]);
  return EncodeOp::create(rewriter, op.getLoc(),
                          typeLike(input, op.getResult()), input, quantizer);
}

static bool isDequantized(Value value) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  return dequantize && dequantize.getCode();
}

namespace {
//===----------------------------------------------------------------------===//
// Sinking
//===----------------------------------------------------------------------===//

/// Ops with one scale or row of thresholds for each index of their `axis`.
template <typename OpTy>
struct SinkThroughPerChannel : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().template getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not of a transposed tensor");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    if (isToChannelsLast(permutation) && isDequantized(op.getResult()))
      return rewriter.notifyMatchFailure(op,
                                         "codes are transposed, not floats");
    IRMapping mapping;
    mapping.map(op.getInput(), transpose.getInput());
    auto moved = cast<OpTy>(rewriter.clone(*op, mapping));
    moved.getResult().setType(typeLike(transpose.getInput(), op.getResult()));
    if (int64_t axis = axisOf(op); axis >= 0)
      moved.setAxis(permutation[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved.getResult(),
                                             permutation);
    return success();
  }
};

struct SinkThroughPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not of a transposed tensor");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<int64_t> inverse = invertPermutation(permutation);
    Value padded = PadOp::create(rewriter, op.getLoc(), transpose.getInput(),
                                 permute(op.getLow(), inverse),
                                 permute(op.getHigh(), inverse), op.getValue());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, padded, permutation);
    return success();
  }
};

struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    TransposeOp first;
    for (Value input : op.getInputs()) {
      auto transpose = input.getDefiningOp<TransposeOp>();
      if (!transpose ||
          (first && transpose.getPermutation() != first.getPermutation()))
        return rewriter.notifyMatchFailure(
            op, "inputs are not all transposed alike");
      first = transpose;
      inputs.push_back(transpose.getInput());
    }
    ArrayRef<int64_t> permutation = first.getPermutation();
    Value joined = ConcatOp::create(rewriter, op.getLoc(), inputs,
                                    permutation[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, joined, permutation);
    return success();
  }
};

struct SinkThroughEncode : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    TransposeOp transpose = sinkingTranspose(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not of a product's layout");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value codes = encodeMoved(rewriter, op, transpose.getInput(), permutation);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, codes, permutation);
    return success();
  }
};

/// Elementwise floats whose operands are transposed alike, or constants, or
/// dequantized codes, which are transposed in their place.
struct SinkThroughElementwise : RewritePattern {
  SinkThroughElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isPointwise(op) || isa<BatchNormOp, BiasAddOp>(op))
      return rewriter.notifyMatchFailure(op, "not elementwise");
    TransposeOp transpose = transposeOf(op);
    if (!transpose)
      return rewriter.notifyMatchFailure(
          op, "operands are not transposed alike or constant");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    IRMapping mapping;
    for (Value operand : op->getOperands())
      mapping.map(operand, untransposed(rewriter, operand, permutation));
    Operation *moved = rewriter.clone(*op, mapping);
    moved->getResult(0).setType(
        typeLike(transpose.getInput(), op->getResult(0)));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved->getResult(0),
                                             permutation);
    return success();
  }

  /// The transpose of all operands that are neither constant nor codes, or
  /// null.
  static TransposeOp transposeOf(Operation *op) {
    TransposeOp common;
    bool codes = false;
    for (Value operand : op->getOperands()) {
      if (constantTensor(operand))
        continue;
      if (operand.getType() != op->getResult(0).getType())
        return {};
      if (isDequantized(operand)) {
        codes = true;
        continue;
      }
      auto transpose = operand.getDefiningOp<TransposeOp>();
      if (!transpose || !sinksWhole(transpose) ||
          (common && common.getPermutation() != transpose.getPermutation()))
        return {};
      common = transpose;
    }
    if (common && codes && !isFromChannelsLast(common.getPermutation()))
      return {};
    return common;
  }

  /// `op` of transposed codes: transpose(dequantize(codes)).
  static Value dequantizeTransposed(PatternRewriter &rewriter, DequantizeOp op,
                                    ArrayRef<int64_t> permutation) {
    Value codes =
        TransposeOp::create(rewriter, op.getLoc(), op.getInput(), permutation);
    IRMapping mapping;
    mapping.map(op.getInput(), codes);
    auto moved = cast<DequantizeOp>(rewriter.clone(*op, mapping));
    moved.getResult().setType(typeLike(codes, op.getResult()));
    if (int64_t axis = axisOf(op); axis >= 0)
      moved.setAxis(invertPermutation(permutation)[axis]);
    return moved;
  }

  /// `operand` before the transpose; codes, and a constant that broadcasts to
  /// it, are transposed back.
  static Value untransposed(PatternRewriter &rewriter, Value operand,
                            ArrayRef<int64_t> permutation) {
    if (auto transpose = operand.getDefiningOp<TransposeOp>())
      return transpose.getInput();
    if (isDequantized(operand))
      return dequantizeTransposed(rewriter,
                                  operand.getDefiningOp<DequantizeOp>(),
                                  invertPermutation(permutation));
    SmallVector<int64_t> shape(permutation.size() - shapeOf(operand).size(), 1);
    llvm::append_range(shape, shapeOf(operand));
    auto type =
        RankedTensorType::get(shape, tensorType(operand).getElementType());
    Location loc = operand.getLoc();
    Value full = createFolded<ReshapeOp>(rewriter, loc, type, operand);
    return createFolded<TransposeOp>(rewriter, loc, full,
                                     invertPermutation(permutation));
  }
};

/// Batch norm names dimension 1; the steps that it is made of do not.
struct ExpandBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    TransposeOp transpose = sinkingTranspose(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not of a product's layout");
    std::optional<Tensor> scale = constantTensor(op.getScale()),
                          bias = constantTensor(op.getBias()),
                          mean = constantTensor(op.getMean()),
                          variance = constantTensor(op.getVariance());
    if (!scale || !bias || !mean || !variance)
      return rewriter.notifyMatchFailure(op, "statistics are not constant");
    std::vector<float> factors;
    for (auto [s, v] : llvm::zip_equal(scale->floats, variance->floats))
      factors.push_back(
          batchNormFactor(s, v, op.getEpsilon().convertToFloat()));
    Location loc = op.getLoc();
    auto ofChannel = [&](ArrayRef<float> numbers) -> Value {
      auto type = RankedTensorType::get(
          {static_cast<int64_t>(numbers.size()), 1, 1}, rewriter.getF32Type());
      return arith::ConstantOp::create(rewriter, loc,
                                       DenseElementsAttr::get(type, numbers));
    };
    Value x =
        SubOp::create(rewriter, loc, op.getInput(), ofChannel(mean->floats));
    x = MulOp::create(rewriter, loc, x, ofChannel(factors));
    rewriter.replaceOpWithNewOp<AddOp>(op, x, ofChannel(bias->floats));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Rising
//===----------------------------------------------------------------------===//

/// All users of the codes are transposes alike.
struct RaiseThroughEncode : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<int64_t>> permutation = commonPermutation(op);
    if (!permutation || isFromChannelsLast(*permutation))
      return rewriter.notifyMatchFailure(op, "codes are not transposed alike");
    Value input =
        TransposeOp::create(rewriter, op.getLoc(), op.getInput(), *permutation);
    Value codes =
        encodeMoved(rewriter, op, input, invertPermutation(*permutation));
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      rewriter.replaceOp(user, codes);
    rewriter.eraseOp(op);
    return success();
  }

  static std::optional<SmallVector<int64_t>> commonPermutation(EncodeOp op) {
    std::optional<SmallVector<int64_t>> common;
    for (Operation *user : op->getUsers()) {
      auto transpose = dyn_cast<TransposeOp>(user);
      if (!transpose ||
          (common && ArrayRef(*common) != transpose.getPermutation()))
        return std::nullopt;
      common = SmallVector<int64_t>(transpose.getPermutation());
    }
    return common;
  }
};

//===----------------------------------------------------------------------===//
// Into weights
//===----------------------------------------------------------------------===//

/// matmul(reshape(transpose(x)), w) is matmul(reshape(x), w'), the columns of
/// w' in the order of x, where rows of the matmul are images.
struct FlattenIntoWeights : OpRewritePattern<IMatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IMatmulOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getLhs().getDefiningOp<ReshapeOp>();
    auto transpose = reshape ? reshape.getInput().getDefiningOp<TransposeOp>()
                             : TransposeOp();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "lhs is not flattened");
    ArrayRef<int64_t> shape = shapeOf(transpose.getResult());
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    if (permutation[0] != 0 || shape[0] != shapeOf(op.getLhs())[0])
      return rewriter.notifyMatchFailure(op, "rows are not images");
    if (!constantTensor(op.getRhs()))
      return rewriter.notifyMatchFailure(op, "weights are not constant");
    Value weights = permuteColumns(rewriter, op.getRhs(), shape, permutation);
    Value flat = ReshapeOp::create(rewriter, reshape.getLoc(),
                                   op.getLhs().getType(), transpose.getInput());
    rewriter.modifyOpInPlace(op, [&] {
      op.getLhsMutable().assign(flat);
      op.getRhsMutable().assign(weights);
    });
    return success();
  }

  static Value permuteColumns(PatternRewriter &rewriter, Value weights,
                              ArrayRef<int64_t> imageShape,
                              ArrayRef<int64_t> permutation) {
    Location loc = weights.getLoc();
    SmallVector<int64_t> shape(imageShape);
    shape[0] = shapeOf(weights)[0];
    auto type =
        RankedTensorType::get(shape, tensorType(weights).getElementType());
    Value images = createFolded<ReshapeOp>(rewriter, loc, type, weights);
    images = createFolded<TransposeOp>(rewriter, loc, images,
                                       invertPermutation(permutation));
    return createFolded<ReshapeOp>(rewriter, loc, weights.getType(), images);
  }
};

struct PropagateLayout : qnn::impl::PropagateLayoutBase<PropagateLayout> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<SinkThroughPerChannel<ThresholdOp>,
                 SinkThroughPerChannel<RequantizeOp>,
                 SinkThroughPerChannel<DequantizeOp>,
                 SinkThroughPerChannel<BiasAddOp>, SinkThroughPad,
                 SinkThroughConcat, SinkThroughEncode, SinkThroughElementwise,
                 ExpandBatchNorm, RaiseThroughEncode, FlattenIntoWeights>(
        context);
    // Two transposes in a row become one or none.
    TransposeOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
