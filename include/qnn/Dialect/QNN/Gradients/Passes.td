//===- Passes.td - From a network to a step of training --------*- tablegen -*-===//
//
// In this order they make `train_step` of a network; qnn-keep-words in its packed
// form, where it is compiled.
//
//===----------------------------------------------------------------------===//

include "mlir/Pass/PassBase.td"

def PrepareTraining : Pass<"qnn-prepare-training", "::mlir::func::FuncOp"> {
  let summary = "a network as it is trained: its loss, the batch's statistics, random numbers";
  let description = [{
    Input: a network whose one result are logits `[.., C]`. Results: the loss, how
    many labels were right, and the new statistics.

    * The argument `labels` (i64, one for each row of the logits; attribute
      `qnn.labels`) is added, and the loss: `cross_entropy`, `bce`,
      `squared_hinge` or `hinge` (targets +1 and -1), `mse` (targets 1 and 0). But
      for cross entropy one logit stands for label 1 against 0.
    * With `distill` the argument `teacher` (`qnn.teacher`), the logits of another
      network, is added, and the loss becomes `(1 - distill) * loss + distill *
      temperature^2 * H`, H the cross entropy of the softmaxes of both logits
      divided by `temperature`.
    * `qnn.batch_norm` whose mean and variance are arguments with `qnn.statistic`
      becomes `qnn.batch_norm_train`; of these, `qnn.momentum * old + (1 -
      qnn.momentum) * batch` becomes a result, paired with the argument by
      `qnn.state = N`. With `qnn.shift` on the op it is shift-based.
    * `qnn.dropout` gets a key, which is the argument with `qnn.key`, or a new
      one.
    * A product with rows of a table (`qnn.gather`) becomes rows of the product
      with the table, where that are fewer.

    ```mlir
    func.func @net(%x: tensor<8x4xf32>, %w: tensor<3x4xf32> {qnn.parameter}) -> tensor<8x3xf32> {
      %0 = qnn.matmul %x, %w {transpose_rhs} : (tensor<8x4xf32>, tensor<3x4xf32>) -> tensor<8x3xf32>
      return %0 : tensor<8x3xf32>
    }
    // becomes
    func.func @net(%x: tensor<8x4xf32>, %w: tensor<3x4xf32> {qnn.parameter}, %labels: tensor<8xi64> {qnn.labels, qnn.name = "labels"})
        -> (tensor<f32> {qnn.name = "loss"}, tensor<i64> {qnn.name = "correct"}) {
      %0 = qnn.matmul %x, %w {transpose_rhs} : (tensor<8x4xf32>, tensor<3x4xf32>) -> tensor<8x3xf32>
      %1 = qnn.softmax_cross_entropy %0, %labels : (tensor<8x3xf32>, tensor<8xi64>) -> tensor<f32>
      %2 = qnn.count_correct %0, %labels : (tensor<8x3xf32>, tensor<8xi64>) -> tensor<i64>
      return %1, %2 : tensor<f32>, tensor<i64>
    }
    ```
  }];
  let options = [
    Option<"loss", "loss", "std::string", "\"cross_entropy\"", "Loss of the logits and the labels">,
    Option<"distill", "distill", "double", "0", "Weight of a teacher's logits; 0: no teacher">,
    Option<"temperature", "temperature", "double", "1", "What logits are divided by where there is a teacher">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def Autodiff : Pass<"qnn-autodiff", "::mlir::func::FuncOp"> {
  let summary = "appends the gradients of a loss";
  let description = [{
    Input: graph form in one block, whose first result is a loss (one float), the
    arguments that it is to be minimised over marked by `qnn.parameter`. Result: for
    each of them a result more, its gradient, with the attribute `qnn.gradient_of
    = N`, N the number of the argument.

    Each op emits its own gradient (DifferentiableOpInterface), quantizers that of
    their surrogate; `qnn.straight_through`, `qnn.custom_gradient` and
    `qnn.stop_gradient` have done their work and go. Gradients of a value with
    several uses are added. What neither the results nor the gradients need is removed.
    An op without a gradient between a parameter and the loss is an error.

    ```mlir
    func.func @f(%w: tensor<4xf32> {qnn.parameter}, %x: tensor<4xf32>) -> tensor<f32> {
      %0 = qnn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %1 = qnn.reduce %0 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
      return %1 : tensor<f32>
    }
    // becomes
    func.func @f(%w: tensor<4xf32> {qnn.parameter}, %x: tensor<4xf32>) -> (tensor<f32>, tensor<4xf32> {qnn.gradient_of = 0}) {
      %0 = qnn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %1 = qnn.reduce %0 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
      %2 = arith.constant dense<1.0> : tensor<f32>
      %3 = qnn.reshape %2 : (tensor<f32>) -> tensor<1xf32>
      %4 = qnn.broadcast %3 : (tensor<1xf32>) -> tensor<4xf32>
      %5 = qnn.mul %4, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      return %1, %5 : tensor<f32>, tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def EmitUpdates : Pass<"qnn-emit-updates", "::mlir::func::FuncOp"> {
  let summary = "an optimizer's update of every parameter in the place of its gradient";
  let description = [{
    Input: what `qnn-autodiff` made. Each gradient becomes the new value of its
    argument; the optimizer's states become arguments and results. An argument and the
    result that is its next value have the same `qnn.state = N`. States are named
    `parameter/state` (`qnn.name`); further arguments are the learning rate
    (`qnn.learning_rate`) and, where it matters, the number of the step from 1 on
    (`qnn.step`). `qnn.clip` and `qnn.lr_scale` of a parameter become those of its
    update. `optimizer` is the name of an update op, or `adamw`; `sgd` with
    a `momentum` is `momentum`; `bop` is for parameters of two dimensions or more, the
    others get `adam`. `attributes` is a dictionary of the op's, as text; its braces may miss.
    With `norm-limit` all gradients are first multiplied by one factor, so that the norm of all
    together is at most that.

    An update stands where its gradient is known and its parameter was read for the last time. With
    `separate` all updates stand at the end, behind all gradients, and the unit `qnn.separate_update` on the
    function keeps them apart.

    ```mlir
    func.func @f(%w: tensor<4xf32> {qnn.name = "w", qnn.parameter}, %x: tensor<4xf32>)
        -> (tensor<f32>, tensor<4xf32> {qnn.gradient_of = 0}) {
      ...
      return %1, %5 : tensor<f32>, tensor<4xf32>
    }
    // becomes, with optimizer=momentum
    func.func @f(%w: tensor<4xf32> {qnn.name = "w", qnn.parameter, qnn.state = 0}, %x: tensor<4xf32>,
        %lr: tensor<f32> {qnn.learning_rate, qnn.name = "learning_rate"}, %v: tensor<4xf32> {qnn.name = "w/velocity", qnn.state = 1})
        -> (tensor<f32>, tensor<4xf32> {qnn.state = 0}, tensor<4xf32> {qnn.state = 1}) {
      ...
      %6:2 = qnn.momentum %w, %5, %v, %lr : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>)
      return %1, %6#0, %6#1 : tensor<f32>, tensor<4xf32>, tensor<4xf32>
    }
    ```
  }];
  let options = [
    Option<"optimizer", "optimizer", "std::string", "\"adam\"", "Name of the update">,
    Option<"attributes", "attributes", "std::string", "\"\"", "Its attributes, as in `{momentum = 0.9 : f64, nesterov}`">,
    Option<"normLimit", "norm-limit", "double", "0", "Greatest norm of all gradients together; 0: any">,
    Option<"separate", "separate", "bool", "false", "All gradients are there before the first update">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def ChannelsLastFilters : Pass<"qnn-channels-last-filters", "::mlir::func::FuncOp"> {
  let summary = "filters and their moments lie as the filter's gradient does";
  let description = [{
    Input: what `qnn-emit-updates` made. A filter `[O, C, KH, KW]`, C a multiple of 32, of which
    the step reads nothing but signs, and what its update keeps, become `[O, KH * KW, C]`, marked by
    `qnn.channels_last`. So lie the sums of the filter's gradient: the update can be computed on them in
    registers, and words along channels be packed there. Who runs the step turns the arguments, and back
    before anyone else reads them.

    ```mlir
    func.func @step(%w: tensor<8x64x3x3xf32> {qnn.state = 0}, %x: tensor<2x64x4x4xf32>, %d: tensor<2x8x2x2xf32>, %rate: tensor<f32>)
        -> (tensor<2x8x2x2xf32>, tensor<8x64x3x3xf32> {qnn.state = 0}) {
      %q = qnn.quantize %w {quantizer = #sign} : (tensor<8x64x3x3xf32>) -> tensor<8x64x3x3xf32>
      %y = qnn.conv2d %x, %q ...
      %g = qnn.conv2d_filter_grad %x, %d ... -> tensor<8x64x3x3xf32>
      %new = qnn.sgd %w, %g, %rate ...
      return %y, %new : tensor<2x8x2x2xf32>, tensor<8x64x3x3xf32>
    }
    // becomes
    func.func @step(%w: tensor<8x9x64xf32> {qnn.channels_last, qnn.state = 0}, ...)
        -> (tensor<2x8x2x2xf32>, tensor<8x9x64xf32> {qnn.state = 0}) {
      %0 = qnn.reshape %w : (tensor<8x9x64xf32>) -> tensor<8x3x3x64xf32>
      %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<8x3x3x64xf32>) -> tensor<8x64x3x3xf32>
      %q = qnn.quantize %1 ...
      %y = qnn.conv2d %x, %q ...
      %g = qnn.conv2d_filter_grad %x, %d ... -> tensor<8x64x3x3xf32>
      %2 = qnn.transpose %g {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x64x3x3xf32>) -> tensor<8x3x3x64xf32>
      %3 = qnn.reshape %2 : (tensor<8x3x3x64xf32>) -> tensor<8x9x64xf32>
      %new = qnn.sgd %w, %3, %rate ...
      return %y, %new : tensor<2x8x2x2xf32>, tensor<8x9x64xf32>
    }
    ```
  }];
  let dependentDialects = ["::qnn::QNNDialect"];
}

def KeepWords : Pass<"qnn-keep-words", "::mlir::func::FuncOp"> {
  let summary = "packed weights live from step to step";
  let description = [{
    Input: a step in packed form. Where an argument that is a state is encoded
    and packed, the words become a state, too, called `NAME/words`: an argument,
    which `qnn.words_of = N` says the weights of, N the number of their argument, and
    `qnn.quantizer` how they are encoded; and a result, packed of the next value of the
    weights behind what computes it. Who runs the step fills the argument before the
    first step, and after writing the weights.

    ```mlir
    func.func @step(%w: tensor<64x96xf32> {qnn.name = "w", qnn.state = 0}, ...) -> (tensor<64x96xf32> {qnn.state = 0}) {
      %0 = qnn.encode %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<64x96xf32>) -> tensor<64x96xi8>
      %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<64x96xi8>) -> tensor<64x3xi32>
      %2 = qnn.reshape %1 ...
      %new = qnn.sgd %w, ...
      return %new : tensor<64x96xf32>
    }
    // becomes
    func.func @step(%w: tensor<64x96xf32> {qnn.name = "w", qnn.state = 0}, ...,
        %words: tensor<64x3xi32> {qnn.name = "w/words", qnn.quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>, qnn.state = 1, qnn.words_of = 0})
        -> (tensor<64x96xf32> {qnn.state = 0}, tensor<64x3xi32> {qnn.state = 1}) {
      %2 = qnn.reshape %words ...
      %new = qnn.sgd %w, ...
      %0 = qnn.encode %new {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<64x96xf32>) -> tensor<64x96xi8>
      %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<64x96xi8>) -> tensor<64x3xi32>
      return %new, %1 : tensor<64x96xf32>, tensor<64x3xi32>
    }
    ```
  }];
  let dependentDialects = ["::qnn::QNNDialect"];
}
