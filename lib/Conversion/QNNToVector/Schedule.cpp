//===- Schedule.cpp - The one loop nest of all packed products --*- C++ -*-===//
//
//   for range of output channels     (weights of a range fit half of the cache)
//     for block of the sum                  (one, but for kernels that want
//     more)
//       for batch, for output row                       (a matmul has one row)
//         [prepare the rows of the image that this row is the first to read]
//         for tile of M columns
//           [prepare the rows of the tile]                   (of a matmul only)
//           for group
//             [terms of the tile's pixels]
//             for block of output channels                  (or several at
//             once)
//               M x V sums in registers = 0
//               for pass, for filter row inside the image
//                 for taps and units of the filter row   (bounds are constants)
//                   inner product of one unit
//               epilogue
//
// Padding with zeros adds nothing, also where the codes have no zero, so taps
// in the padding are not visited: rows by the bounds of their loop, columns
// because a tile at the border has, for each run of taps, only the pixels that
// have it inside the image. Tiles in the middle have all taps for all pixels.
//
// Loops carry the result, the buffer of prepared activations and that of
// partial sums as tensors, and the sums as vectors of one register each (a 2-D
// vector, or an array of them, would be spilled). Both buffers are made before
// all loops, so that each is one allocation.
//
// What depends on the kernel (sizes of units, accumulators, passes, buffers) is
// asked of the InnerProduct.
//
//===----------------------------------------------------------------------===//

#include "Schedule.h"
#include "Epilogue.h"
#include "ScheduleColumns.h"
#include "ScheduleOperands.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Rows low .. high - 1 of the filter lie in the image.
struct FilterRows {
  Value low, high;
};

/// Full blocks of output channels (of each group), then `rest` channels.
struct ChannelRange {
  Value first;
  int64_t count, rest;
};

/// Units of each tap that are summed before the results are stored.
struct SumBlock {
  Value first;
  int64_t count;
  bool isLast;
};

/// What is done with one unit: adds it to values that the loops carry.
using UnitBody =
    function_ref<void(TileShape, const UnitReader &, MutableArrayRef<Value>)>;

class Schedule {
public:
  Schedule(ImplicitLocOpBuilder &b, const Contraction &c)
      : b(b), c(c), g(c.g), product(InnerProduct::create(c)),
        counts(c, *product), operands(b, c),
        columns(cutColumns(g, c.tilePixels)) {}
  Value build();

private:
  //===--- Loops that carry the tensors -----------------------------------===//
  void loop(Value low, Value high, int64_t step,
            function_ref<void(Value)> body);
  void loop(int64_t high, function_ref<void(Value)> body);
  void makeBuffers();
  int64_t blocksOfRange() const;
  void buildRange(const ChannelRange &range);
  void buildSumBlock(const ChannelRange &range, const SumBlock &block);
  void buildRow(const ChannelRange &range);
  void buildColumns(const ChannelRange &range, const ColumnTiles &tiles);
  void buildGroup(const ChannelRange &range, const ColumnTiles &tiles);

  //===--- Prepared activations -------------------------------------------===//
  int64_t bufferRows() const;
  Value bufferRowOf(Value imageRow);
  void prepareImageRows();
  void prepareTile(int64_t pixels);
  void preparePixel(PlacedReader &reader, Value bufferPixel);
  void prepareUnit(PlacedReader reader, Value pixelElement, Value bufferPixel,
                   Value unit, int64_t channels);

