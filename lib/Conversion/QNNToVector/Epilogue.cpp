//===- Epilogue.cpp - From sums to what the next layer reads ----*- C++ -*-===//
//
// The lanes of a tile's sums are the bits of the next layer's words: comparing
// with the thresholds gives masks, and the masks of a block side by side are
// one word. Nothing is shuffled on the way. Scales keep each step of the float
// arithmetic that they replace, so no bit depends on where it is done.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "../QNNToLinalg/Lanes.h"
#include "../QNNToLinalg/ScalarMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

/// Pixels from which on bounds of counts pay.
static constexpr int64_t leastSharing = 4;

namespace {
struct Epilogue {
  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const TilePlace &place;
  int64_t pixels;
  Value thresholds, scales, addend;
  DenseF32ArrayAttr clip;
  CodeAttr code;

  void consume(int64_t m, ArrayRef<Value> sums, MutableArrayRef<Value> dests);
  Value storeNumbers(int64_t m, ArrayRef<Value> sums, Value dest);
  Value storeWords(int64_t m, ArrayRef<Value> sums, Value dest);

private:
  int64_t levels() const {
    return cast<RankedTensorType>(thresholds.getType()).getDimSize(1);
  }
  SmallVector<Value> at(int64_t m, Value last) const;
  /// Lanes of register `v` that are channels.
  int64_t validLanes(int64_t v) const {
    return std::min(c.lanes, place.channels - v * c.lanes);
  }
  Value cutLanes(int64_t v, Value vector);
  SmallVector<Value> atLanes(int64_t m, int64_t v) const {
    return at(m, addIndex(b, place.firstChannel, v * c.lanes));
  }
  Value scale(int64_t v, int64_t row, float neutral);
  Value addendAt(int64_t m, int64_t v);
  Value scaled(int64_t m, int64_t v, Value sum);
  SmallVector<Value> rounded(int64_t m, ArrayRef<Value> sums);
  Value reached(Value sum, int64_t v, Value level);
  SmallVector<Value> countLevels(ArrayRef<Value> sums);
  SmallVector<Value> codes(int64_t m, ArrayRef<Value> sums);
  void forEachResult(int64_t m, ArrayRef<Value> sums,
                     function_ref<void(Value, ValueRange)> store);
  using MaskFn = function_ref<Value(int64_t, unsigned)>;
  Value storePlanes(int64_t m, unsigned planes, MaskFn mask, Value dest,
                    uint32_t unused = 0);
};
} // namespace

/// Indices of an element of pixel `m`.
SmallVector<Value> Epilogue::at(int64_t m, Value last) const {
  SmallVector<Value> indices(place.row);
  indices.push_back(addIndex(b, place.column, m));
  indices.push_back(last);
  return indices;
}

