//===- Int8ShortPairs.cpp - Codes in bytes as pairs of shorts ---*- C++ -*-===//
//
// vpmaddwd multiplies the two shorts of each lane and adds the products. Even
// and odd bytes of the weights become shorts where they are: nothing crosses a
// lane. The activations are prepared as shorts in that order, 0 2 1 3.
//
//===----------------------------------------------------------------------===//

#include "Int8Product.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

namespace {
struct ShortPairs : Int8Product {
  using Int8Product::Int8Product;

  PreparedLayout prepared() const override {
    return {integer(16), dotChannels};
  }
  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;
  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;

private:
  VectorType shorts() const { return vector(2 * c.lanes, 16); }
  Value half(ImplicitLocOpBuilder &b, Value weights, bool odd) const;
};
} // namespace

static const int64_t order[] = {0, 2, 1, 3};

void ShortPairs::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                             function_ref<void(Value, int64_t)> store) const {
  if (reader.channels == dotChannels) {
    Value quad = reader.activation(0, 0, vector(dotChannels, 8));
    Value numbers = number(b, quad, 16);
    return store(vector::ShuffleOp::create(b, numbers, numbers, order), 0);
  }
  for (int64_t place = 0; place < dotChannels; ++place)
    store(order[place] < reader.channels
              ? number(b, reader.activation(0, order[place]), 16)
              : integerOf(b, integer(16), 0),
          place);
}

/// The even or the odd bytes, each extended to the short that it is in.
Value ShortPairs::half(ImplicitLocOpBuilder &b, Value weights, bool odd) const {
  Value eight = integerOf(b, shorts(), 8);
  if (weightsUnsigned()) {
    if (odd)
      return arith::ShRUIOp::create(b, weights, eight);
    return arith::AndIOp::create(b, weights, integerOf(b, shorts(), 255));
  }
  if (!odd)
    weights = arith::ShLIOp::create(b, weights, eight);
  return arith::ShRSIOp::create(b, weights, eight);
}

void ShortPairs::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                         const UnitReader &reader,
                         MutableArrayRef<Value> sums) const {
  auto weights = [&](int64_t v, int64_t odd) {
    Value quads = reader.weights(v, 0, vector(4 * c.lanes, 8));
    return half(b, vector::BitCastOp::create(b, shorts(), quads), odd);
  };
  auto activations = [&](int64_t m, int64_t odd) {
    return everywhere(b, reader.prepared(m, 2 * odd, vector(2, 16)), shorts());
  };
  auto add = [&](Value &sum, Value x, Value w) {
    Value product = callIntrinsic(b, plan.instruction, sum.getType(), {x, w});
    sum = arith::AddIOp::create(b, sum, product);
  };
  forEachPair(tile, 2, activations, weights, sums, add);
}

std::unique_ptr<InnerProduct> qnn::createInt8ShortPairs(const Contraction &c,
                                                        const Int8Plan &plan) {
  return std::make_unique<ShortPairs>(c, plan);
}
