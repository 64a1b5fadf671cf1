//===- InnerProducts.cpp - xnor, bit-serial, bytes, floats ------*- C++ -*-===//

#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

static Value broadcast(ImplicitLocOpBuilder &b, VectorType type, Value scalar) {
  return vector::BroadcastOp::create(b, type, scalar);
}

static Value popcount(ImplicitLocOpBuilder &b, Value words) {
  return math::CtPopOp::create(b, words);
}

/// M x V accumulators in rows, cut into `sums[pixel][vector]`.
static TileSums inRows(TileShape tile, ArrayRef<Value> sums) {
  TileSums rows;
  for (int64_t m = 0; m < tile.pixels; ++m)
    rows.emplace_back(sums.slice(m * tile.vectors, tile.vectors));
  return rows;
}

//===----------------------------------------------------------------------===//
// xnor_popcount: +-1 by +-1
//===----------------------------------------------------------------------===//

namespace {
/// Counts the places where the signs differ; sum = length - 2 * count.
struct Xnor : InnerProduct {
  using InnerProduct::InnerProduct;

  SmallVector<Type> accumulators(TileShape tile) const override {
    Type i32 = IntegerType::get(c.resultType().getContext(), 32);
    return SmallVector<Type>(tile.pixels * tile.vectors, c.vectorOf(i32));
  }

  void addUnit(ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               MutableArrayRef<Value> sums) const override {
    VectorType type = c.vectorOf(b.getI32Type());
    SmallVector<Value> weights;
    for (int64_t v = 0; v < tile.vectors; ++v)
      weights.push_back(reader.weights(v, 0));
    for (int64_t m = 0; m < tile.pixels; ++m) {
      Value word = broadcast(b, type, reader.activation(m, 0));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        Value differ = arith::XOrIOp::create(b, word, weights[v]);
        sum = arith::AddIOp::create(b, sum, popcount(b, differ));
      }
    }
  }

  TileSums finish(ImplicitLocOpBuilder &b, TileShape tile, ArrayRef<Value> sums,
                  Value length) const override {
    TileSums rows = inRows(tile, sums);
    VectorType type = c.vectorOf(b.getI32Type());
    Value lengths = broadcast(b, type, length);
    Value one = integerOf(b, type, 1);
    for (auto &row : rows)
      for (Value &sum : row)
        sum = arith::SubIOp::create(b, lengths,
                                    arith::ShLIOp::create(b, sum, one));
    return rows;
  }
};

//===----------------------------------------------------------------------===//
// bit_serial: codes of any bits, plane by plane
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// int8_dot: codes in bytes
//===----------------------------------------------------------------------===//

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
    for (int64_t m = 0; m < tile.pixels; ++m) {
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
                  Value) const override {
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

//===----------------------------------------------------------------------===//
// f32_fma: floats
//===----------------------------------------------------------------------===//

/// Products are added in ascending order of tap and channel. `contract` lets
/// LLVM fuse product and sum where the CPU can, and never calls fmaf.
struct F32 : InnerProduct {
  using InnerProduct::InnerProduct;

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
    for (int64_t m = 0; m < tile.pixels; ++m) {
      Value x = broadcast(b, type, reader.activation(m, 0));
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = sums[m * tile.vectors + v];
        Value product = arith::MulFOp::create(b, x, weights[v], contract);
        sum = arith::AddFOp::create(b, sum, product, contract);
      }
    }
  }

  TileSums finish(ImplicitLocOpBuilder &, TileShape tile, ArrayRef<Value> sums,
                  Value) const override {
    return inRows(tile, sums);
  }
};
} // namespace

std::unique_ptr<InnerProduct> InnerProduct::create(const Contraction &c) {
  switch (c.kind) {
  case KernelKind::XnorPopcount:
    return std::make_unique<Xnor>(c);
  case KernelKind::BitSerial:
    return std::make_unique<BitSerial>(c);
  case KernelKind::Int8Dot:
    return std::make_unique<Int8>(c);
  case KernelKind::F32Fma:
    return std::make_unique<F32>(c);
  }
  llvm_unreachable("unknown kernel");
}
