//===- Scatter.cpp - Gradients that add to places ---------------*- C++ -*-===//
//
// Gradients of max pooling, slices and embeddings: loops over the gradient that
// add its elements where they came from, in a tensor that the loops carry.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Target/Target.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace qnn;

static Value indexOf(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

/// Loops over all indices of `sizes` that carry values.
static SmallVector<Value>
forEachIndex(ImplicitLocOpBuilder &b, ArrayRef<int64_t> sizes,
             ValueRange carried,
             llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &,
                                                   ValueRange, ValueRange)>
                 body) {
  Value zero = indexOf(b, 0), one = indexOf(b, 1);
  SmallVector<Value> low(sizes.size(), zero), step(sizes.size(), one), high;
  for (int64_t size : sizes)
    high.push_back(indexOf(b, size));
  auto build = [&](OpBuilder &nested, Location loc, ValueRange at,
                   ValueRange values) -> scf::ValueVector {
    ImplicitLocOpBuilder inner(loc, nested);
    SmallVector<Value> next = body(inner, at, values);
    return scf::ValueVector(next.begin(), next.end());
  };
  auto nest =
      scf::buildLoopNest(b, b.getLoc(), low, high, step, carried, build);
  return SmallVector<Value>(nest.results);
}

static Value addAt(ImplicitLocOpBuilder &b, Value tensor, ValueRange at,
                   Value number) {
  Value old = tensor::ExtractOp::create(b, tensor, at);
  Value sum = arith::AddFOp::create(b, old, number);
  return tensor::InsertOp::create(b, sum, tensor, at);
}

static Value zerosOf(ImplicitLocOpBuilder &b, RankedTensorType type) {
  return createFilled(b, type, b.getF32FloatAttr(0.0f));
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

namespace {
/// The windows of a pooling, as its gradient walks them.
struct Windows {
  ArrayRef<int64_t> kernel, strides, pads, dilations, image;

  template <typename OpTy>
  Windows(OpTy op, ArrayRef<int64_t> shape)
      : kernel(op.getKernel()), strides(op.getStrides()), pads(op.getPads()),
        dilations(op.getDilations()), image(shape.take_back(2)) {}

  bool isPadded() const {
    return llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
  }

  /// out * stride - pad + tap * dilation.
  Value positionOf(ImplicitLocOpBuilder &b, int64_t d, Value out,
                   Value tap) const {
    Value start = arith::MulIOp::create(b, out, indexOf(b, strides[d]));
    Value along = arith::MulIOp::create(b, tap, indexOf(b, dilations[d]));
    Value sum = arith::AddIOp::create(b, start, along);
    return arith::SubIOp::create(b, sum, indexOf(b, pads[d]));
  }

  /// Whether (h, w) lies in the image.
  Value isInside(ImplicitLocOpBuilder &b, Value h, Value w) const {
    // As unsigned numbers, negative ones are greater than any size.
    auto below = [&](Value i, int64_t size) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, i,
                                   indexOf(b, size));
    };
    return arith::AndIOp::create(b, below(h, image[0]), below(w, image[1]));
  }

  /// `then` where the tap lies in the image, else the values as they are.
  SmallVector<Value>
  ifInside(ImplicitLocOpBuilder &b, Value h, Value w, ValueRange values,
           llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &)> then)
      const {
    if (!isPadded())
      return then(b);
    auto build = [&](OpBuilder &nested, Location loc) {
      ImplicitLocOpBuilder inner(loc, nested);
      scf::YieldOp::create(inner, then(inner));
    };
    auto keep = [&](OpBuilder &nested, Location loc) {
      scf::YieldOp::create(nested, loc, values);
    };
    return SmallVector<Value>(
        scf::IfOp::create(b, isInside(b, h, w), build, keep).getResults());
  }
};

