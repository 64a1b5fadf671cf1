//===- ConstantCodes.h - Constants and products in passes -------*- C++ -*-===//
//
// What the passes on the integer form share: constants are made by evaluating
// ops with the reference evaluator, weights are read and written as numbers,
// and a matmul and a convolution look alike.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_CONSTANTCODES_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_CONSTANTCODES_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "qnn/Arith/AccumulatorRange.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Reference/Tensor.h"
#include <optional>

namespace qnn {

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return tensorType(value).getShape();
}

inline mlir::Value reshape(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                           llvm::ArrayRef<int64_t> shape) {
  return ReshapeOp::create(b, tensorType(value).clone(shape), value);
}

inline mlir::Value transpose(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                             llvm::ArrayRef<int64_t> permutation) {
  return TransposeOp::create(b, value, permutation);
}

/// `type` with other elements.
inline mlir::RankedTensorType withElements(mlir::RankedTensorType type,
                                           mlir::Type element) {
  return mlir::RankedTensorType::get(type.getShape(), element);
}

/// Dimension along which an op's scales run; -1: it has one scale. (The
/// generated accessor is unsigned.)
template <typename OpTy>
int64_t axisOf(OpTy op) {
  return static_cast<int64_t>(op.getAxis());
}

/// The tensor of codes with elements exactly as wide as the code.
mlir::RankedTensorType codeType(llvm::ArrayRef<int64_t> shape, CodeAttr code);

/// The value of a constant tensor, or nothing.
std::optional<Tensor> constantTensor(mlir::Value value);

/// The numbers that constant codes stand for, or nothing.
std::optional<std::vector<int32_t>> constantNumbers(mlir::Value codes,
                                                    CodeAttr code);

/// A constant of the codes of `numbers`, which must be representable.
mlir::Value createCodes(mlir::OpBuilder &builder, mlir::Location loc,
                        llvm::ArrayRef<int64_t> shape, CodeAttr code,
                        llvm::ArrayRef<int32_t> numbers);

/// The result of the newly made `op`: a constant in its place where all of its
/// operands are constants.
mlir::Value foldIfConstant(mlir::RewriterBase &rewriter, mlir::Operation *op);

/// Creates an op and returns its result, folded where operands are constants.
template <typename OpTy, typename... Args>
mlir::Value createFolded(mlir::RewriterBase &rewriter, mlir::Location loc,
                         Args &&...args) {
  return foldIfConstant(
      rewriter, OpTy::create(rewriter, loc, std::forward<Args>(args)...));
}

/// `codes`, channels last, with `number` around height and width; pads are
/// [top, left, bottom, right].
mlir::Value padPixels(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value codes, CodeAttr code, int32_t number,
                      llvm::ArrayRef<int64_t> pads);

/// `quantizer` with its scales along another dimension.
QuantizerAttr withAxis(QuantizerAttr quantizer, int64_t axis);

/// The permutation that undoes `permutation`.
llvm::SmallVector<int64_t>
invertPermutation(llvm::ArrayRef<int64_t> permutation);

/// An integer product, matmul or convolution.
struct IntegerProduct {
  mlir::Operation *op;
  mlir::OpOperand *activations, *weights;
  CodeAttr lhsCode, rhsCode;
  int64_t groups = 1;
  /// The number in the padding, where there is any.
  std::optional<int32_t> padding;

  /// Nothing where `op` is no integer product.
  static std::optional<IntegerProduct> get(mlir::Operation *op);
  int64_t outChannels() const { return shapeOf(weights->get()).front(); }
  /// Channels of one group.
  int64_t channels() const { return shapeOf(weights->get()).back(); }
  void setWeightCode(CodeAttr code) const;
  /// Sums that can occur, for each output channel; nothing where the weights
  /// are not constant.
  std::optional<std::vector<SumRange>> ranges() const;
};

/// True for functions of each element, apart from constants: elementwise ops,
/// batch normalization, bias.
bool isPointwise(mlir::Operation *op);

/// The name that a remark gives to an op: its node's, else the op's.
std::string layerName(mlir::Operation *op);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_CONSTANTCODES_H
