//===- PackWindows.cpp - Bits under each tap, along the windows -*- C++ -*-===//
//
// Lanes are channels. The bytes of a pixel's channels are added to a register
// that is doubled for each pixel, so that eight pixels become a byte and four
// such bytes a word. The pixels of a word lie in runs, whose places are found
// once for all taps.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include <numeric>

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

class WindowPacker {
public:
  WindowPacker(Builder &b, PackWindowsOp op)
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
                             return packStep(inner, step, wordBits, result);
                           });
    return rest ? packStep(b, constantIndex(b, whole), rest, out) : out;
  }

private:
  /// Windows 32 * step .. 32 * step + count - 1, of all taps and channels.
  Value packStep(Builder &b, Value step, int64_t count, Value out) {
    SmallVector<Value> places;
    for (int64_t i = 0; i < count; ++i)
      places.push_back(
          i % run == 0 ? placeOf(b, scaledIndex(b, step, wordBits, i))
                       : scaledIndex(b, places.back(), 1, op.getStrides()[1]));
    int64_t tile = op.getType().getDimSize(2), blocks = shape[3] / tile;
    return buildCountLoop(
        b, op.getKernel()[0], out, [&](Builder &perRow, Value kh, Value out) {
          return buildCountLoop(
              perRow, op.getKernel()[1], out,
              [&](Builder &perTap, Value kw, Value out) {
                Value tap = tapOffset(perTap, kh, kw);
                Value first = scaledIndex(
                    perTap, scaledIndexSum(perTap, kh, op.getKernel()[1], kw),
                    blocks, 0);
                return buildCountLoop(
                    perTap, blocks, out,
                    [&](Builder &inner, Value block, Value out) {
                      Value channel = scaledIndex(inner, block, tile, 0);
                      Value words = packWord(inner, places, tap, channel, tile);
                      Value at = arith::AddIOp::create(inner, first, block);
                      return writeLanes(inner, words, out,
                                        {at, step, constantIndex(inner, 0)});
                    });
              });
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

  /// Bit i of each lane: the channel's code at place i.
  Value packWord(Builder &b, ArrayRef<Value> places, Value tap, Value channel,
                 int64_t tile) {
    VectorType words = vectorOf(tile, b.getI32Type());
    Value result;
    for (size_t first = 0; first < places.size(); first += 8) {
      Value bits =
          packByte(b, places.slice(first).take_front(8), tap, channel, tile);
      Value word = arith::ExtUIOp::create(b, words, bits);
      if (first)
        word = arith::ShLIOp::create(b, word, constantLike(b, word, first));
      result =
          result ? arith::OrIOp::create(b, result, word).getResult() : word;
    }
    return result;
  }

  /// The first place is the lowest bit.
  Value packByte(Builder &b, ArrayRef<Value> places, Value tap, Value channel,
                 int64_t tile) {
    Value sum;
    for (Value place : llvm::reverse(places)) {
      Value pixel = arith::AddIOp::create(b, place, tap);
      Value bits = readLanes(b, pixels, {pixel, channel}, tile);
      if (sum)
        bits =
            arith::AddIOp::create(b, bits, arith::AddIOp::create(b, sum, sum));
      sum = bits;
    }
    return sum;
  }

  PackWindowsOp op;
  ArrayRef<int64_t> shape;
  int64_t size[2]; ///< rows and columns of windows
  int64_t run;     ///< windows of a word that lie side by side, at least
  Value pixels;
};

struct LowerPackWindows : OpRewritePattern<PackWindowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackWindowsOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, WindowPacker(b, op).build(b));
    return success();
  }
};

} // namespace

void qnn::populatePackWindowsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPackWindows>(patterns.getContext());
}
