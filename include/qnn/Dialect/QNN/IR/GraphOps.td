//===- GraphOps.td - Graph form: float semantics, NCHW ----------*- tablegen -*-===//

#ifndef QNN_GRAPH_OPS
#define QNN_GRAPH_OPS

include "qnn/Dialect/QNN/IR/QNNOpBase.td"

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

def QNN_QuantizeOp : QNN_InferredOp<"quantize"> {
  let summary = "rounds floats to the grid of a quantizer; the result is still float";
  let description = [{
    Float in, float out ("fake quantization"): see `#qnn.quantizer` for the
    formula. With `axis >= 0` scale and zero point are per index of that
    dimension.

    ```mlir
    %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>}
        : (tensor<1x784xf32>) -> tensor<1x784xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_QuantizerAttr:$quantizer);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def QNN_MatmulOp : QNN_InferredOp<"matmul"> {
  let summary = "matrix product, ONNX MatMul";
  let description = [{
    `result[.., m, n] = sum_k lhs[.., m, k] * rhs[.., k, n]` with NumPy
    broadcasting of the leading dimensions; both operands have rank >= 2. With
    `transpose_rhs` the last two dimensions of `rhs` are `[n, k]`, which is how
    weights are kept.

    ```mlir
    %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x784xf32>, tensor<64x784xf32>) -> tensor<1x64xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$lhs, QNN_Float:$rhs, UnitAttr:$transpose_rhs);
  let results = (outs QNN_Float:$result);
  let hasCanonicalizer = 1;
}

