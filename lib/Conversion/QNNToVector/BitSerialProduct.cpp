//===- BitSerialProduct.cpp - Codes of any bits, plane by plane -*- C++ -*-===//
//
// The number of a code is offset + sum_p weight_p * plane_p, and only a bipolar
// code has an offset: 2 * plane_0 - 1. So the product of two rows of K codes is
//
//   neither is bipolar:    sum_pq wa_p wb_q |a_p and b_q|
//   weights are bipolar:   sum_p  2 wa_p |a_p and b| - sum_p wa_p |a_p|
//   activations are:       sum_q  -wb_q |a xor b_q| + (sum_q wb_q) |a|
//   both are:              -2 |a xor b| + K
//
// The second terms are numbers of a pixel, the same for all output channels.
// Each pair of planes is one pass over the whole sum; the pairs of the greatest
// powers of two come first, and the sums are doubled between powers, so that
// the innermost loop is that of a binary product.
//
//===----------------------------------------------------------------------===//

#include "BitCount.h"
#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Arith/Packing.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

namespace {
/// A pair of planes, and the factor of its count: 2^power, or its negative.
struct Pass {
  unsigned activationPlane, weightPlane, power;
  bool isNegative;
};

struct BitSerial : InnerProduct {
  explicit BitSerial(const Contraction &c);

  UnitLayout unit() const override {
    return {wordBits, a.getBits(), w.getBits(), /*padded=*/true};
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

  int64_t passes() const override { return pairs.size(); }
  void beginPass(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
                 MutableArrayRef<Value> sums) const override {
    shift(b, pairs[pass - 1].power - pairs[pass].power, sums);
  }
  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override;
  void widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
             ArrayRef<Value> narrow,
             MutableArrayRef<Value> sums) const override;

  SmallVector<Type> pixelTerms(TileShape tile) const override {
    if (a.isBipolar() == w.isBipolar())
      return {};
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    return SmallVector<Type>(tile.pixels, i32);
  }
  void addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                     const UnitReader &reader,
                     MutableArrayRef<Value> terms) const override;

  TileSums finish(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                  const PixelFacts &facts) const override;

private:
  CodeAttr a, w;
  BitCount bits;
  SmallVector<Pass> pairs;

  static int32_t weightOf(CodeAttr code, unsigned plane) {
    return planeWeight(plane, code.getBits(), code.getEncoding());
  }
  static void shift(ImplicitLocOpBuilder &b, unsigned by,
                    MutableArrayRef<Value> sums) {
    if (by)
      for (Value &sum : sums)
        sum = arith::ShLIOp::create(b, sum, integerOf(b, sum.getType(), by));
  }
};
} // namespace

BitSerial::BitSerial(const Contraction &c)
    : InnerProduct(c), a(c.op.getActivationCode()), w(c.op.getWeightCode()),
      bits(c) {
  for (unsigned p = 0; p < a.getBits(); ++p)
    for (unsigned q = 0; q < w.getBits(); ++q) {
      int32_t factor = weightOf(a, p) * weightOf(w, q);
      if (a.isBipolar())
        factor /= -2; // signs that differ are counted, not ones
      pairs.push_back({p, q, llvm::Log2_32(std::abs(factor)), factor < 0});
    }
  llvm::sort(pairs, [](const Pass &x, const Pass &y) {
    return std::tuple(y.power, x.weightPlane) <
           std::tuple(x.power, y.weightPlane);
  });
}

void BitSerial::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                        const UnitReader &reader,
                        MutableArrayRef<Value> sums) const {
  const Pass &pair = pairs[reader.pass];
  VectorType type = c.vectorOf(b.getI32Type());
  SmallVector<Value> weights;
  for (int64_t v = 0; v < tile.vectors; ++v)
    weights.push_back(reader.weights(v, pair.weightPlane));
  for (int64_t m = tile.first; m < tile.last; ++m) {
    Value word = broadcast(b, type, reader.activation(m, pair.activationPlane));
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value both = word;
      if (a.isBipolar())
        both = arith::XOrIOp::create(b, word, weights[v]);
      else
        both = arith::AndIOp::create(b, word, weights[v]);
      Value &sum = sums[m * tile.vectors + v];
      // Narrow counts are subtracted when they are widened.
      bool subtract = pair.isNegative && sum.getType() == type;
      sum = bits.add(b, sum, both, subtract);
    }
  }
}

void BitSerial::widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
                      ArrayRef<Value> narrow,
                      MutableArrayRef<Value> sums) const {
  for (int64_t i = tile.first * tile.vectors; i < tile.last * tile.vectors;
       ++i) {
    Value count = bits.widen(b, narrow[i]);
    if (pairs[pass].isNegative)
      sums[i] = arith::SubIOp::create(b, sums[i], count);
    else
      sums[i] = arith::AddIOp::create(b, sums[i], count);
  }
}

/// sum_p wa_p |a_p| of each pixel, of a bipolar code |a|.
void BitSerial::addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                              const UnitReader &reader,
                              MutableArrayRef<Value> terms) const {
  for (int64_t m = tile.first; m < tile.last; ++m)
    terms[m] =
        arith::AddIOp::create(b, terms[m], sumOfPlanes(b, reader, m, 1, a));
}

TileSums BitSerial::finish(ImplicitLocOpBuilder &b, TileShape tile,
                           ArrayRef<Value> sums,
                           const PixelFacts &facts) const {
  SmallVector<Value> shifted(sums);
  shift(b, pairs.back().power, shifted);
  TileSums rows = inRows(tile, shifted);
  if (!a.isBipolar() && !w.isBipolar())
    return rows;
  int32_t factor = -1;
  if (a.isBipolar()) {
    factor = 0;
    for (unsigned q = 0; q < w.getBits(); ++q)
      factor += weightOf(w, q);
  }
  for (auto [m, row] : llvm::enumerate(rows)) {
    Value term = facts.lengths[m];
    if (!facts.terms.empty())
      term = arith::MulIOp::create(b, facts.terms[m],
                                   integerOf(b, b.getI32Type(), factor));
    term = broadcast(b, c.vectorOf(b.getI32Type()), term);
    for (Value &sum : row)
      sum = arith::AddIOp::create(b, sum, term);
  }
  return rows;
}

std::unique_ptr<InnerProduct>
qnn::createBitSerialProduct(const Contraction &c) {
  return std::make_unique<BitSerial>(c);
}
