//===- InnerProduct.h - What a kernel does with one unit --------*- C++ -*-===//
//
// The schedule knows loops and addresses, an inner product knows arithmetic: it
// names its accumulators, adds one unit of the sum to them, and turns them into
// sums at the end. A new kernel is a new inner product.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H
#define QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H

#include "Contraction.h"
#include <memory>

namespace qnn {

/// Reads the operands of one unit.
struct UnitReader {
  /// Element `offset` (of activationStride) of pixel `m`, a scalar.
  llvm::function_ref<mlir::Value(int64_t m, int64_t offset)> activation;
  /// Step `offset` (of weightStride) of register `v` of the output channels.
  llvm::function_ref<mlir::Value(int64_t v, int64_t offset)> weights;
};

class InnerProduct {
public:
  explicit InnerProduct(const Contraction &c) : c(c) {}
  virtual ~InnerProduct() = default;

  /// The inner product of a contraction's kernel; null where it has none yet.
  static std::unique_ptr<InnerProduct> create(const Contraction &c);

  /// Types of the accumulators of a tile; all start at zero.
  virtual llvm::SmallVector<mlir::Type> accumulators(TileShape tile) const = 0;

  /// Adds one unit to the accumulators.
  virtual void addUnit(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                       const UnitReader &reader,
                       llvm::MutableArrayRef<mlir::Value> sums) const = 0;

  /// The sums of products. `length` is the number of products in each, an i32:
  /// the valid taps times the channels.
  virtual TileSums finish(mlir::ImplicitLocOpBuilder &b, TileShape tile,
                          llvm::ArrayRef<mlir::Value> sums,
                          mlir::Value length) const = 0;

protected:
  const Contraction &c;
};

/// The kernels, one file each.
std::unique_ptr<InnerProduct> createXnorProduct(const Contraction &c);
std::unique_ptr<InnerProduct> createBitSerialProduct(const Contraction &c);
std::unique_ptr<InnerProduct> createInt8Product(const Contraction &c);
std::unique_ptr<InnerProduct> createF32Product(const Contraction &c);

//===----------------------------------------------------------------------===//
// What several kernels build
//===----------------------------------------------------------------------===//

mlir::Value broadcast(mlir::ImplicitLocOpBuilder &b, mlir::VectorType type,
                      mlir::Value scalar);
mlir::Value popcount(mlir::ImplicitLocOpBuilder &b, mlir::Value words);
/// M x V accumulators in rows, cut into `sums[pixel][vector]`.
TileSums inRows(TileShape tile, llvm::ArrayRef<mlir::Value> sums);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_INNERPRODUCT_H
