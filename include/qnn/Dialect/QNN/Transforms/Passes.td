//===- Passes.td - Passes of lib/Dialect/QNN/Transforms ----------------*- tablegen -*-===//

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Integer form
//===----------------------------------------------------------------------===//

def Integerise : Pass<"qnn-integerise"> {
  let summary = "make codes of quantized tensors, integer products of their products";
  let description = [{
    Input: graph form. Every `qnn.quantize` becomes `qnn.encode` and
    `qnn.dequantize`; of a constant, constant codes. Then dequantizers sink:
    `qnn.conv2d` and `qnn.matmul` of dequantized codes become the dequantized
    `qnn.iconv2d` and `qnn.imatmul`, with the product of the scales, rounded to
    f32; `qnn.max_pool2d` and shape ops move onto the codes. A zero point of the
    activations, times the sum of a channel's weights, becomes the zero point of
    its sums; padding then holds the zero point. Integer
    convolutions and pools are channels last; transposes around them are left
    to `qnn-propagate-layout`.

    Result: products on codes; between layers, from a dequantizer to the next
    encoder, pointwise floats.

    Left in float, with the reason in the attribute `qnn.kept_float`, which
    `qnn-select-kernels` reports: products of activations that are not quantized
    or have a zero point that is no code, or one scale per channel; products
    whose weights are not constant, not quantized or have a zero point; whose
    sums may exceed 32 (what a zero point adds: 24)
    bits; whose padding has no code. A quantizer with `sign_zero = zero` has no
    code and stays.

    ```mlir
    %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xf32>
    %b = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<64x784xf32>) -> tensor<64x784xf32>
    %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x784xf32>, tensor<64x784xf32>) -> tensor<1x64xf32>
    // becomes
    %c = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xi1>
    // %v: constant codes
    %1 = qnn.imatmul %c, %v {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi32>
    %0 = qnn.dequantize %1 {scale = array<f32: 1.0>} : (tensor<1x64xi32>) -> tensor<1x64xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def MoveMaxPool : Pass<"qnn-move-max-pool"> {
  let summary = "move max pooling behind the next quantizer";
  let description = [{
    Input: graph form. For an increasing function f, f(max x) = max f(x), and
    quantizers increase. Where only increasing functions lie between a
    `qnn.max_pool2d` and a `qnn.quantize` (relu, clip, bias, batch norm without
    negative scales, products with positive constants, ...), each with one use,
    the pool moves behind the quantizer: it then works on codes, and what is
    left before the quantizer is pointwise.

    Left alone, with a missed remark: a pool with a function that may fall
    before the quantizer.

    ```mlir
    %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    %1 = qnn.relu %0 : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    %2 = qnn.quantize %1 {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    // becomes
    %0 = qnn.relu %x : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %2 = qnn.max_pool2d %1 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    ```
  }];
}

def SynthesiseThresholds : Pass<"qnn-synthesise-thresholds"> {
  let summary = "replace the floats between a product and the next encoder by integer thresholds";
  let description = [{
    Input: integer form as `qnn-integerise` leaves it. The pointwise ops between
    the `qnn.dequantize` of a product's sums and a `qnn.encode` (batch norm,
    bias, arithmetic with constants per channel, activations) are one function
    from an integer to a code for each channel. To 4 bits it becomes a
    `qnn.threshold`, exactly: thresholds are found by evaluating the ops
    themselves at the integers that the weights allow, all of them, or by binary
    search where those are more than `max-evaluations` and every op is monotone. Where a
    channel's function falls, its weights are negated; where negated weights
    do not fit their code, it becomes signed with one bit more.

    To 8 bits the function becomes a `qnn.requantize` if it is a straight line
    within bounds that the code's range implies; at ties it may differ by one
    level.

    Left alone, with the reason in a missed remark: functions that rise and
    fall, falling channels whose sums have other users, negated weights of more
    than 8 bits, constants that differ within a channel, sums that meet other
    tensors, no line.

    ```mlir
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x4xi1>, tensor<2x4xi1>) -> tensor<1x2xi32>
    %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x2xi32>) -> tensor<1x2xf32>
    %2 = qnn.add %1, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>  // %b: 0.5, -2.5
    %3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x2xf32>) -> tensor<1x2xi1>
    // becomes
    %t = arith.constant dense<[[0], [3]]> : tensor<2x1xi32>
    %3 = qnn.threshold %0, %t {axis = 1 : i64, code = #qnn.code<1, bipolar>} : (tensor<1x2xi32>, tensor<2x1xi32>) -> tensor<1x2xi1>
    ```
  }];
  let options = [
    Option<"maxEvaluations", "max-evaluations", "int64_t", "int64_t(1) << 24",
           "Sums, of all channels, up to which every one is tried; beyond, "
           "thresholds are found by binary search">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def PropagateLayout : Pass<"qnn-propagate-layout"> {
  let summary = "move transposes until they cancel";
  let description = [{
    Input: integer form with transposes around each channels-last op. Transposes
    sink through thresholds, requantizers, dequantizers, biases, padding, joins and
    elementwise floats (constants and codes among their operands are transposed), those
    from channels last through encoders, too, and cancel with the next; others of an
    encoder's codes rise above it. A
    transpose before a flattening becomes a permutation of the columns of the
    weights of the `qnn.imatmul` behind it.

    Batch norm of a product, whose statistics are constant, becomes the steps that it is
    made of.

    Left alone: transposes before other reshapes and before ops that name a
    fixed dimension (pooling).

    ```mlir
    %0 = qnn.transpose %sums {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x8xi32>) -> tensor<1x8x4x4xi32>
    %1 = qnn.threshold %0, %t {axis = 1, code = #qnn.code<1, bipolar>} : (tensor<1x8x4x4xi32>, tensor<8x1xi32>) -> tensor<1x8x4x4xi1>
    %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x4xi1>) -> tensor<1x4x4x8xi1>
    // becomes
    %2 = qnn.threshold %sums, %t {axis = 3, code = #qnn.code<1, bipolar>} : (tensor<1x4x4x8xi32>, tensor<8x1xi32>) -> tensor<1x4x4x8xi1>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def MaterializePadding : Pass<"qnn-materialize-padding"> {
  let summary = "write padding with +1 and -1 into the codes";
  let description = [{
    `qnn.iconv2d` whose padding holds +1 or -1 gets a `qnn.pad` of its input and
    no padding. Zero padding is left to the kernels, which skip it.

    ```mlir
    %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
            pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>}
        : (tensor<1x4x4x8xi1>, tensor<8x3x3x8xi1>) -> tensor<1x4x4x8xi32>
    // becomes
    %1 = qnn.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, value = true} : (tensor<1x4x4x8xi1>) -> tensor<1x6x6x8xi1>
    %0 = qnn.iconv2d %1, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x6x6x8xi1>, tensor<8x3x3x8xi1>) -> tensor<1x4x4x8xi32>
    ```
  }];
}

def NarrowAccumulators : Pass<"qnn-narrow-accumulators"> {
  let summary = "give sums the least width that the weights prove safe";
  let description = [{
    The result of a product with constant weights becomes `i16` or `i8` where
    no activations can make a sum that does not fit, and where all users read
    sums of any width (threshold, requantize, dequantize).

    ```mlir
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi32>
    // becomes
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi16>
    ```
  }];
  let options = [
    Option<"minWidth", "min-width", "unsigned", "16",
           "Least width in bits; the packed form has no sums of 8 bits">
  ];
}

def SelectKernels : Pass<"qnn-select-kernels"> {
  let summary = "choose a kernel for each product";
  let description = [{
    Sets `kernel` of each `qnn.imatmul` and `qnn.iconv2d` that has none: kernel
    and tile of the tuning table where it has the product, else the kernel that
    costs the least cycles by the target's cost model (`lib/Target/CostModel.cpp`)
    and the target's tile. So of each `qnn.matmul` and `qnn.conv2d`: `lookup` only
    where weights are known to be signs (constants of one magnitude in each output
    channel, or what comes from a bipolar quantizer of one scale, or is seen by the
    taps of a filter), `xnor_popcount` wherever both operands come from such
    quantizers. Where
    the module has `qnn.threads`, 2 or more, the kernel says how many of them may
    share its tiles: as many as shorten the time by more than starting them takes,
    one where `qnn.batch` fills them all. Each
    choice is a passed remark, with the cost of the kernel and of the next best;
    each `qnn.matmul` and `qnn.conv2d` is a missed remark, `kept float: ` and the
    reason. A table that cannot be read, was measured on another target, or
    names a kernel that cannot do a product makes the pass fail.

    ```mlir
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi16>
    // becomes
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi16>
    ```
  }];
  let options = [
    Option<"tuning", "tuning", "std::string", /*default=*/"",
           "JSON file of kernels that were measured, as `qnn-bench --tune` writes it">
  ];
}

//===----------------------------------------------------------------------===//
// Packed form
//===----------------------------------------------------------------------===//

def WidenCodes : Pass<"qnn-widen-codes"> {
  let summary = "hold codes of 1 to 7 bits in bytes";
  let description = [{
    Every tensor of `i1` to `i7` becomes one of `i8`, arguments and results of
    functions too; constants and the values of `qnn.pad` hold what the rule for
    bytes says: the number modulo 256, of a bipolar code the bit. After this pass
    no narrower element type is left.

    ```mlir
    %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xi1>
    // becomes
    %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xi8>
    ```
  }];
}

def PackProducts : Pass<"qnn-pack-products"> {
  let summary = "lay out weights for the chosen kernels";
  let description = [{
    Input: integer form with codes in bytes. Each `qnn.imatmul` and
    `qnn.iconv2d` with constant weights becomes the packed op of its `kernel`:
    the weights are laid out in tiles now, the activations by `qnn.pack` (bit
    kernels; the channels of each group on their own) or not at all (bytes).
    `qnn.matmul` of rank 2 and `qnn.conv2d` become `qnn.f32_matmul` and, between
    transposes to channels last and back, `qnn.f32_conv2d`. With the kernel
    `lookup` they become `qnn.lookup_matmul` and `qnn.lookup_conv2d` of the signs of
    their weights, times the magnitude; with `xnor_popcount` `qnn.xnor_matmul` and
    `qnn.xnor_conv2d` of the signs of both operands. Integer products without a
    kernel or with other weights are left alone, and products with padding other
    than zero.

    ```mlir
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
        : (tensor<1x784xi8>, tensor<64x784xi8>) -> tensor<1x64xi16>
    // becomes
    %1 = qnn.pack %a {code = #qnn.code<1, bipolar>} : (tensor<1x784xi8>) -> tensor<1x25xi32>
    %0 = qnn.xnor_matmul %1, %tiles {channels = 784 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
            kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
        : (tensor<1x25xi32>, tensor<2x25x32xi32>) -> tensor<1x64xi16>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def HoistPacking : Pass<"qnn-hoist-packing"> {
  let summary = "pack codes before pooling, padding and reshaping";
  let description = [{
    Moves `qnn.pack` before an op whose result is only packed: `qnn.imax_pool2d` of
    1-bit codes, which becomes `qnn.packed_max_pool2d`; `qnn.reshape` where no
    word is cut; `qnn.transpose` that leaves the channels in place; `qnn.pad`
    outside the channels where a word of the padding is all zeros or all ones.

    ```mlir
    %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x28x28x64xi8>) -> tensor<1x14x14x64xi8>
    %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x14x14x64xi8>) -> tensor<1x14x14x2xi32>
    // becomes
    %0 = qnn.pack %x {code = #qnn.code<1, bipolar>} : (tensor<1x28x28x64xi8>) -> tensor<1x28x28x2xi32>
    %1 = qnn.packed_max_pool2d %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32>
    ```
  }];
  let dependentDialects = ["::qnn::QNNDialect"];
}

def FuseThresholds : Pass<"qnn-fuse-thresholds"> {
  let summary = "compare sums with thresholds before they are stored";
  let description = [{
    `qnn.threshold` along the output channels of a packed product, its only
    user, becomes the product's `thresholds` and `out_code`. Where every user of
    the codes is a `qnn.pack`, the product stores words and the packs go away;
    otherwise it stores bytes.

    ```mlir
    %0 = qnn.xnor_matmul %x, %w {channels = 784 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
            kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
        : (tensor<1x25xi32>, tensor<2x25x32xi32>) -> tensor<1x64xi16>
    %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x64xi16>, tensor<64x1xi32>) -> tensor<1x64xi8>
    %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x64xi8>) -> tensor<1x2xi32>
    // becomes
    %2 = qnn.xnor_matmul %x, %w, %tiles {channels = 784 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
            out_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
        : (tensor<1x25xi32>, tensor<2x25x32xi32>, tensor<2x1x32xi32>) -> tensor<1x2xi32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def FuseEpilogues : Pass<"qnn-fuse-epilogues"> {
  let summary = "scale, shift, add and clip sums before they are stored";
  let description = [{
    What follows a packed product without an epilogue becomes its `scales`,
    `residual` and `clip`, as far as the steps of the epilogue are those of the
    ops, each rounded as before: of integer sums `qnn.requantize` (ties to even;
    its codes are words where every user packs them), or `qnn.dequantize` without
    zero point; of floats `qnn.mul` by and then `qnn.bias_add` or `qnn.add` of
    constants per output channel, `qnn.add` of a tensor, `qnn.relu` or `qnn.clip`.
    Each value on the way has one user. Transposes on the way move behind the
    product; a tensor that is added there must be transposed alike. One that is
    computed for the sum alone (dequantized codes, say) is left to the loop behind.

    ```mlir
    %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>,
            kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
        : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x10xi32>
    %1 = qnn.dequantize %0 {scale = array<f32: 0.5>} : (tensor<1x10xi32>) -> tensor<1x10xf32>
    %2 = qnn.relu %1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    // becomes
    %2 = qnn.int8_matmul %x, %w, %scales {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>,
            scaled, clip = array<f32: 0.0, 0x7F800000>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
        : (tensor<1x64xi8>, tensor<1x16x128xi8>, tensor<1x2x32xf32>) -> tensor<1x10xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

//===----------------------------------------------------------------------===//
// Any form
//===----------------------------------------------------------------------===//

def FoldConstants : Pass<"qnn-fold-constants"> {
  let summary = "compute ops whose operands are all constants";
  let description = [{
    Asks the reference evaluator for the value of every op that implements
    `EvaluatableOpInterface` and has constant operands only, and puts a
    constant in its place. So what the compiler folds is by construction what
    the evaluator computes. Constants that are used up are removed.

    Left alone: ops whose result would be larger than 16 MB and than four
    times all operands together (a pad or a broadcast, say); constants that the
    evaluator does not read (types other than f32 and integers, resources
    without data).

    With `keep-quantizers`, `qnn.quantize` stays, so that later passes still see
    the grid of a weight; ops on what it yields stay with it.

    ```mlir
    %w = arith.constant dense<[0.3, -0.2]> : tensor<2xf32>
    %0 = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<2xf32>) -> tensor<2xf32>
    // becomes
    %0 = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
    ```
  }];
  let options = [
    Option<"keepQuantizers", "keep-quantizers", "bool", "false",
           "leave qnn.quantize of constants as it is">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

def ExpandQuantizers : Pass<"qnn-expand-quantizers"> {
  let summary = "write quantizers of training as ops of the graph form";
  let description = [{
    Input: graph form with `qnn.train_quantize`. Each becomes the ops of its
    method's formula, such that autodiff of them is the method's gradient: the
    quantized value goes through `qnn.straight_through`, whose second operand is
    what backward sees. `docs/quantizers.md` has the formulas.

    With `deploy` nothing has a gradient, and a value on a uniform or bipolar
    grid goes through `qnn.quantize` last, which says so without changing it;
    scales that follow from constants become those of the quantizer. Stochastic
    methods become their deterministic counterparts or, of weights and with
    `real-weights`, the latent weights themselves.

    ```mlir
    %0 = qnn.train_quantize<activation sign> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
    // becomes
    %q = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<8x64xf32>) -> tensor<8x64xf32>
    %0 = qnn.straight_through<window> %q, %x {parameters = array<f32: -1.0, 1.0>}
        : (tensor<8x64xf32>, tensor<8x64xf32>) -> tensor<8x64xf32>
    ```
  }];
  let options = [
    Option<"deploy", "deploy", "bool", "false", "for inference, without gradients">,
    Option<"realWeights", "real-weights", "bool", "false",
           "deploy the latent weights of stochastic methods">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

//===----------------------------------------------------------------------===//
// Graph form
//===----------------------------------------------------------------------===//

def Simplify : Pass<"qnn-simplify"> {
  let summary = "bring the graph form into the shape that later passes look for";
  let description = [{
    Graph form to graph form, for inference, no bit of any result changed:
    scales and batch norms are never merged into weights, because that rounds
    differently. The dialect's canonicalizations, and:

    * `qnn.add` of a product and a constant with one number per channel becomes
      `qnn.bias_add`;
    * `qnn.reduce` (mean, max) over height and width becomes `qnn.global_pool`;
    * `qnn.max_pool2d` of 1x1 windows without stride, and a maximum over one
      pixel, vanish;
    * `qnn.relu` vanishes before and after an unsigned quantizer without zero
      point, whose least number is 0.

    ```mlir
    %0 = qnn.conv2d %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    %1 = qnn.add %0, %c : (tensor<1x4x6x6xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x6x6xf32>
    // becomes
    %0 = qnn.conv2d %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    %1 = qnn.bias_add %0, %b {axis = 1} : (tensor<1x4x6x6xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::qnn::QNNDialect"];
}

def DecomposeTraining : Pass<"qnn-decompose-training"> {
  let summary = "training ops that are formulas become graph ops";
  let description = [{
    Batch normalization by the batch, cross entropy, dropout, their gradients and those of
    convolutions become ops that have loops or kernels. What is left of the
    training ops has loops of its own.

    ```mlir
    %0 = qnn.conv2d_input_grad %g, %w {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<8x64x16x16xf32>, tensor<64x32x3x3xf32>) -> tensor<8x32x16x16xf32>
    // becomes
    %1 = qnn.transpose %w {permutation = array<i64: 1, 0, 2, 3>} : (tensor<64x32x3x3xf32>) -> tensor<32x64x3x3xf32>
    %2 = qnn.slice %1 {offsets = array<i64: 0, 0, 2, 2>, sizes = array<i64: 32, 64, 3, 3>, steps = array<i64: 1, 1, -1, -1>}
        : (tensor<32x64x3x3xf32>) -> tensor<32x64x3x3xf32>
    %0 = qnn.conv2d %g, %2 {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<8x64x16x16xf32>, tensor<32x64x3x3xf32>) -> tensor<8x32x16x16xf32>
    ```
  }];
  let dependentDialects = ["::qnn::QNNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}
