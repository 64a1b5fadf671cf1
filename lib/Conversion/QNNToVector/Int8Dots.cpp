//===- Int8Dots.cpp - Dot products of 4 bytes in each lane ------*- C++ -*-===//
//
// Dot instructions, and pairs of bytes that are added to 16 bits. Activations
// are bytes as they are in memory; they are prepared where units are not whole
// (channels that 4 does not divide) or a bit stands for +-1.
//
//===----------------------------------------------------------------------===//

#include "Int8Product.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Target/Target.h"

using namespace mlir;
using namespace qnn;

namespace {
struct Dots : Int8Product {
  using Int8Product::Int8Product;

  UnitLayout unit() const override;
  NarrowLayout narrow(TileShape tile) const override;
  PreparedLayout prepared() const override;
  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;
  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;
  void widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
             ArrayRef<Value> narrow,
             MutableArrayRef<Value> sums) const override;
  void addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                     const UnitReader &reader,
                     MutableArrayRef<Value> terms) const override;

private:
  /// Dot products in a unit: several where a term of the pixel is read, too,
  /// for it reads them at once.
  int64_t quads() const {
    return plan.shift && c.g.channels % (4 * dotChannels) == 0 ? 4 : 1;
  }
  int64_t bytesOfUnit() const { return dotChannels * quads(); }
  bool isPrepared() const {
    return c.g.channels % dotChannels != 0 || activations.isBipolar();
  }
  bool isNarrow() const { return plan.narrowUnits >= 2 * quads(); }
  VectorType bytes() const { return vector(4 * c.lanes, 8); }
  VectorType shorts() const { return vector(2 * c.lanes, 16); }

  Value read(const UnitReader &reader, int64_t m, int64_t offset,
             int64_t count) const;
  Value sumByDot(ImplicitLocOpBuilder &b, Value term, Value unit) const;
  Value sumByExtension(ImplicitLocOpBuilder &b, Value term, Value unit) const;
  Value addDot(ImplicitLocOpBuilder &b, Value sum, Value activations,
               Value weights) const;
  Value widened(ImplicitLocOpBuilder &b, Value pairs) const;
};
} // namespace

UnitLayout Dots::unit() const {
  return {bytesOfUnit(), bytesOfUnit(), quads(), /*padded=*/false};
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

PreparedLayout Dots::prepared() const {
  if (!isPrepared())
    return {};
  return {integer(8), bytesOfUnit()};
}

/// Zeros beyond the channels.
void Dots::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                       function_ref<void(Value, int64_t)> store) const {
  if (reader.channels == bytesOfUnit())
    return store(
        number(b, reader.activation(0, 0, vector(bytesOfUnit(), 8)), 8), 0);
  for (int64_t i = 0; i < bytesOfUnit(); ++i)
    store(i < reader.channels ? number(b, reader.activation(0, i), 8)
                              : integerOf(b, integer(8), 0),
          i);
}

/// `count` bytes of pixel `m`.
Value Dots::read(const UnitReader &reader, int64_t m, int64_t offset,
                 int64_t count) const {
  if (isPrepared())
    return reader.prepared(m, offset, vector(count, 8));
  return reader.activation(m, offset, vector(count, 8));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void Dots::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                   const UnitReader &reader,
                   MutableArrayRef<Value> sums) const {
  auto weights = [&](int64_t v, int64_t q) {
    return shifted(b, reader.weights(v, q, bytes()));
  };
  auto activations = [&](int64_t m, int64_t q) {
    return everywhere(b, read(reader, m, q * dotChannels, dotChannels),
                      bytes());
  };
  auto add = [&](Value &sum, Value x, Value w) { sum = addDot(b, sum, x, w); };
  for (int64_t q = 0; q < quads(); ++q)
    forEachPair(
        tile, 1, [&](int64_t m, int64_t) { return activations(m, q); },
        [&](int64_t v, int64_t) { return weights(v, q); }, sums, add);
}

Value Dots::addDot(ImplicitLocOpBuilder &b, Value sum, Value activations,
                   Value weights) const {
  if (plan.weightsFirst)
    std::swap(activations, weights);
  if (plan.form == Int8Form::Dot)
    return callIntrinsic(b, plan.instruction, sum.getType(),
                         {sum, activations, weights});
  Value pairs =
      callIntrinsic(b, plan.instruction, shorts(), {activations, weights});
  if (!isNarrow())
    pairs = widened(b, pairs);
  return arith::AddIOp::create(b, sum, pairs);
}

//===----------------------------------------------------------------------===//
// Sums in 16 bits
//===----------------------------------------------------------------------===//

NarrowLayout Dots::narrow(TileShape tile) const {
  if (plan.form != Int8Form::BytePairs || !isNarrow())
    return {};
  return {SmallVector<Type>(tile.pixels * tile.vectors, shorts()),
          plan.narrowUnits / quads()};
}

/// The sums of the two shorts of each lane.
Value Dots::widened(ImplicitLocOpBuilder &b, Value pairs) const {
  auto add = findInstruction(c.target, Instruction::MultiplyAddShorts);
  return callIntrinsic(b, *add, vector(c.lanes, 32),
                       {pairs, integerOf(b, shorts(), 1)});
}

void Dots::widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t,
                 ArrayRef<Value> narrow, MutableArrayRef<Value> sums) const {
  for (auto [pairs, sum] : llvm::zip(narrow, sums))
    sum = arith::AddIOp::create(b, sum, widened(b, pairs));
}

//===----------------------------------------------------------------------===//
// What the shift adds
//===----------------------------------------------------------------------===//

void Dots::addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                         const UnitReader &reader,
                         MutableArrayRef<Value> terms) const {
  for (int64_t m = tile.first; m < tile.last; ++m) {
    Value unit = read(reader, m, 0, bytesOfUnit());
    if (quads() == 4 && !plan.narrowDot.empty())
      terms[m] = sumByDot(b, terms[m], unit);
    else
      terms[m] = sumByExtension(b, terms[m], unit);
  }
}

/// One dot product with ones for 16 bytes.
Value Dots::sumByDot(ImplicitLocOpBuilder &b, Value term, Value unit) const {
  Value ones = integerOf(b, unit.getType(), 1);
  if (plan.weightsFirst)
    std::swap(unit, ones);
  return callIntrinsic(b, plan.narrowDot, term.getType(), {term, unit, ones});
}

Value Dots::sumByExtension(ImplicitLocOpBuilder &b, Value term,
                           Value unit) const {
  // The bytes are numbers by now, so those of bipolar codes have a sign.
  bool isUnsigned = activations.getEncoding() == Encoding::Unsigned;
  for (int64_t q = 0; q < quads(); ++q) {
    Value quad = vector::ExtractStridedSliceOp::create(
        b, unit, ArrayRef<int64_t>(q * dotChannels),
        ArrayRef<int64_t>(dotChannels), ArrayRef<int64_t>(1));
    Value wide = isUnsigned
                     ? Value(arith::ExtUIOp::create(b, term.getType(), quad))
                     : Value(arith::ExtSIOp::create(b, term.getType(), quad));
    term = arith::AddIOp::create(b, term, wide);
  }
  return term;
}

std::unique_ptr<InnerProduct> qnn::createInt8Dots(const Contraction &c,
                                                  const Int8Plan &plan) {
  return std::make_unique<Dots>(c, plan);
}
