//===- FloatLookup.cpp - Floats by +-1, from tables of sums -----*- C++ -*-===//
//
// A weight of one bit takes a sum or its negative, so four weights take one of
// 16 sums of four activations. All 16 fill one register of floats; the bits of
// the weights, as they lie in their words, are the index of one permutation.
// So a permutation and an addition do the work of four multiplications. With
// registers of 8 floats a table has the sums of three activations.
//
// A table costs about as much as two products of its activations with a
// register of output channels, and serves all output channels and taps.
//
// Targets that cannot permute floats turn the bits into +-1.0, once for all
// pixels of the tile, and multiply.
//
// The order of additions is not that of the reference: sums of floats differ in
// their last bits.
//
//===----------------------------------------------------------------------===//

#include "InnerProduct.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

namespace {
/// A unit is a word: 32 channels.
struct SignProduct : InnerProduct {
  using InnerProduct::InnerProduct;

  UnitLayout unit() const override {
    return {wordBits, /*activationStride=*/wordBits, /*weightStride=*/1,
            /*padded=*/false};
  }

  SmallVector<Type> accumulators(TileShape tile) const override {
    return SmallVector<Type>(tile.pixels * tile.vectors, floats());
  }

  TileSums finish(ImplicitLocOpBuilder &, TileShape tile, ArrayRef<Value> sums,
                  const PixelFacts &) const override {
    return inRows(tile, sums);
  }

protected:
  VectorType floats() const {
    return c.vectorOf(Float32Type::get(c.resultType().getContext()));
  }
  SmallVector<Value> weightWords(TileShape tile,
                                 const UnitReader &reader) const {
    SmallVector<Value> words;
    for (int64_t v = 0; v < tile.vectors; ++v)
      words.push_back(reader.weights(v, 0));
    return words;
  }
};

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

struct SignTables : SignProduct {
  SignTables(const Contraction &c, StringRef permute)
      : SignProduct(c), permute(permute), indexBits(llvm::Log2_64(c.lanes)),
        tables(llvm::divideCeil(std::min(wordBits, c.g.channels), indexBits)) {}

  /// Few pixels leave registers free for more output channels.
  int64_t blocksAtOnce(int64_t pixels, int64_t left) const override {
    int64_t registers = c.tilePixels * c.tileChannels / c.lanes;
    int64_t most = registers / (pixels * c.tileChannels / c.lanes);
    most = std::clamp<int64_t>(most, 1, 4);
    return left < most ? 1 : most;
  }

  int64_t unitsOfBlock() const override;

  PreparedLayout prepared() const override {
    return {Float32Type::get(c.resultType().getContext()), tables * c.lanes,
            /*parts=*/true};
  }
  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;

private:
  Value signsOf(ImplicitLocOpBuilder &b, int64_t bit) const;
  Value tableOf(ImplicitLocOpBuilder &b, ArrayRef<Value> activations) const;

  StringRef permute;
  int64_t indexBits; ///< activations of a table
  int64_t tables;    ///< of a unit; the last may have fewer activations
};
} // namespace

/// The tables of the pixels of a tile fill two thirds of a first-level cache of
/// 32 KB. Taps share the tables of a convolution, and its sums stay in
/// registers over all taps.
int64_t SignTables::unitsOfBlock() const {
  if (c.isConv)
    return 0;
  int64_t pixels = std::min(c.tilePixels, c.g.outWidth);
  int64_t ofUnit = pixels * tables * c.lanes * sizeof(float);
  return std::max<int64_t>(1, (20 << 10) / ofUnit);
}

/// In lane i: +1 where bit `bit` of i is 1, else -1.
Value SignTables::signsOf(ImplicitLocOpBuilder &b, int64_t bit) const {
  SmallVector<float> signs;
  for (int64_t i = 0; i < c.lanes; ++i)
    signs.push_back(i >> bit & 1 ? 1.0f : -1.0f);
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(floats(), ArrayRef<float>(signs)));
}

/// In lane i: the sum of the activations, with the signs that i's bits say.
Value SignTables::tableOf(ImplicitLocOpBuilder &b,
                          ArrayRef<Value> activations) const {
  auto contract = arith::FastMathFlags::contract;
  Value table;
  for (auto [bit, activation] : llvm::enumerate(activations)) {
    Value term = arith::MulFOp::create(b, broadcast(b, floats(), activation),
                                       signsOf(b, bit), contract);
    table = table ? arith::AddFOp::create(b, table, term, contract) : term;
  }
  return table ? table : zeroOf(b, floats());
}

void SignTables::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                             function_ref<void(Value, int64_t)> store) const {
  for (int64_t t = 0; t < tables; ++t) {
    SmallVector<Value> activations;
    int64_t end = std::min((t + 1) * indexBits, reader.channels);
    for (int64_t i = t * indexBits; i < end; ++i)
      activations.push_back(reader.activation(0, i));
    store(tableOf(b, activations), t * c.lanes);
  }
}

/// The permutation looks at the low bits of each word only.
void SignTables::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                         const UnitReader &reader,
                         MutableArrayRef<Value> sums) const {
  SmallVector<Value> words = weightWords(tile, reader);
  Value shift = integerOf(b, words[0].getType(), indexBits);
  int64_t count = llvm::divideCeil(reader.channels, indexBits);
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value table = reader.prepared(m, t * c.lanes, floats());
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value term = callIntrinsic(b, permute, floats(), {table, words[v]});
        Value &sum = sums[m * tile.vectors + v];
        sum = arith::AddFOp::create(b, sum, term);
      }
    }
    if (t + 1 < count)
      for (Value &word : words)
        word = arith::ShRUIOp::create(b, word, shift);
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

namespace {
struct SignFactors : SignProduct {
  using SignProduct::SignProduct;

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;

private:
  Value factors(ImplicitLocOpBuilder &b, Value words, int64_t channel) const;
};
} // namespace

/// +1.0 where the bit of the channel is 1, else -1.0: the bit, in the place of
/// the sign, flips that of -1.0.
Value SignFactors::factors(ImplicitLocOpBuilder &b, Value words,
                           int64_t channel) const {
  Type type = words.getType();
  Value sign = words;
  if (int64_t distance = wordBits - 1 - channel)
    sign = arith::ShLIOp::create(b, sign, integerOf(b, type, distance));
  sign = arith::AndIOp::create(b, sign, integerOf(b, type, INT32_MIN));
  Value factor = arith::XOrIOp::create(
      b, sign, integerOf(b, type, INT32_MIN | 0x3f800000));
  return arith::BitcastOp::create(b, floats(), factor);
}

void SignFactors::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                          const UnitReader &reader,
                          MutableArrayRef<Value> sums) const {
  auto contract = arith::FastMathFlags::contract;
  SmallVector<Value> words = weightWords(tile, reader);
  for (int64_t i = 0; i < reader.channels; ++i) {
    SmallVector<Value> weights;
    for (Value word : words)
      weights.push_back(factors(b, word, i));
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value x = broadcast(b, floats(), reader.activation(m, i));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        Value product = arith::MulFOp::create(b, x, weights[v], contract);
        sum = arith::AddFOp::create(b, sum, product, contract);
      }
    }
  }
}

std::unique_ptr<InnerProduct> qnn::createFloatLookup(const Contraction &c) {
  auto permute = findInstruction(c.target, Instruction::PermuteFloats);
  bool wholeRegisters = c.lanes * 32 == c.target.getVectorBits();
  if (permute && wholeRegisters)
    return std::make_unique<SignTables>(c, *permute);
  return std::make_unique<SignFactors>(c);
}