  //===--- One tile -------------------------------------------------------===//
  void buildTile(const ColumnTiles &tiles, TileShape tile, Value block,
                 int64_t channels);
  TileSums addPartials(TileSums sums, Value block);
  SmallVector<Value> lengthsOf(const ColumnTiles &tiles);
  SmallVector<Value> sumPass(const ColumnTiles &tiles, TileShape tile,
                             PlacedReader reader, ValueRange sums);
  SmallVector<Value>
  overRows(const ColumnTiles &tiles, PlacedReader &reader, ValueRange sums,
           function_ref<SmallVector<Value>(PlacedReader &, ValueRange)> body);
  SmallVector<Value> sumRow(const ColumnTiles &tiles, TileShape tile,
                            const PlacedReader &reader, ValueRange sums,
                            UnitBody body);
  SmallVector<Value>
  overTaps(const TapRun &run, const PlacedReader &reader, ValueRange sums,
           function_ref<SmallVector<Value>(PlacedReader &, Value, int64_t,
                                           int64_t, ValueRange)>
               body);
  SmallVector<Value> sumUnits(TileShape tile, const PlacedReader &reader,
                              Value low, Value high, int64_t channels,
                              ValueRange sums, UnitBody body);
  SmallVector<Value> sumInChunks(const ColumnTiles &tiles, TileShape tile,
                                 const PlacedReader &reader, ValueRange sums,
                                 UnitBody body);
  SmallVector<Value> zeros(ArrayRef<Type> types);
  bool tapsAreContiguous() const {
    return counts.tapsAreContiguous() && sumBlock.count == counts.units;
  }

  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const ContractionGeometry &g;
  std::unique_ptr<InnerProduct> product;
  UnitCounts counts;
  Operands operands;
  SmallVector<ColumnTiles> columns;

  /// The tensors that the loops carry: the result, then the buffers that exist.
  SmallVector<Value> state;
  unsigned bufferSlot = 0, partialSlot = 0;

  /// The place of the loops.
  SumBlock sumBlock;
  Value firstBlock, batch, row, column, group;
  FilterRows rows;
  SmallVector<Value> terms;
};
} // namespace

//===----------------------------------------------------------------------===//
// Loops that carry the tensors
//===----------------------------------------------------------------------===//

void Schedule::loop(Value low, Value high, int64_t step,
                    function_ref<void(Value)> body) {
  state = buildLoop(b, low, high, step, SmallVector<Value>(state),
                    [&](Value index, ValueRange carried) {
                      state.assign(carried.begin(), carried.end());
                      body(index);
                      return state;
                    });
}

void Schedule::loop(int64_t high, function_ref<void(Value)> body) {
  loop(indexOf(b, 0), indexOf(b, high), 1, body);
}

/// As many blocks as have weights for half of the cache, where weights are read
/// more than once.
int64_t Schedule::blocksOfRange() const {
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  bool once = g.batch * g.outHeight == 1 && columns.size() == 1 &&
              columns[0].end - columns[0].begin == columns[0].pixels;
  if (g.groups > 1 || once || full == 0)
    return std::max<int64_t>(full, 1);
  auto type = cast<RankedTensorType>(operands.weights.getType());
  int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  if (int64_t units = product->unitsOfBlock(); units && units < counts.units)
    bytes = bytes * units / counts.units;
  int64_t most = getCacheBytes(c.target) / 2 / (bytes / type.getDimSize(0) + 1);
  int64_t ranges = (full + most) / std::max<int64_t>(most, 1);
  return std::max<int64_t>((full + ranges - 1) / ranges, 1);
}

Value Schedule::build() {
  if (c.resultType().getNumElements() == 0)
    return tensor::EmptyOp::create(b, c.resultType().getShape(),
                                   c.resultType().getElementType());
  makeBuffers();
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  int64_t rest = c.channelsOfGroup() % c.tileChannels;
  int64_t step = blocksOfRange(), whole = full / step * step;
  if (full > step)
    loop(indexOf(b, 0), indexOf(b, whole), step,
         [&](Value first) { buildRange({first, step, 0}); });
  else
    whole = 0;
  if (whole < full || rest)
    buildRange({indexOf(b, whole), full - whole, rest});
  return state[0];
}

