//===- CodeLookup.h - Products of codes by tables of sums -------*- C++ -*-===//
//
// Weights of few bits index tables of all sums that they can make of a few
// activations (lib/Arith/LookupPacking.h). A register holds an index for each
// of its lanes, bytes or shorts, which are output channels; so one permutation
// and one addition do the work of `channelsOfIndex` multiplications a lane. A
// table is made once for each pixel, and serves all output channels and taps.
//
// Entries are unsigned, for what a lane can hold of them is known then: a table
// has
//
//   |a xor w|             where the activations are bipolar,
//   sum_k w_k a_k + bias  else, of weights w_k of 0 or 1, or +-1, or trits,
//
// and the sum of the product is
//
//   sum_p factor_p * lanes_p - terms
//
// over the passes p, greatest factor first: one for each plane of the weights
// and each part of the activations, which are cut where sums of whole ones
// would leave lanes no room to add. Terms depend on the pixel only: biases, and
// sums of activations.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_CODELOOKUP_H
#define QNN_CONVERSION_QNNTOVECTOR_CODELOOKUP_H

#include "LookupLanes.h"

namespace qnn {

struct CodeLookup : InnerProduct {
  CodeLookup(const Contraction &c, llvm::StringRef permute);

  /// Whether a lane holds each entry of a table.
  bool fitsLanes() const {
    return greatestEntry() < int64_t(1) << layout.laneBits;
  }

  UnitLayout unit() const override;
  int64_t blocksAtOnce(int64_t pixels, int64_t left) const override;
  int64_t unitsOfBlock() const override;
  PreparedLayout prepared() const override;

  llvm::SmallVector<mlir::Type> accumulators(TileShape tile) const override;
  NarrowLayout narrow(TileShape tile) const override;
  int64_t passes() const override { return allPasses.size(); }
  void beginPass(mlir::ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
                 llvm::MutableArrayRef<mlir::Value> sums) const override;
  void addUnit(mlir::ImplicitLocOpBuilder &b, TileShape tile,
               const UnitReader &reader,
               llvm::MutableArrayRef<mlir::Value> sums) const override;
  void widen(mlir::ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
             llvm::ArrayRef<mlir::Value> narrow,
             llvm::MutableArrayRef<mlir::Value> sums) const override;
  TileSums finish(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                  llvm::ArrayRef<mlir::Value> sums,
                  const PixelFacts &facts) const override;

  llvm::SmallVector<mlir::Type> pixelTerms(TileShape tile) const override;
  void addPixelTerms(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                     const UnitReader &reader,
                     llvm::MutableArrayRef<mlir::Value> terms) const override;

protected:
  //===--- What the kinds of activations differ in ------------------------===//

  /// The channels of a unit: a multiple of a group of the weights.
  virtual int64_t channelsOfUnit() const = 0;
  /// Elements of the activations in a unit.
  virtual int64_t activationStride() const = 0;
  /// The greatest entry of a table.
  virtual int64_t greatestEntry() const = 0;
  /// Each activation is sum_p 2^shiftOf(p) * part p.
  virtual unsigned parts() const { return 1; }
  virtual unsigned shiftOf(unsigned part) const { return 0; }
  /// What each entry of a part's tables has too much.
  virtual int64_t bias(unsigned part) const = 0;
  /// The factor of the sums of a plane of the weights.
  virtual int32_t factorOf(unsigned plane) const = 0;
  /// The factor of the sum of the activations in the terms.
  virtual int32_t activationFactor() const { return 0; }
  /// Lanes of the prepared buffer behind the tables of a unit.
  virtual int64_t lanesBehindTables() const { return 0; }
  /// The sum of the activations of one unit of pixel `m`, an i32.
  virtual mlir::Value sumOf(mlir::ImplicitLocOpBuilder &b,
                            const UnitReader &reader, int64_t m) const {
    return {};
  }

  /// Chooses the passes; called by constructors.
  void setPasses();

  int64_t tableLanes() const { return int64_t(1) << layout.indexBits; }
  int64_t tablesOf(int64_t channels) const {
    return llvm::divideCeil(channels, layout.channelsOfIndex());
  }
  /// Where table `t` of a part is in the prepared buffer.
  int64_t placeOf(unsigned part, int64_t t) const {
    return (part * tablesOf(channelsOfUnit()) + t) * tableLanes();
  }

  CodeAttr a, w;
  LookupLayout layout;
  LookupLanes lanes;

private:
  struct Pass {
    unsigned plane, part, power;
    bool isNegative;
  };

  bool bothBipolar() const { return a.isBipolar() && w.isBipolar(); }
  int64_t biasOfTerms() const;
  bool inHalves() const { return fitsHalves(1); }
  bool inWords() const { return !fitsHalves(factorOfPasses()); }
  bool fitsHalves(int64_t factor) const;
  int64_t factorOfPasses() const;
  int64_t valuesOfRegister() const;
  int64_t tablesAtOnce(int64_t count) const;
  void lookUp(mlir::ImplicitLocOpBuilder &b, TileShape tile,
              const UnitReader &reader, int64_t first, int64_t last,
              llvm::MutableArrayRef<mlir::Value> sums) const;
  void widenRegister(mlir::ImplicitLocOpBuilder &b, const Pass &pass,
                     mlir::Value narrow,
                     llvm::MutableArrayRef<mlir::Value> sums) const;
  void addHalves(mlir::ImplicitLocOpBuilder &b, const Pass &pass,
                 llvm::MutableArrayRef<mlir::Value> sums) const;

  llvm::SmallVector<Pass> allPasses;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_CODELOOKUP_H
