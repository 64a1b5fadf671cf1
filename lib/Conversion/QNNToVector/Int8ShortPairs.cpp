//===- Int8ShortPairs.cpp - Codes in bytes as pairs of shorts ---*- C++ -*-===//
//
// vpmaddwd multiplies the two shorts of each lane and adds the products. Even
// and odd bytes of the weights become shorts where they are: nothing crosses a
// lane. The activations are prepared as shorts in that order, 0 2 1 3, a
// register of them at once where the channels allow.
//
//===----------------------------------------------------------------------===//

#include "Int8Product.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

namespace {
struct ShortPairs : Int8Product {
  ShortPairs(const Contraction &c, const Int8Plan &plan)
      : Int8Product(c, plan) {
    if (c.g.batch * c.g.outHeight * c.g.outWidth == 1 && !weightsUnsigned())
      this->plan.shift = 128;
  }

  PreparedLayout prepared() const override {
    return {integer(16), dotChannels, /*parts=*/false, /*unitsAtOnce=*/4};
  }
  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;
  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;
  void addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                     const UnitReader &reader,
                     MutableArrayRef<Value> terms) const override;

private:
  VectorType shorts() const { return vector(2 * c.lanes, 16); }
  Value half(ImplicitLocOpBuilder &b, Value weights, bool odd) const;
};
} // namespace

/// Channel of each place.
static int64_t channelAt(int64_t place) {
  static const int64_t order[dotChannels] = {0, 2, 1, 3};
  return place / dotChannels * dotChannels + order[place % dotChannels];
}

void ShortPairs::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                             function_ref<void(Value, int64_t)> store) const {
  int64_t channels = reader.channels;
  if (channels % dotChannels == 0) {
    Value numbers = number(b, reader.activation(0, 0, vector(channels, 8)), 16);
    auto order = llvm::map_to_vector(llvm::seq(channels), channelAt);
    return store(vector::ShuffleOp::create(b, numbers, numbers, order), 0);
  }
  for (int64_t place = 0; place < dotChannels; ++place)
    store(channelAt(place) < channels
              ? number(b, reader.activation(0, channelAt(place)), 16)
              : integerOf(b, integer(16), 0),
          place);
}

/// The even or the odd bytes, each extended to the short that it is in.
Value ShortPairs::half(ImplicitLocOpBuilder &b, Value weights, bool odd) const {
  Value eight = integerOf(b, shorts(), 8);
  if (weightsUnsigned() || plan.shift) {
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
    Value quads = shifted(b, reader.weights(v, 0, vector(4 * c.lanes, 8)));
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

void ShortPairs::addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                               const UnitReader &reader,
                               MutableArrayRef<Value> terms) const {
  for (int64_t m = tile.first; m < tile.last; ++m) {
    Value quad = reader.prepared(m, 0, vector(dotChannels, 16));
    quad = arith::ExtSIOp::create(b, terms[m].getType(), quad);
    terms[m] = arith::AddIOp::create(b, terms[m], quad);
  }
}

std::unique_ptr<InnerProduct> qnn::createInt8ShortPairs(const Contraction &c,
                                                        const Int8Plan &plan) {
  return std::make_unique<ShortPairs>(c, plan);
}