void Schedule::makeBuffers() {
  auto add = [&](ArrayRef<int64_t> shape, Type element) {
    state.push_back(tensor::EmptyOp::create(b, shape, element));
    return state.size() - 1;
  };
  add(c.resultType().getShape(), c.resultType().getElementType());
  int64_t ofBlock = product->unitsOfBlock();
  int64_t units = ofBlock ? std::min(ofBlock, counts.units) : counts.units;
  int64_t pixels = c.isConv ? g.inWidth : c.tilePixels;
  if (counts.isPrepared())
    bufferSlot =
        add({bufferRows(), pixels * g.groups * units * counts.prepared.stride},
            counts.prepared.element);
  if (units == counts.units)
    return;
  bool floats = !c.op.getActivationCode() || !c.op.getWeightCode();
  int64_t blocks = std::min(blocksOfRange(), c.blocksOfGroup()) + 1;
  partialSlot = add(
      {g.batch * g.outHeight, g.outWidth, g.groups * blocks * c.tileChannels},
      floats ? Type(b.getF32Type()) : b.getI32Type());
}

/// The blocks of the sum but for the last have one size.
void Schedule::buildRange(const ChannelRange &range) {
  firstBlock = range.first;
  int64_t size = product->unitsOfBlock(), units = counts.units;
  if (size == 0 || size >= units)
    return buildSumBlock(range, {indexOf(b, 0), units, true});
  int64_t before = (units - 1) / size * size;
  loop(indexOf(b, 0), indexOf(b, before), size,
       [&](Value first) { buildSumBlock(range, {first, size, false}); });
  buildSumBlock(range, {indexOf(b, before), units - before, true});
}

void Schedule::buildSumBlock(const ChannelRange &range, const SumBlock &block) {
  sumBlock = block;
  loop(g.batch, [&](Value n) {
    batch = n;
    loop(g.outHeight, [&](Value oh) {
      row = oh;
      buildRow(range);
    });
  });
}

/// The filter rows kh with 0 <= oh * stride - pad + kh * dilation < height.
static FilterRows clipRows(ImplicitLocOpBuilder &b,
                           const ContractionGeometry &g, Value oh) {
  Value none = indexOf(b, 0), all = indexOf(b, g.kernelHeight);
  int64_t reach = (g.outHeight - 1) * g.strideHeight - g.padTop +
                  (g.kernelHeight - 1) * g.dilationHeight;
  if (g.padTop == 0 && reach < g.inHeight)
    return {none, all};
  Value start = mulIndex(b, oh, g.strideHeight);
  // ceil(distance / dilation), cut to 0 .. kernelHeight.
  auto firstFrom = [&](int64_t imageRow) -> Value {
    Value distance =
        arith::SubIOp::create(b, indexOf(b, imageRow + g.padTop), start);
    Value kh = arith::MaxSIOp::create(b, distance, none);
    if (g.dilationHeight != 1)
      kh = arith::DivUIOp::create(b, addIndex(b, kh, g.dilationHeight - 1),
                                  indexOf(b, g.dilationHeight));
    return arith::MinSIOp::create(b, kh, all);
  };
  return {firstFrom(0), firstFrom(g.inHeight)};
}

void Schedule::buildRow(const ChannelRange &range) {
  rows = clipRows(b, g, row);
  if (counts.isPrepared() && c.isConv)
    prepareImageRows();
  for (const ColumnTiles &tiles : columns)
    loop(indexOf(b, tiles.begin), indexOf(b, tiles.end), tiles.pixels,
         [&](Value ow) {
           column = ow;
           buildColumns(range, tiles);
         });
}

void Schedule::buildColumns(const ChannelRange &range,
                            const ColumnTiles &tiles) {
  if (counts.isPrepared() && !c.isConv)
    prepareTile(tiles.pixels);
  loop(g.groups, [&](Value ofGroup) {
    group = ofGroup;
    buildGroup(range, tiles);
  });
}

