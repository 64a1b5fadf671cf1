//===- BitSerialProduct.cpp - Codes of any bits, plane by plane -*- C++ -*-===//

#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Arith/Packing.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

namespace {
/// number(code) = offset + sum_p weight_p * plane_p on both sides, so the
/// product of two rows is
///   sum_pq wa_p wb_q |a_p and b_q|
///     + oa * sum_q wb_q |b_q| + ob * sum_p wa_p |a_p| + oa * ob * length.
/// Only a bipolar code has an offset; the sums that an offset of 0 would
/// multiply are not computed. Accumulators: the M x V products, then (for an
/// offset of the weights) M scalars, then (of the activations) V vectors.
struct BitSerial : InnerProduct {
  explicit BitSerial(const Contraction &c)
      : InnerProduct(c), a(c.op.getActivationCode()), w(c.op.getWeightCode()),
        offsetA(planeOffset(a.getEncoding())),
        offsetW(planeOffset(w.getEncoding())) {}

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    SmallVector<Type> types(products(tile), c.vectorOf(i32));
    if (offsetW)
      types.append(tile.pixels, i32);
    if (offsetA)
      types.append(tile.vectors, c.vectorOf(i32));
    return types;
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    for (unsigned q = 0; q < w.getBits(); ++q) {
      SmallVector<Value> weights;
      for (int64_t v = 0; v < tile.vectors; ++v)
        weights.push_back(reader.weights(v, q));
      if (offsetA)
        for (int64_t v = 0; v < tile.vectors; ++v)
          addScaled(b, sums[weightSum(tile, v)], popcount(b, weights[v]),
                    weightOf(w, q));
      for (unsigned p = 0; p < a.getBits(); ++p)
        addPlanes(b, tile, reader, p, weights, weightOf(a, p) * weightOf(w, q),
                  sums);
    }
    if (offsetW)
      for (int64_t m = 0; m < tile.pixels; ++m)
        for (unsigned p = 0; p < a.getBits(); ++p)
          addScaled(b, sums[products(tile) + m],
                    popcount(b, reader.activation(m, p)), weightOf(a, p));
  }

  TileSums finish(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                  Value length) const override {
    TileSums rows = inRows(tile, sums.take_front(products(tile)));
    for (int64_t m = 0; m < tile.pixels; ++m) {
      Value constant = perPixel(b, tile, sums, length, m);
      for (int64_t v = 0; v < tile.vectors; ++v)
        finishSum(b, tile, sums, constant, v, rows[m][v]);
    }
    return rows;
  }

private:
  CodeAttr a, w;
  int32_t offsetA, offsetW;

  static int64_t products(TileShape tile) { return tile.pixels * tile.vectors; }
  int64_t weightSum(TileShape tile, int64_t v) const {
    return products(tile) + (offsetW ? tile.pixels : 0) + v;
  }
  static int32_t weightOf(CodeAttr code, unsigned plane) {
    return planeWeight(plane, code.getBits(), code.getEncoding());
  }

  /// sum += count * factor; factors are powers of two, or their negatives.
  static void addScaled(ImplicitLocOpBuilder &b, Value &sum, Value count,
                        int32_t factor) {
    unsigned shift = llvm::Log2_32(std::abs(factor));
    if (shift)
      count =
          arith::ShLIOp::create(b, count, integerOf(b, count.getType(), shift));
    if (factor < 0)
      sum = arith::SubIOp::create(b, sum, count);
    else
      sum = arith::AddIOp::create(b, sum, count);
  }

  /// Plane `p` of the activations by one plane of the weights.
  void addPlanes(ImplicitLocOpBuilder &b, TileShape tile,
                 const UnitReader &reader, unsigned p, ArrayRef<Value> weights,
                 int32_t factor, MutableArrayRef<Value> sums) const {
    VectorType type = c.vectorOf(b.getI32Type());
    for (int64_t m = 0; m < tile.pixels; ++m) {
      Value word = broadcast(b, type, reader.activation(m, p));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value both = arith::AndIOp::create(b, word, weights[v]);
        addScaled(b, sums[m * tile.vectors + v], popcount(b, both), factor);
      }
    }
  }

  /// ob * sum_p wa_p |a_p| + oa * ob * length of pixel `m`, or null for 0.
  Value perPixel(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                 Value length, int64_t m) const {
    if (!offsetW)
      return {};
    Value sum = sums[products(tile) + m];
    if (offsetA)
      sum = arith::AddIOp::create(
          b, sum,
          arith::MulIOp::create(b, length,
                                integerOf(b, b.getI32Type(), offsetA)));
    sum = arith::MulIOp::create(b, sum, integerOf(b, b.getI32Type(), offsetW));
    return broadcast(b, c.vectorOf(b.getI32Type()), sum);
  }

  /// Adds what does not depend on pairs of planes to one sum.
  void finishSum(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                 Value constant, int64_t v, Value &sum) const {
    if (constant)
      sum = arith::AddIOp::create(b, sum, constant);
    if (!offsetA)
      return;
    Value ofWeights = arith::MulIOp::create(
        b, sums[weightSum(tile, v)], integerOf(b, sum.getType(), offsetA));
    sum = arith::AddIOp::create(b, sum, ofWeights);
  }
};
} // namespace

std::unique_ptr<InnerProduct>
qnn::createBitSerialProduct(const Contraction &c) {
  return std::make_unique<BitSerial>(c);
}
