//===- Int8Product.h - Codes in bytes ---------------------------*- C++ -*-===//
//
// A unit is 4 channels: the 4 bytes of a pixel are broadcast to all lanes, and
// a register of weights has 4 bytes for each output channel. What a CPU does
// with them differs, most of all in the signs that it takes:
//
// * dot instructions add 4 products to 32 bits (VNNI: u8 x i8; NEON: one sign
//   for both, with i8mm u8 x i8);
// * pairs of bytes (vpmaddubsw, u8 x i8) make 16-bit sums, where the codes are
//   so small that none saturates; sums stay in 16 bits as long as they fit;
// * pairs of shorts (vpmaddwd) are exact for all codes: even and odd bytes of
//   the weights are extended in place, the activations beforehand;
// * 32-bit products, channel by channel, are what remains.
//
// Weights of the wrong sign are shifted into the right one in their register
// (w + 128 for 8 bits), and the shift times the sum of the pixel's activations
// is taken back at the end: a term of the pixel, computed once for all output
// channels. Activations are never shifted: that would cost a sum of weights for
// each set of taps at the border.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_INT8PRODUCT_H
#define QNN_CONVERSION_QNNTOVECTOR_INT8PRODUCT_H

#include "InnerProduct.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Target/Int8Plan.h"

namespace qnn {

/// What all forms have in common.
class Int8Product : public InnerProduct {
public:
  Int8Product(const Contraction &c, const Int8Plan &plan)
      : InnerProduct(c), activations(c.op.getActivationCode()),
        weights(c.op.getWeightCode()), plan(plan) {}

  UnitLayout unit() const override {
    return {dotChannels, dotChannels, 1, /*padded=*/false};
  }
  int64_t blocksAtOnce(int64_t pixels, int64_t left) const override {
    return blocksOfOnePixel(c, pixels, left);
  }
  int64_t unitsOfBlock() const override;
  llvm::SmallVector<mlir::Type> accumulators(TileShape tile) const override {
    return llvm::SmallVector<mlir::Type>(tile.pixels * tile.vectors,
                                         vector(c.lanes, 32));
  }
  /// Where weights are shifted: sums of a pixel's activations, in 4 lanes.
  llvm::SmallVector<mlir::Type> pixelTerms(TileShape tile) const override {
    if (plan.shift == 0)
      return {};
    return llvm::SmallVector<mlir::Type>(tile.pixels, vector(dotChannels, 32));
  }
  /// Takes back what the shift has added.
  TileSums finish(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                  llvm::ArrayRef<mlir::Value> sums,
                  const PixelFacts &facts) const override;

protected:
  mlir::VectorType vector(int64_t count, unsigned bits) const {
    return mlir::VectorType::get({count}, integer(bits));
  }
  mlir::IntegerType integer(unsigned bits) const {
    return mlir::IntegerType::get(c.resultType().getContext(), bits);
  }
  /// The numbers of activations in bytes, scalar or vector, in `bits` bits.
  mlir::Value number(mlir::ImplicitLocOpBuilder &b, mlir::Value bytes,
                     unsigned bits) const;
  /// The bytes of weights, shifted where the plan says so.
  mlir::Value shifted(mlir::ImplicitLocOpBuilder &b, mlir::Value weights) const;
  /// The 32 bits of `unit` in all lanes, as a vector of type `type`.
  mlir::Value everywhere(mlir::ImplicitLocOpBuilder &b, mlir::Value unit,
                         mlir::VectorType type) const;
  /// Calls add(sum, activations(m, i), weights(v, i)) for all pixels, registers
  /// and i < count, in the order that keeps fewer operands in registers.
  static void forEachPair(
      TileShape tile, int64_t count,
      llvm::function_ref<mlir::Value(int64_t m, int64_t i)> activations,
      llvm::function_ref<mlir::Value(int64_t v, int64_t i)> weights,
      llvm::MutableArrayRef<mlir::Value> sums,
      llvm::function_ref<void(mlir::Value &sum, mlir::Value x, mlir::Value w)>
          add);
  bool weightsUnsigned() const {
    return weights.getEncoding() == Encoding::Unsigned;
  }

  CodeAttr activations, weights;
  Int8Plan plan;
};

/// The forms: dot products and pairs of bytes; pairs of shorts.
std::unique_ptr<InnerProduct> createInt8Dots(const Contraction &c,
                                             const Int8Plan &plan);
std::unique_ptr<InnerProduct> createInt8ShortPairs(const Contraction &c,
                                                   const Int8Plan &plan);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_INT8PRODUCT_H