def QNN_Conv2dOp : QNN_InferredOp<"conv2d"> {
  let summary = "2-D convolution (cross-correlation), ONNX Conv without bias";
  let description = [{
    `input` is `[N, C, H, W]`, `filter` `[O, C / groups, KH, KW]`, the result
    `[N, O, OH, OW]`. `pads` is `[top, left, bottom, right]`; the padding holds
    `pad_value`. `OH = (H + top + bottom - dilation * (KH - 1) - 1) / stride + 1`,
    rounded down.

    ```mlir
    %0 = qnn.conv2d %x, %w {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x64x16x16xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x16x16xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_Float:$filter,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    DefaultValuedAttr<QNN_PadValueAttr, "PadValue::Zero">:$pad_value);
  let results = (outs QNN_Float:$result);
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// Normalization, bias
//===----------------------------------------------------------------------===//

def QNN_BatchNormOp : QNN_InferredOp<"batch_norm"> {
  let summary = "batch normalization with fixed statistics";
  let description = [{
    Per index `c` of dimension 1:
    `result = (x - mean[c]) * (scale[c] / sqrt(variance[c] + epsilon)) + bias[c]`,
    every step rounded to f32, in that order (a factor, computed once, then one
    subtraction, one product, one sum).

    ```mlir
    %0 = qnn.batch_norm %x, %scale, %bias, %mean, %var {epsilon = 1.0e-5 : f32}
        : (tensor<1x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x64xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_Float:$scale, QNN_Float:$bias,
                       QNN_Float:$mean, QNN_Float:$variance, F32Attr:$epsilon);
  let results = (outs QNN_Float:$result);
}

def QNN_BiasAddOp : QNN_InferredOp<"bias_add"> {
  let summary = "adds one number per channel";
  let description = [{
    `result[.., c, ..] = input[.., c, ..] + bias[c]`, `c` along dimension `axis`.

    ```mlir
    %0 = qnn.bias_add %x, %b {axis = 1} : (tensor<1x8x28x28xf32>, tensor<8xf32>) -> tensor<1x8x28x28xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_Float:$bias, I64Attr:$axis);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

class QNN_PoolOp<string mnemonic, dag extra = (ins)> : QNN_InferredOp<mnemonic> {
  let arguments = !con((ins QNN_Float:$input, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations), extra);
  let results = (outs QNN_Float:$result);
}

def QNN_MaxPool2dOp : QNN_PoolOp<"max_pool2d"> {
  let summary = "greatest of each window; padding never wins";
  let description = [{
    `[N, C, H, W]`; `kernel` `[KH, KW]`, `pads` `[top, left, bottom, right]`.

    ```mlir
    %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x8x28x28xf32>) -> tensor<1x8x14x14xf32>
    ```
  }];
}

def QNN_AvgPool2dOp : QNN_PoolOp<"avg_pool2d", (ins UnitAttr:$count_include_pad)> {
  let summary = "mean of each window";
  let description = [{
    As `qnn.max_pool2d`. The divisor counts the padding only with
    `count_include_pad`.

    ```mlir
    %0 = qnn.avg_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x8x28x28xf32>) -> tensor<1x8x14x14xf32>
    ```
  }];
}

def QNN_GlobalPoolOp : QNN_InferredOp<"global_pool"> {
  let summary = "max or mean over all of H and W, kept as size 1";
  let description = [{
    ```mlir
    %0 = qnn.global_pool %x {kind = #qnn.pool_kind<average>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_PoolKindAttr:$kind);
  let results = (outs QNN_Float:$result);
}

def QNN_ReduceOp : QNN_InferredOp<"reduce"> {
  let summary = "sum, mean, max or min over dimensions";
  let description = [{
    `axes` ascending and unique; with `keep_dims` they stay as size 1.

    ```mlir
    %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 2, 3>} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_ReduceKindAttr:$kind,
                       DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs QNN_Float:$result);
}

def QNN_SoftmaxOp : QNN_InferredOp<"softmax"> {
  let summary = "exp(x - max) / sum of exp(x - max) along a dimension";
  let description = [{
    ```mlir
    %0 = qnn.softmax %x {axis = 1} : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, I64Attr:$axis);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_ArgMaxOp : QNN_InferredOp<"argmax"> {
  let summary = "index of the greatest element along a dimension; the first of equals";
  let description = [{
    ```mlir
    %0 = qnn.argmax %x {axis = 1} : (tensor<1x10xf32>) -> tensor<1xi64>
    ```
  }];
  let arguments = (ins QNN_Float:$input, I64Attr:$axis, UnitAttr:$keep_dims);
  let results = (outs RankedTensorOf<[I64]>:$result);
}

def QNN_TopKOp : QNN_InferredOp<"top_k"> {
  let summary = "the k greatest elements along the last dimension, in falling order, and their indices";
  let description = [{
    Of equals the smaller index comes first.

    ```mlir
    %v, %i = qnn.top_k %x {k = 3} : (tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi64>)
    ```
  }];
  let arguments = (ins QNN_Float:$input, I64Attr:$k);
  let results = (outs QNN_Float:$values, RankedTensorOf<[I64]>:$indices);
}

//===----------------------------------------------------------------------===//
// Elementwise functions
//===----------------------------------------------------------------------===//

/// Marks f with f(x) <= f(y) for all x <= y, also after rounding to f32.
def QNN_Increasing : NativeOpTrait<"Increasing"> { let cppNamespace = "::qnn"; }

/// `example` is what the example says of `attributes`.
class QNN_UnaryOp<string mnemonic, string formula, list<Trait> traits = [], dag attributes = (ins), string example = "">
    : QNN_InferredOp<mnemonic, traits> {
  let summary = formula;
  let description = "Elementwise: `" # formula # "`.\n\n```mlir\n%0 = qnn." # mnemonic #
                    " %x " # example # ": (tensor<4xf32>) -> tensor<4xf32>\n```\n";
  let arguments = !con((ins QNN_Float:$input), attributes);
  let results = (outs QNN_Float:$result);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location>, Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      types.push_back(adaptor.getInput().getType());
      return ::mlir::success();
    }
  }];
}

def QNN_ReluOp : QNN_UnaryOp<"relu", "max(x, 0)", [QNN_Increasing]> { let hasFolder = 1; }
def QNN_LeakyReluOp : QNN_UnaryOp<"leaky_relu", "x where x >= 0, else alpha * x", [], (ins F32Attr:$alpha),
                                  "{alpha = 0.1 : f32} ">;
def QNN_ClipOp : QNN_UnaryOp<"clip", "min(max(x, min), max)", [QNN_Increasing], (ins F32Attr:$min, F32Attr:$max),
                             "{min = 0.0 : f32, max = 6.0 : f32} "> {
  let hasVerifier = 1;
}
def QNN_SigmoidOp : QNN_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def QNN_HardSigmoidOp : QNN_UnaryOp<"hard_sigmoid", "min(max(alpha * x + beta, 0), 1)", [],
                                    (ins F32Attr:$alpha, F32Attr:$beta),
                                    "{alpha = 0.2 : f32, beta = 0.5 : f32} ">;
def QNN_TanhOp : QNN_UnaryOp<"tanh", "tanh(x)">;
def QNN_ExpOp : QNN_UnaryOp<"exp", "e^x">;
def QNN_LogOp : QNN_UnaryOp<"log", "natural logarithm of x">;
def QNN_SqrtOp : QNN_UnaryOp<"sqrt", "square root of x", [QNN_Increasing]>;
def QNN_AbsOp : QNN_UnaryOp<"abs", "|x|">;
def QNN_NegOp : QNN_UnaryOp<"neg", "-x"> { let hasFolder = 1; }
def QNN_FloorOp : QNN_UnaryOp<"floor", "greatest integer <= x", [QNN_Increasing]>;
def QNN_CeilOp : QNN_UnaryOp<"ceil", "least integer >= x", [QNN_Increasing]>;
def QNN_RoundOp : QNN_UnaryOp<"round", "nearest integer, ties to even", [QNN_Increasing]>;
def QNN_SignOp : QNN_UnaryOp<"sign", "-1, 0 or +1", [QNN_Increasing]>;

class QNN_BinaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : QNN_InferredOp<mnemonic, traits> {
  let summary = formula;
  let description = "Elementwise with ONNX's (NumPy's) broadcasting: `" # formula #
                    "`.\n\n```mlir\n%0 = qnn." # mnemonic #
                    " %a, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>\n```\n";
  let arguments = (ins QNN_Float:$lhs, QNN_Float:$rhs);
  let results = (outs QNN_Float:$result);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location, Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::qnn::inferBroadcast({location, getOperationName()}, adaptor.getLhs().getType(),
                                   adaptor.getRhs().getType(), types);
    }
  }];
}

def QNN_AddOp : QNN_BinaryOp<"add", "a + b", [Commutative]> { let hasFolder = 1; }
def QNN_SubOp : QNN_BinaryOp<"sub", "a - b"> { let hasFolder = 1; }
def QNN_MulOp : QNN_BinaryOp<"mul", "a * b", [Commutative]> { let hasFolder = 1; }
def QNN_DivOp : QNN_BinaryOp<"div", "a / b"> { let hasFolder = 1; }
def QNN_MinOp : QNN_BinaryOp<"min", "lesser of a and b", [Commutative]>;
def QNN_MaxOp : QNN_BinaryOp<"max", "greater of a and b", [Commutative]>;
def QNN_PowOp : QNN_BinaryOp<"pow", "a to the power of b">;

#endif // QNN_GRAPH_OPS
