//===- LookupLanes.h - Indices and sums in bytes or shorts ------*- C++ -*-===//
//
// Registers whose lanes are output channels, narrower than the 32 bits of the
// schedule's: reading the indices of weights, looking them up, widening sums.
// Sums are widened without moving a lane: the even and the odd lanes of a
// register become two registers of lanes twice as wide. The layout of weights
// has the channels in such an order that they end side by side.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_LOOKUPLANES_H
#define QNN_CONVERSION_QNNTOVECTOR_LOOKUPLANES_H

#include "InnerProduct.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {

class LookupLanes {
public:
  LookupLanes(const Contraction &c, const LookupLayout &layout,
              llvm::StringRef permute)
      : c(c), layout(layout), permute(permute) {}

  /// Registers of i32 that one of narrow lanes becomes.
  int64_t words() const { return 32 / layout.laneBits; }
  /// Lanes of a register, and of the part of it that one block fills.
  int64_t count() const { return words() * c.lanes; }
  int64_t ofBlock() const { return std::min(count(), c.tileChannels); }
  /// Registers that hold the blocks of a tile.
  int64_t registers(TileShape tile) const {
    return llvm::divideCeil(blocks(tile) * c.tileChannels, count());
  }
  /// A register of lanes of `bits`.
  mlir::VectorType typeOf(int64_t bits) const;

  /// The lanes of a group of channels, of register `v` of output channels, from
  /// a step of the weights on. They are read when an index is the first to want
  /// them: all at once they would not leave a register to the sums.
  struct Group {
    TileShape tile;
    const UnitReader &reader;
    int64_t v, step;
    llvm::SmallVector<mlir::Value> lanes = {};
    mlir::Value topmost = {}; ///< bits of the lanes so far, of the last index
  };
  /// Index `i` of a group.
  mlir::Value indexOf(mlir::ImplicitLocOpBuilder &b, Group &group,
                      int64_t i) const;
  /// A table that a register has once or several times.
  mlir::Value everywhere(mlir::ImplicitLocOpBuilder &b,
                         mlir::Value table) const;
  mlir::Value lookUp(mlir::ImplicitLocOpBuilder &b, mlir::Value table,
                     mlir::Value index) const;

  /// The even and the odd lanes of `bits`, as lanes twice as wide.
  std::pair<mlir::Value, mlir::Value> halves(mlir::ImplicitLocOpBuilder &b,
                                             mlir::Value numbers,
                                             int64_t bits) const;
  /// All lanes as registers of i32.
  llvm::SmallVector<mlir::Value> toWords(mlir::ImplicitLocOpBuilder &b,
                                         mlir::Value numbers) const;
  /// The same of an even and an odd half, both of lanes twice as wide.
  llvm::SmallVector<mlir::Value> toWords(mlir::ImplicitLocOpBuilder &b,
                                         mlir::Value even,
                                         mlir::Value odd) const;
  /// Registers of i32 by register of narrow lanes, `[register][word]`, as the
  /// tile's vectors of consecutive output channels.
  llvm::SmallVector<mlir::Value>
  inOrder(mlir::ImplicitLocOpBuilder &b, TileShape tile,
          llvm::ArrayRef<llvm::SmallVector<mlir::Value>> registers) const;

private:
  mlir::Value readLanes(mlir::ImplicitLocOpBuilder &b, const Group &group,
                        int64_t lane) const;
  mlir::Value bitsFrom(mlir::ImplicitLocOpBuilder &b, mlir::Value lanes,
                       int64_t shift) const;
  mlir::Value lanesOf(mlir::ImplicitLocOpBuilder &b, Group &group,
                      int64_t lane) const;
  int64_t blocks(TileShape tile) const {
    return llvm::divideCeil(tile.vectors * c.lanes, c.tileChannels);
  }

  const Contraction &c;
  LookupLayout layout;
  llvm::StringRef permute;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_LOOKUPLANES_H
