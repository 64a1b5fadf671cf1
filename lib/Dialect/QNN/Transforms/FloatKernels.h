//===- FloatKernels.h - What products of floats can become ------*- C++ -*-===//
//
// A product that stays float in the integer form can still be one of bits, or
// by bits, where its operands are known to be signs. qnn-select-kernels chooses
// among what is possible here, and the patterns of qnn-pack-products do what it
// chose.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_FLOATKERNELS_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_FLOATKERNELS_H

#include "qnn/Target/CostModel.h"

namespace qnn {

/// True for zeros in the padding, or no padding.
bool padsZeros(Conv2dOp op);

/// Both operands of the matmul or convolution come from bipolar quantizers, and
/// words of them can be laid out for the kernel.
bool canPackSigns(mlir::Operation *op);

/// The weights are signs times a factor of each output channel: constants, or
/// from a bipolar quantizer.
bool canLookUpSigns(mlir::Operation *op);

/// A matmul of floats by what the taps of a filter see of signs.
bool canLookUpWindows(mlir::Operation *op);

/// Floats can be laid out for their kernel; those of few rows by computed
/// weights are not worth it.
bool canPackFloats(mlir::Operation *op);

/// A product of bits does not become one of floats.
bool canHaveKernel(mlir::Operation *op, KernelKind kind);

/// The kernel that `op` was given where it is of that kind, else null.
KernelAttr chosenKernel(mlir::Operation *op, KernelKind kind);

/// The kernel of a product of floats: bits where they can be, else the
/// cheapest. Nothing for batched and empty products.
std::optional<KernelEstimate> chooseFloatKernel(TargetAttr target,
                                                mlir::Operation *op);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_FLOATKERNELS_H
