//===- IntegerOps.td - Integer form: codes, channels last -------*- tablegen -*-===//

#ifndef QNN_INTEGER_OPS
#define QNN_INTEGER_OPS

include "qnn/Dialect/QNN/IR/QNNOpBase.td"

//===----------------------------------------------------------------------===//
// Between floats and codes
//===----------------------------------------------------------------------===//

def QNN_EncodeOp : QNN_Op<"encode"> {
  let summary = "floats to codes";
  let description = [{
    The code that `qnn.quantize` with the same quantizer rounds to:
    `clamp(round(x / scale + zero_point), min, max)`, or the sign bit.
    `qnn.quantize` is `qnn.dequantize` of `qnn.encode`.

    ```mlir
    %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xi1>
    ```
  }];
  let arguments = (ins QNN_Float:$input, QNN_QuantizerAttr:$quantizer);
  let results = (outs QNN_Codes:$result);
  let hasVerifier = 1;
}

def QNN_DequantizeOp : QNN_Op<"dequantize"> {
  let summary = "codes or sums to floats";
  let description = [{
    `result = (number - zero_point[c]) * scale[c]`, `number` what the code
    stands for (without `code`: the integer itself), converted to f32 before
    the subtraction. `c` runs along dimension `axis`; `axis = -1`: one scale.

    ```mlir
    %0 = qnn.dequantize %acc {scale = array<f32: 0.5>} : (tensor<1x10xi32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnySignlessInteger]>:$input,
                       OptionalAttr<QNN_CodeAttr>:$code, DenseF32ArrayAttr:$scale,
                       OptionalAttr<DenseF32ArrayAttr>:$zero_point,
                       DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs QNN_Float:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Exact products
//===----------------------------------------------------------------------===//

def QNN_IMatmulOp : QNN_Op<"imatmul"> {
  let summary = "exact product of codes";
  let description = [{
    `result[m, n] = sum_k number(lhs[m, k]) * number(rhs[n, k])`. `rhs` is
    `[N, K]`. The result's width must hold every sum that can occur.
    `kernel` is the kernel that `qnn-select-kernels` chose.

    ```mlir
    %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
        : (tensor<1x784xi1>, tensor<64x784xi1>) -> tensor<1x64xi32>
    ```
  }];
  let arguments = (ins QNN_Codes:$lhs, QNN_Codes:$rhs, QNN_CodeAttr:$lhs_code, QNN_CodeAttr:$rhs_code,
                       OptionalAttr<QNN_KernelAttr>:$kernel);
  let results = (outs QNN_Sums:$result);
  let hasVerifier = 1;
}

def QNN_IConv2dOp : QNN_Op<"iconv2d"> {
  let summary = "exact 2-D convolution of codes, channels last";
  let description = [{
    `input` `[N, H, W, C]`, `filter` `[O, KH, KW, C / groups]`, result
    `[N, OH, OW, O]`; attributes as of `qnn.conv2d`. `pad_value` is the number
    (not the code) in the padding: zero is a true zero, also for bipolar codes,
    which have none.

    ```mlir
    %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x16x16x64xi1>, tensor<64x3x3x64xi1>) -> tensor<1x16x16x64xi32>
    ```
  }];
  let arguments = (ins QNN_Codes:$input, QNN_Codes:$filter, QNN_CodeAttr:$lhs_code, QNN_CodeAttr:$rhs_code,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    DefaultValuedAttr<QNN_PadValueAttr, "PadValue::Zero">:$pad_value,
    OptionalAttr<QNN_KernelAttr>:$kernel);
  let results = (outs QNN_Sums:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Sums back to codes
//===----------------------------------------------------------------------===//

def QNN_ThresholdOp : QNN_Op<"threshold"> {
  let summary = "counts the thresholds that a sum reaches";
  let description = [{
    `thresholds` is `[C, 2^bits - 1 or fewer]`, each row ascending.
    `level = count_l(input >= thresholds[c, l])`, `c` along dimension `axis`;
    the result is the code of the number `level + min(code)` (bipolar: level 0
    is -1, level 1 is +1). The greatest i32 is never reached, the least always.

    ```mlir
    %0 = qnn.threshold %acc, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x64xi32>, tensor<64x1xi32>) -> tensor<1x64xi1>
    ```
  }];
  let arguments = (ins QNN_Sums:$input, QNN_Words:$thresholds, QNN_CodeAttr:$code, I64Attr:$axis);
  let results = (outs QNN_Codes:$result);
  let hasVerifier = 1;
}

def QNN_RequantizeOp : QNN_Op<"requantize"> {
  let summary = "sums to codes by an affine function in f32";
  let description = [{
    `clamp(round(f32(input) * scale[c] + bias[c]), min(code), max(code))`,
    product and sum each rounded to f32, `c` along dimension `axis`
    (`axis = -1`: one scale and bias).

    ```mlir
    %0 = qnn.requantize %acc {code = #qnn.code<8, signed>, scale = array<f32: 0.01>, bias = array<f32: 0.5>}
        : (tensor<1x64xi32>) -> tensor<1x64xi8>
    ```
  }];
  let arguments = (ins QNN_Sums:$input, QNN_CodeAttr:$code, DenseF32ArrayAttr:$scale, DenseF32ArrayAttr:$bias,
    DefaultValuedAttr<QNN_RoundingModeAttr, "RoundingMode::HalfEven">:$rounding,
    DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs QNN_Codes:$result);
  let hasVerifier = 1;
}

def QNN_IMaxPool2dOp : QNN_Op<"imax_pool2d"> {
  let summary = "greatest number of each window, channels last";
  let description = [{
    `[N, H, W, C]`, codes or sums (without `code`: the integers themselves);
    attributes as of `qnn.max_pool2d`.

    ```mlir
    %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x28x28x64xi1>) -> tensor<1x14x14x64xi1>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnySignlessInteger]>:$input, OptionalAttr<QNN_CodeAttr>:$code,
    DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations);
  let results = (outs RankedTensorOf<[AnySignlessInteger]>:$result);
  let hasVerifier = 1;
}

#endif // QNN_INTEGER_OPS