/// Blocks of output channels: several at once, one at a time, the part of one.
void Schedule::buildGroup(const ChannelRange &range, const ColumnTiles &tiles) {
  int64_t pixels = tiles.pixels, ofBlock = c.tileChannels / c.lanes;
  terms = zeros(product->pixelTerms(TileShape(pixels, 0)));
  if (!terms.empty()) {
    PlacedReader reader(b, c, counts, operands);
    auto body = [&](TileShape tile, const UnitReader &reader,
                    MutableArrayRef<Value> terms) {
      product->addPixelTerms(b, tile, reader, terms);
    };
    terms = overRows(
        tiles, reader, terms, [&](PlacedReader &reader, ValueRange terms) {
          return sumRow(tiles, TileShape(pixels, 0), reader, terms, body);
        });
  }
  int64_t done = 0;
  auto blocks = [&](int64_t atOnce) {
    int64_t end = done + (range.count - done) / atOnce * atOnce;
    if (done < end)
      loop(addIndex(b, range.first, done), addIndex(b, range.first, end),
           atOnce, [&](Value block) {
             buildTile(tiles, TileShape(pixels, atOnce * ofBlock), block,
                       atOnce * c.tileChannels);
           });
    done = end;
  };
  if (int64_t atOnce = product->blocksAtOnce(pixels); atOnce > 1)
    blocks(atOnce);
  blocks(1);
  int64_t vectors = (range.rest + c.lanes - 1) / c.lanes;
  if (range.rest)
    buildTile(tiles, TileShape(pixels, vectors),
              addIndex(b, range.first, range.count), range.rest);
}

//===----------------------------------------------------------------------===//
// Prepared activations
//===----------------------------------------------------------------------===//

/// As many rows of the image as a row of the result reads: each new row takes
/// the place of one that no later row reads.
int64_t Schedule::bufferRows() const {
  if (!c.isConv)
    return 1;
  return std::min(g.inHeight, (g.kernelHeight - 1) * g.dilationHeight + 1);
}

Value Schedule::bufferRowOf(Value imageRow) {
  if (bufferRows() == 1)
    return indexOf(b, 0);
  if (bufferRows() == g.inHeight)
    return imageRow;
  return arith::RemUIOp::create(b, imageRow, indexOf(b, bufferRows()));
}

/// Rows of the image under the filter that the row of the result before this
/// one has not read.
void Schedule::prepareImageRows() {
  int64_t reach = (g.kernelHeight - 1) * g.dilationHeight + 1 - g.padTop;
  Value top = mulIndex(b, row, g.strideHeight);
  auto inImage = [&](Value ih) -> Value {
    ih = arith::MaxSIOp::create(b, ih, indexOf(b, 0));
    return arith::MinSIOp::create(b, ih, indexOf(b, g.inHeight));
  };
  Value end = inImage(addIndex(b, top, reach));
  Value seen = addIndex(b, top, reach - g.strideHeight);
  Value isFirst =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, row, indexOf(b, 0));
  seen = arith::SelectOp::create(b, isFirst, indexOf(b, 0), seen);
  Value begin = arith::MaxSIOp::create(b, seen, addIndex(b, top, -g.padTop));
  loop(inImage(begin), end, 1, [&](Value ih) {
    loop(g.inWidth, [&](Value iw) {
      PlacedReader reader(b, c, counts, operands);
      reader.imageRow = {batch, ih};
      reader.element = mulIndex(b, iw, c.pixelStride());
      reader.bufferRow = bufferRowOf(ih);
      preparePixel(reader, iw);
    });
  });
}

void Schedule::prepareTile(int64_t pixels) {
  loop(pixels, [&](Value m) {
    PlacedReader reader(b, c, counts, operands);
    Value pixel = b.createOrFold<arith::AddIOp>(column, m);
    reader.element = mulIndex(b, pixel, c.pixelStride());
    reader.bufferRow = indexOf(b, 0);
    preparePixel(reader, m);
  });
}

