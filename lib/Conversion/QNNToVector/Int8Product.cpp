//===- Int8Product.cpp - Codes in bytes: the choice -------------*- C++ -*-===//

#include "Int8Product.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// What the forms share
//===----------------------------------------------------------------------===//

/// Activations are prepared for all blocks of a range, and partial sums are
/// added once for many channels: both take little time with 8 blocks.
int64_t Int8Product::unitsOfBlock() const {
  return unitsOfCachedWeights(c, 8, unit().weightStride * dotChannels);
}

Value Int8Product::number(ImplicitLocOpBuilder &b, Value bytes,
                          unsigned bits) const {
  Type type = integer(bits);
  if (auto vector = dyn_cast<VectorType>(bytes.getType()))
    type = VectorType::get(vector.getShape(), type);
  bool isSigned = activations.getEncoding() == Encoding::Signed ||
                  activations.getEncoding() == Encoding::Ternary;
  Value number = bytes;
  if (bits > 8 && isSigned)
    number = arith::ExtSIOp::create(b, type, bytes);
  else if (bits > 8)
    number = arith::ExtUIOp::create(b, type, bytes);
  if (!activations.isBipolar())
    return number;
  Value one = integerOf(b, type, 1);
  return arith::SubIOp::create(b, arith::ShLIOp::create(b, number, one), one);
}

Value Int8Product::everywhere(ImplicitLocOpBuilder &b, Value unit,
                              VectorType type) const {
  Value word = vector::BitCastOp::create(b, vector(1, 32), unit);
  word = vector::ExtractOp::create(b, word, ArrayRef<int64_t>{0});
  return vector::BitCastOp::create(b, type,
                                   broadcast(b, vector(c.lanes, 32), word));
}

Value Int8Product::shifted(ImplicitLocOpBuilder &b, Value weights) const {
  if (plan.shift == 0)
    return weights;
  // Modulo 256, as the bytes are.
  return arith::AddIOp::create(
      b, weights, integerOf(b, weights.getType(), int8_t(plan.shift)));
}

TileSums Int8Product::finish(ImplicitLocOpBuilder &b, TileShape tile,
                             ArrayRef<Value> sums,
                             const PixelFacts &facts) const {
  TileSums rows = inRows(tile, sums);
  if (plan.shift == 0)
    return rows;
  for (int64_t m = 0; m < tile.pixels; ++m) {
    Value term = vector::ReductionOp::create(b, vector::CombiningKind::ADD,
                                             facts.terms[m]);
    term = arith::MulIOp::create(b, term,
                                 integerOf(b, term.getType(), plan.shift));
    term = broadcast(b, vector(c.lanes, 32), term);
    for (Value &sum : rows[m])
      sum = arith::SubIOp::create(b, sum, term);
  }
  return rows;
}

void Int8Product::forEachPair(
    TileShape tile, int64_t count,
    function_ref<Value(int64_t m, int64_t i)> activations,
    function_ref<Value(int64_t v, int64_t i)> weights,
    MutableArrayRef<Value> sums,
    function_ref<void(Value &sum, Value x, Value w)> add) {
  // The inner operands of the loops below stay in registers.
  bool keepsWeights = tile.pixels >= tile.vectors;
  auto inner = keepsWeights ? weights : activations;
  auto outer = keepsWeights ? activations : weights;
  int64_t first = keepsWeights ? 0 : tile.first;
  int64_t last = keepsWeights ? tile.vectors : tile.last;
  SmallVector<SmallVector<Value>> kept(count);
  for (int64_t k = first; k < last; ++k)
    for (int64_t i = 0; i < count; ++i)
      kept[i].push_back(inner(k, i));
  for (int64_t o = keepsWeights ? tile.first : 0,
               end = keepsWeights ? tile.last : tile.vectors;
       o < end; ++o)
    for (int64_t i = 0; i < count; ++i) {
      Value operand = outer(o, i);
      for (int64_t k = first; k < last; ++k) {
        Value other = kept[i][k - first];
        if (keepsWeights)
          add(sums[o * tile.vectors + k], operand, other);
        else
          add(sums[k * tile.vectors + o], other, operand);
      }
    }
}

//===----------------------------------------------------------------------===//
// 32-bit products
//===----------------------------------------------------------------------===//

namespace {
struct Products : Int8Product {
  using Int8Product::Int8Product;

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType lanes = vector(c.lanes, 32);
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value quads = reader.weights(v, 0, vector(4 * c.lanes, 8));
      quads = vector::BitCastOp::create(b, lanes, quads);
      for (int64_t i = 0; i < reader.channels; ++i) {
        Value channel = channelOf(b, quads, i);
        for (int64_t m = tile.first; m < tile.last; ++m) {
          Value x = number(b, reader.activation(m, i), 32);
          Value product =
              arith::MulIOp::create(b, broadcast(b, lanes, x), channel);
          Value &sum = sums[m * tile.vectors + v];
          sum = arith::AddIOp::create(b, sum, product);
        }
      }
    }
  }

private:
  /// Byte `i` of each lane, extended.
  Value channelOf(ImplicitLocOpBuilder &b, Value quads, int64_t i) const {
    Value up = integerOf(b, quads.getType(), 24 - 8 * i);
    Value down = integerOf(b, quads.getType(), 24);
    Value top = arith::ShLIOp::create(b, quads, up);
    if (weightsUnsigned())
      return arith::ShRUIOp::create(b, top, down);
    return arith::ShRSIOp::create(b, top, down);
  }
};

/// Depthwise: a channel of as many groups as there are lanes.
struct Depthwise : Int8Product {
  using Int8Product::Int8Product;

  UnitLayout unit() const override {
    return {1, c.tileChannels, 1, /*padded=*/false};
  }
  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType bytes = vector(c.lanes, 8), words = vector(c.lanes, 32);
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value weights = reader.weights(v, 0, bytes);
      if (weightsUnsigned())
        weights = arith::ExtUIOp::create(b, words, weights);
      else
        weights = arith::ExtSIOp::create(b, words, weights);
      for (int64_t m = tile.first; m < tile.last; ++m) {
        Value x = number(b, reader.activation(m, v * c.lanes, bytes), 32);
        Value &sum = sums[m * tile.vectors + v];
        sum =
            arith::AddIOp::create(b, sum, arith::MulIOp::create(b, x, weights));
      }
    }
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

std::unique_ptr<InnerProduct> qnn::createInt8Product(const Contraction &c) {
  if (c.depthwise)
    return std::make_unique<Depthwise>(c, Int8Plan());
  Int8Plan plan =
      chooseInt8Plan(c.target, c.op.getActivationCode(), c.op.getWeightCode());
  switch (plan.form) {
  case Int8Form::Dot:
  case Int8Form::BytePairs:
    return createInt8Dots(c, plan);
  case Int8Form::ShortPairs:
    return createInt8ShortPairs(c, plan);
  case Int8Form::Products:
    return std::make_unique<Products>(c, plan);
  }
  llvm_unreachable("unknown form");
}
