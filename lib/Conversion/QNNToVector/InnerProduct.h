//===- InnerProduct.h - What a kernel does with one unit --------*- C++ -*-===//
//
// The schedule knows loops and addresses, an inner product knows arithmetic. It
// says what a unit is, names its accumulators, adds one unit to them and turns
// them into sums at the end. A new kernel is one file that implements
// InnerProduct, and one row of the table in InnerProducts.cpp.
//
// What a simple kernel implements: accumulators, addUnit, finish, and unit()
// where a unit is not one channel. The rest is for kernels that want more:
//
// * passes: the loops over the whole sum run several times into the same
//   accumulators (planes of codes, the greatest first);
// * narrow accumulators: the innermost loop counts in bytes or shorts for a
//   limited number of units, then the counts are widened;
// * prepared activations: transformed once into a buffer that all blocks of
//   output channels read (tables of sums, padded or shifted bytes);
// * terms of a pixel: summed once for all blocks of output channels.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H
#define QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H

#include "Contraction.h"
#include <memory>

namespace qnn {

/// Narrow accumulators of a kernel and how many units they hold; 0: none.
struct NarrowLayout {
  llvm::SmallVector<mlir::Type> types;
  int64_t units = 0;
};

/// The buffer of prepared activations; stride 0: none. A unit of a pixel is
/// `stride` numbers of type `element` in it.
struct PreparedLayout {
  mlir::Type element;
  int64_t stride = 0;
  /// A last unit of a tap with fewer channels is added apart from the others,
  /// for a kernel that has less to do there.
  bool parts = false;
  /// So many full units may be given to prepareUnit at once, as one.
  int64_t unitsAtOnce = 1;
};

/// Reads the operands of one unit. Types are of a scalar, or of a vector of
/// elements that follow one another; without one a read gives one element of
/// the activations, `lanes` elements of the weights. The type's elements are
/// those of the operand: a word of 4 bytes is read as vector<4xi8> and cast.
class UnitReader {
public:
  virtual ~UnitReader() = default;
  /// Elements from `offset` (of activationStride) of pixel `m`.
  virtual mlir::Value activation(int64_t m, int64_t offset,
                                 mlir::Type type = {}) const = 0;
  /// Register `v` of the output channels at step `offset` (of weightStride):
  /// the `v`-th vector of that type in the row of the step.
  virtual mlir::Value weights(int64_t v, int64_t offset,
                              mlir::VectorType type = {}) const = 0;
  /// Elements from `offset` (of the prepared stride) of pixel `m`.
  virtual mlir::Value prepared(int64_t m, int64_t offset,
                               mlir::Type type = {}) const = 0;

  /// Channels of this unit that exist: less than a unit has where it is the
  /// last of a tap, and the units are not padded. Do not read beyond them.
  int64_t channels = 1;
  /// Which of the kernel's passes this is.
  int64_t pass = 0;
};

/// What `finish` may need of each pixel.
struct PixelFacts {
  /// The number of products in each sum, an i32: valid taps times channels.
  llvm::ArrayRef<mlir::Value> lengths;
  /// The sums of addPixelTerms.
  llvm::ArrayRef<mlir::Value> terms;
};

class InnerProduct {
public:
  explicit InnerProduct(const Contraction &c) : c(c) {}
  virtual ~InnerProduct() = default;

  /// The inner product of a contraction's kernel; null where it has none yet.
  static std::unique_ptr<InnerProduct> create(const Contraction &c);

  //===--- Sizes ----------------------------------------------------------===//

  virtual UnitLayout unit() const { return {}; }

  /// Of `left` blocks of output channels those that a tile of so many pixels
  /// takes at once. More than one hides latencies where pixels are few.
  virtual int64_t blocksAtOnce(int64_t pixels, int64_t left) const { return 1; }

  /// Units of a tap after which sums are stored and all pixels take their turn,
  /// so that operands stay in the caches; 0: the whole sum at once. Each block
  /// of the sum ends with `finish`, and the results are added.
  virtual int64_t unitsOfBlock() const { return 0; }

  //===--- Sums -----------------------------------------------------------===//

  /// Types of the accumulators of a tile; all start at zero.
  virtual llvm::SmallVector<mlir::Type> accumulators(TileShape tile) const = 0;

  /// Adds one unit of the pixels `tile.first .. tile.last - 1`. `sums` are the
  /// accumulators, or the narrow ones of a kernel that has them.
  virtual void addUnit(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                       const UnitReader &reader,
                       llvm::MutableArrayRef<mlir::Value> sums) const = 0;