void Schedule::preparePixel(PlacedReader &reader, Value bufferPixel) {
  Value pixelElement = reader.element;
  loop(g.groups, [&](Value ofGroup) {
    Value first = b.createOrFold<arith::AddIOp>(
        pixelElement, mulIndex(b, ofGroup, c.pixelStride() / g.groups));
    Value place = b.createOrFold<arith::AddIOp>(
        mulIndex(b, bufferPixel, g.groups), ofGroup);
    bool part = sumBlock.isLast && counts.hasPartUnit();
    int64_t full = sumBlock.count - part;
    if (full)
      loop(full, [&](Value unit) {
        prepareUnit(reader, first, place, unit, counts.unit.channels);
      });
    if (part)
      prepareUnit(reader, first, place, indexOf(b, full), counts.lastChannels);
  });
}

void Schedule::prepareUnit(PlacedReader reader, Value pixelElement,
                           Value bufferPixel, Value unit, int64_t channels) {
  Value ofTap = b.createOrFold<arith::AddIOp>(sumBlock.first, unit);
  reader.channels = channels;
  reader.element = b.createOrFold<arith::AddIOp>(
      pixelElement, mulIndex(b, ofTap, counts.unit.activationStride));
  Value place = b.createOrFold<arith::AddIOp>(
      mulIndex(b, bufferPixel, sumBlock.count), unit);
  place = mulIndex(b, place, counts.prepared.stride);
  product->prepareUnit(b, reader, [&](Value value, int64_t offset) {
    Value &buffer = state[bufferSlot];
    SmallVector<Value> indices{reader.bufferRow, addIndex(b, place, offset)};
    if (isa<VectorType>(value.getType()))
      buffer = vector::TransferWriteOp::create(b, value, buffer, indices,
                                               ArrayRef<bool>{true})
                   .getResult();
    else
      buffer = tensor::InsertOp::create(b, value, buffer, indices);
  });
}

//===----------------------------------------------------------------------===//
// One tile
//===----------------------------------------------------------------------===//

SmallVector<Value> Schedule::zeros(ArrayRef<Type> types) {
  return llvm::map_to_vector(types, [&](Type type) { return zeroOf(b, type); });
}

void Schedule::buildTile(const ColumnTiles &tiles, TileShape tile, Value block,
                         int64_t channels) {
  PlacedReader reader(b, c, counts, operands);
  reader.block = b.createOrFold<arith::AddIOp>(
      mulIndex(b, group, c.blocksOfGroup()), block);
  SmallVector<Value> sums = zeros(product->accumulators(tile));
  for (int64_t pass = 0; pass < product->passes(); ++pass) {
    if (pass > 0)
      product->beginPass(b, tile, pass, sums);
    reader.pass = pass;
    sums = sumPass(tiles, tile, reader, sums);
  }
  SmallVector<Value> lengths = lengthsOf(tiles);
  TileSums results = product->finish(b, tile, sums, {lengths, terms});
  if (partialSlot) {
    results = addPartials(std::move(results), block);
    if (!sumBlock.isLast)
      return;
  }
  TilePlace place;
  if (c.isConv)
    place.row = {batch, row};
  place.column = column;
  for (int64_t first = 0; first < channels; first += c.tileChannels) {
    int64_t ahead = first / c.tileChannels, v = first / c.lanes;
    place.block = addIndex(b, reader.block, ahead);
    place.channels = std::min(channels - first, c.tileChannels);
    place.firstChannel = b.createOrFold<arith::AddIOp>(
        mulIndex(b, group, c.channelsOfGroup()),
        mulIndex(b, addIndex(b, block, ahead), c.tileChannels));
    int64_t vectors = (place.channels + c.lanes - 1) / c.lanes;
    TileSums ofBlock;
    for (auto &sumsOfPixel : results)
      ofBlock.emplace_back(ArrayRef(sumsOfPixel).slice(v, vectors));
    state[0] = storeTile(b, c, place, ofBlock, state[0]);
  }
}

