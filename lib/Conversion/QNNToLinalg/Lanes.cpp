//===- Lanes.cpp - Loops over registers of tensors --------------*- C++ -*-===//

#include "Lanes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

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

/// Each round doubles the run of lanes that come from one place: after log2(N)
/// rounds of perfect shuffles rows have become columns.
SmallVector<Value> qnn::transposeLanes(ImplicitLocOpBuilder &b,
                                       ArrayRef<Value> vectors) {
  SmallVector<Value> from(vectors), to(vectors.size());
  int64_t count = vectors.size(), half = count / 2;
  for (int64_t round = 1; round < count; round *= 2) {
    for (int64_t i = 0; i < half; ++i) {
      Value both = vector::InterleaveOp::create(b, from[i], from[i + half]);
      to[2 * i] = takeLanes(b, both, 0, count);
      to[2 * i + 1] = takeLanes(b, both, count, count);
    }
    std::swap(from, to);
  }
  return from;
}
