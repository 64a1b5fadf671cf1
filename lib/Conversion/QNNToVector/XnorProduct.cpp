//===- XnorProduct.cpp - +-1 by +-1: count the signs that differ *- C++ -*-===//

#include "BitCount.h"
#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Counts the places where the signs differ; sum = length - 2 * count.
struct Xnor : InnerProduct {
  explicit Xnor(const Contraction &c) : InnerProduct(c), bits(c) {}

  UnitLayout unit() const override {
    return {wordBits, /*activationStride=*/1, /*weightStride=*/1,
            /*padded=*/true};
  }

  int64_t blocksAtOnce(int64_t pixels, int64_t left) const override {
    return blocksOfNarrowTile(c, pixels, left);
  }

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    return SmallVector<Type>(tile.pixels * tile.vectors, c.vectorOf(i32));
  }

  NarrowLayout narrow(TileShape tile) const override {
    return bits.narrow(tile.pixels * tile.vectors);
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType type = c.vectorOf(b.getI32Type());
    SmallVector<Value> weights;
    for (int64_t v = 0; v < tile.vectors; ++v)
      weights.push_back(reader.weights(v, 0));
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value word = broadcast(b, type, reader.activation(m, 0));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        sum = bits.add(b, sum, arith::XOrIOp::create(b, word, weights[v]));
      }
    }
  }

  void widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
             ArrayRef<Value> narrow,
             MutableArrayRef<Value> sums) const override {
    for (int64_t i = tile.first * tile.vectors; i < tile.last * tile.vectors;
         ++i)
      sums[i] = arith::AddIOp::create(b, sums[i], bits.widen(b, narrow[i]));
  }

  TileSums finish(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                  const PixelFacts &facts) const override {
    TileSums rows = inRows(tile, sums);
    VectorType type = c.vectorOf(b.getI32Type());
    Value one = integerOf(b, type, 1);
    for (auto [m, row] : llvm::enumerate(rows)) {
      Value length = broadcast(b, type, facts.lengths[m]);
      for (Value &sum : row)
        sum = arith::SubIOp::create(b, length,
                                    arith::ShLIOp::create(b, sum, one));
    }
    return rows;
  }

private:
  BitCount bits;
};
} // namespace

std::unique_ptr<InnerProduct> qnn::createXnorProduct(const Contraction &c) {
  return std::make_unique<Xnor>(c);
}
