//===- ScheduleOperands.h - Where units lie in the operands -----*- C++ -*-===//
//
// Addresses: the operands with the dimensions merged that the loops treat as
// one, the buffer of prepared activations, and the reader that an inner product
// gets at one point of the loops.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SCHEDULEOPERANDS_H
#define QNN_CONVERSION_QNNTOVECTOR_SCHEDULEOPERANDS_H

#include "InnerProduct.h"

namespace qnn {

/// What the loops count in, derived from the inner product's layouts.
struct UnitCounts {
  UnitCounts(const Contraction &c, const InnerProduct &product);

  UnitLayout unit;
  PreparedLayout prepared;
  int64_t units;        ///< of one filter tap in one group
  int64_t lastChannels; ///< that the last unit of a tap has
  int64_t stepsOfTap;   ///< of the weight tiles
  int64_t weightLanes;  ///< weight elements of one step of a block

  bool isPrepared() const { return prepared.stride != 0; }
  /// The last unit of a tap has to be read apart from the others.
  bool hasPartUnit() const {
    return !unit.padded && lastChannels != unit.channels;
  }
  /// That unit is added apart from the others.
  bool addsPartUnit() const {
    return hasPartUnit() && (!isPrepared() || prepared.parts);
  }
  /// Where the taps of a filter row lie side by side in the image, one loop
  /// runs over them and their units.
  bool tapsAreContiguous() const { return contiguous; }

private:
  bool contiguous;
};

/// Activations [N, H, W * elements] (of a matmul [M * elements]), weights
/// [blocks, KH, KW * steps, lanes] (of a matmul [blocks, steps, lanes]).
struct Operands {
  Operands(mlir::ImplicitLocOpBuilder &b, const Contraction &c);
  mlir::Value activations, weights;
};

/// A reader at one point of the loops.
class PlacedReader : public UnitReader {
public:
  PlacedReader(mlir::ImplicitLocOpBuilder &b, const Contraction &c,
               const UnitCounts &counts, const Operands &operands)
      : activations(operands.activations), b(b), c(c), counts(counts),
        operands(operands) {}

  mlir::Value activation(int64_t m, int64_t offset,
                         mlir::Type type) const override;
  mlir::Value weights(int64_t v, int64_t offset,
                      mlir::VectorType type) const override;
  mlir::Value prepared(int64_t m, int64_t offset,
                       mlir::Type type) const override;

  /// The operand, or rows of it that were copied.
  mlir::Value activations;
  /// Indices of the image row, and the element in it of pixel 0.
  llvm::SmallVector<mlir::Value> imageRow;
  mlir::Value element;
  /// Elements of the activations between the pixels of a tile.
  int64_t pixelStep = 0;
  /// Indices of the weights before the lanes; the last is the step.
  mlir::Value block, filterRow, step;
  /// The buffer of prepared activations, its row, and the element of pixel 0.
  mlir::Value buffer, bufferRow, bufferElement;
  int64_t bufferStep = 0;

private:
  mlir::ImplicitLocOpBuilder &b;
  const Contraction &c;
  const UnitCounts &counts;
  const Operands &operands;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SCHEDULEOPERANDS_H
