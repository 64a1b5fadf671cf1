//===- PlaneTranspose.cpp - Transposes in registers -------------*- C++ -*-===//
//
// Between channels first and channels last a tensor is a matrix [rows, columns]
// that is turned. Square blocks of registers are turned by shuffles; what is
// computed elementwise before is computed on the way, so floats and sums cross
// memory once.
//
//===----------------------------------------------------------------------===//

#include "PlaneTranspose.h"
#include "Lanes.h"
#include "Patterns.h"
#include "PointwiseChain.h"
#include "qnn/Target/Target.h"

using namespace mlir;
using namespace qnn;

std::optional<PlaneTranspose> PlaneTranspose::match(TransposeOp op) {
  auto shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
  // Source dimensions of more than one element, as the result orders them.
  SmallVector<int64_t> order, sorted;
  for (int64_t dim : op.getPermutation())
    if (shape[dim] != 1)
      order.push_back(dim);
  sorted = order;
  llvm::sort(sorted);
  PlaneTranspose result{1, 1, 1};
  size_t kept = 0;
  for (; kept < order.size() && order[kept] == sorted[kept]; ++kept)
    result.outer *= shape[order[kept]];
  ArrayRef<int64_t> rest = ArrayRef(sorted).drop_front(kept);
  ArrayRef<int64_t> turned = ArrayRef(order).drop_front(kept);
  if (rest.empty())
    return std::nullopt;
  // rest = rows, columns; turned = columns, rows.
  size_t columns = llvm::find(turned, rest.front()) - turned.begin();
  size_t rows = turned.size() - columns;
  if (rest.take_front(rows) != turned.take_back(rows) ||
      rest.take_back(columns) != turned.take_front(columns))
    return std::nullopt;
  for (int64_t dim : rest.take_front(rows))
    result.rows *= shape[dim];
  for (int64_t dim : rest.take_back(columns))
    result.columns *= shape[dim];
  return result;
}

namespace {

using Builder = ImplicitLocOpBuilder;

/// Blocks of `size` x `size` elements.
class TurnBlocks {
public:
  TurnBlocks(Builder &b, const PlaneTranspose &planes,
             const PointwiseChain &chain, bool constantsAlongRows, int64_t size)
      : planes(planes), chain(chain), constantsAlongRows(constantsAlongRows),
        size(size) {
    source =
        reshapeTo(b, chain.root(), {planes.outer, planes.rows, planes.columns});
  }

  Value build(Builder &b) {
    auto type = RankedTensorType::get(
        {planes.outer, planes.columns, planes.rows}, b.getF32Type());
    return buildCountLoop(
        b, planes.outer, createEmpty(b, type),
        [&](Builder &perPlane, Value n, Value out) {
          return overBlocks(perPlane, planes.rows, out,
                            [&](Builder &perRow, Value row, Value out) {
                              return overBlocks(
                                  perRow, planes.columns, out,
                                  [&](Builder &inner, Value column, Value out) {
                                    return block(inner, n, row, column, out);
                                  });
                            });
        });
  }

private:
  /// The last block ends where the matrix ends, and may overlap the one before.
  Value overBlocks(Builder &b, int64_t count, Value out,
                   llvm::function_ref<Value(Builder &, Value, Value)> body) {
    int64_t blocks = (count + size - 1) / size;
    return buildCountLoop(
        b, blocks, out, [&](Builder &inner, Value i, Value result) {
          Value first = scaledIndex(inner, i, size, 0);
          if (count % size != 0)
            first = arith::MinSIOp::create(inner, first,
                                           constantIndex(inner, count - size));
          return body(inner, first, result);
        });
  }

  Value block(Builder &b, Value n, Value row, Value column, Value out) {
    SmallVector<Value> vectors;
    for (int64_t i = 0; i < size; ++i) {
      Value at = scaledIndex(b, row, 1, i);
      Value lanes = readLanes(b, source, {n, at, column}, size);
      vectors.push_back(
          chain.emit(b, lanes, [&](Builder &inner, Value constant) -> Value {
            return readConstant(inner, constant, at, column);
          }));
    }
    for (auto [i, lanes] : llvm::enumerate(transposeLanes(b, vectors)))
      out = writeLanes(b, lanes, out, {n, scaledIndex(b, column, 1, i), row});
    return out;
  }

  Value readConstant(Builder &b, Value constant, Value row, Value column) {
    if (!constantsAlongRows)
      return readLanes(b, constant, column, size);
    return readSplat(b, constant, row, size);
  }

  const PlaneTranspose &planes;
  const PointwiseChain &chain;
  bool constantsAlongRows;
  int64_t size;
  Value source;
};

/// transpose(chain(x)) of floats or of sums.
struct LowerPlaneTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<PlaneTranspose> planes = PlaneTranspose::match(op);
    if (!planes || !tensorType(op.getInput()).getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "turns no matrix of floats");
    int64_t size = getTarget(op).getVectorBits() / 32;
    while (size > std::min(planes->rows, planes->columns))
      size /= 2;
    if (size < 4)
      return rewriter.notifyMatchFailure(op, "too few elements for registers");
    // Constants may run along the channels, if those are rows or columns.
    ArrayRef<int64_t> permutation = op.getPermutation();
    ArrayRef<int64_t> shape = tensorType(op.getInput()).getShape();
    int64_t axis = -1;
    bool alongRows = false;
    if (shape[permutation.back()] == planes->rows) {
      axis = permutation.back();
      alongRows = true;
    } else if (shape.back() == planes->columns) {
      axis = shape.size() - 1;
    }
    Builder b(op.getLoc(), rewriter);
    PointwiseChain chain(op.getInput(), axis);
    chain.prepare(b);
    Value turned = TurnBlocks(b, *planes, chain, alongRows, size).build(b);
    rewriter.replaceOp(
        op, reshapeTo(b, turned, tensorType(op.getResult()).getShape()));
    return success();
  }
};

} // namespace

void qnn::populatePlaneTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPlaneTranspose>(patterns.getContext());
}
