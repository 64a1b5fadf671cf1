//===- SumTableRows.cpp - The tables of a word ------------------*- C++ -*-===//

#include "../QNNToLinalg/Lanes.h"
#include "SumTableBuilder.h"
#include "qnn/Arith/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Pixels
//===----------------------------------------------------------------------===//

/// The first element of each pixel of the tile under each tap, or -1 where that
/// lies outside the image. Pixels that only fill a register are some other.
void SumTableBuilder::placePixels() {
  Value last = indexOf(b, pixelsOfImage - 1);
  auto place = [&](Value kh, Value kw, Value i) {
    Value pixel = add(firstPixel, i);
    if (tile.pixels % lanes)
      pixel = arith::MinUIOp::create(b, pixel, last);
    Value tap = add(mulIndex(b, kh, g.kernelWidth), kw);
    Value place =
        arith::IndexCastOp::create(b, b.getI64Type(), placeOf(pixel, kh, kw));
    Value at = add(mulIndex(b, tap, width()), i);
    state[placeSlot] = tensor::InsertOp::create(b, place, state[placeSlot], at);
  };
  loop(g.kernelHeight, [&](Value kh) {
    loop(g.kernelWidth,
         [&](Value kw) { loop(width(), [&](Value i) { place(kh, kw, i); }); });
  });
}

Value SumTableBuilder::placeOf(Value pixel, Value kh, Value kw) {
  if (!c.isConv)
    return mulIndex(b, pixel, c.pixelStride());
  Value width = indexOf(b, g.outWidth);
  Value row = arith::DivUIOp::create(b, pixel, width);
  Value column = arith::RemUIOp::create(b, pixel, width);
  auto under = [&](Value at, int64_t stride, Value tap, int64_t dilation,
                   int64_t pad) {
    return addIndex(b, add(mulIndex(b, at, stride), mulIndex(b, tap, dilation)),
                    -pad);
  };
  return placeAt(under(row, g.strideHeight, kh, g.dilationHeight, g.padTop),
                 under(column, g.strideWidth, kw, g.dilationWidth, g.padLeft));
}

/// The first element of a pixel of the image, or -1.
Value SumTableBuilder::placeAt(Value ih, Value iw) {
  // Negative numbers are great ones without a sign.
  auto inside = [&](Value at, int64_t size) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at,
                                 indexOf(b, size));
  };
  Value isInside =
      arith::AndIOp::create(b, inside(ih, g.inHeight), inside(iw, g.inWidth));
  Value line = add(mulIndex(b, image, g.inHeight), ih);
  Value place =
      mulIndex(b, add(mulIndex(b, line, g.inWidth), iw), c.pixelStride());
  return arith::SelectOp::create(b, isInside, place, indexOf(b, -1));
}

/// The same of the positions of a window: one place for all taps.
void SumTableBuilder::placePositions() {
  Value width = indexOf(b, pitch());
  loop(this->width(), [&](Value i) {
    Value position = add(firstPixel, i);
    Value row = arith::DivUIOp::create(b, position, width);
    Value column = arith::RemUIOp::create(b, position, width);
    Value place =
        placeAt(addIndex(b, row, -g.padTop), addIndex(b, column, -g.padLeft));
    place = arith::IndexCastOp::create(b, b.getI64Type(), place);
    state[placeSlot] = tensor::InsertOp::create(b, place, state[placeSlot], i);
  });
}

/// Channels from `channel` on of a register of pixels, whose places lie from
/// `place` on: a register for each.
SmallVector<Value> SumTableBuilder::readSquare(Value place, Value channel,
                                               int64_t channels) {
  SmallVector<Value> rows;
  for (int64_t i = 0; i < lanes; ++i)
    rows.push_back(readPixel(addIndex(b, place, i), channel, channels));
  rows = transposeLanes(b, rows);
  for (Value &row : rows)
    row = toElement(row);
  return rows;
}

/// Channels of a pixel in the lanes, zeros where it has none.
Value SumTableBuilder::readPixel(Value place, Value channel, int64_t channels) {
  Value first = tensor::ExtractOp::create(b, state[placeSlot], place);
  Value isInside;
  if (c.isConv) {
    Value none = integerOf(b, b.getI64Type(), 0);
    isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, first, none);
    first = arith::MaxSIOp::create(b, first, none);
  }
  Value at =
      add(arith::IndexCastOp::create(b, b.getIndexType(), first).getResult(),
          channel);
  VectorType type =
      typeOf(cast<RankedTensorType>(activations.getType()).getElementType());
  Value zeros = zeroOf(b, type);
  Value read = readLanes(b, activations, at, channels);
  if (channels < lanes)
    read = vector::InsertStridedSliceOp::create(
        b, read, zeros, ArrayRef<int64_t>(0), ArrayRef<int64_t>(1));
  if (isInside)
    read = arith::SelectOp::create(b, isInside, read, zeros);
  return read;
}

