//===- Lanes.cpp - Loops over registers of tensors --------------*- C++ -*-===//

#include "Lanes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

Value qnn::constantIndex(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value qnn::scaledIndex(ImplicitLocOpBuilder &b, Value number, int64_t factor,
                       int64_t offset) {
  Value product = number;
  if (factor != 1)
    product = arith::MulIOp::create(b, number, constantIndex(b, factor));
  if (offset == 0)
    return product;
  return arith::AddIOp::create(b, product, constantIndex(b, offset));
}

Value qnn::buildCountLoop(
    ImplicitLocOpBuilder &b, int64_t count, Value init,
    function_ref<Value(ImplicitLocOpBuilder &, Value, Value)> body) {
  auto loop = scf::ForOp::create(
      b, constantIndex(b, 0), constantIndex(b, count), constantIndex(b, 1),
      init, [&](OpBuilder &nested, Location loc, Value i, ValueRange args) {
        ImplicitLocOpBuilder inner(loc, nested);
        scf::YieldOp::create(inner, body(inner, i, args[0]));
      });
  return loop.getResult(0);
}

Value qnn::readLanes(ImplicitLocOpBuilder &b, Value tensor, ValueRange indices,
                     int64_t lanes) {
  Type element = tensorType(tensor).getElementType();
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(element));
  bool inBounds[] = {true};
  return vector::TransferReadOp::create(b, vectorOf(lanes, element), tensor,
                                        indices, zero,
                                        ArrayRef<bool>(inBounds));
}

Value qnn::readSplat(ImplicitLocOpBuilder &b, Value tensor, ValueRange indices,
                     int64_t lanes) {
  Value element = tensor::ExtractOp::create(b, tensor, indices);
  return vector::BroadcastOp::create(b, vectorOf(lanes, element.getType()),
                                     element);
}

Value qnn::writeLanes(ImplicitLocOpBuilder &b, Value lanes, Value tensor,
                      ValueRange indices) {
  bool inBounds[] = {true};
  return vector::TransferWriteOp::create(b, lanes, tensor, indices,
                                         ArrayRef<bool>(inBounds))
      .getResult();
}

Value qnn::maskToWord(ImplicitLocOpBuilder &b, Value mask) {
  Value word = vector::BitCastOp::create(b, vectorOf(1, b.getI32Type()), mask);
  return vector::ExtractOp::create(b, word, ArrayRef<int64_t>{0});
}

Value qnn::masksToWord(ImplicitLocOpBuilder &b, ArrayRef<Value> masks,
                       int64_t lanes) {
  VectorType type = vectorOf(wordBits, b.getI1Type());
  if (masks.front().getType() == type)
    return maskToWord(b, masks.front());
  Value all = arith::ConstantOp::create(b, b.getZeroAttr(type));
  for (auto [v, mask] : llvm::enumerate(masks))
    all = vector::InsertStridedSliceOp::create(
        b, mask, all, ArrayRef<int64_t>(v * lanes), ArrayRef<int64_t>(1));
  return maskToWord(b, all);
}

Value qnn::takeLanes(ImplicitLocOpBuilder &b, Value lanes, int64_t first,
                     int64_t count) {
  if (cast<VectorType>(lanes.getType()).getNumElements() == count)
    return lanes;
  return vector::ExtractStridedSliceOp::create(
      b, lanes, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{count},
      ArrayRef<int64_t>{1});
}

Value qnn::interleaveLanes(ImplicitLocOpBuilder &b, ArrayRef<Value> vectors) {
  if (vectors.size() == 1)
    return vectors.front();
  SmallVector<Value> even, odd;
  for (auto [i, vector] : llvm::enumerate(vectors))
    (i % 2 == 0 ? even : odd).push_back(vector);
  return vector::InterleaveOp::create(b, interleaveLanes(b, even),
                                      interleaveLanes(b, odd));
}

/// Each round interleaves a vector of the first half with one of the second:
/// the numbers of lanes and vectors, as one number of bits, are rotated by one.
static SmallVector<Value> transposeByInterleaving(ImplicitLocOpBuilder &b,
                                                  ArrayRef<Value> vectors) {
  SmallVector<Value> rows(vectors);
  int64_t count = vectors.size();
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < count / 2; ++lane) {
    low.append({lane, count + lane});
    high.append({count / 2 + lane, count + count / 2 + lane});
  }
  for (int64_t round = 1; round < count; round *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < count / 2; ++i)
      for (ArrayRef<int64_t> lanes : {low, high})
        next.push_back(
            vector::ShuffleOp::create(b, rows[i], rows[count / 2 + i], lanes));
    rows = next;
  }
  return rows;
}

/// Of two vectors whose numbers differ in bit `distance`, each round swaps the
/// lanes where that bit is 0 in one and 1 in the other: blocks of a matrix off
/// its diagonal. Each result is one shuffle of two registers, the first rounds
/// move whole halves of them. Of bytes a swap would be several instructions.
SmallVector<Value> qnn::transposeLanes(ImplicitLocOpBuilder &b,
                                       ArrayRef<Value> vectors) {
  if (getElementTypeOrSelf(vectors.front()).isInteger(8))
    return transposeByInterleaving(b, vectors);
  SmallVector<Value> rows(vectors);
  int64_t count = vectors.size();
  for (int64_t distance = count / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> low(count), high(count);
    for (int64_t lane = 0; lane < count; ++lane) {
      bool isHigh = lane & distance;
      low[lane] = isHigh ? count + lane - distance : lane;
      high[lane] = isHigh ? count + lane : lane + distance;
    }
    for (int64_t i = 0; i < count; ++i) {
      if (i & distance)
        continue;
      Value first = rows[i], second = rows[i + distance];
      rows[i] = vector::ShuffleOp::create(b, first, second, low);
      rows[i + distance] = vector::ShuffleOp::create(b, first, second, high);
    }
  }
  return rows;
}
