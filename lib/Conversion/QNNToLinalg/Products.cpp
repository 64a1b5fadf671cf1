//===- Products.cpp - Float products to linalg.generic ----------*- C++ -*-===//
//
// Products that have not become packed form: batched ones, and those without
// constant weights. The loops are ordered so that the innermost runs along the
// memory of the result where the operands allow, and so that each sum adds its
// terms in the order of the reference: channel, row, column.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Arith/Code.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

/// args: a, b, sum.
Value emitMultiplyAdd(Builder &b, ValueRange args) {
  Value product = arith::MulFOp::create(b, args[0], args[1]);
  return arith::AddFOp::create(b, args[2], product);
}

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

/// Loops: the batch dimensions, then m, k, n (with transpose_rhs m, n, k).
SmallVector<AffineMap> matmulMaps(MatmulOp op, Builder &b) {
  int64_t batch = tensorType(op.getResult()).getRank() - 2;
  bool transposed = op.getTransposeRhs();
  AffineExpr m = b.getAffineDimExpr(batch);
  AffineExpr k = b.getAffineDimExpr(batch + (transposed ? 2 : 1));
  AffineExpr n = b.getAffineDimExpr(batch + (transposed ? 1 : 2));
  auto map = [&](AffineMap leading, AffineExpr row, AffineExpr column) {
    SmallVector<AffineExpr> exprs(leading.getResults());
    exprs.append({row, column});
    return AffineMap::get(batch + 3, 0, exprs, b.getContext());
  };
  auto leading = [&](Value operand) {
    ArrayRef<int64_t> shape = tensorType(operand).getShape();
    return broadcastMap(b, shape.drop_back(2), batch);
  };
  return {map(leading(op.getLhs()), m, k),
          transposed ? map(leading(op.getRhs()), n, k)
                     : map(leading(op.getRhs()), k, n),
          map(b.getMultiDimIdentityMap(batch), m, n)};
}

struct LowerMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    Value zeros =
        createFilled(b, tensorType(op.getResult()), b.getF32FloatAttr(0.0f));
    rewriter.replaceOp(op, buildReduction(b, {op.getLhs(), op.getRhs()}, zeros,
                                          matmulMaps(op, b), emitMultiplyAdd));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Dimension `d` of `value` as [groups, size / groups].
Value splitDimension(Builder &b, Value value, int64_t d, int64_t groups) {
  SmallVector<int64_t> shape(tensorType(value).getShape());
  shape[d] /= groups;
  shape.insert(shape.begin() + d, groups);
  return reshapeTo(b, value, shape);
}

/// Loops: n, group, o, c, kh, kw, oh, ow. The operands have their channels
/// split into groups.
struct LowerConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    int64_t groups = op.getGroups();
    ArrayRef<int64_t> pads = op.getPads();
    Value padded = padWith(b, op.getInput(), {0, 0, pads[0], pads[1]},
                           {0, 0, pads[2], pads[3]},
                           b.getF32FloatAttr(padNumber(op.getPadValue())));
    Value input = splitDimension(b, padded, 1, groups);
    Value filter = splitDimension(b, op.getFilter(), 0, groups);
    RankedTensorType type = tensorType(op.getResult());
    SmallVector<int64_t> shape(type.getShape());
    shape[1] /= groups;
    shape.insert(shape.begin() + 1, groups);
    Value zeros = createFilled(b, type.clone(shape), b.getF32FloatAttr(0.0f));
    Value sums = buildReduction(b, {input, filter}, zeros, mapsOf(op, b),
                                emitMultiplyAdd);
    rewriter.replaceOp(op, reshapeTo(b, sums, type.getShape()));
    return success();
  }

private:
  static SmallVector<AffineMap> mapsOf(Conv2dOp op, Builder &b) {
    AffineExpr n, g, o, c, kh, kw, oh, ow;
    bindDims(b.getContext(), n, g, o, c, kh, kw, oh, ow);
    ArrayRef<int64_t> strides = op.getStrides(), dilations = op.getDilations();
    AffineExpr ih = oh * strides[0] + kh * dilations[0];
    AffineExpr iw = ow * strides[1] + kw * dilations[1];
    auto map = [&](ArrayRef<AffineExpr> exprs) {
      return AffineMap::get(8, 0, exprs, b.getContext());
    };
    return {map({n, g, c, ih, iw}), map({g, o, c, kh, kw}),
            map({n, g, o, oh, ow})};
  }
};

} // namespace

void qnn::populateProductPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMatmul, LowerConv2d>(patterns.getContext());
}