/// Bytes hold numbers.
Value SumTableBuilder::toElement(Value activations) {
  if (isFloat())
    return activations;
  if (c.op.getActivationCode().getEncoding() == Encoding::Unsigned)
    return arith::ExtUIOp::create(b, ofTables(), activations);
  return arith::ExtSIOp::create(b, ofTables(), activations);
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The tables of `channels` channels of a word, for each register of pixels as
/// many channels at once as are turned, or as index a table.
void SumTableBuilder::buildTables(Value tap, Value word, int64_t channels) {
  int64_t atOnce = std::max(lanes, indexBits);
  int64_t full = channels / atOnce, rest = channels % atOnce;
  loop(tile.vectors, [&](Value v) {
    if (full)
      loop(full, [&](Value i) {
        buildTables(tap, word, v, mulIndex(b, i, atOnce), atOnce);
      });
    if (rest)
      buildTables(tap, word, v, indexOf(b, full * atOnce), rest);
  });
}

void SumTableBuilder::buildTables(Value tap, Value word, Value v, Value first,
                                  int64_t channels) {
  Value channel = add(mulIndex(b, group, g.channels),
                      add(mulIndex(b, word, wordBits), first));
  Value lane = mulIndex(b, v, lanes);
  Value place = add(mulIndex(b, tap, width()), lane);
  SmallVector<Value> rows;
  for (int64_t i = 0; i < channels; i += lanes)
    rows.append(readSquare(place, addIndex(b, channel, i),
                           std::min(channels - i, lanes)));
  rows.resize(llvm::alignTo(rows.size(), indexBits), zeroOf(b, ofTables()));
  Value table = arith::DivUIOp::create(b, first, indexOf(b, indexBits));
  for (int64_t i = 0; i < channels; i += indexBits) {
    Value at =
        mulIndex(b, addIndex(b, table, i / indexBits), entries * width());
    storeTable(ArrayRef(rows).slice(i, indexBits), add(at, lane));
  }
}

/// The sums of the low half of the activations, and of the high half, make all.
/// Sums of more than 4 are made row by row, from the one of the high half that
/// was stored in the row's first place.
void SumTableBuilder::storeTable(ArrayRef<Value> activations, Value at) {
  if (indexBits <= 4) {
    for (auto [e, sum] : llvm::enumerate(sumsOf(activations)))
      write(tableSlot, sum, addIndex(b, at, e * width()));
    return;
  }
  int64_t half = indexBits / 2, row = width() << half;
  SmallVector<Value> low = sumsOf(activations.take_front(half));
  for (auto [e, sum] : llvm::enumerate(sumsOf(activations.drop_front(half))))
    write(tableSlot, sum, addIndex(b, at, e * row));
  loop(int64_t(1) << half, [&](Value e) {
    Value first = add(at, mulIndex(b, e, row));
    Value high = read(tableSlot, ofTables(), first);
    for (auto [i, sum] : llvm::enumerate(low))
      write(tableSlot, add(sum, high), addIndex(b, first, i * width()));
  });
}

/// What a bit of 0 makes of an activation.
Value SumTableBuilder::without(Value activation) {
  if (isFloat())
    return arith::NegFOp::create(b, activation);
  Value zero = zeroOf(b, ofTables());
  if (!c.op.getWeightCode().isBipolar())
    return zero;
  return arith::SubIOp::create(b, zero, activation);
}

/// Sum i of +-1: each activation with the sign that its bit of i says, 1 for
/// plus; of other codes the activations whose bits i has.
SmallVector<Value> SumTableBuilder::sumsOf(ArrayRef<Value> activations) {
  if (activations.size() == 1)
    return {without(activations[0]), activations[0]};
  size_t half = activations.size() / 2;
  SmallVector<Value> low = sumsOf(activations.take_front(half));
  SmallVector<Value> high = sumsOf(activations.drop_front(half));
  SmallVector<Value> sums;
  for (Value y : high)
    for (Value x : low)
      sums.push_back(add(x, y));
  return sums;
}
