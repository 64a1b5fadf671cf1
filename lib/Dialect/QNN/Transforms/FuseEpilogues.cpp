//===- FuseEpilogues.cpp - Floats on sums in registers ----------*- C++ -*-===//
//
// Sums are scaled, shifted, added to, clipped and rounded while they are in
// registers, so memory is written once, and codes are bytes or words when they
// get there. Only steps that the epilogue repeats one by one are fused: a scale
// of 0.5 on a scale of 0.3 is not one of 0.15.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "PackedEpilogue.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <limits>
#include <numeric>

namespace qnn {
#define GEN_PASS_DEF_FUSEEPILOGUES
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// The ops behind a product
//===----------------------------------------------------------------------===//

namespace {
/// What the ops behind a product compute, in the epilogue's terms:
/// clip(value * factor + offset + residual), then the code.
struct Chain {
  Chain(PackedContractionOpInterface product);

  /// Takes the ops one after the other, as long as they fit.
  void walk();

  std::vector<float> factors, offsets;
  Value residual;
  std::optional<std::array<float, 2>> clip;
  CodeAttr code;
  /// The last value that is computed; null where nothing fits.
  Value last;
  /// From the product's result to `last`.
  SmallVector<int64_t> permutation;

private:
  bool take(Operation *op);
  bool takeRequantize(RequantizeOp op);
  bool takeDequantize(DequantizeOp op);
  bool takeFactor(MulOp op);
  bool takeBias(BiasAddOp op);
  bool takeSum(AddOp op);
  bool takeResidual(Value addend);
  bool takeClip(float min, float max);

  /// The dimension of `value` that runs along the output channels.
  int64_t channelDimension() const;
  bool isAlongChannels(int64_t axis) const {
    return axis == -1 || axis == channelDimension();
  }
  std::optional<std::vector<float>> perChannel(Value constant) const;
  static void spread(ArrayRef<float> from, std::vector<float> &to);