/// Adds the sums of the blocks before this one; stores all but the last.
TileSums Schedule::addPartials(TileSums sums, Value block) {
  Value line =
      b.createOrFold<arith::AddIOp>(mulIndex(b, batch, g.outHeight), row);
  Value isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                        sumBlock.first, indexOf(b, 0));
  int64_t blocks =
      cast<RankedTensorType>(state[partialSlot].getType()).getDimSize(2) /
      c.tileChannels / g.groups;
  Value ofRange = b.createOrFold<arith::SubIOp>(block, firstBlock);
  Value channel = mulIndex(
      b, b.createOrFold<arith::AddIOp>(mulIndex(b, group, blocks), ofRange),
      c.tileChannels);
  for (auto [m, ofPixel] : llvm::enumerate(sums))
    for (auto [v, sum] : llvm::enumerate(ofPixel)) {
      SmallVector<Value> at{line, addIndex(b, column, m),
                            addIndex(b, channel, v * c.lanes)};
      auto type = cast<VectorType>(sum.getType());
      Value before = readVector(b, type, state[partialSlot], at);
      // The first block finds what an earlier product has left.
      before = arith::SelectOp::create(b, isFirst, zeroOf(b, type), before);
      if (type.getElementType().isF32())
        sum = arith::AddFOp::create(b, before, sum);
      else
        sum = arith::AddIOp::create(b, before, sum);
      if (!sumBlock.isLast)
        state[partialSlot] =
            vector::TransferWriteOp::create(b, sum, state[partialSlot], at,
                                            ArrayRef<bool>{true})
                .getResult();
    }
  return sums;
}

/// Products in each sum: taps inside the image times channels.
SmallVector<Value> Schedule::lengthsOf(const ColumnTiles &tiles) {
  int64_t channels = sumBlock.count * counts.unit.channels;
  if (sumBlock.isLast)
    channels -= counts.unit.channels - counts.lastChannels;
  Value count = b.createOrFold<arith::SubIOp>(rows.high, rows.low);
  std::optional<int64_t> known = getConstantIntValue(count);
  SmallVector<Value> lengths;
  for (int64_t m = 0; m < tiles.pixels; ++m) {
    int64_t ofRow = tiles.tapsOf(m) * channels;
    if (known)
      lengths.push_back(integerOf(b, b.getI32Type(), *known * ofRow));
    else
      lengths.push_back(arith::IndexCastOp::create(b, b.getI32Type(),
                                                   mulIndex(b, count, ofRow)));
  }
  return lengths;
}

/// Adds one pass over the whole sum to the accumulators, by way of the narrow
/// ones where the kernel has them: for all rows, for each, or for parts of one,
/// as many units as they hold.
SmallVector<Value> Schedule::sumPass(const ColumnTiles &tiles, TileShape tile,
                                     PlacedReader reader, ValueRange sums) {
  auto body = [&](TileShape tile, const UnitReader &reader,
                  MutableArrayRef<Value> sums) {
    product->addUnit(b, tile, reader, sums);
  };
  auto wholeRow = [&](PlacedReader &reader, ValueRange sums) {
    return sumRow(tiles, tile, reader, sums, body);
  };
  NarrowLayout narrow = product->narrow(tile);
  if (narrow.units == 0)
    return overRows(tiles, reader, sums, wholeRow);
  int64_t ofRow = 0;
  for (const TapRun &run : tiles.taps)
    ofRow += (run.high - run.low) * sumBlock.count;
  auto widen = [&](ArrayRef<Value> counted, ValueRange sums) {
    SmallVector<Value> next(sums);
    product->widen(b, tile, reader.pass, counted, next);
    return next;
  };
  if (ofRow * g.kernelHeight <= narrow.units)
    return widen(overRows(tiles, reader, zeros(narrow.types), wholeRow), sums);
  return overRows(tiles, reader, sums,
                  [&](PlacedReader &reader, ValueRange sums) {
                    if (ofRow <= narrow.units)
                      return widen(wholeRow(reader, zeros(narrow.types)), sums);
                    return sumInChunks(tiles, tile, reader, sums, body);
                  });
}

