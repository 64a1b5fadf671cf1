//===- InsertQuantizers.h - Quantizers for a float network ------*- C++ -*-===//

#ifndef QNN_TRAINING_INSERTQUANTIZERS_H
#define QNN_TRAINING_INSERTQUANTIZERS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace qnn {

/// Bits of what a float network gets; 32: none.
struct QuantizeSpec {
  unsigned weights = 32, activations = 32, gradients = 32;
  /// Weights of the first and the last product.
  unsigned first = 32, last = 32;

  /// What layers have whose name is like a pattern with `*` and `?`.
  struct Layers {
    std::string pattern;
    std::optional<unsigned> weights, activations, gradients;
  };
  std::vector<Layers> layers; ///< of several that fit the last counts
};

/// Reads `weights=1,activations=2;conv?:weights=8;fc:gradients=6`: what holds
/// for all layers, then for some.
llvm::Expected<QuantizeSpec> parseQuantizeSpec(llvm::StringRef text);

/// Puts quantizers into a trainable network. A layer is a product (matmul,
/// conv) with a parameter, and is called as its ONNX node. It has
///   weights      one bit: their sign, and the parameter is clipped to [-1, 1];
///                more: symmetric codes, for each output channel those of the
///                range that the weights begin with
///   activations  its input. One bit: the sign takes the place of the function
///                before (relu, tanh, clip, sigmoid); more: codes of the range
///                that calibration finds. The network's own input is quantized
///                where the first layer's weights are
///   gradients    DoReFa's quantizer of the gradient of its result
llvm::Error insertQuantizers(mlir::ModuleOp model, const QuantizeSpec &spec);

} // namespace qnn

#endif // QNN_TRAINING_INSERTQUANTIZERS_H
