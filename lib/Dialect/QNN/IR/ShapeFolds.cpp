//===- ShapeFolds.cpp - Folds and canonicalizations, shape ops --*- C++ -*-===//
//
// Shape ops only move elements, so all of this is exact. A constant is reshaped
// here since that costs nothing; constants that would have to be copied are
// left to qnn-fold-constants.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

static bool isAll(ArrayRef<int64_t> values, int64_t number) {
  return llvm::all_of(values, [&](int64_t value) { return value == number; });
}

/// The same elements in the same order as `constant` under another type; null
/// where `constant` is none. A resource stays the one resource.
static Attribute reshapeConstant(Attribute constant, RankedTensorType type) {
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(constant))
    return dense.reshape(type);
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(constant))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return {};
}

/// A splat constant under another type, number of elements included.
static Attribute resizeSplat(Attribute constant, RankedTensorType type) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(constant);
  return splat ? splat.resizeSplat(type) : Attribute();
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getResult().getType());
  if (getInput().getType() == type)
    return getInput();
  return reshapeConstant(adaptor.getInput(), type);
}

namespace {
/// The first of two reshapes is superfluous.
struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "input is not reshaped");
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(inner.getInput()); });
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<MergeReshapes>(context);
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

/// result dimension i is dimension inner[outer[i]] of the inner input.
static SmallVector<int64_t> compose(ArrayRef<int64_t> outer,
                                    ArrayRef<int64_t> inner) {
  return llvm::map_to_vector(outer, [&](int64_t d) { return inner[d]; });
}

static bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size()));
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentity(getPermutation()))
    return getInput();
  auto inner = getInput().getDefiningOp<TransposeOp>();
  if (inner && isIdentity(compose(getPermutation(), inner.getPermutation())))
    return inner.getInput();
  return resizeSplat(adaptor.getInput(),
                     cast<RankedTensorType>(getResult().getType()));
}

namespace {
/// Two transposes are one.
struct MergeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "input is not transposed");
    SmallVector<int64_t> permutation =
        compose(op.getPermutation(), inner.getPermutation());
    rewriter.modifyOpInPlace(op, [&] {
      op.setPermutation(permutation);
      op.getInputMutable().assign(inner.getInput());
    });
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<MergeTransposes>(context);
}

//===----------------------------------------------------------------------===//
// ConcatOp, SliceOp
//===----------------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? OpFoldResult(getInputs().front())
                                 : OpFoldResult();
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getResult().getType());
  bool whole = getInput().getType() == type && isAll(getOffsets(), 0) &&
               isAll(getSteps(), 1);
  return whole ? OpFoldResult(getInput())
               : resizeSplat(adaptor.getInput(), type);
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  if (isAll(getLow(), 0) && isAll(getHigh(), 0))
    return getInput();
  auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getInput());
  if (splat && splat.getSplatValue<Attribute>() == getValue())
    return splat.resizeSplat(cast<RankedTensorType>(getResult().getType()));
  return {};
}

namespace {
/// Two pads with the same value are one.
struct MergePads : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<PadOp>();
    if (!inner || inner.getValue() != op.getValue())
      return rewriter.notifyMatchFailure(op, "input is not padded alike");
    SmallVector<int64_t> low(op.getLow()), high(op.getHigh());
    for (auto [d, count] : llvm::enumerate(inner.getLow()))
      low[d] += count;
    for (auto [d, count] : llvm::enumerate(inner.getHigh()))
      high[d] += count;
    rewriter.modifyOpInPlace(op, [&] {
      op.setLow(low);
      op.setHigh(high);
      op.getInputMutable().assign(inner.getInput());
    });
    return success();
  }
};
} // namespace

void PadOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<MergePads>(context);
}
