//===- TensorData.h - ONNX's constants as MLIR's and ours -------*- C++ -*-===//

#ifndef QNN_LIB_ONNX_TENSORDATA_H
#define QNN_LIB_ONNX_TENSORDATA_H

#include "mlir/IR/BuiltinAttributes.h"
#include "onnx/onnx_pb.h"
#include "qnn/Reference/Tensor.h"

namespace qnn {

/// No constant made at import may have more elements than this.
inline constexpr int64_t maxElements = int64_t(1) << 30;

/// Nor any other tensor than this.
inline constexpr int64_t maxComputedElements = int64_t(1) << 40;

/// A constant of `tensor`'s shape: f32 for every float type of at most 64 bits
/// (rounded, for double), i64 for integers and bool. Throws ImportError for
/// other types and where the data does not fit the shape.
mlir::DenseElementsAttr decodeTensor(const onnx::TensorProto &tensor,
                                     mlir::MLIRContext *context);

/// The constant that holds `tensor`: f32 or i64.
mlir::DenseElementsAttr makeConstant(const Tensor &tensor,
                                     mlir::MLIRContext *context);

/// Inverse of makeConstant.
Tensor readConstant(mlir::DenseElementsAttr constant);

/// Number of elements of a shape; throws ImportError if a dimension is negative
/// or the number above `most`.
int64_t countElements(llvm::ArrayRef<int64_t> shape,
                      int64_t most = maxElements);

/// ONNX's name of an element type, as `float` or `int64`.
std::string elementTypeName(int32_t type);

} // namespace qnn

#endif // QNN_LIB_ONNX_TENSORDATA_H
