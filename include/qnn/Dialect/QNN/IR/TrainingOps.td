//===- TrainingOps.td - What training needs beyond the graph form *- tablegen -*-===//
//
// Ops on floats in NCHW:
//
// * what a network has only while it is trained: random numbers, losses,
//   normalization by the batch, values with a gradient of their own;
// * gradients that are not a composition of other ops;
// * recurrent layers: TrainingRecurrentOps.td;
// * updates of parameters: TrainingUpdateOps.td.
//
// Autodiff emits them. A file of its own, with headers of its own: see
// Training.h.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_OPS
#define QNN_TRAINING_OPS

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "qnn/Arith/TrainingEnums.td"
include "qnn/Dialect/QNN/IR/QNNOpBase.td"
include "qnn/Dialect/QNN/IR/TrainingOpEnums.td"

/// Labels, indices, keys.
def QNN_Indices : QNN_TensorOf<[I64]>;
class QNN_Scalar<Type type> : ConfinedType<QNN_TensorOf<[type]>,
    [CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() == 0">],
    "tensor of one " # type.summary>;
def QNN_FloatScalar : QNN_Scalar<F32>;
def QNN_StepScalar : QNN_Scalar<I64>;
/// Seed and step, which key random numbers.
def QNN_Key : ConfinedType<QNN_Indices,
    [CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getShape() == ::llvm::ArrayRef<int64_t>{2}">],
    "tensor<2xi64> (seed, step)">;

/// An op whose enumeration `enum` is written behind its name: `qnn.compare<gt>`.
class QNN_KindFormat<string enum> {
  string text = "`<` $" # enum # " `>` operands attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// Values with a gradient of their own
//===----------------------------------------------------------------------===//

def QNN_StopGradientOp : QNN_InferredOp<"stop_gradient"> {
  let summary = "x, as a constant for autodiff";
  let description = [{
    Autodiff removes it.

    ```mlir
    %0 = qnn.stop_gradient %x : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input);
  let results = (outs QNN_Float:$result);
}

def QNN_StraightThroughOp : QNN_InferredOp<"straight_through"> {
  let summary = "a value whose gradient goes to another tensor, times a surrogate's derivative";
  let description = [{
    `result = value`; backward `d input = d result * s'(input)`, and nothing flows
    to `value`. `s'` and its `parameters` are those of `qnn/Arith/Surrogates.h`.
    Autodiff removes it, and emits `qnn.surrogate_grad`.

    ```mlir
    %0 = qnn.straight_through<window> %q, %x {parameters = array<f32: -1.0, 1.0>}
        : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$value, QNN_Float:$input, EnumProp<QNN_SurrogateKind>:$kind,
                       DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$parameters);
  let results = (outs QNN_Float:$result);
  let assemblyFormat = QNN_KindFormat<"kind">.text;
  let hasVerifier = 1;
}

def QNN_SurrogateGradOp : QNN_InferredOp<"surrogate_grad"> {
  let summary = "gradient times a surrogate's derivative";
  let description = [{
    `result = grad * s'(input)`, `s'` and its `parameters` as in
    `qnn/Arith/Surrogates.h`:

    | kind | parameters | s'(x) |
    | --- | --- | --- |
    | `identity` | | 1 |
    | `window` | low, high | 1 where low <= x <= high, else 0 |
    | `open_window` | low, high | 1 where low < x < high, else 0 |
    | `tanh` | k | k sech^2(k x) |
    | `modified_tanh` | k, m | k sech^2(k (x - 2 r)), r = round(x/2), where abs(f3(x)) <= m, else 0 |
    | `approx_sign` | | 2 - 2 abs(x) where abs(x) < 1, else 0 |
    | `swish_sign` | beta | beta (2 - y tanh(y/2)) / (1 + cosh y), y = beta x |
    | `ir_net` | t, k | k t (1 - tanh^2(t x)) |
    | `leaky_tanh` | alpha | 1 where abs(x) <= 1, else alpha |

    Where `s'` is 0 the result is 0, whatever `grad` is.

    ```mlir
    %0 = qnn.surrogate_grad<window> %x, %g {parameters = array<f32: -1.0, 1.0>}
        : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_Float:$grad, EnumProp<QNN_SurrogateKind>:$kind,
                       DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$parameters);
  let results = (outs QNN_Float:$result);
  let assemblyFormat = QNN_KindFormat<"kind">.text;
  let hasVerifier = 1;
}

def QNN_CustomGradientOp : QNN_InferredOp<"custom_gradient"> {
  let summary = "a value whose gradients a region computes";
  let description = [{
    `result = value`. Backward, the region gets the gradient of the result and
    yields one gradient for each of `inputs`; it may use values from above. Nothing
    flows to `value`, nor to what the region uses. Autodiff moves the region's ops
    behind the gradient and removes the op.

    ```mlir
    %0 = qnn.custom_gradient %q, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%g: tensor<4xf32>):
      %d = qnn.mul %g, %scale : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      qnn.yield %d : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins QNN_Float:$value, Variadic<QNN_Float>:$inputs);
  let results = (outs QNN_Float:$result);
  let regions = (region SizedRegion<1>:$gradient);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results) $gradient";
  let hasRegionVerifier = 1;
}

def QNN_YieldOp : QNN_Op<"yield", [Terminator, ReturnLike, HasParent<"CustomGradientOp">]> {
  let summary = "gradients of the inputs of a qnn.custom_gradient";
  let arguments = (ins Variadic<QNN_Float>:$gradients);
  let assemblyFormat = "operands attr-dict `:` type(operands)";
}

//===----------------------------------------------------------------------===//
// Masks, random numbers, small functions
//===----------------------------------------------------------------------===//

def QNN_CompareOp : QNN_InferredOp<"compare"> {
  let summary = "1.0 where a relation holds, else 0.0";
  let description = [{
    Elementwise with broadcasting; `eq`, `gt` or `ge`.

    ```mlir
    %0 = qnn.compare<gt> %a, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$lhs, QNN_Float:$rhs, EnumProp<QNN_ComparePredicate>:$predicate);
  let results = (outs QNN_Float:$result);
  let assemblyFormat = QNN_KindFormat<"predicate">.text;
}

def QNN_BroadcastOp : QNN_Op<"broadcast"> {
  let summary = "repeats elements to fill a shape, as ONNX Expand";
  let description = [{
    The adjoint of a sum.

    ```mlir
    %0 = qnn.broadcast %x : (tensor<4x1xf32>) -> tensor<2x4x3xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_Ap2Op : QNN_InferredOp<"ap2"> {
  let summary = "sign(x) * 2^round(log2 |x|), 0 of 0";
  let description = [{
    Exact, from the bits (`qnn/Arith/PowerOfTwo.h`). Its gradient is 0.

    ```mlir
    %0 = qnn.ap2 %x : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input);
  let results = (outs QNN_Float:$result);
}

def QNN_OneHotOp : QNN_Op<"one_hot"> {
  let summary = "`on` at the label, `off` elsewhere, along a new last dimension";
  let description = [{
    A label outside 0 to classes - 1 gives a row of `off`.

    ```mlir
    %0 = qnn.one_hot %labels {on = 1.0 : f32, off = -1.0 : f32} : (tensor<8xi64>) -> tensor<8x10xf32>
    ```
  }];
  let arguments = (ins QNN_Indices:$labels, F32Attr:$on, F32Attr:$off);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_RandomUniformOp : QNN_Op<"random_uniform"> {
  let summary = "uniform random numbers in [low, high)";
  let description = [{
    `result[i] = u * (high - low) + low`, `u` in [0, 1) the number of element `i`,
    in row-major order, of the stream (seed, step, `id`): `qnn/Arith/Philox.h`.

    ```mlir
    %0 = qnn.random_uniform %key {id = 3 : i64, low = -1.0 : f32, high = 1.0 : f32}
        : (tensor<2xi64>) -> tensor<8x10xf32>
    ```
  }];
  let arguments = (ins QNN_Key:$key, I64Attr:$id, F32Attr:$low, F32Attr:$high);
  let results = (outs QNN_Float:$result);
}

def QNN_DropoutOp : QNN_InferredOp<"dropout"> {
  let summary = "zeroes a random part of the elements; without a key the identity";
  let description = [{
    With a key: `result[i] = input[i] * (1 / (1 - rate))` where `u >= rate`, else 0,
    `u` as in `qnn.random_uniform`. Its gradient is itself with the same key and
    `id`. A network that is not trained has no key.

    ```mlir
    %0 = qnn.dropout %x, %key {rate = 0.5 : f32, id = 0 : i64}
        : (tensor<8x512xf32>, tensor<2xi64>) -> tensor<8x512xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, Optional<QNN_Key>:$key, F32Attr:$rate, I64Attr:$id);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Gradients of products, pooling, shape ops
//===----------------------------------------------------------------------===//

class QNN_ConvGradOp<string mnemonic, dag operands> : QNN_Op<mnemonic> {
  let arguments = !con(operands, (ins
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups));
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_Conv2dInputGradOp : QNN_ConvGradOp<"conv2d_input_grad", (ins QNN_Float:$grad, QNN_Float:$filter)> {
  let summary = "gradient of qnn.conv2d with respect to its input (transposed convolution)";
  let description = [{
    The result is as the input of the `qnn.conv2d` with `filter` and these
    attributes, whose result `grad` is as:
    `result[n, c, h, w] = sum of grad[n, o, oh, ow] * filter[o, c, kh, kw]` over all
    `o, oh, ow, kh, kw` with `h = oh * stride - pad + kh * dilation`, and so for w.

    ```mlir
    %0 = qnn.conv2d_input_grad %g, %w {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<8x64x16x16xf32>, tensor<64x32x3x3xf32>) -> tensor<8x32x16x16xf32>
    ```
  }];
}

def QNN_Conv2dFilterGradOp : QNN_ConvGradOp<"conv2d_filter_grad",
    (ins QNN_Float:$input, QNN_Float:$grad,
         DefaultValuedAttr<QNN_PadValueAttr, "PadValue::Zero">:$pad_value)> {
  let summary = "gradient of qnn.conv2d with respect to its filter";
  let description = [{
    The result is as the filter of the `qnn.conv2d` with `input` and these
    attributes: `result[o, c, kh, kw]` is the sum over `n, oh, ow` of
    `grad[n, o, oh, ow] * input[n, c, oh * stride - pad + kh * dilation, ...]`, in
    the padding `pad_value` times `grad`.

    ```mlir
    %0 = qnn.conv2d_filter_grad %x, %g {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<8x32x16x16xf32>, tensor<8x64x16x16xf32>) -> tensor<64x32x3x3xf32>
    ```
  }];
}

def QNN_UnfoldOp : QNN_InferredOp<"unfold"> {
  let summary = "what a filter's taps see: a row for each window, a column for each tap and channel";
  let description = [{
    Of an input `[N, C, H, W]`: `result[(n, oh, ow), (kh, kw, c)]` is
    `input[n, c, oh * stride - pad + kh * dilation, ...]`, 0 in the padding. A
    convolution is a product with it, and so is the gradient of a filter.

    ```mlir
    %0 = qnn.unfold %x {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<8x32x16x16xf32>) -> tensor<2048x288xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$input, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations);
  let results = (outs QNN_Float:$result);
}

def QNN_TurnWordsOp : QNN_Op<"turn_words"> {
  let summary = "words of rows as weight tiles of columns";
  let description = [{
    The transposition of a matrix of bits. Of words along the rows of a matrix
    [K, 32 W] it makes the weights of a product that sums over the rows: bit `i`
    of step `s` of output channel `t` of block `w` is bit `t` of word `w` of row
    `32 s + i`; bits beyond the last row are 0.

    ```mlir
    %0 = qnn.turn_words %x : (tensor<100x3xi32>) -> tensor<3x4x32xi32>
    ```
  }];
  let arguments = (ins QNN_Words:$input);
  let results = (outs QNN_Words:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def QNN_TurnWindowsOp : QNN_Op<"turn_windows"> {
  let summary = "words of channels as weight tiles of what a filter's taps see";
  let description = [{
    `qnn.turn_words` of all windows: of words along the channels of a padded image
    [N, H, W, words] it makes the weights of a product that sums over the windows.
    Block `(kh, kw, w)` is word `w` under tap `(kh, kw)`; bit `i` of its step `s`
    belongs to window `32 s + i`. Bits beyond the last window are 0.

    ```mlir
    %0 = qnn.turn_windows %x {kernel = array<i64: 3, 3>}
        : (tensor<8x18x18x2xi32>) -> tensor<18x64x32xi32>
    ```
  }];
  let arguments = (ins QNN_Words:$input, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations);
  let results = (outs QNN_Words:$result);
  let hasVerifier = 1;
}

class QNN_PoolGradOp<string mnemonic, dag operands, dag extra = (ins)> : QNN_Op<mnemonic> {
  let arguments = !con(operands, (ins DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations), extra);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_MaxPool2dGradOp : QNN_PoolGradOp<"max_pool2d_grad", (ins QNN_Float:$input, QNN_Float:$grad)> {
  let summary = "gradient of qnn.max_pool2d";
  let description = [{
    Each element of `grad` is added to the first greatest element of its window
    (rows first; NaN is greatest), the others get nothing.

    ```mlir
    %0 = qnn.max_pool2d_grad %x, %g {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<8x16x28x28xf32>, tensor<8x16x14x14xf32>) -> tensor<8x16x28x28xf32>
    ```
  }];
}

def QNN_AvgPool2dGradOp : QNN_PoolGradOp<"avg_pool2d_grad", (ins QNN_Float:$grad), (ins UnitAttr:$count_include_pad)> {
  let summary = "gradient of qnn.avg_pool2d";
  let description = [{
    Each element of `grad`, divided by the divisor of its window, is added to all
    elements of the window.

    ```mlir
    %0 = qnn.avg_pool2d_grad %g {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<8x16x14x14xf32>) -> tensor<8x16x28x28xf32>
    ```
  }];
}

def QNN_SliceGradOp : QNN_Op<"slice_grad"> {
  let summary = "gradient of qnn.slice: zeros, and the gradient where the slice was";
  let description = [{
    ```mlir
    %0 = qnn.slice_grad %g {offsets = array<i64: 0, 2>, steps = array<i64: 1, 2>}
        : (tensor<1x4xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$grad, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$steps);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

def QNN_GatherOp : QNN_InferredOp<"gather"> {
  let summary = "rows of a table, as ONNX Gather along axis 0: an embedding";
  let description = [{
    `result[i.., d..] = table[indices[i..], d..]`. Indices are 0 to rows - 1.

    ```mlir
    %0 = qnn.gather %table, %i : (tensor<5000x15xf32>, tensor<300x128xi64>) -> tensor<300x128x15xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$table, QNN_Indices:$indices);
  let results = (outs QNN_Float:$result);
}

def QNN_GatherGradOp : QNN_Op<"gather_grad"> {
  let summary = "gradient of qnn.gather: adds rows to the rows of a table of zeros";
  let description = [{
    ```mlir
    %0 = qnn.gather_grad %g, %i : (tensor<300x128x15xf32>, tensor<300x128xi64>) -> tensor<5000x15xf32>
    ```
  }];
  let arguments = (ins QNN_Float:$grad, QNN_Indices:$indices);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Batch normalization by the batch
//===----------------------------------------------------------------------===//

def QNN_BatchNormTrainOp : QNN_InferredOp<"batch_norm_train"> {
  let summary = "batch normalization with the statistics of the batch";
  let description = [{
    Per index `c` of dimension 1, means over all other dimensions:

        mean     = mean(x)
        variance = mean((x - mean)^2)
        inv_std  = 1 / sqrt(variance + epsilon)
        result   = (x - mean) * (scale * inv_std) + bias

    With `shift`, the shift-based batch norm of Courbariaux et al. in which all
    products are with powers of two (`qnn.ap2`):

        variance = mean((x - mean) * ap2(x - mean))
        inv_std  = ap2(1 / sqrt(variance + epsilon))
        result   = (x - mean) * inv_std * ap2(scale) + bias

    The statistics have no gradient. Running ones are up to the network.

    ```mlir
    %y, %mean, %variance, %inv_std = qnn.batch_norm_train %x, %scale, %bias {epsilon = 1.0e-5 : f32}
        : (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>)
        -> (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_Float:$scale, QNN_Float:$bias,
                       F32Attr:$epsilon, UnitAttr:$shift);
  let results = (outs QNN_Float:$result, QNN_Float:$mean, QNN_Float:$variance, QNN_Float:$inv_std);
}

def QNN_BatchNormTrainGradOp : QNN_InferredOp<"batch_norm_train_grad"> {
  let summary = "gradient of qnn.batch_norm_train";
  let description = [{
    With `c = input - mean`, `n = c * inv_std`, means and sums over all dimensions but 1:

        bias_grad  = sum(grad)
        scale_grad = sum(grad * n)
        input_grad = (grad - mean(grad) - n * mean(grad * n)) * (scale * inv_std)

    With `shift`, as the program of Courbariaux et al.:

        input_grad = (grad - mean(grad) - ap2(c) * mean(ap2(c) * grad) * inv_std^2)
                     * (ap2(scale) * inv_std)

    ```mlir
    %dx, %dscale, %dbias = qnn.batch_norm_train_grad %g, %x, %scale, %mean, %inv_std
        : (tensor<8x64xf32>, tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
        -> (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>)
    ```
  }];
  let arguments = (ins QNN_Float:$grad, QNN_Float:$input, QNN_Float:$scale, QNN_Float:$mean,
                       QNN_Float:$inv_std, UnitAttr:$shift);
  let results = (outs QNN_Float:$input_grad, QNN_Float:$scale_grad, QNN_Float:$bias_grad);
}

//===----------------------------------------------------------------------===//
// Losses and metrics
//===----------------------------------------------------------------------===//

def QNN_SoftmaxCrossEntropyOp : QNN_InferredOp<"softmax_cross_entropy"> {
  let summary = "mean cross entropy of the softmax of logits";
  let description = [{
    `logits` is `[N, C]`. With `labels` `[N]` (i64) the mean over the rows of
    `log(sum_c exp(logits[n, c])) - logits[n, label]`; rows whose label is outside
    0 to C - 1 do not count (0 where none counts). With `labels` `[N, C]` (f32,
    probabilities: soft targets, distillation) the mean over all rows of
    `sum_c labels[n, c] * (log(sum_c exp(logits[n, c])) - logits[n, c])`.
    The labels have no gradient.

    ```mlir
    %loss = qnn.softmax_cross_entropy %z, %labels : (tensor<8x10xf32>, tensor<8xi64>) -> tensor<f32>
    ```
  }];
  let arguments = (ins QNN_Float:$logits, AnyTypeOf<[QNN_Indices, QNN_Float]>:$labels);
  let results = (outs QNN_FloatScalar:$loss);
}

def QNN_SoftmaxCrossEntropyGradOp : QNN_InferredOp<"softmax_cross_entropy_grad"> {
  let summary = "gradient of qnn.softmax_cross_entropy";
  let description = [{
    `result[n, c] = (softmax(logits)[n, c] * total[n] - target[n, c]) * grad / rows`, with
    `target` one-hot of the labels or the labels themselves, `total` the sum of its
    row, and `rows` the number of rows that count; 0 in rows that do not.

    ```mlir
    %0 = qnn.softmax_cross_entropy_grad %g, %z, %labels
        : (tensor<f32>, tensor<8x10xf32>, tensor<8xi64>) -> tensor<8x10xf32>
    ```
  }];
  let arguments = (ins QNN_FloatScalar:$grad, QNN_Float:$logits, AnyTypeOf<[QNN_Indices, QNN_Float]>:$labels);
  let results = (outs QNN_Float:$result);
}

def QNN_SigmoidCrossEntropyOp : QNN_InferredOp<"sigmoid_cross_entropy"> {
  let summary = "mean binary cross entropy of the sigmoid of logits";
  let description = [{
    The mean over all elements of `max(x, 0) - x * t + log(1 + exp(-|x|))`, targets
    `t` in [0, 1], without a gradient.

    ```mlir
    %loss = qnn.sigmoid_cross_entropy %x, %t : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<f32>
    ```
  }];
  let arguments = (ins QNN_Float:$logits, QNN_Float:$targets);
  let results = (outs QNN_FloatScalar:$loss);
}

def QNN_CountCorrectOp : QNN_InferredOp<"count_correct"> {
  let summary = "how many rows have their greatest element at the label";
  let description = [{
    `logits` is `[N, C]`, `labels` `[N]`; of equals the first is the greatest. With
    C = 1 the label of a positive element is 1, of others 0.

    ```mlir
    %n = qnn.count_correct %z, %labels : (tensor<8x10xf32>, tensor<8xi64>) -> tensor<i64>
    ```
  }];
  let arguments = (ins QNN_Float:$logits, QNN_Indices:$labels);
  let results = (outs QNN_StepScalar:$count);
}

include "qnn/Dialect/QNN/IR/TrainingRecurrentOps.td"
include "qnn/Dialect/QNN/IR/TrainingUpdateOps.td"

#endif // QNN_TRAINING_OPS