/// The filter rows inside the image; `body` gets a reader for tap 0 of pixel 0.
SmallVector<Value> Schedule::overRows(
    const ColumnTiles &tiles, PlacedReader &reader, ValueRange sums,
    function_ref<SmallVector<Value>(PlacedReader &, ValueRange)> body) {
  if (tiles.taps.empty())
    return SmallVector<Value>(sums);
  // The element under tap 0 of the first pixel; it may lie before the row where
  // the first taps are not visited.
  Value pixel = addIndex(b, mulIndex(b, column, g.strideWidth), -g.padLeft);
  reader.element = b.createOrFold<arith::AddIOp>(
      mulIndex(b, pixel, c.pixelStride()),
      mulIndex(b, group, c.pixelStride() / g.groups));
  reader.pixelStep = g.strideWidth * c.pixelStride();
  reader.step = indexOf(b, 0);
  if (counts.isPrepared()) {
    int64_t ofGroup = sumBlock.count * counts.prepared.stride;
    reader.buffer = state[bufferSlot];
    reader.bufferElement = b.createOrFold<arith::AddIOp>(
        mulIndex(b, c.isConv ? pixel : indexOf(b, 0), g.groups * ofGroup),
        mulIndex(b, group, ofGroup));
    reader.bufferStep = g.strideWidth * g.groups * ofGroup;
  }
  return buildLoop(
      b, rows.low, rows.high, 1, sums, [&](Value kh, ValueRange sums) {
        PlacedReader ofRow(reader);
        if (c.isConv) {
          Value ih = b.createOrFold<arith::AddIOp>(
              addIndex(b, mulIndex(b, row, g.strideHeight), -g.padTop),
              mulIndex(b, kh, g.dilationHeight));
          ofRow.imageRow = {batch, ih};
          ofRow.filterRow = kh;
          if (counts.isPrepared())
            ofRow.bufferRow = bufferRowOf(ih);
        } else if (counts.isPrepared()) {
          ofRow.bufferRow = indexOf(b, 0);
        }
        return body(ofRow, sums);
      });
}

SmallVector<Value> Schedule::sumRow(const ColumnTiles &tiles, TileShape tile,
                                    const PlacedReader &reader, ValueRange sums,
                                    UnitBody body) {
  SmallVector<Value> next(sums);
  for (const TapRun &run : tiles.taps) {
    tile.first = run.first, tile.last = run.last;
    next =
        overTaps(run, reader, next,
                 [&](PlacedReader &reader, Value low, int64_t count,
                     int64_t channels, ValueRange sums) {
                   return sumUnits(tile, reader, low, addIndex(b, low, count),
                                   channels, sums, body);
                 });
  }
  return next;
}

