//===- ScheduleOperands.cpp - Where units lie in the operands ---*- C++ -*-===//

#include "ScheduleOperands.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace qnn;

static ArrayRef<int64_t> shapeOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

static Type elementOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

UnitCounts::UnitCounts(const Contraction &c, const InnerProduct &product)
    : unit(product.unit()), prepared(product.prepared()) {
  int64_t channels = c.g.channels;
  units = (channels + unit.channels - 1) / unit.channels;
  lastChannels = channels - (units - 1) * unit.channels;
  ArrayRef<int64_t> tiles = shapeOf(c.op.getWeightTiles());
  stepsOfTap = tiles[tiles.size() - 2];
  weightLanes = tiles.back();
  bool dense = isPrepared() ? !addsPartUnit()
                            : units * unit.activationStride == c.pixelStride();
  contiguous = c.g.groups == 1 && c.g.dilationWidth == 1 && dense;
}

Operands::Operands(ImplicitLocOpBuilder &b, const Contraction &c) {
  activations = mergeDims(b, c.op.getActivations(), c.isConv ? 2 : 0, 2);
  weights = c.op.getWeightTiles();
  if (c.isConv)
    weights = mergeDims(b, weights, 2, 2);
}

Value PlacedReader::activation(int64_t m, int64_t offset, Type type) const {
  if (!type)
    type = elementOf(activations);
  SmallVector<Value> indices(imageRow);
  indices.push_back(addIndex(b, element, m * pixelStep + offset));
  return readElements(b, type, activations, indices);
}

Value PlacedReader::weights(int64_t v, int64_t offset, VectorType type) const {
  if (!type)
    type = c.vectorOf(elementOf(operands.weights));
  int64_t width = type.getNumElements();
  int64_t ofBlock = counts.weightLanes / width;
  SmallVector<Value> indices{addIndex(b, block, v / ofBlock)};
  if (filterRow)
    indices.push_back(filterRow);
  indices.push_back(addIndex(b, step, offset));
  indices.push_back(indexOf(b, v % ofBlock * width));
  return readVector(b, type, operands.weights, indices);
}

Value PlacedReader::prepared(int64_t m, int64_t offset, Type type) const {
  if (!type)
    type = elementOf(buffer);
  SmallVector<Value> indices{
      bufferRow, addIndex(b, bufferElement, m * bufferStep + offset)};
  return readElements(b, type, buffer, indices);
}
