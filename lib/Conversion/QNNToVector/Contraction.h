//===- Contraction.h - A packed product, taken apart ------------*- C++ -*-===//
//
// What schedule, inner products and epilogue of the one lowering say about the
// op that they lower. Sizes that the loops count in:
//
// * a *unit* is what one turn of the innermost loop takes: a word of 32
//   channels with all its bit-planes, a channel, 4 channels of a dot product;
//   each inner product says what it is (UnitLayout);
// * a *block* is the output channels whose weights lie side by side, the last
//   dimension of the weight tiles (times what one output channel has there).
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H
#define QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H

#include "Consumer.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

/// One unit in memory.
struct UnitLayout {
  int64_t channels = 1;         ///< of the sum
  int64_t activationStride = 1; ///< elements of the activations
  int64_t weightStride = 1;     ///< steps of the weight tiles
  /// The last unit of a tap is whole in memory, with zeros in place of
  /// channels.
  bool padded = false;
};

struct Contraction {
  Contraction(PackedContractionOpInterface op, TargetAttr target);

  mutable PackedContractionOpInterface
      op; ///< a handle; its methods are not const
  ContractionGeometry g;
  KernelKind kind;
  int64_t tilePixels, tileChannels; ///< the register tile
  int64_t lanes;                    ///< 32-bit elements of a register
  TargetAttr target;
  bool isConv;
  /// A block is T groups of one channel, which count as one group here; see
  /// isDepthwise of lib/Arith/Packing.
  bool depthwise;

  int64_t channelsOfGroup() const { return g.outChannels / g.groups; }
  int64_t blocksOfGroup() const {
    return (channelsOfGroup() + tileChannels - 1) / tileChannels;
  }
  /// Activation elements of one pixel.
  int64_t pixelStride() const {
    return mlir::cast<mlir::RankedTensorType>(op.getActivations().getType())
        .getShape()
        .back();
  }
  CodeAttr outCode() const { return op.getEpilogueCode(); }
  /// Codes as words, else sums, floats or bytes: a number in each element.
  bool storesWords() const {
    return outCode() && resultType().getElementType().isInteger(32);
  }
  /// The tensors that are stored to: the product's, or its consumer's.
  llvm::SmallVector<mlir::Value>
  makeResults(mlir::ImplicitLocOpBuilder &b) const;
  /// Where its results are stored in place of the product's.
  const std::optional<Consumer> &getConsumer() const { return consumer; }
  mlir::RankedTensorType resultType() const {
    return mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
  }
  mlir::VectorType vectorOf(mlir::Type element) const {
    return mlir::VectorType::get({lanes}, element);
  }

private:
  std::optional<Consumer> consumer;
};

/// M pixels by V registers of output channels, summed together. At some taps
/// only the pixels first .. last - 1 are inside the image.
struct TileShape {
  TileShape(int64_t pixels, int64_t vectors)
      : pixels(pixels), vectors(vectors), last(pixels) {}
  int64_t pixels, vectors;
  int64_t first = 0, last;
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
/// A vector, or one element where `type` is a scalar's.
mlir::Value readElements(mlir::ImplicitLocOpBuilder &b, mlir::Type type,
                         mlir::Value source, mlir::ValueRange indices);

/// Dimensions first .. first + count - 1 as one.
mlir::Value mergeDims(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor,
                      int64_t first, int64_t count);

/// A loop from `low` to `high` that carries values; no loop where it runs once.
llvm::SmallVector<mlir::Value>
buildLoop(mlir::ImplicitLocOpBuilder &b, mlir::Value low, mlir::Value high,
          int64_t step, mlir::ValueRange carried,
          llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                            mlir::ValueRange)>
              body);

/// The same, of tensors that `body` replaces in `state`.
void carryLoop(mlir::ImplicitLocOpBuilder &b, mlir::Value low, mlir::Value high,
               int64_t step, llvm::SmallVector<mlir::Value> &state,
               llvm::function_ref<void(mlir::Value)> body);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_CONTRACTION_H
