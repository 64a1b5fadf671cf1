//===- TurnWords.cpp - Words of rows to words of columns --------*- C++ -*-===//
//
// Squares of 32 x 32 bits. Byte q of the 32 words of a square is one vector,
// whose signs are the mask of a column; doubled, those of the next.
//
//===----------------------------------------------------------------------===//

#include "TurnWords.h"
#include "Lanes.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static constexpr int64_t byteBits = 8;

/// Word `column` of `rows`, zeros beyond them.
static Value readColumn(ImplicitLocOpBuilder &b, Value words, ValueRange rows,
                        Value column) {
  Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  SmallVector<Value> read(wordBits, zero);
  for (auto [word, row] : llvm::zip(read, rows))
    word = tensor::ExtractOp::create(b, words, ValueRange{row, column});
  return vector::FromElementsOp::create(b, vectorOf(wordBits, b.getI32Type()),
                                        read);
}

/// The columns of byte `q` of `rows`, the last one first: a word for each.
static SmallVector<Value> columnsOfByte(ImplicitLocOpBuilder &b, Value rows,
                                        int64_t q) {
  Value shifted =
      arith::ShRUIOp::create(b, rows, constantLike(b, rows, q * byteBits));
  Value byte =
      arith::TruncIOp::create(b, vectorOf(wordBits, b.getI8Type()), shifted);
  SmallVector<Value> columns;
  for (int64_t bit = 0; bit < byteBits; ++bit) {
    Value mask = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, byte,
                                       constantLike(b, byte, 0));
    columns.push_back(maskToWord(b, mask));
    byte = arith::AddIOp::create(b, byte, byte);
  }
  return columns;
}

Value qnn::turnSquare(ImplicitLocOpBuilder &b, Value words, ValueRange rows,
                      Value column, Value out, Value block, Value step) {
  Value square = readColumn(b, words, rows, column);
  for (int64_t q = 0; q < wordBits / byteBits; ++q)
    for (auto [i, word] : llvm::enumerate(columnsOfByte(b, square, q)))
      out = tensor::InsertOp::create(
          b, word, out,
          ValueRange{block, step,
                     constantIndex(b, (q + 1) * byteBits - 1 - i)});
  return out;
}

/// The squares of `count` rows of a step of the result.
static Value turnStep(ImplicitLocOpBuilder &b, Value words, Value step,
                      int64_t count, Value out) {
  SmallVector<Value> rows;
  for (int64_t i = 0; i < count; ++i)
    rows.push_back(scaledIndex(b, step, wordBits, i));
  return buildCountLoop(
      b, tensorType(words).getDimSize(1), out,
      [&](ImplicitLocOpBuilder &inner, Value column, Value out) {
        return turnSquare(inner, words, rows, column, out, column, step);
      });
}

namespace {
struct LowerTurnWords : OpRewritePattern<TurnWordsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TurnWordsOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value words = op.getInput(), out = createEmpty(b, op.getType());
    int64_t rows = tensorType(words).getDimSize(0);
    int64_t whole = rows / wordBits, rest = rows % wordBits;
    if (whole)
      out = buildCountLoop(
          b, whole, out,
          [&](ImplicitLocOpBuilder &inner, Value step, Value out) {
            return turnStep(inner, words, step, wordBits, out);
          });
    if (rest)
      out = turnStep(b, words, constantIndex(b, whole), rest, out);
    rewriter.replaceOp(op, out);
    return success();
  }
};
} // namespace

void qnn::populateTurnWordsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerTurnWords>(patterns.getContext());
}