/// The lanes of register `v` that are channels.
Value Epilogue::cutLanes(int64_t v, Value vector) {
  int64_t valid = validLanes(v);
  if (valid == c.lanes)
    return vector;
  return vector::ExtractStridedSliceOp::create(b, vector, ArrayRef<int64_t>{0},
                                               ArrayRef<int64_t>{valid},
                                               ArrayRef<int64_t>{1});
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// True where `scales` is a constant whose row `row` holds `number` everywhere,
/// also by its sign.
static bool holdsOnly(Value scales, int64_t row, float number) {
  DenseElementsAttr constant;
  if (!matchPattern(scales, m_Constant(&constant)))
    return false;
  int64_t tile = constant.getType().getDimSize(2);
  APFloat expected(number);
  for (auto [i, value] : llvm::enumerate(constant.getValues<APFloat>()))
    if (static_cast<int64_t>(i) / tile % 2 == row &&
        !value.bitwiseIsEqual(expected))
      return false;
  return true;
}

/// Factors (row 0) or offsets (row 1) of register `v`; null where all are
/// `neutral`.
Value Epilogue::scale(int64_t v, int64_t row, float neutral) {
  if (holdsOnly(scales, row, neutral))
    return {};
  return readVector(b, c.vectorOf(b.getF32Type()), scales,
                    {place.block, indexOf(b, row), indexOf(b, v * c.lanes)});
}

/// What is added to register `v` of pixel `m`; lanes beyond the channels hold
/// 0.
Value Epilogue::addendAt(int64_t m, int64_t v) {
  int64_t valid = validLanes(v);
  VectorType full = c.vectorOf(b.getF32Type());
  auto cut = VectorType::get({valid}, b.getF32Type());
  Value lanes = readVector(b, cut, addend, atLanes(m, v));
  if (valid == c.lanes)
    return lanes;
  return vector::InsertStridedSliceOp::create(
      b, lanes, zeroOf(b, full), ArrayRef<int64_t>(0), ArrayRef<int64_t>(1));
}

/// f32(sum) * factor + offset + addend, cut to the bounds. Adding -0.0 changes
/// nothing, adding 0.0 would.
Value Epilogue::scaled(int64_t m, int64_t v, Value sum) {
  Value y = sum;
  if (cast<VectorType>(sum.getType()).getElementType().isInteger())
    y = emitNumber(b, sum, /*code=*/{});
  if (Value factor = scale(v, 0, 1.0f))
    y = arith::MulFOp::create(b, y, factor);
  if (Value offset = scale(v, 1, -0.0f))
    y = arith::AddFOp::create(b, y, offset);
  if (addend)
    y = arith::AddFOp::create(b, y, addendAt(m, v));
  if (!clip)
    return y;
  if (clip[0] != -std::numeric_limits<float>::infinity())
    y = arith::MaximumFOp::create(b, y, constantLike(b, y, clip[0]));
  if (clip[1] != std::numeric_limits<float>::infinity())
    y = arith::MinimumFOp::create(b, y, constantLike(b, y, clip[1]));
  return y;
}

/// The numbers of `code` that the scaled sums are rounded to.
SmallVector<Value> Epilogue::rounded(int64_t m, ArrayRef<Value> sums) {
  SmallVector<Value> numbers;
  for (auto [v, sum] : llvm::enumerate(sums)) {
    Value y =
        emitRoundAndClamp(b, scaled(m, v, sum), RoundingMode::HalfEven, code);
    numbers.push_back(
        arith::FPToSIOp::create(b, c.vectorOf(b.getI32Type()), y));
  }
  return numbers;
}

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

/// The most that `count` of a sum `length - 2 * count` may be where the sum
/// reaches a threshold. A sum is never below -length: no bound overflows.
static Value countBound(ImplicitLocOpBuilder &b, Value length,
                        Value threshold) {
  Value zero = zeroOf(b, length.getType()),
        one = integerOf(b, length.getType(), 1);
  Value least = arith::MaxSIOp::create(b, threshold,
                                       arith::SubIOp::create(b, zero, length));
  return arith::ShRSIOp::create(b, arith::SubIOp::create(b, length, least),
                                one);
}

/// Lanes of register `v` whose sum reaches the threshold of `level`. A tile's
/// pixels of one length share a bound of their counts, so no count is made a
/// sum: two instructions less for each register.
Value Epilogue::reached(Value sum, int64_t v, Value level) {
  Value threshold = readVector(b, c.vectorOf(b.getI32Type()), thresholds,
                               {place.block, level, indexOf(b, v * c.lanes)});
  Value length, count;
  auto difference = m_Op<arith::SubIOp>(
      matchers::m_Any(&length),
      m_Op<arith::ShLIOp>(matchers::m_Any(&count), m_One()));
  if (pixels < leastSharing || !matchPattern(sum, difference))
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sge, sum, threshold);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::sle, count,
                               countBound(b, length, threshold));
}

/// How many thresholds each sum reaches. Few levels are compared one after the
/// other, many in a loop.
SmallVector<Value> Epilogue::countLevels(ArrayRef<Value> sums) {
  VectorType type = c.vectorOf(b.getI32Type());
  SmallVector<Value> counts(sums.size(), zeroOf(b, type));
  auto addLevel = [&](Value level, ValueRange counts) {
    SmallVector<Value> next;
    for (auto [v, sum] : llvm::enumerate(sums)) {
      Value bit = arith::ExtUIOp::create(b, type, reached(sum, v, level));
      next.push_back(arith::AddIOp::create(b, counts[v], bit));
    }
    return next;
  };
  if (levels() > 7)
    return buildLoop(b, indexOf(b, 0), indexOf(b, levels()), 1, counts,
                     addLevel);
  for (int64_t level = 0; level < levels(); ++level)
    counts = addLevel(indexOf(b, level), counts);
  return counts;
}

/// The codes: numbers, or bits of a bipolar code.
SmallVector<Value> Epilogue::codes(int64_t m, ArrayRef<Value> sums) {
  if (scales)
    return rounded(m, sums);
  SmallVector<Value> counts = countLevels(sums);
  if (code.isBipolar() || code.getMin() == 0)
    return counts;
  Value least = integerOf(b, c.vectorOf(b.getI32Type()), code.getMin());
  for (Value &count : counts)
    count = arith::AddIOp::create(b, count, least);
  return counts;
}

//===----------------------------------------------------------------------===//
// A number in each element
//===----------------------------------------------------------------------===//

/// Calls `store` with the lanes of each register as the result holds them,
/// sums, floats or codes in bytes, and their indices.
void Epilogue::forEachResult(int64_t m, ArrayRef<Value> sums,
                             function_ref<void(Value, ValueRange)> store) {
  SmallVector<Value> values(sums);
  if (code)
    values = codes(m, sums);
  Type element = c.resultType().getElementType();
  for (auto [v, value] : llvm::enumerate(values)) {
    Value lanes = scales && !code ? scaled(m, v, value) : value;
    if (element.isInteger() && !element.isInteger(32))
      lanes = arith::TruncIOp::create(b, c.vectorOf(element), lanes);
    store(cutLanes(v, lanes), atLanes(m, v));
  }
}

