//===- PackLookups.cpp - Floats by +-1 become lookups -----------*- C++ -*-===//
//
// Weights that have one magnitude in each output channel are signs and a
// factor: signs become bits, 32 times smaller, and tables of sums replace
// multiplications where that is less work. Weights that are computed, as in
// training, are known to be such by the quantizer that they come from.
//
//===----------------------------------------------------------------------===//

#include "PackLookups.h"
#include "ConstantCodes.h"
#include "FloatKernels.h"
#include "SignSource.h"
#include "qnn/Arith/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Signs
//===----------------------------------------------------------------------===//

namespace {
/// Weights [O, ..]: signs times a factor of each output channel, or of all.
struct Signs {
  std::vector<uint8_t> codes; ///< of constants
  Value tiles;                ///< of weights that are computed
  std::vector<float> factors;
};
} // namespace

static Signs constantSigns(ArrayRef<float> weights, int64_t outChannels) {
  Signs signs;
  size_t length = weights.size() / outChannels;
  for (auto [i, weight] : llvm::enumerate(weights)) {
    if (i % length == 0)
      signs.factors.push_back(std::abs(weight));
    signs.codes.push_back(weight > 0);
  }
  return signs;
}

static Tensor transposed(const Tensor &tensor, ArrayRef<int64_t> permutation) {
  Tensor result = tensor;
  SmallVector<int64_t> steps(tensor.rank(), 1);
  for (int64_t d = tensor.rank() - 2; d >= 0; --d)
    steps[d] = steps[d + 1] * tensor.shape[d + 1];
  for (auto [d, from] : llvm::enumerate(permutation))
    result.shape[d] = tensor.shape[from];
  for (int64_t i = 0; i < tensor.size(); ++i) {
    int64_t from = 0, left = i;
    for (int64_t d = tensor.rank() - 1; d >= 0; --d) {
      from += left % result.shape[d] * steps[permutation[d]];
      left /= result.shape[d];
    }
    result.floats[i] = tensor.floats[from];
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static Value tileSigns(OpBuilder &b, Location loc, const Signs &signs,
                       const FilterShape &shape, bool isConv) {
  if (signs.tiles)
    return signs.tiles;
  SmallVector<int64_t> sizes{shape.blocks()};
  if (isConv)
    sizes.append({shape.kernelHeight, shape.kernelWidth});
  sizes.append({packedWords(shape.channels, 1), shape.tile});
  std::vector<uint32_t> words = packWeightWords(signs.codes, shape, 1);
  auto type = RankedTensorType::get(sizes, b.getI32Type());
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, ArrayRef<uint32_t>(words)));
}

Value qnn::scaled(OpBuilder &b, Location loc, Value sums,
                  ArrayRef<float> factors, int64_t rank) {
  if (llvm::all_equal(factors))
    factors = factors.take_front();
  if (factors.size() == 1 && factors[0] == 1.0f)
    return sums;
  SmallVector<int64_t> sizes{static_cast<int64_t>(factors.size())};
  sizes.append(rank, 1);
  auto type = RankedTensorType::get(sizes, b.getF32Type());
  Value constant =
      arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, factors));
  return MulOp::create(b, loc, sums, constant);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
struct PackLookupMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override;

private:
  static Signs findSigns(OpBuilder &b, MatmulOp op, const FilterShape &shape);
};

struct PackLookupConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override;

private:
  static Signs findSigns(OpBuilder &b, Conv2dOp op, const FilterShape &shape);
};
} // namespace

/// Signs of the rows [N, K].
Signs PackLookupMatmul::findSigns(OpBuilder &b, MatmulOp op,
                                  const FilterShape &shape) {
  if (std::optional<Tensor> weights = constantTensor(op.getRhs())) {
    if (!op.getTransposeRhs())
      weights = transposed(*weights, {1, 0});
    return constantSigns(weights->floats, shape.outChannels);
  }
  std::optional<SignSource> source = SignSource::find(op.getRhs());
  return Signs{{}, tileRhs(b, op, *source, shape.tile), {source->scale}};
}

