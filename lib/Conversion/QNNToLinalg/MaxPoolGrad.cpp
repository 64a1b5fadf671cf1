//===- MaxPoolGrad.cpp - Gradients of max pooling ---------------*- C++ -*-===//
//
// Where the first greatest element of a window lies is found when the input is
// there, and kept as a byte: the gradient does not read the input. Each element
// of the image then adds up the gradients of the windows that name it, in the
// order of the windows.
//
// An axis of the image is cut into blocks as long as the stride of the windows:
// row `stride * block + phase - pad` lies `stride * shift + phase` behind the
// start of window `block - shift`.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

/// Rows or columns.
struct Axis {
  int64_t image, windows, taps, stride, dilation, pad, padAfter;

  Axis(MaxPool2dGradOp op, int64_t d)
      : image(op.getType().getDimSize(d + 2)),
        windows(tensorType(op.getGrad()).getDimSize(d + 2)),
        taps(op.getKernel()[d]), stride(op.getStrides()[d]),
        dilation(op.getDilations()[d]), pad(op.getPads()[d]),
        padAfter(op.getPads()[d + 2]) {
    // A single window has the only block.
    if (windows == 1)
      stride = std::max(reach(), image + pad);
  }

  /// From the first tap of a window to behind its last.
  int64_t reach() const { return dilation * (taps - 1) + 1; }
  /// Windows that may see an element.
  int64_t shifts() const { return llvm::divideCeil(reach(), stride); }
  int64_t blocks() const {
    return std::max<int64_t>(windows, llvm::divideCeil(image + pad, stride));
  }
  /// Distances from the start of a window that are told apart.
  int64_t distances() const { return shifts() * stride; }
  /// True where some tap is as far behind a window's start as `shift` says.
  bool hasTap(int64_t shift) const {
    return llvm::any_of(llvm::seq(taps), [&](int64_t tap) {
      return tap * dilation / stride == shift;
    });
  }
  /// Of the first tap of `window` that lies in the image.
  int64_t firstDistance(int64_t window) const {
    int64_t outside = std::max<int64_t>(pad - window * stride, 0);
    return llvm::divideCeil(outside, dilation) * dilation;
  }
  /// The blocks begin and end where the image does.
  bool isWhole() const { return pad == 0 && blocks() * stride == image; }
};

class MaxPoolGrad {
public:
  MaxPoolGrad(MaxPool2dGradOp op)
      : op(op), rows(op, 0), columns(op, 1),
        windows(tensorType(op.getGrad()).getShape()) {}

  bool fitsBytes() const {
    return rows.distances() * columns.distances() <= 256;
  }
  Value findGreatest(Builder &b);
  Value gather(Builder &b, Value greatest);

private:
  /// Blocks from a window to an element.
  struct Shift {
    int64_t row, column;
  };

  int64_t numberOf(int64_t row, int64_t column) const {
    return row * columns.distances() + column;
  }
  Value firstInside(Builder &b);
  SmallVector<Shift> shifts();
  SmallVector<Value> viewsByShift(Builder &b, Value value);
  Value sumOf(Builder &b, ValueRange gradients, ValueRange greatest);

  MaxPool2dGradOp op;
  Axis rows, columns;
  ArrayRef<int64_t> windows;
};

Value byteOf(Builder &b, int64_t number) {
  return arith::ConstantOp::create(b, b.getI8IntegerAttr(number));
}

} // namespace

/// [OH, OW]: the first element in the image, the greatest where all are -inf.
Value MaxPoolGrad::firstInside(Builder &b) {
  SmallVector<int8_t> numbers;
  for (int64_t h = 0; h < rows.windows; ++h)
    for (int64_t w = 0; w < columns.windows; ++w)
      numbers.push_back(
          numberOf(rows.firstDistance(h), columns.firstDistance(w)));
  auto type = RankedTensorType::get(windows.drop_front(2), b.getI8Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<int8_t>(numbers)));
}

/// The number of each window's first greatest element; NaN is greatest.
Value MaxPoolGrad::findGreatest(Builder &b) {
  auto lowest = b.getF32FloatAttr(-std::numeric_limits<float>::infinity());
  Value image = padWith(b, op.getInput(), {0, 0, rows.pad, columns.pad},
                        {0, 0, rows.padAfter, columns.padAfter}, lowest);
  SmallVector<int64_t> numbers;
  SmallVector<Value> inputs{firstInside(b)};
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(4).getMinorSubMap(2)};
  for (int64_t y = 0; y < rows.taps; ++y)
    for (int64_t x = 0; x < columns.taps; ++x) {
      int64_t row = y * rows.dilation, column = x * columns.dilation;
      numbers.push_back(numberOf(row, column));
      inputs.push_back(viewOf(b, image, {0, 0, row, column}, windows,
                              {1, 1, op.getStrides()[0], op.getStrides()[1]}));
    }
  auto element = [&](Builder &inner, ValueRange args) -> Value {
    Value best = arith::ConstantOp::create(inner, lowest), place = args.front();
    for (auto [number, x] : llvm::zip_equal(numbers, args.drop_front())) {
      Value isGreater =
          arith::CmpFOp::create(inner, arith::CmpFPredicate::UGT, x, best);
      Value isNumber =
          arith::CmpFOp::create(inner, arith::CmpFPredicate::ORD, best, best);
      Value isTaken = arith::AndIOp::create(inner, isGreater, isNumber);
      best = arith::SelectOp::create(inner, isTaken, x, best);
      place =
          arith::SelectOp::create(inner, isTaken, byteOf(inner, number), place);
    }
    return place;
  };
  return buildElementwise(b, RankedTensorType::get(windows, b.getI8Type()),
                          inputs, maps, element);
}

