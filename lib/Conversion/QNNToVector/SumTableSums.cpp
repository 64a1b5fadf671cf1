//===- SumTableSums.cpp - Rows of tables added up ---------------*- C++ -*-===//

#include "../QNNToLinalg/Lanes.h"
#include "SumTableBuilder.h"
#include "qnn/Arith/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

void SumTableBuilder::write(unsigned slot, Value lanes, Value at) {
  state[slot] = writeLanes(b, lanes, state[slot], at);
}

Value SumTableBuilder::add(Value x, Value y) {
  if (isa<FloatType>(getElementTypeOrSelf(x)))
    return arith::AddFOp::create(b, x, y);
  return b.createOrFold<arith::AddIOp>(x, y);
}

void SumTableBuilder::clear(unsigned slot) {
  Type type = cast<RankedTensorType>(state[slot].getType()).getElementType();
  loop(channelsOfRange() * sumsOfChannel / lanes, [&](Value i) {
    write(slot, zeroOf(b, typeOf(type)), mulIndex(b, i, lanes));
  });
}

Value SumTableBuilder::blockOfAll(Value block) {
  return add(mulIndex(b, group, c.blocksOfGroup()), add(firstBlock, block));
}

/// Word `step` of all taps; sums start at 0 where `isFirst`.
void SumTableBuilder::addWord(Value step, int64_t channels, Value isFirst) {
  int64_t tables = llvm::divideCeil(channels, indexBits);
  Value first = mulIndex(b, step, planes);
  Value pitch = indexOf(b, sumsOfChannel), from = firstSum;
  // The same zeros for all channels where sums begin.
  if (isFirst) {
    from = arith::SelectOp::create(b, isFirst, zeroSum(), firstSum);
    pitch = arith::SelectOp::create(b, isFirst, indexOf(b, 0), pitch);
  }
  auto addBlock = [&](Value block, int64_t count) {
    loop(count, [&](Value n) {
      SmallVector<Value> words;
      for (int64_t p = 0; p < planes; ++p)
        words.push_back(tensor::ExtractOp::create(
            b, weights,
            ValueRange{blockOfAll(block), addIndex(b, first, p), n}));
      Value row = add(mulIndex(b, block, c.tileChannels), n);
      Value before = arith::MulIOp::create(b, row, pitch);
      addChannel(words, add(before, from), row, tables);
    });
  };
  if (fullBlocks)
    loop(fullBlocks, [&](Value block) { addBlock(block, c.tileChannels); });
  if (restChannels)
    addBlock(indexOf(b, fullBlocks), restChannels);
}

/// Adds to the sums that lie from `from` on. Planes from the greatest on;
/// numbers are exact modulo 2^16 on the way.
void SumTableBuilder::addChannel(ArrayRef<Value> words, Value from, Value row,
                                 int64_t tables) {
  Value at = add(mulIndex(b, row, sumsOfChannel), firstSum);
  CodeAttr code = c.op.getWeightCode();
  SmallVector<Value> sums;
  for (int64_t v = 0; v < tile.vectors; ++v)
    sums.push_back(read(sumSlot, ofTables(), addIndex(b, from, v * lanes)));
  SmallVector<Value> before(sums);
  if (planes > 1)
    sums.assign(tile.vectors, zeroOf(b, ofTables()));
  for (int64_t p = planes - 1; p >= 0; --p) {
    bool isNegative = planeWeight(p, code.getBits(), code.getEncoding()) < 0;
    addPlane(words[p], isNegative, tables, sums);
    for (auto [v, sum] : llvm::enumerate(sums))
      if (p > 0)
        sum = add(sum, sum);
      else if (planes > 1)
        sum = add(sum, before[v]);
  }
  for (auto [v, sum] : llvm::enumerate(sums))
    write(sumSlot, sum, addIndex(b, at, v * lanes));
}

/// The rows that the fields of `word` name.
void SumTableBuilder::addPlane(Value word, bool isNegative, int64_t tables,
                               MutableArrayRef<Value> sums) {
  Type i32 = b.getI32Type();
  for (int64_t t = 0; t < tables; ++t) {
    Value field = word;
    if (t)
      field = arith::ShRUIOp::create(b, word, integerOf(b, i32, t * indexBits));
    field = arith::AndIOp::create(b, field, integerOf(b, i32, entries - 1));
    Value entry = arith::IndexCastUIOp::create(b, b.getIndexType(), field);
    Value from =
        addIndex(b, mulIndex(b, entry, width()), t * entries * width());
    for (auto [v, sum] : llvm::enumerate(sums)) {
      Value row = read(tableSlot, ofTables(), addIndex(b, from, v * lanes));
      sum =
          isNegative ? b.createOrFold<arith::SubIOp>(sum, row) : add(sum, row);
    }
  }
}

