//===- Reduction.cpp - Reductions, softmax, argmax, top-k -------*- C++ -*-===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;
using CombineFn = llvm::function_ref<Value(Builder &, Value, Value)>;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

Value emitAdd(Builder &b, Value x, Value y) {
  return arith::AddFOp::create(b, x, y);
}

Value compare(Builder &b, arith::CmpFPredicate predicate, Value x, Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}

/// Whether x comes before y in falling order; NaN is behind all numbers.
Value emitIsGreater(Builder &b, Value x, Value y) {
  return arith::AndIOp::create(b, compare(b, arith::CmpFPredicate::UGT, x, y),
                               compare(b, arith::CmpFPredicate::ORD, x, x));
}

/// The map that drops the dimensions `axes`.
AffineMap keptMap(Builder &b, int64_t rank, ArrayRef<int64_t> axes) {
  llvm::SmallBitVector dropped(rank);
  for (int64_t axis : axes)
    dropped.set(axis);
  return b.getMultiDimIdentityMap(rank).dropResults(dropped);
}

RankedTensorType keptType(RankedTensorType type, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(type.getShape()))
    if (!llvm::is_contained(axes, static_cast<int64_t>(d)))
      shape.push_back(size);
  return type.clone(shape);
}

/// combine(.. combine(init, x0) .., xn) over `axes`, which the result lacks.
Value reduceOver(Builder &b, Value input, ArrayRef<int64_t> axes, float init,
                 CombineFn combine) {
  RankedTensorType type = tensorType(input);
  int64_t rank = type.getRank();
  Value start = createFilled(b, keptType(type, axes), b.getF32FloatAttr(init));
  return buildReduction(
      b, input, start, {b.getMultiDimIdentityMap(rank), keptMap(b, rank, axes)},
      [&](Builder &inner, ValueRange args) {
        return combine(inner, args[1], args[0]);
      });
}

Value divideBy(Builder &b, Value input, float divisor) {
  return buildElementwise(b, tensorType(input), input, {},
                          [&](Builder &inner, ValueRange args) -> Value {
                            Value by = constantLike(inner, args[0], divisor);
                            return arith::DivFOp::create(inner, args[0], by);
                          });
}

Value reduceKind(Builder &b, Value input, ReduceKind kind,
                 ArrayRef<int64_t> axes) {
  switch (kind) {
  case ReduceKind::Sum:
    return reduceOver(b, input, axes, 0.0f, emitAdd);
  case ReduceKind::Mean: {
    int64_t count = 1;
    for (int64_t axis : axes)
      count *= tensorType(input).getDimSize(axis);
    Value sum = reduceOver(b, input, axes, 0.0f, emitAdd);
    return divideBy(b, sum, static_cast<float>(count));
  }
  case ReduceKind::Max:
    return reduceOver(b, input, axes, -infinity, emitGreatest);
  case ReduceKind::Min:
    return reduceOver(b, input, axes, infinity, emitLeast);
  }
  llvm_unreachable("all kinds of reduction are handled");
}

struct LowerReduce : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    Value reduced = reduceKind(b, op.getInput(), op.getKind(), op.getAxes());
    rewriter.replaceOp(
        op, reshapeTo(b, reduced, tensorType(op.getResult()).getShape()));
    return success();
  }
};

struct LowerGlobalPool : OpRewritePattern<GlobalPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GlobalPoolOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    ReduceKind kind =
        op.getKind() == PoolKind::Max ? ReduceKind::Max : ReduceKind::Mean;
    auto axes = llvm::to_vector(
        llvm::seq<int64_t>(2, tensorType(op.getInput()).getRank()));
    Value reduced = reduceKind(b, op.getInput(), kind, axes);
    rewriter.replaceOp(
        op, reshapeTo(b, reduced, tensorType(op.getResult()).getShape()));
    return success();
  }
};

struct LowerSoftmax : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getInput());
    SmallVector<int64_t> axes = {static_cast<int64_t>(op.getAxis())};
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    AffineMap kept = keptMap(b, type.getRank(), axes);
    Value greatest =
        reduceOver(b, op.getInput(), axes, -infinity, emitGreatest);
    Value powers =
        buildElementwise(b, type, {op.getInput(), greatest}, {identity, kept},
                         [](Builder &inner, ValueRange args) -> Value {
                           Value x =
                               arith::SubFOp::create(inner, args[0], args[1]);
                           return math::ExpOp::create(inner, x);
                         });
    Value sum = reduceOver(b, powers, axes, 0.0f, emitAdd);
    rewriter.replaceOp(
        op, buildElementwise(b, type, {powers, sum}, {identity, kept},
                             [](Builder &inner, ValueRange args) -> Value {
                               return arith::DivFOp::create(inner, args[0],
                                                            args[1]);
                             }));
    return success();
  }
};

/// A reduction of two results: the greatest element so far, and where it is.
struct LowerArgMax : OpRewritePattern<ArgMaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ArgMaxOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getInput());
    int64_t axis = op.getAxis(), rank = type.getRank();
    RankedTensorType kept = keptType(type, axis);
    Value best = createFilled(b, kept, b.getF32FloatAttr(notANumber));
    Value place =
        createFilled(b, kept.clone(b.getI64Type()), b.getI64IntegerAttr(0));
    AffineMap out = keptMap(b, rank, axis);
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    iterators[axis] = utils::IteratorType::reduction;
    auto body = [&](OpBuilder &nested, Location loc, ValueRange args) {
      Builder inner(loc, nested);
      Value index = linalg::IndexOp::create(inner, axis);
      index = arith::IndexCastOp::create(inner, inner.getI64Type(), index);
      Value greater = emitIsGreater(inner, args[0], args[1]);
      Value value = arith::SelectOp::create(inner, greater, args[0], args[1]);
      Value at = arith::SelectOp::create(inner, greater, index, args[2]);
      linalg::YieldOp::create(inner, ValueRange{value, at});
    };
    auto reduction = linalg::GenericOp::create(
        b, TypeRange{best.getType(), place.getType()}, op.getInput(),
        ValueRange{best, place}, {b.getMultiDimIdentityMap(rank), out, out},
        iterators, body);
    rewriter.replaceOp(op, reshapeTo(b, reduction.getResult(1),
                                     tensorType(op.getResult()).getShape()));
    return success();
  }
};

