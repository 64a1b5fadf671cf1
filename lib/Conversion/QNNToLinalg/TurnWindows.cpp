//===- TurnWindows.cpp - Words along the windows of taps --------*- C++ -*-===//
//
// The windows of a word lie in runs, whose places are found once for all taps.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "Patterns.h"
#include "ScalarMath.h"
#include "TurnWords.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include <numeric>

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

class WindowTurner {
public:
  WindowTurner(Builder &b, TurnWindowsOp op)
      : op(op), shape(op.getInput().getType().getShape()) {
    for (int64_t d = 0; d < 2; ++d) {
      int64_t extent = op.getDilations()[d] * (op.getKernel()[d] - 1) + 1;
      size[d] = (shape[d + 1] - extent) / op.getStrides()[d] + 1;
    }
    run = std::gcd(size[1], wordBits);
    pixels =
        reshapeTo(b, op.getInput(), {shape[0] * shape[1] * shape[2], shape[3]});
  }

  Value build(Builder &b) {
    int64_t windows = shape[0] * size[0] * size[1];
    int64_t whole = windows / wordBits, rest = windows % wordBits;
    Value out = createEmpty(b, op.getType());
    if (whole)
      out = buildCountLoop(b, whole, out,
                           [&](Builder &inner, Value step, Value result) {
                             return turnStep(inner, step, wordBits, result);
                           });
    return rest ? turnStep(b, constantIndex(b, whole), rest, out) : out;
  }

private:
  /// Windows 32 * step .. 32 * step + count - 1, of all taps and words.
  Value turnStep(Builder &b, Value step, int64_t count, Value out) {
    SmallVector<Value> places;
    for (int64_t i = 0; i < count; ++i)
      places.push_back(
          i % run == 0 ? placeOf(b, scaledIndex(b, step, wordBits, i))
                       : scaledIndex(b, places.back(), 1, op.getStrides()[1]));
    return buildCountLoop(
        b, op.getKernel()[0], out, [&](Builder &perRow, Value kh, Value out) {
          return buildCountLoop(perRow, op.getKernel()[1], out,
                                [&](Builder &perTap, Value kw, Value out) {
                                  return turnTap(perTap, places, kh, kw, step,
                                                 out);
                                });
        });
  }

  Value turnTap(Builder &b, ArrayRef<Value> places, Value kh, Value kw,
                Value step, Value out) {
    Value offset = tapOffset(b, kh, kw);
    Value tap = scaledIndexSum(b, kh, op.getKernel()[1], kw);
    SmallVector<Value> rows;
    for (Value place : places)
      rows.push_back(arith::AddIOp::create(b, place, offset));
    return buildCountLoop(
        b, shape[3], out, [&](Builder &inner, Value word, Value out) {
          Value block = scaledIndexSum(inner, tap, shape[3], word);
          return turnSquare(inner, pixels, rows, word, out, block, step);
        });
  }

  /// a * factor + b.
  static Value scaledIndexSum(Builder &b, Value x, int64_t factor, Value y) {
    return arith::AddIOp::create(b, scaledIndex(b, x, factor, 0), y);
  }

  /// The pixel under tap (0, 0) of a window.
  Value placeOf(Builder &b, Value window) {
    auto divide = [&](Value x, int64_t by) -> std::pair<Value, Value> {
      Value divisor = constantIndex(b, by);
      return {arith::DivUIOp::create(b, x, divisor),
              arith::RemUIOp::create(b, x, divisor)};
    };
    auto [line, ow] = divide(window, size[1]);
    auto [n, oh] = divide(line, size[0]);
    Value row = scaledIndexSum(b, n, shape[1],
                               scaledIndex(b, oh, op.getStrides()[0], 0));
    return scaledIndexSum(b, row, shape[2],
                          scaledIndex(b, ow, op.getStrides()[1], 0));
  }

  Value tapOffset(Builder &b, Value kh, Value kw) {
    return scaledIndexSum(b, kh, op.getDilations()[0] * shape[2],
                          scaledIndex(b, kw, op.getDilations()[1], 0));
  }

  TurnWindowsOp op;
  ArrayRef<int64_t> shape;
  int64_t size[2]; ///< rows and columns of windows
  int64_t run;     ///< windows of a word that lie side by side, at least
  Value pixels;
};

struct LowerTurnWindows : OpRewritePattern<TurnWindowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TurnWindowsOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, WindowTurner(b, op).build(b));
    return success();
  }
};

} // namespace

void qnn::populateTurnWindowsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerTurnWindows>(patterns.getContext());
}
