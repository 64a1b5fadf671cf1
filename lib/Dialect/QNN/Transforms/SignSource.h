//===- SignSource.h - Where computed signs come from ------------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_SIGNSOURCE_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_SIGNSOURCE_H

#include "qnn/Dialect/QNN/IR/QNN.h"
#include <optional>

namespace qnn {

/// Products of fewer pixels are not worth the packing of computed weights.
inline constexpr int64_t leastPackedPixels = 4;

/// Computed numbers of +-scale: floats that a bipolar quantizer makes so, or
/// codes in bytes.
struct SignSource {
  mlir::Value root;
  QuantizerAttr quantizer; ///< null: the root has codes
  float scale;

  /// The source of `numbers`, by way of ops that only move elements.
  static std::optional<SignSource> find(mlir::Value numbers);
  /// Those ops, on the root.
  mlir::Value move(mlir::OpBuilder &b, mlir::Value numbers) const;
  /// Codes in bytes of what `move` has made.
  mlir::Value encode(mlir::OpBuilder &b, mlir::Value moved) const;
  /// The words of `numbers`, in the order that `permutation` says; none: as it
  /// is.
  mlir::Value pack(mlir::OpBuilder &b, mlir::Value numbers,
                   llvm::ArrayRef<int64_t> permutation = {}) const;

private:
  static std::optional<SignSource> find(QuantizeOp op);
  static std::optional<SignSource> find(DequantizeOp op);
};

/// The code of +-1 in one bit.
CodeAttr bipolarCode(mlir::OpBuilder &b);

/// [blocks, .., T] of words [O, ..], zeros beyond O.
mlir::Value tileSignWords(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value words, int64_t tile);

/// Tiles [blocks, KH, KW, .., T] of `filter` [O, C, KH, KW], whose source is
/// `source`.
mlir::Value tileSignFilter(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value filter, const SignSource &source,
                           int64_t tile);

/// [W, steps, 32] of words [rows, W]: qnn.turn_words.
mlir::Value turnWords(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value words);

/// The tiles of a product's rhs, a matrix of computed signs.
mlir::Value tileRhs(mlir::OpBuilder &b, MatmulOp op, const SignSource &source,
                    int64_t tile);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_SIGNSOURCE_H
