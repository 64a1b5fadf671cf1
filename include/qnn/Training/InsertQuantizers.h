//===- InsertQuantizers.h - Quantizers for a float network ------*- C++ -*-===//

#ifndef QNN_TRAINING_INSERTQUANTIZERS_H
#define QNN_TRAINING_INSERTQUANTIZERS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace qnn {

/// Bits of what a float network gets; 32: none.
struct QuantizeSpec {
  unsigned weights = 32, activations = 32;
  /// Weights of the first and the last product.
  unsigned first = 32, last = 32;
};

/// Reads `weights=1,activations=2`.
llvm::Expected<QuantizeSpec> parseQuantizeSpec(llvm::StringRef text);

/// Puts quantizers behind the parameters of products and in the place of
/// activations of a trainable network. Weights of one bit: their signs, and the
/// parameters are clipped to [-1, 1]; of more bits: symmetric codes whose range
/// is that of the numbers they begin with. Activations (relu, tanh, clip,
/// sigmoid) between products: of one bit their place is taken by the sign, of
/// more bits they are quantized on [0, 1] after a clip to it (DoReFa).
llvm::Error insertQuantizers(mlir::ModuleOp model, const QuantizeSpec &spec);

} // namespace qnn

#endif // QNN_TRAINING_INSERTQUANTIZERS_H
