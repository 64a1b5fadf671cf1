//===- Contraction.h - A packed product, taken apart ------------*- C++ -*-===//
//
// What schedule, inner products and epilogue of the one lowering say about the
// op that they lower. Sizes that the loops count in:
//
// * a *unit* is what one turn of the innermost loop takes: a word of 32
//   channels with all its bit-planes (bit kernels), a channel (bytes, floats);
// * a unit is `activationStride` elements of the activations and
//   `weightStride` steps of the weights: the bits of the codes, or 1.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H
#define QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H

#include "qnn/Dialect/QNN/IR/QNN.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

struct Contraction {
  Contraction(PackedContractionOpInterface op, unsigned vectorBits);

  mutable PackedContractionOpInterface
      op; ///< a handle; its methods are not const
  ContractionGeometry g;
  KernelKind kind;
  int64_t tilePixels, tileChannels; ///< the register tile
  int64_t lanes;                    ///< 32-bit elements of a register
  int64_t units;                    ///< of one filter tap in one group
  int64_t activationStride, weightStride;
  bool isConv;

  int64_t channelsOfGroup() const { return g.outChannels / g.groups; }
  int64_t blocksOfGroup() const {
    return (channelsOfGroup() + tileChannels - 1) / tileChannels;
  }
  /// Activation elements of one pixel.
  int64_t pixelStride() const { return g.groups * units * activationStride; }
  /// Where the taps of a filter row lie side by side in the image, one loop
  /// runs over them and their units.
  bool tapsAreContiguous() const {
    return g.groups == 1 && g.dilationWidth == 1;
  }
  CodeAttr outCode() const { return op.getEpilogueCode(); }
  mlir::RankedTensorType resultType() const {
    return mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
  }
  mlir::VectorType vectorOf(mlir::Type element) const {
    return mlir::VectorType::get({lanes}, element);
  }
};

/// M pixels by V registers of output channels, summed together.
struct TileShape {
  int64_t pixels, vectors;
};

/// The sums of a tile, `sums[pixel][vector]`.
using TileSums = llvm::SmallVector<llvm::SmallVector<mlir::Value>>;

/// Small things that every part of the lowering builds.
mlir::Value indexOf(mlir::ImplicitLocOpBuilder &b, int64_t value);
mlir::Value addIndex(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                     int64_t offset);
mlir::Value mulIndex(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                     int64_t factor);
/// A constant of scalar or vector type with the integer `value` in each lane.
mlir::Value integerOf(mlir::ImplicitLocOpBuilder &b, mlir::Type type,
                      int64_t value);
mlir::Value zeroOf(mlir::ImplicitLocOpBuilder &b, mlir::Type type);
mlir::Value readVector(mlir::ImplicitLocOpBuilder &b, mlir::VectorType type,
                       mlir::Value source, mlir::ValueRange indices);

/// A loop from `low` to `high` that carries values; no loop where it runs once.
llvm::SmallVector<mlir::Value>
buildLoop(mlir::ImplicitLocOpBuilder &b, mlir::Value low, mlir::Value high,
          int64_t step, mlir::ValueRange carried,
          llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                            mlir::ValueRange)>
              body);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H
