//===- PackColumns.cpp - Signs of columns to words --------------*- C++ -*-===//
//
// Words along the first dimension of a matrix: what a transposition, a bipolar
// quantizer and qnn.pack make of it. The gradient of a product's input reads
// the weights so. No float moves: word by word, row after row of 32 adds its
// bit to a row of words, whose lanes are columns.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

/// [R / bits, C] words of the signs of `rows`, [R, C], `bits` in each.
static Value packGroups(ImplicitLocOpBuilder &b, Value rows, int64_t bits,
                        SignZero zero) {
  ArrayRef<int64_t> shape = tensorType(rows).getShape();
  int64_t words = shape[0] / bits, columns = shape[1];
  Value groups = reshapeTo(b, rows, {words, bits, columns});
  auto type = RankedTensorType::get({words, columns}, b.getI32Type());
  Value none = createFilled(b, type, b.getI32IntegerAttr(0));
  AffineMap all = b.getMultiDimIdentityMap(3);
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
    Value place = arith::IndexCastOp::create(inner, inner.getI32Type(),
                                             linalg::IndexOp::create(inner, 1));
    Value bit = arith::ExtUIOp::create(inner, inner.getI32Type(),
                                       emitSignBit(inner, args[0], zero));
    return arith::OrIOp::create(inner, args[1],
                                arith::ShLIOp::create(inner, bit, place));
  };
  return buildReduction(b, groups, none, {all, all.dropResult(1)}, body);
}

/// [ceil(R / 32), C] words of the signs of `rows`; the last may have fewer.
static Value packColumns(ImplicitLocOpBuilder &b, Value rows, SignZero zero) {
  ArrayRef<int64_t> shape = tensorType(rows).getShape();
  int64_t full = shape[0] / wordBits, rest = shape[0] % wordBits;
  int64_t columns = shape[1];
  if (rest == 0)
    return packGroups(b, rows, wordBits, zero);
  if (full == 0)
    return packGroups(b, rows, rest, zero);
  auto cut = [&](int64_t first, int64_t count) {
    return viewOf(b, rows, {first, 0}, {count, columns}, {1, 1});
  };
  auto type = RankedTensorType::get({full + 1, columns}, b.getI32Type());
  Value words = createEmpty(b, type);
  words = insertAt(b, packGroups(b, cut(0, full * wordBits), wordBits, zero),
                   words, {0, 0});
  return insertAt(b, packGroups(b, cut(full * wordBits, rest), rest, zero),
                  words, {full, 0});
}

namespace {
struct LowerPackOfColumns : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    auto encode = op.getInput().getDefiningOp<EncodeOp>();
    if (!encode || encode.getQuantizer().getEncoding() != Encoding::Bipolar)
      return rewriter.notifyMatchFailure(op, "no signs of floats");
    auto transpose = encode.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || tensorType(transpose).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "no transposed matrix");
    if (tensorType(transpose.getInput()).getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "an empty matrix");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value words = packColumns(b, transpose.getInput(),
                              encode.getQuantizer().getSignZero());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, words,
                                             ArrayRef<int64_t>{1, 0});
    return success();
  }
};
} // namespace

void qnn::populatePackColumnsPatterns(RewritePatternSet &patterns) {
  // Before what would pack the transposed matrix row by row.
  patterns.add<LowerPackOfColumns>(patterns.getContext(), /*benefit=*/2);
}
