//===- QuantizerExpansions.h - Expansions by family -------------*- C++ -*-===//
//
// Each returns the value in the place of the op's result, or null where the
// method is not of that family. Forward they equal the functions of qnn/Arith
// bit for bit, but that NaN stays NaN where they round by hand.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZEREXPANSIONS_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZEREXPANSIONS_H

#include "QuantizerFormula.h"

namespace qnn {

/// Signs and their scales.
mlir::Value expandBinary(Formula &f);
/// Uniform grids.
mlir::Value expandLinear(Formula &f);
/// Three levels, and powers of two.
mlir::Value expandTernary(Formula &f);
/// Sums of scaled bits.
mlir::Value expandBasis(Formula &f);
/// The identity, whose gradient is quantized.
mlir::Value expandGradient(Formula &f);

/// Ott's exponential quantization of `x`; stochastic with `uniform`.
mlir::Value exponentialOf(Formula &f, mlir::Value x, mlir::Value uniform);

/// Quantized back-propagation: products of the op's result get the gradient of
/// their weights from powers of two in the place of the input.
mlir::Value expandShiftBackward(Formula &f);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZEREXPANSIONS_H
