//===- QuantizerOps.td - Quantizers of training -----------------*- tablegen -*-===//
//
// One op for all methods. A file of its own, with headers of its own: see
// Quantizer.h.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_QUANTIZER_OPS
#define QNN_QUANTIZER_OPS

include "qnn/Arith/TrainingEnums.td"
include "qnn/Dialect/QNN/IR/QNNOpBase.td"

def QNN_TrainQuantizeOp : QNN_InferredOp<"train_quantize", [AttrSizedOperandSegments]> {
  let summary = "a quantizer of training, by the name of its method";
  let description = [{
    Forward a quantizer, backward what its method says: the table in
    `docs/quantizers.md`. `qnn-expand-quantizers` puts ops in its place, either for
    autodiff or for deployment.

    * `role`: methods may differ for weights and activations; a quantizer of
      gradients is the identity forward and quantizes the gradient.
    * `bits`, and `is_unsigned` where a method knows both.
    * `axis`: scales and learned numbers are per index of this dimension (-1: one
      for the tensor).
    * `scale`: the number that the method's row names; missing: its default.
    * `range`: low and high, likewise.
    * `zero`: the value of sign(0).
    * `surrogate` and `surrogate_parameters`: as in `qnn/Arith/Surrogates.h`, in the place of the
      method's own. `ir_net` without parameters follows IR-Net's schedule over the
      training, for which the function gets an argument `qnn.progress`.
    * `learned`: parameters of the network that the method has, each of one element or
      of one for each index of `axis`.
    * `key` and `id`: the random numbers of a stochastic method.

    ```mlir
    %0 = qnn.train_quantize<weight xnor> %w {axis = 0} : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
    %1 = qnn.train_quantize<activation lsq> %x learned(%step) {bits = 4} : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
    %2 = qnn.train_quantize<weight stochastic_sign> %v key(%key) {id = 3} : (tensor<10x64xf32>, tensor<2xi64>) -> tensor<10x64xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, Variadic<QNN_Float>:$learned,
    Optional<QNN_TensorOf<[I64]>>:$key,
    EnumProp<QNN_QuantizerRole>:$role, EnumProp<QNN_QuantizerMethod>:$method,
    DefaultValuedProp<EnumProp<QNN_SignZero>, "::qnn::SignZero::PlusOne">:$zero,
    OptionalProp<EnumProp<QNN_SurrogateKind>>:$surrogate,
    DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$surrogate_parameters,
    DefaultValuedAttr<I64Attr, "1">:$bits, UnitAttr:$is_unsigned,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    OptionalAttr<F32Attr>:$scale, OptionalAttr<DenseF32ArrayAttr>:$range,
    DefaultValuedAttr<I64Attr, "0">:$id);
  let results = (outs QNN_Float:$result);
  let assemblyFormat = [{
    `<` $role $method `>` $input (`learned` `(` $learned^ `)`)? (`key` `(` $key^ `)`)?
    (`zero` `(` $zero^ `)`)? (`surrogate` `(` $surrogate^ `)`)? attr-dict `:`
    functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The dimension of the channels, or -1.
    int64_t getChannelAxis() { return static_cast<int64_t>(getAxis()); }
  }];
}

#endif // QNN_QUANTIZER_OPS
