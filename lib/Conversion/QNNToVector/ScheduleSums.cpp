//===- ScheduleSums.cpp - The sums of one tile ------------------*- C++ -*-===//
//
// From zeros to the epilogue: passes, filter rows, taps, units, and where the
// kernel has narrow accumulators, the places where they are widened.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "ScheduleBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

SmallVector<Value> ScheduleBuilder::zeros(ArrayRef<Type> types) {
  return llvm::map_to_vector(types, [&](Type type) { return zeroOf(b, type); });
}

/// What depends on the tile's pixels only.
void ScheduleBuilder::sumPixelTerms(const ColumnTiles &tiles) {
  TileShape tile(tiles.pixels, 0);
  terms = zeros(product->pixelTerms(tile));
  if (terms.empty())
    return;
  PlacedReader reader(b, c, counts, operands);
  auto body = [&](TileShape tile, const UnitReader &reader,
                  MutableArrayRef<Value> terms) {
    product->addPixelTerms(b, tile, reader, terms);
  };
  terms = overRows(tiles, reader, terms,
                   [&](PlacedReader &reader, ValueRange terms) {
                     return sumRow(tiles, tile, reader, terms, body);
                   });
}

/// The number of a group's block among those of all groups.
Value ScheduleBuilder::blockOfAll(Value block) {
  return b.createOrFold<arith::AddIOp>(mulIndex(b, group, c.blocksOfGroup()),
                                       block);
}

TileSums ScheduleBuilder::sumTile(const ColumnTiles &tiles, TileShape tile,
                                  Value block) {
  PlacedReader reader(b, c, counts, operands);
  reader.block = blockOfAll(block);
  SmallVector<Value> sums = zeros(product->accumulators(tile));
  for (int64_t pass = 0; pass < product->passes(); ++pass) {
    if (pass > 0)
      product->beginPass(b, tile, pass, sums);
    reader.pass = pass;
    sums = sumPass(tiles, tile, reader, sums);
  }
  SmallVector<Value> lengths = lengthsOf(tiles);
  return product->finish(b, tile, sums, {lengths, terms});
}

void ScheduleBuilder::buildTile(const ColumnTiles &tiles, TileShape tile,
                                Value block, int64_t channels) {
  TileSums sums = sumTile(tiles, tile, block);
  if (partialSlot)
    sums = addPartials(std::move(sums), block);
  if (sumBlock.isLast)
    storeBlocks(sums, block, channels);
}

/// The epilogue of each block of a tile.
void ScheduleBuilder::storeBlocks(const TileSums &sums, Value block,
                                  int64_t channels) {
  TilePlace place;
  if (c.isConv)
    place.row = {batch, row};
  place.column = column;
  for (int64_t first = 0; first < channels; first += c.tileChannels) {
    Value ofGroup = addIndex(b, block, first / c.tileChannels);
    place.block = blockOfAll(ofGroup);
    place.channels = std::min(channels - first, c.tileChannels);
    place.firstChannel =
        b.createOrFold<arith::AddIOp>(mulIndex(b, group, c.channelsOfGroup()),
                                      mulIndex(b, ofGroup, c.tileChannels));
    int64_t vectors = (place.channels + c.lanes - 1) / c.lanes;
    TileSums ofBlock;
    for (const auto &ofPixel : sums)
      ofBlock.emplace_back(ArrayRef(ofPixel).slice(first / c.lanes, vectors));
    storeTile(b, c, place, ofBlock, results());
  }
}

/// Adds the sums of the blocks before this one; stores all but the last.
TileSums ScheduleBuilder::addPartials(TileSums sums, Value block) {
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
SmallVector<Value> ScheduleBuilder::lengthsOf(const ColumnTiles &tiles) {
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
SmallVector<Value> ScheduleBuilder::sumPass(const ColumnTiles &tiles,
                                            TileShape tile, PlacedReader reader,
                                            ValueRange sums) {
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
SmallVector<Value> ScheduleBuilder::overRows(
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
  if (copiesRows()) {
    // The copy holds the units of this block of the sum only.
    reader.activations = state[copySlot];
    reader.element = mulIndex(b, sumBlock.first, -counts.unit.activationStride);
    reader.pixelStep = copiedElements();
  }
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

SmallVector<Value> ScheduleBuilder::sumRow(const ColumnTiles &tiles,
                                           TileShape tile,
                                           const PlacedReader &reader,
                                           ValueRange sums, UnitBody body) {
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
SmallVector<Value> ScheduleBuilder::overTaps(
    const TapRun &run, const PlacedReader &reader, ValueRange sums,
    function_ref<SmallVector<Value>(PlacedReader &, Value, int64_t, int64_t,
                                    ValueRange)>
        body) {
  PlacedReader next(reader);
  if (tapsAreContiguous())
    return body(next, indexOf(b, run.low * counts.units),
                (run.high - run.low) * counts.units, counts.unit.channels,
                sums);
  bool part = sumBlock.isLast && counts.addsPartUnit();
  int64_t full = sumBlock.count - part;
  return buildLoop(
      b, indexOf(b, run.low), indexOf(b, run.high), 1, sums,
      [&](Value kw, ValueRange sums) {
        Value pixels = mulIndex(b, kw, g.dilationWidth);
        next.element = b.createOrFold<arith::AddIOp>(
            reader.element, mulIndex(b, pixels, c.pixelStride()));
        next.step = b.createOrFold<arith::AddIOp>(
            reader.step, mulIndex(b, kw, counts.stepsOfTap));
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

SmallVector<Value> ScheduleBuilder::sumUnits(TileShape tile,
                                             const PlacedReader &reader,
                                             Value low, Value high,
                                             int64_t channels, ValueRange sums,
                                             UnitBody body) {
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
SmallVector<Value> ScheduleBuilder::sumInChunks(const ColumnTiles &tiles,
                                                TileShape tile,
                                                const PlacedReader &reader,
                                                ValueRange sums,
                                                UnitBody body) {
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