/// For each row and each of the k places, the greatest element after the
/// one that was placed before, in the order "greater first, then left first".
struct LowerTopK : OpRewritePattern<TopKOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TopKOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getInput());
    int64_t width = type.getShape().back();
    int64_t rows = type.getNumElements() / width;
    int64_t k = op.getK();
    Value input = reshapeTo(b, op.getInput(), {rows, width});
    Value values = createEmpty(b, type.clone({rows, k}));
    auto indexType = RankedTensorType::get({rows, k}, b.getI64Type());
    Value indices = createEmpty(b, indexType);
    auto loop = forEach(b, rows, {values, indices},
                        [&](Builder &inner, Value row, ValueRange results) {
                          return placeRow(inner, input, row, width, k, results);
                        });
    SmallVector<Value> results;
    for (auto [value, result] : llvm::zip_equal(loop, op.getResults()))
      results.push_back(reshapeTo(b, value, tensorType(result).getShape()));
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  using BodyFn =
      llvm::function_ref<SmallVector<Value>(Builder &, Value, ValueRange)>;

  static SmallVector<Value> forEach(Builder &b, int64_t count, ValueRange inits,
                                    BodyFn body) {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value end = arith::ConstantIndexOp::create(b, count);
    auto loop = scf::ForOp::create(
        b, zero, end, one, inits,
        [&](OpBuilder &nested, Location loc, Value i, ValueRange args) {
          Builder inner(loc, nested);
          scf::YieldOp::create(inner, body(inner, i, args));
        });
    return llvm::to_vector(ValueRange(loop.getResults()));
  }

  /// Fills one row of the results.
  static SmallVector<Value> placeRow(Builder &b, Value input, Value row,
                                     int64_t width, int64_t k,
                                     ValueRange results) {
    Value before = arith::ConstantOp::create(b, b.getF32FloatAttr(infinity));
    Value beforeAt = arith::ConstantIndexOp::create(b, -1);
    auto places = forEach(
        b, k, {results[0], results[1], before, beforeAt},
        [&](Builder &inner, Value place, ValueRange state) {
          SmallVector<Value> next =
              findNext(inner, input, row, width, state[2], state[3]);
          Value at =
              arith::IndexCastOp::create(inner, inner.getI64Type(), next[1]);
          Value value = tensor::InsertOp::create(inner, next[0], state[0],
                                                 ValueRange{row, place});
          Value index = tensor::InsertOp::create(inner, at, state[1],
                                                 ValueRange{row, place});
          return SmallVector<Value>{value, index, next[0], next[1]};
        });
    places.resize(2);
    return places;
  }

  /// The first of the greatest elements that come after (before, beforeAt).
  static SmallVector<Value> findNext(Builder &b, Value input, Value row,
                                     int64_t width, Value before,
                                     Value beforeAt) {
    Value least = arith::ConstantOp::create(b, b.getF32FloatAttr(notANumber));
    // No place yet: -1, so that the first candidate is taken whatever it is.
    Value none = arith::ConstantIndexOp::create(b, -1);
    return forEach(
        b, width, {least, none}, [&](Builder &inner, Value i, ValueRange best) {
          Value x = tensor::ExtractOp::create(inner, input, ValueRange{row, i});
          Value taken = arith::AndIOp::create(
              inner, comesAfter(inner, x, i, before, beforeAt),
              beats(inner, x, best[0], best[1], none));
          Value value = arith::SelectOp::create(inner, taken, x, best[0]);
          Value at = arith::SelectOp::create(inner, taken, i, best[1]);
          return SmallVector<Value>{value, at};
        });
  }

  /// x < before, or equal and further right; NaN is behind all numbers.
  static Value comesAfter(Builder &b, Value x, Value i, Value before,
                          Value beforeAt) {
    using Predicate = arith::CmpFPredicate;
    Value right =
        arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, i, beforeAt);
    Value equal = compare(b, Predicate::OEQ, x, before);
    Value less = compare(b, Predicate::ULT, x, before);
    Value behind =
        arith::OrIOp::create(b, less, arith::AndIOp::create(b, equal, right));
    Value nextNaN =
        arith::AndIOp::create(b, compare(b, Predicate::UNO, x, x), right);
    return arith::SelectOp::create(
        b, compare(b, Predicate::UNO, before, before), nextNaN, behind);
  }

  /// x > best, or there is no best yet.
  static Value beats(Builder &b, Value x, Value best, Value bestAt,
                     Value none) {
    Value greater = emitIsGreater(b, x, best);
    Value first =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, bestAt, none);
    return arith::OrIOp::create(b, greater, first);
  }
};

} // namespace

void qnn::populateReductionPatterns(RewritePatternSet &patterns) {
  patterns
      .add<LowerReduce, LowerGlobalPool, LowerSoftmax, LowerArgMax, LowerTopK>(
          patterns.getContext());
}
