//===- Tensor.h - Values of the reference evaluator -------------*- C++ -*-===//
//
// A dense row-major tensor of floats or integers. Integers hold what the tensor
// type says: for codes the raw bit pattern, sign-extended never, so 0 to 2^b-1
// (numbers come out through codeToNumber); sums and indices as signed values.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_REFERENCE_TENSOR_H
#define QNN_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include <vector>

namespace qnn {

/// What the evaluator computes in: the ops' f32. Checks of gradients by
/// differences need more, so the library QNNReference64 is the same code with
/// f64; a program links one or the other.
#ifdef QNN_REFERENCE_F64
using Real = double;
#else
using Real = float;
#endif

struct Tensor {
  llvm::SmallVector<int64_t> shape;
  bool isFloat = true;
  std::vector<Real> floats;      ///< used where isFloat
  std::vector<int64_t> integers; ///< used otherwise

  static Tensor zeros(mlir::RankedTensorType type);
  /// True for constants of f32 or integers that have all their data: parser
  /// and verifier let a resource pass whose blob is missing or too short.
  static bool canRead(mlir::ElementsAttr attr);
  /// From any constant that it can read.
  static Tensor fromAttr(mlir::ElementsAttr attr);
  /// The constant of static type `type`; integers are truncated to its width.
  mlir::DenseElementsAttr toAttr(mlir::RankedTensorType type) const;

  int64_t rank() const { return shape.size(); }
  int64_t size() const;
  /// Row-major strides in elements.
  llvm::SmallVector<int64_t> strides() const;
};

} // namespace qnn

#endif // QNN_REFERENCE_TENSOR_H