/// How far back the windows are that may see an element; the first come first.
SmallVector<MaxPoolGrad::Shift> MaxPoolGrad::shifts() {
  SmallVector<Shift> shifts;
  for (int64_t y = rows.shifts() - 1; y >= 0; --y)
    for (int64_t x = columns.shifts() - 1; x >= 0; --x)
      if (rows.hasTap(y) && columns.hasTap(x))
        shifts.push_back({y, x});
  return shifts;
}

/// For each shift what the windows of the blocks, so far back, have; zero where
/// there is no window.
SmallVector<Value> MaxPoolGrad::viewsByShift(Builder &b, Value value) {
  int64_t before[] = {rows.shifts() - 1, columns.shifts() - 1};
  int64_t blocks[] = {rows.blocks(), columns.blocks()};
  Value padded =
      padWith(b, value, {0, 0, before[0], before[1]},
              {0, 0, blocks[0] - rows.windows, blocks[1] - columns.windows},
              b.getZeroAttr(tensorType(value).getElementType()));
  return llvm::map_to_vector(shifts(), [&](Shift shift) {
    return viewOf(b, padded,
                  {0, 0, before[0] - shift.row, before[1] - shift.column},
                  {windows[0], windows[1], blocks[0], blocks[1]}, {1, 1, 1, 1});
  });
}

/// The sum of the gradients, at the innermost of [N, C, block, phase, block,
/// phase], of windows that name this element.
Value MaxPoolGrad::sumOf(Builder &b, ValueRange gradients,
                         ValueRange greatest) {
  Value here = arith::AddIOp::create(
      b,
      arith::MulIOp::create(
          b, linalg::IndexOp::create(b, 3),
          arith::ConstantIndexOp::create(b, columns.distances())),
      linalg::IndexOp::create(b, 5));
  here = arith::IndexCastOp::create(b, b.getI8Type(), here);
  Value zero = constantLike(b, gradients[0], 0.0), sum = zero;
  for (auto [shift, gradient, place] :
       llvm::zip_equal(shifts(), gradients, greatest)) {
    Value start = byteOf(
        b, numberOf(shift.row * rows.stride, shift.column * columns.stride));
    Value isHere = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, place,
                                         arith::AddIOp::create(b, here, start));
    Value part = arith::SelectOp::create(b, isHere, gradient, zero);
    sum = arith::AddFOp::create(b, sum, part);
  }
  return sum;
}

Value MaxPoolGrad::gather(Builder &b, Value greatest) {
  SmallVector<Value> inputs = viewsByShift(b, op.getGrad());
  size_t count = inputs.size();
  inputs.append(viewsByShift(b, greatest));
  AffineMap window = b.getMultiDimIdentityMap(6).dropResult(5).dropResult(3);
  auto type =
      RankedTensorType::get({windows[0], windows[1], rows.blocks(), rows.stride,
                             columns.blocks(), columns.stride},
                            b.getF32Type());
  Value blocks = buildElementwise(
      b, type, inputs, SmallVector<AffineMap>(inputs.size(), window),
      [&](Builder &inner, ValueRange args) -> Value {
        return sumOf(inner, args.take_front(count), args.drop_front(count));
      });
  Value grad = reshapeTo(b, blocks,
                         {windows[0], windows[1], rows.blocks() * rows.stride,
                          columns.blocks() * columns.stride});
  if (rows.isWhole() && columns.isWhole())
    return grad;
  return viewOf(b, grad, {0, 0, rows.pad, columns.pad}, op.getType().getShape(),
                {1, 1, 1, 1});
}

namespace {
struct LowerMaxPoolGrad : OpRewritePattern<MaxPool2dGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dGradOp op,
                                PatternRewriter &rewriter) const override {
    MaxPoolGrad grad(op);
    if (!grad.fitsBytes())
      return rewriter.notifyMatchFailure(op, "windows are too large");
    Builder b(op.getLoc(), rewriter), early = b;
    early.setInsertionPointAfterValue(op.getInput());
    rewriter.replaceOp(op, grad.gather(b, grad.findGreatest(early)));
    return success();
  }
};
} // namespace

void qnn::populateMaxPoolGradPatterns(RewritePatternSet &patterns) {
  // Before what adds to places one by one.
  patterns.add<LowerMaxPoolGrad>(patterns.getContext(), /*benefit=*/2);
}
