//===- XnorProduct.cpp - +-1 by +-1: count the signs that differ *- C++ -*-===//

#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Counts the places where the signs differ; sum = length - 2 * count.
struct Xnor : InnerProduct {
  using InnerProduct::InnerProduct;

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    return SmallVector<Type>(tile.pixels * tile.vectors, c.vectorOf(i32));
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType type = c.vectorOf(b.getI32Type());
    SmallVector<Value> weights;
    for (int64_t v = 0; v < tile.vectors; ++v)
      weights.push_back(reader.weights(v, 0));
    for (int64_t m = 0; m < tile.pixels; ++m) {
      Value word = broadcast(b, type, reader.activation(m, 0));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        Value differ = arith::XOrIOp::create(b, word, weights[v]);
        sum = arith::AddIOp::create(b, sum, popcount(b, differ));
      }
    }
  }

  TileSums finish(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                  Value length) const override {
    TileSums rows = inRows(tile, sums);
    VectorType type = c.vectorOf(b.getI32Type());
    Value lengths = broadcast(b, type, length);
    Value one = integerOf(b, type, 1);
    for (auto &row : rows)
      for (Value &sum : row)
        sum = arith::SubIOp::create(b, lengths,
                                    arith::ShLIOp::create(b, sum, one));
    return rows;
  }
};
} // namespace

std::unique_ptr<InnerProduct> qnn::createXnorProduct(const Contraction &c) {
  return std::make_unique<Xnor>(c);
}