LogicalResult
PackLookupMatmul::matchAndRewrite(MatmulOp op,
                                  PatternRewriter &rewriter) const {
  KernelAttr kernel = chosenKernel(op, KernelKind::Lookup);
  if (!kernel || !canLookUpSigns(op))
    return rewriter.notifyMatchFailure(op, "no lookup of signs");
  FilterShape shape;
  shape.outChannels = op.getType().getShape().back();
  shape.channels = shapeOf(op.getLhs()).back();
  shape.tile = kernel.getTile()[1];
  Signs signs = findSigns(rewriter, op, shape);
  Location loc = op.getLoc();
  Type f32 = rewriter.getF32Type();
  int64_t rows = op.getType().getNumElements() / shape.outChannels;
  Value input = op.getLhs();
  if (shapeOf(input).size() != 2)
    input = ReshapeOp::create(
        rewriter, loc, RankedTensorType::get({rows, shape.channels}, f32),
        input);
  Value sums = LookupMatmulOp::create(
      rewriter, loc, RankedTensorType::get({rows, shape.outChannels}, f32),
      input, tileSigns(rewriter, loc, signs, shape, /*isConv=*/false),
      ValueRange(), shape.channels, shape.outChannels, CodeAttr(),
      bipolarCode(rewriter), CodeAttr(), /*scaled=*/false, /*residual=*/false,
      DenseF32ArrayAttr(), kernel);
  sums = scaled(rewriter, loc, sums, signs.factors, 0);
  if (sums.getType() != op.getType())
    sums = ReshapeOp::create(rewriter, loc, op.getType(), sums);
  rewriter.replaceOp(op, sums);
  return success();
}

/// Signs of the filters [O, KH, KW, C].
Signs PackLookupConv2d::findSigns(OpBuilder &b, Conv2dOp op,
                                  const FilterShape &shape) {
  if (std::optional<Tensor> weights = constantTensor(op.getFilter()))
    return constantSigns(transposed(*weights, {0, 2, 3, 1}).floats,
                         shape.outChannels);
  std::optional<SignSource> source = SignSource::find(op.getFilter());
  Value tiles =
      tileSignFilter(b, op.getLoc(), op.getFilter(), *source, shape.tile);
  return Signs{{}, tiles, {source->scale}};
}

LogicalResult
PackLookupConv2d::matchAndRewrite(Conv2dOp op,
                                  PatternRewriter &rewriter) const {
  KernelAttr kernel = chosenKernel(op, KernelKind::Lookup);
  if (!kernel || !canLookUpSigns(op))
    return rewriter.notifyMatchFailure(op, "no lookup of signs");
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  FilterShape shape{filter[0],
                    filter[2],
                    filter[3],
                    filter[1],
                    static_cast<int64_t>(op.getGroups()),
                    kernel.getTile()[1]};
  Signs signs = findSigns(rewriter, op, shape);
  Location loc = op.getLoc();
  Value input = TransposeOp::create(rewriter, loc, op.getInput(),
                                    ArrayRef<int64_t>{0, 2, 3, 1});
  ArrayRef<int64_t> sizes = op.getType().getShape();
  auto type = RankedTensorType::get({sizes[0], sizes[2], sizes[3], sizes[1]},
                                    rewriter.getF32Type());
  Value sums = LookupConv2dOp::create(
      rewriter, loc, type, input,
      tileSigns(rewriter, loc, signs, shape, /*isConv=*/true), ValueRange(),
      shape.channels, shape.outChannels, CodeAttr(), bipolarCode(rewriter),
      CodeAttr(), /*scaled=*/false, /*residual=*/false, DenseF32ArrayAttr(),
      op.getStrides(), op.getPads(), op.getDilations(), op.getGroups(), kernel);
  sums =
      TransposeOp::create(rewriter, loc, sums, ArrayRef<int64_t>{0, 3, 1, 2});
  rewriter.replaceOp(op, scaled(rewriter, loc, sums, signs.factors, 2));
  return success();
}

void qnn::populatePackLookupPatterns(RewritePatternSet &patterns) {
  patterns.add<PackLookupMatmul, PackLookupConv2d>(patterns.getContext(),
                                                   /*benefit=*/2);
}
