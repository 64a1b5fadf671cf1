//===- Int8Product.cpp - Codes in bytes -------------------------*- C++ -*-===//

#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

namespace {
/// One channel a unit, output channels in the lanes, 32-bit products. Weights
/// are numbers; a bipolar activation b stands for 2 b - 1.
struct Int8 : InnerProduct {
  using InnerProduct::InnerProduct;

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    return SmallVector<Type>(tile.pixels * tile.vectors, c.vectorOf(i32));
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    auto &op = c.op;
    VectorType type = c.vectorOf(b.getI32Type());
    bool unsignedWeights =
        op.getWeightCode().getEncoding() == Encoding::Unsigned;
    SmallVector<Value> weights;
    for (int64_t v = 0; v < tile.vectors; ++v)
      weights.push_back(extend(b, reader.weights(v, 0), type, unsignedWeights));
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value number = broadcast(
          b, type,
          numberOf(b, reader.activation(m, 0), op.getActivationCode()));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        sum = arith::AddIOp::create(
            b, sum, arith::MulIOp::create(b, number, weights[v]));
      }
    }
  }

  TileSums finish(ImplicitLocOpBuilder &, TileShape tile, ArrayRef<Value> sums,
                  const PixelFacts &) const override {
    return inRows(tile, sums);
  }

private:
  static Value extend(ImplicitLocOpBuilder &b, Value bytes, Type type,
                      bool isUnsigned) {
    if (isUnsigned)
      return arith::ExtUIOp::create(b, type, bytes);
    return arith::ExtSIOp::create(b, type, bytes);
  }

  static Value numberOf(ImplicitLocOpBuilder &b, Value byte, CodeAttr code) {
    Type i32 = b.getI32Type();
    bool isSigned = code.getEncoding() == Encoding::Signed ||
                    code.getEncoding() == Encoding::Ternary;
    Value number = extend(b, byte, i32, !isSigned);
    if (!code.isBipolar())
      return number;
    Value twice = arith::ShLIOp::create(b, number, integerOf(b, i32, 1));
    return arith::SubIOp::create(b, twice, integerOf(b, i32, 1));
  }
};
} // namespace

std::unique_ptr<InnerProduct> qnn::createInt8Product(const Contraction &c) {
  return std::make_unique<Int8>(c);
}