struct LowerMaxPoolGrad : OpRewritePattern<MaxPool2dGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Windows windows(op, op.getType().getShape());
    auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                    ValueRange carried) {
      auto [h, w] = findGreatest(inner, op.getInput(), windows, at);
      Value grad = tensor::ExtractOp::create(inner, op.getGrad(), at);
      return SmallVector<Value>{
          addAt(inner, carried[0], {at[0], at[1], h, w}, grad)};
    };
    rewriter.replaceOp(op, forEachIndex(b, tensorType(op.getGrad()).getShape(),
                                        zerosOf(b, op.getType()), body));
    return success();
  }

private:
  /// Where the first greatest element of the window of output `at` lies.
  static std::pair<Value, Value> findGreatest(ImplicitLocOpBuilder &b,
                                              Value input,
                                              const Windows &windows,
                                              ValueRange at) {
    Value least = arith::ConstantOp::create(
        b, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
    // Of a window of -inf alone, the first element in the image.
    Value none = indexOf(b, -1);
    SmallVector<Value> start{least, none, none};
    auto body = [&](ImplicitLocOpBuilder &inner, ValueRange tap,
                    ValueRange best) {
      Value h = windows.positionOf(inner, 0, at[2], tap[0]);
      Value w = windows.positionOf(inner, 1, at[3], tap[1]);
      return windows.ifInside(
          inner, h, w, best, [&](ImplicitLocOpBuilder &deep) {
            return better(deep, input, {at[0], at[1], h, w}, best, none);
          });
    };
    SmallVector<Value> best = forEachIndex(b, windows.kernel, start, body);
    return {best[1], best[2]};
  }

  static SmallVector<Value> better(ImplicitLocOpBuilder &b, Value input,
                                   ValueRange at, ValueRange best, Value none) {
    Value x = tensor::ExtractOp::create(b, input, at);
    auto compare = [&](arith::CmpFPredicate predicate, Value y, Value z) {
      return arith::CmpFOp::create(b, predicate, y, z).getResult();
    };
    // NaN is greater than all but itself.
    Value greater = compare(arith::CmpFPredicate::UGT, x, best[0]);
    Value bestIsNumber = compare(arith::CmpFPredicate::ORD, best[0], best[0]);
    Value first =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, best[1], none);
    Value taken = arith::OrIOp::create(
        b, first, arith::AndIOp::create(b, greater, bestIsNumber));
    auto select = [&](Value y, Value z) -> Value {
      return arith::SelectOp::create(b, taken, y, z);
    };
    return {select(x, best[0]), select(at[2], best[1]), select(at[3], best[2])};
  }
};

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

struct LowerSliceGrad : OpRewritePattern<SliceGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                    ValueRange carried) {
      SmallVector<Value> place;
      for (auto [i, offset, step] :
           llvm::zip_equal(at, op.getOffsets(), op.getSteps())) {
        Value along = arith::MulIOp::create(inner, i, indexOf(inner, step));
        place.push_back(
            arith::AddIOp::create(inner, along, indexOf(inner, offset)));
      }
      Value grad = tensor::ExtractOp::create(inner, op.getGrad(), at);
      return SmallVector<Value>{
          tensor::InsertOp::create(inner, grad, carried[0], place)};
    };
    rewriter.replaceOp(op, forEachIndex(b, tensorType(op.getGrad()).getShape(),
                                        zerosOf(b, op.getType()), body));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Embeddings
//===----------------------------------------------------------------------===//

/// The place in the table of element `at` of what was gathered.
SmallVector<Value> placeInTable(ImplicitLocOpBuilder &b, Value indices,
                                ValueRange at) {
  int64_t rank = tensorType(indices).getRank();
  Value row = tensor::ExtractOp::create(b, indices, at.take_front(rank));
  SmallVector<Value> place{
      arith::IndexCastOp::create(b, b.getIndexType(), row)};
  llvm::append_range(place, at.drop_front(rank));
  return place;
}

struct LowerGather : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                    ValueRange carried) {
      SmallVector<Value> place = placeInTable(inner, op.getIndices(), at);
      Value x = tensor::ExtractOp::create(inner, op.getTable(), place);
      return SmallVector<Value>{
          tensor::InsertOp::create(inner, x, carried[0], at)};
    };
    rewriter.replaceOp(op, forEachIndex(b, op.getType().getShape(),
                                        createEmpty(b, op.getType()), body));
    return success();
  }
};