Value Epilogue::storeNumbers(int64_t m, ArrayRef<Value> sums, Value dest) {
  forEachResult(m, sums, [&](Value lanes, ValueRange indices) {
    dest = vector::TransferWriteOp::create(b, lanes, dest, indices,
                                           ArrayRef<bool>{true})
               .getResult();
  });
  return dest;
}

/// What the consumer makes of the results, then its words, whose masks lie side
/// by side.
void Epilogue::consume(int64_t m, ArrayRef<Value> sums,
                       MutableArrayRef<Value> dests) {
  const Consumer &consumer = *c.getConsumer();
  size_t stored = consumer.getStored().size();
  SmallVector<SmallVector<SmallVector<Value>>> masks(
      consumer.getPacks().size());
  forEachResult(m, sums, [&](Value lanes, ValueRange indices) {
    int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
    SmallVector<Value> values =
        consumer.compute(b, lanes, count, indices, dests);
    consumer.store(b, values, indices, dests);
    for (auto [i, ofPack] : llvm::enumerate(masks))
      ofPack.push_back(consumer.masks(b, i, values));
  });
  for (auto [i, ofPack] : llvm::enumerate(masks)) {
    auto mask = [&bits = ofPack](int64_t v, unsigned p) { return bits[v][p]; };
    Value &words = dests[stored + i];
    words = storePlanes(m, ofPack.front().size(), mask, words);
  }
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// Stores a word for each of `planes` bits; `mask(v, p)` is bit p in the lanes
/// of register v; registers that hold no channel were not computed. Where
/// `unused` has a bit, lanes beyond the channels have it, too.
Value Epilogue::storePlanes(int64_t m, unsigned planes, MaskFn mask, Value dest,
                            uint32_t unused) {
  // Words of the blocks before this one times the planes: with several groups
  // all blocks are full.
  Value first = mulIndex(b, place.block, planes);
  int64_t registers = (place.channels + c.lanes - 1) / c.lanes;
  for (unsigned p = 0; p < planes; ++p) {
    SmallVector<Value> masks;
    for (int64_t v = 0; v < registers; ++v)
      masks.push_back(mask(v, p));
    Value word = masksToWord(b, masks, c.lanes);
    if (((unused >> p) & 1) && place.channels < c.tileChannels)
      word = arith::AndIOp::create(
          b, word,
          integerOf(b, b.getI32Type(), (int64_t(1) << place.channels) - 1));
    SmallVector<Value> indices = at(m, addIndex(b, first, p));
    if (c.getConsumer())
      indices = c.getConsumer()->splitColumns(
          b, indices, cast<RankedTensorType>(dest.getType()));
    dest = tensor::InsertOp::create(b, word, dest, indices);
  }
  return dest;
}

Value Epilogue::storeWords(int64_t m, ArrayRef<Value> sums, Value dest) {
  unsigned planes = code.getBits();
  Encoding encoding = code.getEncoding();
  bool oneMask = thresholds && planes == 1 && levels() == 1 &&
                 encoding != Encoding::Signed;
  SmallVector<Value> patterns;
  if (!oneMask)
    patterns = codes(m, sums);
  auto mask = [&](int64_t v, unsigned p) -> Value {
    if (oneMask)
      return reached(sums[v], v, indexOf(b, 0));
    VectorType type = c.vectorOf(b.getI32Type());
    Value plane = arith::ShRUIOp::create(b, patterns[v], integerOf(b, type, p));
    return arith::TruncIOp::create(b, c.vectorOf(b.getI1Type()), plane);
  };
  // Lanes beyond the channels reach no threshold: they hold the least code. Of
  // scales they hold any.
  uint32_t unused = scales ? ~0u
                    : code.isBipolar()
                        ? 0
                        : numberToCode(code.getMin(), planes, encoding);
  return storePlanes(m, planes, mask, dest, unused);
}

void qnn::storeTile(ImplicitLocOpBuilder &b, const Contraction &c,
                    const TilePlace &place, const TileSums &sums,
                    MutableArrayRef<Value> dests) {
  auto op = c.op;
  Epilogue epilogue{b,
                    c,
                    place,
                    static_cast<int64_t>(sums.size()),
                    op.getEpilogueThresholds(),
                    op.getEpilogueScales(),
                    op.getEpilogueAddend(),
                    op.getEpilogueClip(),
                    op.getEpilogueCode()};
  for (auto [m, row] : llvm::enumerate(sums)) {
    Value &dest = dests.front();
    if (c.getConsumer())
      epilogue.consume(m, row, dests);
    else if (c.storesWords())
      dest = epilogue.storeWords(m, row, dest);
    else
      dest = epilogue.storeNumbers(m, row, dest);
  }
}