  int64_t channels;
  Value value;                ///< what has been taken so far
  SmallVector<int64_t> order; ///< its permutation
  bool isFloat;               ///< else sums that are integers
  bool scaled = false;        ///< a factor has been applied
  bool shifted = false;       ///< an offset has been added
};
} // namespace

Chain::Chain(PackedContractionOpInterface product)
    : channels(product.getGeometry().outChannels),
      value(product->getResult(0)) {
  factors.assign(channels, 1.0f);
  // Adding -0.0 changes no number, adding 0.0 would.
  offsets.assign(channels, -0.0f);
  order.resize(shapeOf(value).size());
  std::iota(order.begin(), order.end(), 0);
  isFloat = tensorType(value).getElementType().isF32();
}

void Chain::walk() {
  while (value.hasOneUse() && !code) {
    Operation *user = *value.user_begin();
    if (auto transpose = dyn_cast<TransposeOp>(user)) {
      SmallVector<int64_t> moved;
      for (int64_t dimension : transpose.getPermutation())
        moved.push_back(order[dimension]);
      order = moved;
    } else if (!take(user)) {
      return;
    } else {
      last = user->getResult(0);
      permutation = order;
    }
    value = user->getResult(0);
  }
}

bool Chain::take(Operation *op) {
  if (auto requantize = dyn_cast<RequantizeOp>(op))
    return takeRequantize(requantize);
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return takeDequantize(dequantize);
  if (!isFloat)
    return false;
  if (auto mul = dyn_cast<MulOp>(op))
    return takeFactor(mul);
  if (auto bias = dyn_cast<BiasAddOp>(op))
    return takeBias(bias);
  if (auto add = dyn_cast<AddOp>(op))
    return takeSum(add);
  if (isa<ReluOp>(op))
    return takeClip(0.0f, std::numeric_limits<float>::infinity());
  if (auto clipped = dyn_cast<ClipOp>(op))
    return takeClip(clipped.getMin().convertToFloat(),
                    clipped.getMax().convertToFloat());
  return false;
}

int64_t Chain::channelDimension() const {
  return llvm::find(order, static_cast<int64_t>(order.size()) - 1) -
         order.begin();
}

/// One number for each channel from one for all, or from as many.
void Chain::spread(ArrayRef<float> from, std::vector<float> &to) {
  for (size_t c = 0; c < to.size(); ++c)
    to[c] = from[from.size() == 1 ? 0 : c];
}

bool Chain::takeRequantize(RequantizeOp op) {
  bool bytes = op.getType().getElementType().isInteger(8);
  if (isFloat || !bytes || op.getRounding() != RoundingMode::HalfEven ||
      op.getCode().isBipolar() || !isAlongChannels(axisOf(op)))
    return false;
  spread(op.getScale(), factors);
  spread(op.getBias(), offsets);
  code = op.getCode();
  return true;
}

bool Chain::takeDequantize(DequantizeOp op) {
  auto isZero = [](float number) { return number == 0.0f; };
  if (isFloat || op.getCode() || !isAlongChannels(axisOf(op)) ||
      !llvm::all_of(op.getZeroPoint().value_or(ArrayRef<float>()), isZero))
    return false;
  spread(op.getScale(), factors);
  return isFloat = scaled = true;
}

/// The numbers of a constant that broadcasts along the channels only.
std::optional<std::vector<float>> Chain::perChannel(Value constant) const {
  std::optional<Tensor> numbers = constantTensor(constant);
  if (!numbers || !numbers->isFloat)
    return {};
  int64_t rank = order.size(), size = numbers->floats.size();
  int64_t channel = numbers->rank() - (rank - channelDimension());
  bool all =
      size == channels && channel >= 0 && numbers->shape[channel] == channels;
  if (numbers->rank() > rank || (size != 1 && !all))
    return {};
  return std::move(numbers->floats);
}

bool Chain::takeFactor(MulOp op) {
  bool left = op.getLhs() == value;
  auto numbers = perChannel(left ? op.getRhs() : op.getLhs());
  if (!numbers || scaled || shifted || residual || clip)
    return false;
  spread(*numbers, factors);
  return scaled = true;
}

bool Chain::takeBias(BiasAddOp op) {
  std::optional<Tensor> bias = constantTensor(op.getBias());
  if (!bias || shifted || residual || clip || axisOf(op) != channelDimension())
    return false;
  spread(bias->floats, offsets);
  return shifted = true;
}

bool Chain::takeSum(AddOp op) {
  if (residual || clip || op.getType() != value.getType())
    return false;
  Value other = op.getLhs() == value ? op.getRhs() : op.getLhs();
  std::optional<std::vector<float>> numbers = perChannel(other);
  if (!numbers || shifted)
    return takeResidual(other);
  spread(*numbers, offsets);
  return shifted = true;
}

/// In memory only for the sum: the loop behind the product computes it.
static bool isComputedForSum(Value addend) {
  Operation *op = addend.getDefiningOp();
  return op && addend.hasOneUse() && (isa<DequantizeOp>(op) || isPointwise(op));
}

bool Chain::takeResidual(Value addend) {
  if (addend.getType() != value.getType() || isComputedForSum(addend))
    return false;
  if (!llvm::is_sorted(order)) {
    auto transpose = addend.getDefiningOp<TransposeOp>();
    if (!transpose || transpose.getPermutation() != ArrayRef(order))
      return false;
    addend = transpose.getInput();
  }
  residual = addend;
  return true;
}

bool Chain::takeClip(float min, float max) {
  if (clip || !(min <= max))
    return false;
  clip = {min, max};
  return true;
}

//===----------------------------------------------------------------------===//
// The fused product
//===----------------------------------------------------------------------===//

static Value tileScales(OpBuilder &b, PackedContractionOpInterface product,
                        const Chain &chain) {
  FilterShape shape = channelsOf(product);
  std::vector<float> tiles = packScales(chain.factors, chain.offsets, shape);
  auto type =
      RankedTensorType::get({shape.blocks(), 2, shape.tile}, b.getF32Type());
  return arith::ConstantOp::create(
      b, product->getLoc(),
      DenseElementsAttr::get(type, ArrayRef<float>(tiles)));
}

static Operation *fuse(OpBuilder &b, PackedContractionOpInterface product,
                       const Chain &chain, Type type) {
  SmallVector<Value> operands{tileScales(b, product, chain)};
  SmallVector<NamedAttribute> attributes{
      b.getNamedAttr("scaled", b.getUnitAttr())};
  if (chain.residual) {
    operands.push_back(chain.residual);
    attributes.push_back(b.getNamedAttr("residual", b.getUnitAttr()));
  }
  if (chain.clip)
    attributes.push_back(
        b.getNamedAttr("clip", b.getDenseF32ArrayAttr(*chain.clip)));
  if (chain.code)
    attributes.push_back(b.getNamedAttr("out_code", chain.code));
  return withEpilogue(b, product, operands, attributes, type);
}

namespace {
struct FuseEpilogue : OpInterfaceRewritePattern<PackedContractionOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(PackedContractionOpInterface product,
                                PatternRewriter &rewriter) const override {
    if (product->getNumOperands() != 2)
      return rewriter.notifyMatchFailure(product, "it has an epilogue");
    Chain chain(product);
    chain.walk();
    if (!chain.last)
      return rewriter.notifyMatchFailure(product, "no op behind it fits");
    Value last = chain.last;
    rewriter.setInsertionPointAfterValue(last);
    bool straight = llvm::is_sorted(chain.permutation);
    if (straight && chain.code &&
        canStoreWords(last, chain.code, product.getGeometry())) {
      Type type = (*last.user_begin())->getResult(0).getType();
      replacePacks(rewriter, last, fuse(rewriter, product, chain, type));
      rewriter.eraseOp(last.getDefiningOp());
      return success();
    }
    auto type = withElements(tensorType(product->getResult(0)),
                             tensorType(last).getElementType());
    Value fused = fuse(rewriter, product, chain, type)->getResult(0);
    if (!straight)
      fused = TransposeOp::create(rewriter, last.getLoc(), fused,
                                  chain.permutation);
    rewriter.replaceOp(last.getDefiningOp(), fused);
    return success();
  }
};

struct FuseEpilogues : qnn::impl::FuseEpiloguesBase<FuseEpilogues> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseEpilogue>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
