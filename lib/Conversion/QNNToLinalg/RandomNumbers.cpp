//===- RandomNumbers.cpp - Philox on vectors --------------------*- C++ -*-===//
//
// qnn::philox4x32 of 16 blocks at once. The four words of 16 consecutive blocks
// are 64 consecutive elements: see qnn/Arith/Philox.h.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static constexpr int64_t lanes = 16, wordsOfBlock = 4;
static constexpr int64_t groupSize = lanes * wordsOfBlock;

namespace {
using Words = std::array<Value, wordsOfBlock>;

/// The stream of one tensor: key and all words of the counter but the block.
struct Stream {
  ImplicitLocOpBuilder &b;
  Value key0, key1; ///< i32
  Value tensor, step0, step1;

  Stream(ImplicitLocOpBuilder &b, Value key, int64_t id) : b(b) {
    Value seed = element(key, 0), step = element(key, 1);
    key0 = low(seed), key1 = high(seed);
    step0 = low(step), step1 = high(step);
    tensor = splat(arith::ConstantOp::create(
        b, b.getI32IntegerAttr(static_cast<int32_t>(id))));
    step0 = splat(step0), step1 = splat(step1);
  }

  /// Words of the 16 blocks from `first` (i32) on.
  Words wordsFrom(Value first);

private:
  VectorType type() { return VectorType::get({lanes}, b.getI32Type()); }
  Value element(Value key, int64_t i) {
    Value at = arith::ConstantIndexOp::create(b, i);
    return tensor::ExtractOp::create(b, key, ValueRange{at});
  }
  Value low(Value number) {
    return arith::TruncIOp::create(b, b.getI32Type(), number);
  }
  Value high(Value number) {
    return low(arith::ShRUIOp::create(b, number, constantLike(b, number, 32)));
  }
  Value splat(Value scalar) {
    return vector::BroadcastOp::create(b, type(), scalar);
  }
  Value constant(uint32_t word) {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type(), APInt(32, word)));
  }
  Value exclusiveOr(Value x, Value y, Value z) {
    return arith::XOrIOp::create(b, arith::XOrIOp::create(b, x, y), z);
  }
  Words roundOf(const Words &c, Value key0, Value key1);
};
} // namespace

Words Stream::roundOf(const Words &c, Value k0, Value k1) {
  auto p0 = arith::MulUIExtendedOp::create(b, c[0], constant(0xD2511F53));
  auto p1 = arith::MulUIExtendedOp::create(b, c[2], constant(0xCD9E8D57));
  return {exclusiveOr(p1.getHigh(), c[1], k0), p1.getLow(),
          exclusiveOr(p0.getHigh(), c[3], k1), p0.getLow()};
}

Words Stream::wordsFrom(Value first) {
  auto numbers = llvm::to_vector(llvm::seq<int32_t>(0, lanes));
  Value offsets = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type(), ArrayRef<int32_t>(numbers)));
  Words c{arith::AddIOp::create(b, splat(first), offsets), tensor, step0,
          step1};
  Value k0 = splat(key0), k1 = splat(key1);
  for (int round = 0; round < 10; ++round) {
    c = roundOf(c, k0, k1);
    k0 = arith::AddIOp::create(b, k0, constant(0x9E3779B9));
    k1 = arith::AddIOp::create(b, k1, constant(0xBB67AE85));
  }
  return c;
}

/// uniform01(word) * (high - low) + low.
static Value emitUniform(ImplicitLocOpBuilder &b, Value word, float low,
                         float high) {
  auto floats = VectorType::get({lanes}, b.getF32Type());
  // 24 bits: the sign stays clear, which converts faster.
  Value bits = arith::ShRUIOp::create(b, word, constantLike(b, word, 8));
  Value number = arith::SIToFPOp::create(b, floats, bits);
  Value u = arith::MulFOp::create(b, number, constantLike(b, number, 0x1p-24));
  if (high - low != 1.0f)
    u = arith::MulFOp::create(b, u, constantLike(b, u, high - low));
  if (low != 0.0f)
    u = arith::AddFOp::create(b, u, constantLike(b, u, low));
  return u;
}

namespace {
struct LowerRandomUniform : OpRewritePattern<RandomUniformOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RandomUniformOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    int64_t count = op.getType().getNumElements();
    Value flat = createEmpty(b, RankedTensorType::get({count}, b.getF32Type()));
    Stream stream(b, op.getKey(), op.getId());
    int64_t whole = count / groupSize * groupSize;
    if (whole > 0)
      flat = fillWhole(b, stream, op, whole, flat);
    if (whole < count) {
      Value first = arith::ConstantIndexOp::create(b, whole);
      flat = writeGroup(b, stream, op, first, count - whole, flat);
    }
    rewriter.replaceOp(op, reshapeTo(b, flat, op.getType().getShape()));
    return success();
  }

private:
  static Value fillWhole(ImplicitLocOpBuilder &b, Stream &stream,
                         RandomUniformOp op, int64_t count, Value flat) {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value end = arith::ConstantIndexOp::create(b, count);
    Value step = arith::ConstantIndexOp::create(b, groupSize);
    auto loop = scf::ForOp::create(b, zero, end, step, flat);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value next = writeGroup(b, stream, op, loop.getInductionVar(), groupSize,
                            loop.getRegionIterArg(0));
    scf::YieldOp::create(b, next);
    return loop.getResult(0);
  }

  /// Elements `first` .. first + count - 1, at most a group.
  static Value writeGroup(ImplicitLocOpBuilder &b, Stream &stream,
                          RandomUniformOp op, Value first, int64_t count,
                          Value flat) {
    Value shift = arith::ConstantIndexOp::create(b, 2);
    Value block = arith::IndexCastOp::create(
        b, b.getI32Type(), arith::ShRUIOp::create(b, first, shift));
    Words words = stream.wordsFrom(block);
    for (int64_t w = 0; w < wordsOfBlock && w * lanes < count; ++w) {
      Value numbers = emitUniform(b, words[w], op.getLow().convertToFloat(),
                                  op.getHigh().convertToFloat());
      int64_t valid = std::min(lanes, count - w * lanes);
      if (valid < lanes)
        numbers = vector::ExtractStridedSliceOp::create(
            b, numbers, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{valid},
            ArrayRef<int64_t>{1});
      Value at = arith::AddIOp::create(
          b, first, arith::ConstantIndexOp::create(b, w * lanes));
      flat = vector::TransferWriteOp::create(b, numbers, flat, ValueRange{at},
                                             ArrayRef<bool>{true})
                 .getResult();
    }
    return flat;
  }
};
} // namespace

void qnn::populateRandomNumberPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerRandomUniform>(patterns.getContext());
}
