//===- F32Product.cpp - Floats ----------------------------------*- C++ -*-===//

#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Products are added in ascending order of tap and channel. `contract` lets
/// LLVM fuse product and sum where the CPU can, and never calls fmaf.
struct F32 : InnerProduct {
  using InnerProduct::InnerProduct;

  UnitLayout unit() const override {
    return {1, c.depthwise ? c.tileChannels : 1, 1, /*padded=*/false};
  }

  int64_t blocksAtOnce(int64_t pixels, int64_t left) const override {
    return blocksOfOnePixel(c, pixels, left);
  }

  /// A wide tile is read for several blocks of output channels; for few pixels
  /// a block of the sum has to be long, or partial sums are much of the work.
  int64_t unitsOfBlock() const override {
    return unitsOfCachedWeights(c, c.tilePixels >= 8 ? 4 : 1, sizeof(float));
  }

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type f32 = Float32Type::get(c.resultType().getContext());
    return SmallVector<Type>(tile.pixels * tile.vectors, c.vectorOf(f32));
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType type = c.vectorOf(b.getF32Type());
    auto contract = arith::FastMathFlags::contract;
    SmallVector<Value> weights;
    for (int64_t v = 0; v < tile.vectors; ++v)
      weights.push_back(reader.weights(v, 0));
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value all;
      if (!c.depthwise)
        all = broadcast(b, type, reader.activation(m, 0));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        // Depthwise each lane has an activation of its own.
        Value x = all ? all : reader.activation(m, v * c.lanes, type);
        Value &sum = sums[m * tile.vectors + v];
        Value product = arith::MulFOp::create(b, x, weights[v], contract);
        sum = arith::AddFOp::create(b, sum, product, contract);
      }
    }
  }

  TileSums finish(ImplicitLocOpBuilder &, TileShape tile, ArrayRef<Value> sums,
                  const PixelFacts &) const override {
    return inRows(tile, sums);
  }
};
} // namespace

std::unique_ptr<InnerProduct> qnn::createF32Product(const Contraction &c) {
  return std::make_unique<F32>(c);
}
