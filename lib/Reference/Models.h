//===- Models.h - How ops get their slow evaluation -------------*- C++ -*-===//
//
// An op is evaluated by one free function on tensors,
//
//   void evaluateRelu(ReluOp op, Operands in, Results out);
//
// whose results are there already, with the shapes of the result types and
// zeros in them. attach<evaluateRelu>(context) makes it the implementation of
// EvaluatableOpInterface.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_REFERENCE_MODELS_H
#define QNN_LIB_REFERENCE_MODELS_H

#include "qnn/Reference/QuantizerSpec.h"
#include "qnn/Reference/Tensor.h"

namespace qnn {

using Operands = llvm::ArrayRef<Tensor>;
using Results = llvm::MutableArrayRef<Tensor>;

/// Zeros of the result types; fails with a diagnostic on `op` where one is not
/// a static tensor.
llvm::LogicalResult allocateResults(mlir::Operation *op,
                                    llvm::SmallVectorImpl<Tensor> &results);

template <typename OpTy, void (*function)(OpTy, Operands, Results)>
struct Model
    : EvaluatableOpInterface::ExternalModel<Model<OpTy, function>, OpTy> {
  llvm::LogicalResult evaluate(mlir::Operation *op, Operands operands,
                               llvm::SmallVectorImpl<Tensor> &results) const {
    if (failed(allocateResults(op, results)))
      return llvm::failure();
    function(llvm::cast<OpTy>(op), operands, results);
    return llvm::success();
  }
};

template <typename OpTy>
OpTy operationOf(void (*)(OpTy, Operands, Results));

template <auto function>
void attach(mlir::MLIRContext *context) {
  using OpTy = decltype(operationOf(function));
  OpTy::template attachInterface<Model<OpTy, function>>(*context);
}

/// Attach the models of a family.
void attachElementwiseModels(mlir::MLIRContext *context);
void attachNormalizeModels(mlir::MLIRContext *context);
void attachPackedModels(mlir::MLIRContext *context);
void attachPackedProductModels(mlir::MLIRContext *context);
void attachPoolModels(mlir::MLIRContext *context);
void attachProductModels(mlir::MLIRContext *context);
void attachQuantizeModels(mlir::MLIRContext *context);
void attachReduceModels(mlir::MLIRContext *context);
void attachShapeModels(mlir::MLIRContext *context);
void attachTrainingModels(mlir::MLIRContext *context);
void attachTrainingGradientModels(mlir::MLIRContext *context);
void attachTrainingRecurrentModels(mlir::MLIRContext *context);
void attachTrainingUpdateModels(mlir::MLIRContext *context);

//===----------------------------------------------------------------------===//
// Walking tensors
//===----------------------------------------------------------------------===//

/// A tensor as [outer, channels, inner] around dimension `axis`; -1: one
/// channel that holds everything.
struct AxisView {
  int64_t outer = 1, channels = 1, inner = 1;
  AxisView(llvm::ArrayRef<int64_t> shape, int64_t axis);

  /// Calls f(element, channel) for every element in order.
  template <typename F>
  void forEach(F f) const {
    int64_t element = 0;
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < inner; ++i)
          f(element++, c);
  }
};

/// Calls f(n, offset) for the n-th index of `shape` in row-major order, with
/// offset = start + sum of index * stride.
template <typename F>
void forEachStrided(llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<int64_t> strides, int64_t start, F f) {
  int64_t size = 1;
  for (int64_t dimension : shape)
    size *= dimension;
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t n = 0, offset = start; n < size; ++n) {
    f(n, offset);
    for (int64_t d = shape.size() - 1; d >= 0; --d) {
      offset += strides[d];
      if (++index[d] < shape[d])
        break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

/// Calls f on the elements of both tensors, which are of one kind.
template <typename F>
void withElements(const Tensor &in, Tensor &out, F f) {
  if (in.isFloat)
    f(in.floats.data(), out.floats.data());
  else
    f(in.integers.data(), out.integers.data());
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// IEEE's maximum and minimum: NaN wins, -0 is less than +0.
Real maximum(Real a, Real b);
Real minimum(Real a, Real b);

/// The elements of `tensor`, repeated to fill the shape of `shaped`.
std::vector<Real> broadcastTo(const Tensor &tensor, const Tensor &shaped);

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

/// The number that an element of type `type` stands for: by `code`, or without
/// one the signed integer itself.
int64_t numberOf(int64_t element, CodeAttr code, mlir::Type type);

/// Turns patterns of `code` into elements of the tensor type `type`: bytes hold
/// the number modulo 256 (but of bipolar codes the bit), narrower elements the
/// pattern itself. See PackedOps.td.
void patternsToElements(Tensor &codes, CodeAttr code, mlir::Type type);

/// The code of the number `level` steps above the least of `code`.
uint32_t codeOfLevel(int32_t level, CodeAttr code);

} // namespace qnn

#endif // QNN_LIB_REFERENCE_MODELS_H