/// The taps of a run: all as one range of units where they lie side by side;
/// else one by one, each as a range of full units and perhaps one that is not.
SmallVector<Value> Schedule::overTaps(
    const TapRun &run, const PlacedReader &reader, ValueRange sums,
    function_ref<SmallVector<Value>(PlacedReader &, Value, int64_t, int64_t,
                                    ValueRange)>
        body) {
  PlacedReader next(reader);
  if (tapsAreContiguous())
    return body(next, indexOf(b, run.low * counts.units),
                (run.high - run.low) * counts.units, counts.unit.channels,
                sums);
  bool part = sumBlock.isLast && counts.hasPartUnit() && !counts.isPrepared();
  int64_t full = sumBlock.count - part;
  return buildLoop(
      b, indexOf(b, run.low), indexOf(b, run.high), 1, sums,
      [&](Value kw, ValueRange sums) {
        Value pixels = mulIndex(b, kw, g.dilationWidth);
        next.element = b.createOrFold<arith::AddIOp>(
            reader.element, mulIndex(b, pixels, c.pixelStride()));
        next.step = b.createOrFold<arith::AddIOp>(
            reader.step,
            mulIndex(b, kw, counts.units * counts.unit.weightStride));
        if (counts.isPrepared()) {
          // The buffer holds the units of this block of the sum only.
          int64_t stride = counts.prepared.stride;
          next.bufferElement = b.createOrFold<arith::AddIOp>(
              reader.bufferElement,
              mulIndex(b, pixels, g.groups * sumBlock.count * stride));
          next.bufferElement = b.createOrFold<arith::SubIOp>(
              next.bufferElement, mulIndex(b, sumBlock.first, stride));
        }
        SmallVector<Value> result(sums);
        if (full)
          result =
              body(next, sumBlock.first, full, counts.unit.channels, result);
        if (part)
          result = body(next, addIndex(b, sumBlock.first, full), 1,
                        counts.lastChannels, result);
        return result;
      });
}

SmallVector<Value> Schedule::sumUnits(TileShape tile,
                                      const PlacedReader &reader, Value low,
                                      Value high, int64_t channels,
                                      ValueRange sums, UnitBody body) {
  return buildLoop(b, low, high, 1, sums, [&](Value unit, ValueRange sums) {
    PlacedReader at(reader);
    at.channels = channels;
    at.element = b.createOrFold<arith::AddIOp>(
        reader.element, mulIndex(b, unit, counts.unit.activationStride));
    at.step = b.createOrFold<arith::AddIOp>(
        reader.step, mulIndex(b, unit, counts.unit.weightStride));
    if (counts.isPrepared())
      at.bufferElement = b.createOrFold<arith::AddIOp>(
          reader.bufferElement, mulIndex(b, unit, counts.prepared.stride));
    SmallVector<Value> next(sums);
    body(tile, at, next);
    return next;
  });
}

/// `units` in chunks of at most `most`, of equal sizes where that takes at most
/// twice as many.
static int64_t chunkSize(int64_t units, int64_t most) {
  int64_t least = (units + most - 1) / most;
  for (int64_t chunks = least; chunks <= 2 * least; ++chunks)
    if (units % chunks == 0)
      return units / chunks;
  return (units + least - 1) / least;
}

/// As sumRow, but narrow accumulators are widened after each chunk of units.
SmallVector<Value> Schedule::sumInChunks(const ColumnTiles &tiles,
                                         TileShape tile,
                                         const PlacedReader &reader,
                                         ValueRange sums, UnitBody body) {
  NarrowLayout narrow = product->narrow(tile);
  SmallVector<Value> next(sums);
  for (const TapRun &run : tiles.taps) {
    tile.first = run.first, tile.last = run.last;
    next = overTaps(
        run, reader, next,
        [&](PlacedReader &reader, Value low, int64_t count, int64_t channels,
            ValueRange sums) {
          int64_t chunk = chunkSize(count, narrow.units);
          Value high = addIndex(b, low, count);
          return buildLoop(
              b, low, high, chunk, sums, [&](Value first, ValueRange sums) {
                Value end = addIndex(b, first, std::min(chunk, count));
                if (count % chunk != 0)
                  end = arith::MinSIOp::create(b, end, high);
                SmallVector<Value> counted =
                    sumUnits(tile, reader, first, end, channels,
                             zeros(narrow.types), body);
                SmallVector<Value> next(sums);
                product->widen(b, tile, reader.pass, counted, next);
                return next;
              });
        });
  }
  return next;
}

Value qnn::buildSchedule(ImplicitLocOpBuilder &b, const Contraction &c) {
  return Schedule(b, c).build();
}
