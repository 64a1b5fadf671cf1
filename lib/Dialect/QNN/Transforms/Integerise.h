//===- Integerise.h - The parts of qnn-integerise ---------------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_INTEGERISE_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_INTEGERISE_H

#include "mlir/IR/PatternMatch.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include <string>

namespace qnn {

/// Shape ops and max pooling move from floats to the codes below them.
void populateIntegeriseShapePatterns(mlir::RewritePatternSet &patterns);

/// Why `qnn.matmul` or `qnn.conv2d` cannot become an integer product; empty
/// where it can.
std::string whyKeptFloat(mlir::Operation *product);

/// Where qnn-integerise leaves that reason for qnn-select-kernels to report.
constexpr llvm::StringLiteral keptFloatAttr = "qnn.kept_float";

/// The number of `code` that dequantizes to exactly `value`, if there is one.
std::optional<int32_t> numberOf(float value, CodeAttr code, float scale,
                                float zeroPoint);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_INTEGERISE_H
