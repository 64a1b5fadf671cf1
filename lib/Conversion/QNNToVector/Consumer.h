//===- Consumer.h - The elementwise loop behind a product -------*- C++ -*-===//
//
// What alone reads a product's sums, floats or codes, element by element, can
// be computed on them while they are in registers: the product is never
// written. So a residual add reads codes and stores codes, and an optimizer's
// update needs no buffer for the gradient, and reads and writes parameter and
// moments once.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H
#define QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

class Consumer {
public:
  /// The loop that is the only use of `product`, where it can be fused.
  static std::optional<Consumer> find(mlir::Value product);

  mlir::linalg::GenericOp getLoop() const { return loop; }

  /// Computes the loop's body for `lanes` of the product, which lie at
  /// `indices`, and stores what it yields in `results`, the loop's as they are
  /// so far.
  void store(mlir::ImplicitLocOpBuilder &b, mlir::Value lanes,
             mlir::ValueRange indices,
             llvm::MutableArrayRef<mlir::Value> results) const;

private:
  Consumer(mlir::linalg::GenericOp loop, mlir::OpOperand &product)
      : loop(loop), product(&product) {}

  mlir::Value read(mlir::ImplicitLocOpBuilder &b, mlir::OpOperand &operand,
                   mlir::ValueRange indices, int64_t lanes,
                   mlir::ValueRange results) const;

  mutable mlir::linalg::GenericOp loop; ///< its methods are not const
  mlir::OpOperand *product;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H
