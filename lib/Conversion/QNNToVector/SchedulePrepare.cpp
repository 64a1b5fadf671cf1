//===- SchedulePrepare.cpp - Activations, prepared once ---------*- C++ -*-===//
//
// A matmul prepares the rows of a tile before its loop over output channels. A
// convolution prepares each row of the image when a row of the result is the
// first to read it; the buffer has as many rows as the filter reaches over.
//
// Rows of a matmul that lie a multiple of 4 KB apart share a set of the
// first-level cache, which has fewer ways than a wide tile has rows: each read
// of one would evict another. Such rows are copied, some bytes more apart.
//
//===----------------------------------------------------------------------===//

#include "ScheduleBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

/// As many rows of the image as a row of the result reads: each new row takes
/// the place of one that no later row reads.
int64_t ScheduleBuilder::bufferRows() const {
  return std::min(g.inHeight, (g.kernelHeight - 1) * g.dilationHeight + 1);
}

Value ScheduleBuilder::bufferRowOf(Value imageRow) {
  if (bufferRows() == 1)
    return indexOf(b, 0);
  if (bufferRows() == g.inHeight)
    return imageRow;
  return arith::RemUIOp::create(b, imageRow, indexOf(b, bufferRows()));
}

/// Rows of the image under the filter that the row of the result before this
/// one has not read.
void ScheduleBuilder::prepareImageRows() {
  int64_t reach = (g.kernelHeight - 1) * g.dilationHeight + 1 - g.padTop;
  Value top = mulIndex(b, row, g.strideHeight);
  auto inImage = [&](Value ih) -> Value {
    ih = arith::MaxSIOp::create(b, ih, indexOf(b, 0));
    return arith::MinSIOp::create(b, ih, indexOf(b, g.inHeight));
  };
  Value end = inImage(addIndex(b, top, reach));
  Value seen = addIndex(b, top, reach - g.strideHeight);
  Value isFirst =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, row, firstRow);
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

void ScheduleBuilder::prepareTile(int64_t pixels) {
  bufferSlot = addBuffer(
      {1, pixels * g.groups * sumBlock.count * counts.prepared.stride},
      counts.prepared.element);
  loop(pixels, [&](Value m) {
    PlacedReader reader(b, c, counts, operands);
    Value pixel = b.createOrFold<arith::AddIOp>(column, m);
    reader.element = mulIndex(b, pixel, c.pixelStride());
    reader.bufferRow = indexOf(b, 0);
    preparePixel(reader, m);
  });
}

void ScheduleBuilder::preparePixel(PlacedReader &reader, Value bufferPixel) {
  Value pixelElement = reader.element;
  loop(g.groups, [&](Value ofGroup) {
    Value first = b.createOrFold<arith::AddIOp>(
        pixelElement, mulIndex(b, ofGroup, c.pixelStride() / g.groups));
    Value place = b.createOrFold<arith::AddIOp>(
        mulIndex(b, bufferPixel, g.groups), ofGroup);
    bool part = sumBlock.isLast && counts.hasPartUnit();
    int64_t full = sumBlock.count - part;
    int64_t atOnce = counts.prepared.unitsAtOnce;
    int64_t grouped = full / atOnce * atOnce;
    auto prepareFull = [&](int64_t low, int64_t high, int64_t units) {
      if (low < high)
        loop(indexOf(b, low), indexOf(b, high), units, [&](Value unit) {
          prepareUnit(reader, first, place, unit, units * counts.unit.channels);
        });
    };
    prepareFull(0, grouped, atOnce);
    prepareFull(grouped, full, 1);
    if (part)
      prepareUnit(reader, first, place, indexOf(b, full), counts.lastChannels);
  });
}

void ScheduleBuilder::prepareUnit(PlacedReader reader, Value pixelElement,
                                  Value bufferPixel, Value unit,
                                  int64_t channels) {
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

static constexpr int64_t lineBytes = 64, bytesOfWay = 64 * lineBytes, ways = 8;

static int64_t bytesOfElement(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementTypeBitWidth() / 8;
}

bool ScheduleBuilder::copiesRows() const {
  int64_t rows = std::min(c.tilePixels, g.outWidth);
  int64_t element = bytesOfElement(operands.activations);
  int64_t ofBlock = unitsAtOnce() * counts.unit.activationStride * element;
  return !c.isConv && !counts.isPrepared() && rows >= ways &&
         c.pixelStride() * element % bytesOfWay == 0 &&
         ofBlock % lineBytes == 0;
}

/// From one row of the copy to the next.
int64_t ScheduleBuilder::copiedElements() const {
  return unitsAtOnce() * counts.unit.activationStride +
         lineBytes / bytesOfElement(operands.activations);
}

void ScheduleBuilder::copyTile(int64_t pixels) {
  Value from = operands.activations;
  Type element = cast<RankedTensorType>(from.getType()).getElementType();
  int64_t ofLine = lineBytes / bytesOfElement(from);
  auto line = VectorType::get({ofLine}, element);
  copySlot = addBuffer(pixels * copiedElements(), element);
  int64_t stride = counts.unit.activationStride;
  Value first = mulIndex(b, sumBlock.first, stride);
  loop(pixels, [&](Value m) {
    Value pixel = b.createOrFold<arith::AddIOp>(column, m);
    Value row = b.createOrFold<arith::AddIOp>(
        mulIndex(b, pixel, c.pixelStride()), first);
    Value copy = mulIndex(b, m, copiedElements());
    Value end = indexOf(b, sumBlock.count * stride);
    loop(indexOf(b, 0), end, ofLine, [&](Value i) {
      Value elements =
          readVector(b, line, from, {b.createOrFold<arith::AddIOp>(row, i)});
      state[copySlot] = vector::TransferWriteOp::create(
                            b, elements, state[copySlot],
                            ValueRange{b.createOrFold<arith::AddIOp>(copy, i)},
                            ArrayRef<bool>{true})
                            .getResult();
    });
  });
}
