//===- TrainingRecurrentOps.td - Recurrent layers ----------*- tablegen -*-===//
//
// A layer over all steps, as it is trained, and its gradient. Part of
// TrainingOps.td, which includes it.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_RECURRENT_OPS
#define QNN_TRAINING_RECURRENT_OPS

def QNN_RecurrentOp : QNN_InferredOp<"recurrent", [AttrSizedOperandSegments]> {
  let summary = "an RNN, GRU or LSTM layer over all steps, without the input's projection";
  let description = [{
    `projection` `[T, B, G H]` is the input of each step times the input weights,
    with the input bias (`qnn.matmul`, `qnn.bias_add`, or `qnn.gather` of a
    projected table). `weights` `[G H, H]` and `bias` `[G H]` (optional) are the recurrent
    ones, `initial` `[B, H]` the first hidden state, of an LSTM then the first cell
    state (missing: zeros). Rows of gates lie one behind the other as in ONNX. With
    `p` the projection of the step and `r = weights * h + bias`:

    * `rnn` (G = 1): `h' = tanh(p + r)`;
    * `gru` (G = 3; z, r, h): `z = sigmoid(p_z + r_z)`, `s = sigmoid(p_r + r_r)`,
      `n = tanh(p_h + s * r_h)`, `h' = (1 - z) * n + z * h`, which is ONNX's
      `linear_before_reset = 1`;
    * `lstm` (G = 4; i, o, f, c): `i = sigmoid(p_i + r_i)`, so `o` and `f`,
      `g = tanh(p_c + r_c)`, `c' = f * c + i * g`, `h' = o * tanh(c')`.

    With `hard` sigmoid is `clip((x + 1) / 2, 0, 1)` and tanh is `clip(x, -1, 1)`.
    With `hidden_quantizer` `h'` is quantized by it before it is used, with
    `cell_quantizer` so is `c'` (before the tanh); backward they are their surrogates.
    With `lengths` `[B]` a row keeps its state from step `lengths[b]` on and its result is
    0 there. `reverse` walks from the last step (of the row) to the first.

    Results: `h'` of all steps `[T, B, H]`; what the gradient needs; the states after the last
    step, `[B, H]` each. Saved has the elements of `[T + 1, S H, B]`: slot 0 holds the first states, slot k what
    the k-th step of the walk (not of the sequence, where that is `reverse`) made. Its rows are of `rnn` `h'` and
    the tanh (S = 2); of `gru` `h'`, z, s, n and r_h (S = 5); of `lstm` `h'`, `c'`, i, o, f and g (S = 6).
    Beyond a row's length, and in slot 0, all but the states is 0. Samples walk in blocks of 16 (the
    last has what is left), so saved is in memory one block `[T + 1, S H, 16]` behind the other.

    The gradient ends at every step that `truncate` divides (0: nowhere):
    truncated back-propagation through time.

    ```mlir
    %h, %saved, %last = qnn.recurrent<gru> %p, %w : (tensor<20x8x96xf32>, tensor<96x32xf32>)
        -> (tensor<20x8x32xf32>, tensor<21x160x8xf32>, tensor<8x32xf32>)
    %y, %s, %hn, %cn = qnn.recurrent<lstm> %q, %v bias(%b) initial(%h0, %c0) {hard}
        : (tensor<20x8x128xf32>, tensor<128x32xf32>, tensor<128xf32>, tensor<8x32xf32>, tensor<8x32xf32>)
        -> (tensor<20x8x32xf32>, tensor<21x192x8xf32>, tensor<8x32xf32>, tensor<8x32xf32>)
    ```
  }];
  let arguments = (ins QNN_Float:$projection, QNN_Float:$weights, Optional<QNN_Float>:$bias,
    Variadic<QNN_Float>:$initial, Optional<QNN_Indices>:$lengths, EnumProp<QNN_RecurrentCell>:$cell,
    UnitAttr:$hard, UnitAttr:$reverse, OptionalAttr<QNN_QuantizerAttr>:$hidden_quantizer,
    OptionalAttr<QNN_QuantizerAttr>:$cell_quantizer, DefaultValuedAttr<I64Attr, "0">:$truncate);
  let results = (outs QNN_Float:$result, QNN_Float:$saved, Variadic<QNN_Float>:$last);
  let assemblyFormat = [{
    `<` $cell `>` $projection `,` $weights (`bias` `(` $bias^ `)`)? (`initial` `(` $initial^ `)`)?
    (`lengths` `(` $lengths^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def QNN_RecurrentGradOp : QNN_InferredOp<"recurrent_grad", [AttrSizedOperandSegments]> {
  let summary = "gradient of qnn.recurrent";
  let description = [{
    `saved` and the rest are those of the `qnn.recurrent`; `grad` is the gradient of its result,
    `last_grads` those of the last states (missing: zeros).
    Results: the gradients of projection, recurrent weights, recurrent bias (also where there
    is none) and of the first states. A quantized state hands on its surrogate's gradient:
    `hard_tanh` passes it where what was quantized is in [-1, 1].

    ```mlir
    %dp, %dw, %db, %dh = qnn.recurrent_grad<gru> %w, %saved grad(%g)
        : (tensor<96x32xf32>, tensor<21x160x8xf32>, tensor<20x8x32xf32>)
        -> (tensor<20x8x96xf32>, tensor<96x32xf32>, tensor<96xf32>, tensor<8x32xf32>)
    ```
  }];
  let arguments = (ins QNN_Float:$weights, QNN_Float:$saved, Optional<QNN_Float>:$grad,
    Variadic<QNN_Float>:$last_grads, Optional<QNN_Indices>:$lengths,
    EnumProp<QNN_RecurrentCell>:$cell, UnitAttr:$hard, UnitAttr:$reverse,
    OptionalAttr<QNN_QuantizerAttr>:$hidden_quantizer,
    OptionalAttr<QNN_QuantizerAttr>:$cell_quantizer, DefaultValuedAttr<I64Attr, "0">:$truncate);
  let results = (outs QNN_Float:$projection_grad, QNN_Float:$weights_grad, QNN_Float:$bias_grad,
                      Variadic<QNN_Float>:$initial_grads);
  let assemblyFormat = [{
    `<` $cell `>` $weights `,` $saved (`grad` `(` $grad^ `)`)? (`last` `(` $last_grads^ `)`)?
    (`lengths` `(` $lengths^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // QNN_TRAINING_RECURRENT_OPS