/// The widest part of a row that divides it and leaves parts for threads.
int64_t partOfRow(int64_t width) {
  int64_t most = std::min<int64_t>(64, width / 2);
  for (int64_t size = most; size >= 8; --size)
    if (width % size == 0)
      return size;
  return width;
}

/// Columns of the table on threads; each element is one sum in the order of the
/// indices.
struct LowerGatherGrad : OpRewritePattern<GatherGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    int64_t rows = op.getType().getDimSize(0);
    int64_t width = op.getType().getNumElements() / rows;
    int64_t count = tensorType(op.getIndices()).getNumElements();
    Value indices = reshapeTo(b, op.getIndices(), {count});
    Value grad = reshapeTo(b, op.getGrad(), {count, width});
    auto type = RankedTensorType::get({rows, width}, b.getF32Type());
    int64_t size = partOfRow(width), lanes = getTarget(op).getVectorBits() / 32;
    auto addRow = [&](ImplicitLocOpBuilder &inner, Value part, Value n,
                      Value table) {
      Value index = tensor::ExtractOp::create(inner, indices, n);
      Value row =
          arith::IndexCastOp::create(inner, inner.getIndexType(), index);
      for (int64_t first = 0, next; first < size; first += next) {
        next = llvm::bit_floor(uint64_t(std::min(lanes, size - first)));
        Value column = scaledIndex(inner, part, size, first);
        Value old = readLanes(inner, table, {row, column}, next);
        Value more = readLanes(inner, grad, {n, column}, next);
        Value sum = arith::AddFOp::create(inner, old, more);
        table = writeLanes(inner, sum, table, {row, column});
      }
      return table;
    };
    Value result = buildCountLoop(
        b, width / size, zerosOf(b, type),
        [&](ImplicitLocOpBuilder &outer, Value part, Value table) {
          return buildCountLoop(
              outer, count, table,
              [&](ImplicitLocOpBuilder &inner, Value n, Value table) {
                return addRow(inner, part, n, table);
              });
        });
    rewriter.replaceOp(op, reshapeTo(b, result, op.getType().getShape()));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

struct LowerCountCorrect : OpRewritePattern<CountCorrectOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CountCorrectOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value zeros = createFilled(b, op.getType(), b.getI64IntegerAttr(0));
    Value predicted = predict(b, op.getLogits());
    AffineMap identity = b.getMultiDimIdentityMap(1);
    AffineMap all = AffineMap::get(1, 0, b.getContext());
    rewriter.replaceOp(
        op,
        buildReduction(
            b, {predicted, op.getLabels()}, zeros, {identity, identity, all},
            [](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
              Value hit = arith::CmpIOp::create(inner, arith::CmpIPredicate::eq,
                                                args[0], args[1]);
              Value one =
                  arith::ExtUIOp::create(inner, inner.getI64Type(), hit);
              return arith::AddIOp::create(inner, args[2], one);
            }));
    return success();
  }

private:
  /// The class of each row; of one column whether it is positive.
  static Value predict(ImplicitLocOpBuilder &b, Value logits) {
    RankedTensorType type = tensorType(logits);
    if (type.getDimSize(1) != 1)
      return ArgMaxOp::create(b, logits, 1, /*keep_dims=*/false);
    auto result = RankedTensorType::get(type.getDimSize(0), b.getI64Type());
    Value row = reshapeTo(b, logits, result.getShape());
    return buildElementwise(
        b, result, row, {},
        [](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
          Value zero = constantLike(inner, args[0], 0.0);
          Value positive = arith::CmpFOp::create(
              inner, arith::CmpFPredicate::OGT, args[0], zero);
          return arith::ExtUIOp::create(inner, inner.getI64Type(), positive);
        });
  }
};
} // namespace

void qnn::populateScatterPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMaxPoolGrad, LowerSliceGrad, LowerGather, LowerGatherGrad,
               LowerCountCorrect>(patterns.getContext());
}
