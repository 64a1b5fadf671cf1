//===- Consumer.h - What is computed behind a product -----------*- C++ -*-===//
//
// What alone reads a product's sums, floats or codes, element by element, can
// be computed on them while they are in registers: the product is never
// written. So a residual add reads codes and stores codes, and an optimizer's
// update needs no buffer for the gradient, and reads and writes parameter and
// moments once. Codes of the floats that are then in registers are packed
// there: a residual stream of floats and the signs of it are stored together.
// The columns of a matrix may be two dimensions there, as the taps and channels
// of a filter are.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H
#define QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

class Consumer {
public:
  /// The loop that is the only use of the product's result, and the packs of
  /// what it makes (without a loop: of the product), where they can be fused.
  static std::optional<Consumer> find(PackedContractionOpInterface product);
  /// `loop` on its own, which updates a state, and packs of what it makes.
  static std::optional<Consumer> find(mlir::linalg::GenericOp loop);

  /// Null where only packs are fused.
  mlir::linalg::GenericOp getLoop() const { return loop; }
  /// The words that are stored.
  llvm::ArrayRef<PackOp> getPacks() const { return packs; }
  /// What has other readers than packs is stored, too.
  llvm::ArrayRef<unsigned> getStored() const { return stored; }

  /// The tensors that are stored to: those of the loop, then words.
  llvm::SmallVector<mlir::Value>
  makeResults(mlir::ImplicitLocOpBuilder &b) const;
  /// Puts what was stored there in the place of loop and packs; erases all that
  /// was fused, and the product.
  void replace(mlir::RewriterBase &rewriter, mlir::ValueRange results) const;

  /// What the loop makes of `count` lanes at `indices`, which are `lanes` of
  /// the product where there is one; `results` are as they are so far.
  llvm::SmallVector<mlir::Value> compute(mlir::ImplicitLocOpBuilder &b,
                                         mlir::Value lanes, int64_t count,
                                         mlir::ValueRange indices,
                                         mlir::ValueRange results) const;
  /// Stores those of `values`, which compute made, that are not packed only.
  void store(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange values,
             mlir::ValueRange indices,
             llvm::MutableArrayRef<mlir::Value> results) const;
  /// `indices` of the product, or of words of its columns, in a result of
  /// `type`.
  llvm::SmallVector<mlir::Value>
  splitColumns(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange indices,
               mlir::RankedTensorType type) const;
  /// The masks of each bit of the code that pack `i` wants of `values`.
  llvm::SmallVector<mlir::Value> masks(mlir::ImplicitLocOpBuilder &b,
                                       unsigned i,
                                       mlir::ValueRange values) const;

private:
  Consumer() = default;

  mlir::ValueRange sources() const;
  void findPacks();
  mlir::Value read(mlir::ImplicitLocOpBuilder &b, mlir::OpOperand &operand,
                   mlir::ValueRange indices, int64_t lanes,
                   mlir::ValueRange results) const;

  /// Null where the loop is on its own; methods are not const.
  mutable PackedContractionOpInterface product;
  mutable mlir::linalg::GenericOp loop;
  /// What makes two dimensions of the product's columns, or null.
  mutable mlir::tensor::ExpandShapeOp split;
  mlir::OpOperand *use = nullptr;     ///< the product in the loop
  llvm::SmallVector<unsigned> stored; ///< numbers of sources
  llvm::SmallVector<PackOp> packs;    ///< one of each encoder
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_CONSUMER_H