  /// The sums of products. All pixels are asked for.
  virtual TileSums finish(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                          llvm::ArrayRef<mlir::Value> sums,
                          const PixelFacts &facts) const = 0;

  //===--- Passes ---------------------------------------------------------===//

  virtual int64_t passes() const { return 1; }
  /// Called before each pass but the first.
  virtual void beginPass(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                         int64_t pass,
                         llvm::MutableArrayRef<mlir::Value> sums) const {}

  //===--- Narrow accumulators --------------------------------------------===//

  virtual NarrowLayout narrow(TileShape tile) const { return {}; }
  /// Adds narrow accumulators to the others.
  virtual void widen(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                     int64_t pass, llvm::ArrayRef<mlir::Value> narrow,
                     llvm::MutableArrayRef<mlir::Value> sums) const {}

  //===--- Prepared activations -------------------------------------------===//

  virtual PreparedLayout prepared() const { return {}; }
  /// Prepares one unit of pixel 0 of `reader`: gives `store` each vector (or
  /// scalar) and its offset within the stride. What addUnit reads is stored.
  virtual void prepareUnit(
      mlir::ImplicitLocOpBuilder &b, const UnitReader &reader,
      llvm::function_ref<void(mlir::Value, int64_t offset)> store) const {}

  //===--- Terms of a pixel -----------------------------------------------===//

  /// Types of accumulators that do not depend on the output channel.
  virtual llvm::SmallVector<mlir::Type> pixelTerms(TileShape tile) const {
    return {};
  }
  /// Adds one unit of the pixels `tile.first .. tile.last - 1` to them. Only
  /// activations can be read.
  virtual void addPixelTerms(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                             const UnitReader &reader,
                             llvm::MutableArrayRef<mlir::Value> terms) const {}

protected:
  const Contraction &c;
};

/// The kernels, one file each.
std::unique_ptr<InnerProduct> createXnorProduct(const Contraction &c);
std::unique_ptr<InnerProduct> createBitSerialProduct(const Contraction &c);
std::unique_ptr<InnerProduct> createInt8Product(const Contraction &c);
std::unique_ptr<InnerProduct> createF32Product(const Contraction &c);
std::unique_ptr<InnerProduct> createFloatLookup(const Contraction &c);
std::unique_ptr<InnerProduct> createWordLookup(const Contraction &c);
std::unique_ptr<InnerProduct> createByteLookup(const Contraction &c);

//===----------------------------------------------------------------------===//
// What several kernels build
//===----------------------------------------------------------------------===//

mlir::Value broadcast(mlir::ImplicitLocOpBuilder &b, mlir::VectorType type,
                      mlir::Value scalar);
mlir::Value callIntrinsic(mlir::ImplicitLocOpBuilder &b, llvm::StringRef name,
                          mlir::Type type, mlir::ValueRange operands);
mlir::Value popcount(mlir::ImplicitLocOpBuilder &b, mlir::Value words);
/// The sum of the activations of pixel `m`, codes in `words` words for each
/// bit-plane; of a bipolar code the number of ones.
mlir::Value sumOfPlanes(mlir::ImplicitLocOpBuilder &b, const UnitReader &reader,
                        int64_t m, int64_t words, CodeAttr code);
/// 4 blocks of output channels at once where pixels are so few that the
/// kernel's tile has registers for them, else 1: more than 4 streams of weights
/// are not prefetched, and 2 of them cost more registers for addresses than
/// they gain.
int64_t blocksOfNarrowTile(const Contraction &c, int64_t pixels, int64_t left);
/// Several blocks at once for a single pixel, as far as the registers go, else
/// 1: each weight is used once, and memory delivers several streams of them
/// faster than one.
int64_t blocksOfOnePixel(const Contraction &c, int64_t pixels, int64_t left);
/// Units of a matmul's sum whose weights, `bytes` for each output channel, fill
/// half of the cache with those of so many blocks of output channels, so that
/// all tiles of pixels find them there. 0, that is the whole sum, for
/// convolutions, whose sums stay in registers over all taps, and for weights
/// that are used once.
int64_t unitsOfCachedWeights(const Contraction &c, int64_t blocks,
                             int64_t bytes);
/// M x V accumulators in rows, cut into `sums[pixel][vector]`.
TileSums inRows(TileShape tile, llvm::ArrayRef<mlir::Value> sums);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H