/// Adds the sums of shorts to those of 32 bits: of each output channel `count`
/// registers from the register that has sum `first` on. Those of a window begin
/// anew.
void SumTableBuilder::widenSums(Value first, int64_t count) {
  VectorType wide = typeOf(result);
  Value start = mulIndex(
      b, b.createOrFold<arith::DivUIOp>(first, indexOf(b, lanes)), lanes);
  loop(channelsOfRange(), [&](Value row) {
    Value ofRow = add(mulIndex(b, row, sumsOfChannel), start);
    loop(count, [&](Value i) {
      Value at = add(ofRow, mulIndex(b, i, lanes));
      Value sums = read(sumSlot, ofTables(), at);
      sums = arith::ExtSIOp::create(b, wide, sums);
      write(wideSlot, add(read(wideSlot, wide, at), sums), at);
      if (slides())
        write(sumSlot, zeroOf(b, ofTables()), at);
    });
  });
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

void SumTableBuilder::storeTile() {
  int64_t full = tile.pixels / c.lanes, rest = tile.pixels % c.lanes;
  if (full)
    loop(full, [&](Value v) { storePixels(v, c.lanes); });
  if (rest)
    storePixels(indexOf(b, full), rest);
}

void SumTableBuilder::storePixels(Value v, int64_t pixels) {
  Value first = add(firstPixel, mulIndex(b, v, c.lanes));
  storeRegister(v, pixels, [&](Value m, const BlocksOfRange &blocks) {
    TilePlace place;
    place.column = add(first, m);
    if (c.isConv) {
      Value width = indexOf(b, g.outWidth);
      place.row = {image, arith::DivUIOp::create(b, place.column, width)};
      place.column = arith::RemUIOp::create(b, place.column, width);
    }
    storePixel(m, place, blocks);
  });
}

/// Blocks whose sums are turned at once, within the first-level cache. Where a
/// loop behind the product reads memory, too, all of them: an update of weights
/// with two moments took 160 ms in short runs of each row, and 135 in long
/// ones.
int64_t SumTableBuilder::blocksTurned() const {
  bool readsMore = c.getConsumer() && c.getConsumer()->getLoop();
  return readsMore ? fullBlocks + 1 : 8;
}

/// Some blocks of output channels after the other; of them pixel after pixel,
/// so that few rows of the result are written at once.
void SumTableBuilder::storeRegister(
    Value v, int64_t pixels,
    function_ref<void(Value, const BlocksOfRange &)> storePixel) {
  auto store = [&](const BlocksOfRange &blocks) {
    turn(v, blocks);
    loop(pixels, [&](Value m) { storePixel(m, blocks); });
  };
  int64_t turned = blocksTurned(), whole = fullBlocks / turned * turned;
  if (whole)
    loop(indexOf(b, 0), indexOf(b, whole), turned,
         [&](Value first) { store({first, turned, 0}); });
  if (whole < fullBlocks || restChannels)
    store({indexOf(b, whole), fullBlocks - whole, restChannels});
}

/// The sums of a register of pixels as rows of output channels.
void SumTableBuilder::turn(Value v, const BlocksOfRange &blocks) {
  Value lane = mulIndex(b, v, c.lanes);
  Value start = mulIndex(b, blocks.first, c.tileChannels);
  int64_t channels = (blocks.full + (blocks.rest != 0)) * c.tileChannels;
  loop(indexOf(b, 0), indexOf(b, channels), c.lanes, [&](Value channel) {
    SmallVector<Value> rows;
    Value first = add(start, channel);
    for (int64_t i = 0; i < c.lanes; ++i) {
      Value at = add(mulIndex(b, addIndex(b, first, i), sumsOfChannel), lane);
      rows.push_back(read(wideSlot, ofResults(), at));
    }
    for (auto [m, row] : llvm::enumerate(transposeLanes(b, rows)))
      write(turnedSlot, row, addIndex(b, channel, m * channelsTurned()));
  });
}

/// Lane `m` of the sums that were turned.
void SumTableBuilder::storePixel(Value m, TilePlace place,
                                 const BlocksOfRange &blocks) {
  auto store = [&](Value block, int64_t channels) {
    Value at = add(mulIndex(b, m, channelsTurned()),
                   mulIndex(b, block, c.tileChannels));
    storeBlock(place, at, add(blocks.first, block), channels);
  };
  if (blocks.full)
    loop(blocks.full, [&](Value block) { store(block, c.tileChannels); });
  if (blocks.rest)
    store(indexOf(b, blocks.full), blocks.rest);
}

/// The sums that were turned to `at`.
void SumTableBuilder::storeBlock(TilePlace place, Value at, Value block,
                                 int64_t channels) {
  place.block = blockOfAll(block);
  place.firstChannel = add(mulIndex(b, group, c.channelsOfGroup()),
                           mulIndex(b, add(firstBlock, block), c.tileChannels));
  place.channels = channels;
  TileSums sums(1);
  for (int64_t first = 0; first < channels; first += c.lanes)
    sums[0].push_back(read(turnedSlot, ofResults(), addIndex(b, at, first)));
  qnn::storeTile(b, c, place, sums,
                 MutableArrayRef(state).take_front(numResults));
}
