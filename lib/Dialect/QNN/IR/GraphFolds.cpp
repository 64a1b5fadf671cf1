//===- GraphFolds.cpp - Folds and canonicalizations, graph form -*- C++ -*-===//
//
// Only what leaves every bit of every result as it was: x + (-0.0) is x for all
// x, x + 0.0 is not (it makes 0.0 of -0.0). Constants are folded by
// qnn-fold-constants, which asks the reference evaluator.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/PatternMatch.h"
#include "qnn/Arith/Code.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Neutral elements
//===----------------------------------------------------------------------===//

/// True for a constant of which every element is exactly `number`, sign of zero
/// included.
static bool isSplatOf(Attribute constant, float number) {
  auto dense = dyn_cast_or_null<DenseElementsAttr>(constant);
  return dense && dense.isSplat() && dense.getElementType().isF32() &&
         dense.getSplatValue<APFloat>().bitwiseIsEqual(APFloat(number));
}

/// `lhs` where `rhs` is the splat `neutral` and does not broadcast `lhs`.
template <typename Op>
static OpFoldResult foldNeutral(Op op, Attribute rhs, float neutral) {
  if (!isSplatOf(rhs, neutral) ||
      op.getLhs().getType() != op.getResult().getType())
    return {};
  return op.getLhs();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), -0.0f);
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 0.0f);
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 1.0f);
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 1.0f);
}

OpFoldResult BiasAddOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getBias(), -0.0f) ? OpFoldResult(getInput())
                                             : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// Functions applied twice
//===----------------------------------------------------------------------===//

OpFoldResult ReluOp::fold(FoldAdaptor) {
  return getInput().getDefiningOp<ReluOp>() ? OpFoldResult(getInput())
                                            : OpFoldResult();
}

OpFoldResult NegOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<NegOp>();
  return inner ? OpFoldResult(inner.getInput()) : OpFoldResult();
}

/// Rounding to the nearest brings number * scale / scale back to the number;
/// the directed modes may leave it, because the quotient need not be exact.
static bool roundsToNearest(RoundingMode mode) {
  return mode == RoundingMode::HalfEven || mode == RoundingMode::HalfUp ||
         mode == RoundingMode::HalfDown;
}

/// True where a second application changes neither the value nor the gradient:
/// the surrogate must be 1 on all of the grid.
static bool isIdempotent(QuantizerAttr quantizer) {
  if (quantizer.isPerChannel() || !quantizer.isSymmetric())
    return false;
  CodeAttr code = quantizer.getCode();
  if (!code.isBipolar() && !roundsToNearest(quantizer.getRounding()))
    return false;
  float greatest =
      std::max(std::abs(float(code.getMin())), std::abs(float(code.getMax()))) *
      quantizer.getScaleOf(0);
  return quantizer.getSurrogate() == Surrogate::StraightThrough ||
         greatest <= 1.0f;
}

OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<QuantizeOp>();
  if (!inner || inner.getQuantizer() != getQuantizer() ||
      !isIdempotent(getQuantizer()))
    return {};
  return getInput();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// True for a permutation that swaps the last two dimensions only.
static bool swapsLastTwo(ArrayRef<int64_t> permutation) {
  int64_t rank = permutation.size();
  SmallVector<int64_t> swapped = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (rank >= 2)
    std::swap(swapped[rank - 1], swapped[rank - 2]);
  return rank >= 2 && permutation == ArrayRef<int64_t>(swapped);
}

namespace {
/// matmul(x, transpose(w)) is matmul(x, w) {transpose_rhs}.
struct FoldTransposeIntoMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getRhs().getDefiningOp<TransposeOp>();
    if (op.getTransposeRhs())
      return rewriter.notifyMatchFailure(op, "rhs is transposed already");
    if (!transpose || !swapsLastTwo(transpose.getPermutation()))
      return rewriter.notifyMatchFailure(
          op, "rhs is no transpose of the last two dimensions");
    rewriter.modifyOpInPlace(op, [&] {
      op.setTransposeRhs(true);
      op.getRhsMutable().assign(transpose.getInput());
    });
    return success();
  }
};

/// conv2d(pad(x)) with padded height and width is a conv2d with larger pads.
struct FoldPadIntoConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// The pad value of a convolution that stands for `value`, if there is one.
static std::optional<PadValue> asPadValue(TypedAttr value) {
  auto number = dyn_cast<FloatAttr>(value);
  if (!number || !number.getType().isF32())
    return std::nullopt;
  for (auto [pad, expected] :
       {std::pair(PadValue::Zero, 0.0f), std::pair(PadValue::PlusOne, 1.0f),
        std::pair(PadValue::MinusOne, -1.0f)})
    if (number.getValue().bitwiseIsEqual(APFloat(expected)))
      return pad;
  return std::nullopt;
}

LogicalResult
FoldPadIntoConv2d::matchAndRewrite(Conv2dOp op,
                                   PatternRewriter &rewriter) const {
  auto pad = op.getInput().getDefiningOp<PadOp>();
  if (!pad)
    return rewriter.notifyMatchFailure(op, "input is not padded");
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  if (low[0] || low[1] || high[0] || high[1])
    return rewriter.notifyMatchFailure(op, "batch or channels are padded");
  std::optional<PadValue> value = asPadValue(pad.getValue());
  if (!value)
    return rewriter.notifyMatchFailure(op, "padding is not 0, +1 or -1");
  SmallVector<int64_t> pads(op.getPads());
  bool unpadded = llvm::all_of(pads, [](int64_t p) { return p == 0; });
  if (!unpadded && *value != op.getPadValue())
    return rewriter.notifyMatchFailure(op, "two values of padding");
  int64_t more[] = {low[2], low[3], high[2], high[3]};
  for (auto [total, count] : llvm::zip(pads, more))
    total += count;
  rewriter.modifyOpInPlace(op, [&] {
    op.setPads(pads);
    op.setPadValue(*value);
    op.getInputMutable().assign(pad.getInput());
  });
  return success();
}

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<FoldTransposeIntoMatmul>(context);
}

void Conv2dOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<FoldPadIntoConv2d>(context);
}
