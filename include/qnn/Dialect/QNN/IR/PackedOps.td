//===- PackedOps.td - Packed form: words and kernel layouts -----*- tablegen -*-===//
//
// Layouts, with P = bits of a code and K = channels (of one group):
//
// * words: `[.., K]` codes become `[.., ceil(K / 32) * P]` words; word
//   `w * P + p` holds bit `p` of the codes of channels `32 w .. 32 w + 31`,
//   channel `32 w + i` in bit `i`; bits beyond K are 0;
// * weight tiles: `[blocks, KH, KW, S, T]` (matmul: `[blocks, S, T]`), the steps
//   of one filter tap by the T output channels of a block: step `s` is word `s`
//   (bit kernels) or channel `s` (floats). Of bytes it is the channels
//   `4 s .. 4 s + 3`, and the last dimension `T * 4`: those of an output channel
//   side by side, as dot products of bytes want them. Each group has
//   `ceil(O / groups / T)` blocks; what lies beyond its channels is zeros;
// * depthwise tiles of bytes and floats, `[groups / T, KH, KW, 1, T]`: where
//   each group has one channel and one output channel, and T divides the groups,
//   a block is T groups;
// * indices of tables of sums, bytes or shorts, where a lookup of codes has their
//   number of bits in its tile: the layout of lib/Arith/LookupPacking.h.
//   Activations are words for codes of up to 4 bits, else bytes, as in
//
//   qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64,
//       lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<2, ternary>,
//       kernel = #qnn.kernel<lookup, tile = [3, 32, 4]>}
//     : (tensor<1x4xi32>, tensor<1x16x32xi8>) -> tensor<1x10xi32>
//
//   Where tables are in memory (see LookupKernel.h) weights are words of
//   bit-planes, and activations floats or bytes:
//
//   qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64,
//       lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>,
//       kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>}
//     : (tensor<128x64xi8>, tensor<1x4x32xi32>) -> tensor<128x10xi32>
// * bytes: i8 tensors of codes hold the bit of a bipolar code (0 or 1), and the
//   number, modulo 256, of every other code: signed and ternary codes are
//   sign-extended to 8 bits, unsigned ones zero-extended. So the low bits of a
//   byte are always the code's pattern, signed codes compare as signed bytes,
//   and a product needs one extension. `qnn.pack` reads only the low P bits;
//   `qnn.unpack`, `qnn.encode`, `qnn.threshold`, `qnn.requantize` and constants
//   of type i8 all follow this rule. Narrower element types (integer form) hold
//   the bare pattern; `qnn-widen-codes` turns them into bytes;
// * thresholds: `[blocks, L, T]`, for channels beyond the group's the greatest i32.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_PACKED_OPS
#define QNN_PACKED_OPS

include "qnn/Dialect/QNN/IR/QNNOpBase.td"

def QNN_PackOp : QNN_InferredOp<"pack"> {
  let summary = "codes to bit-planes in words";
  let description = [{
    Packs the last dimension; see the layout of words above.

    ```mlir
    %0 = qnn.pack %x {code = #qnn.code<1, bipolar>} : (tensor<1x784xi1>) -> tensor<1x25xi32>
    ```
  }];
  let arguments = (ins QNN_Codes:$input, QNN_CodeAttr:$code);
  let results = (outs QNN_Words:$result);
  let hasFolder = 1;
}

def QNN_UnpackOp : QNN_Op<"unpack"> {
  let summary = "words back to codes";
  let description = [{
    The inverse of `qnn.pack`; the result's last dimension is the true length.

    ```mlir
    %0 = qnn.unpack %x {code = #qnn.code<1, bipolar>} : (tensor<1x25xi32>) -> tensor<1x784xi8>
    ```
  }];
  let arguments = (ins QNN_Words:$input, QNN_CodeAttr:$code);
  let results = (outs QNN_Codes:$result);
  let hasVerifier = 1;
}

def QNN_PackedMaxPool2dOp : QNN_Op<"packed_max_pool2d"> {
  let summary = "max pooling of 1-bit codes: or of the words of each window";
  let description = [{
    As `qnn.imax_pool2d`, on `[N, H, W, words]` of 1-bit codes.

    ```mlir
    %0 = qnn.packed_max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
        : (tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32>
    ```
  }];
  let arguments = (ins QNN_Words:$input, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations);
  let results = (outs QNN_Words:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Common to all matmuls and convolutions of the packed form. `channels` is the
/// true K of one group, `out_channels` that of all groups. Without `epilogue`
/// operands the result holds sums (i16, i32; floats: f32). The epilogue is one of
///
/// * `thresholds` (`[blocks, L, T]`): the codes `out_code` of `qnn.threshold`, as
///   words (i32) or as bytes (i8);
/// * with `scaled`, `scales` (`[blocks, 2, T]`, f32: factors, then offsets):
///   `y = f32(sum) * factor[c] + offset[c]`, product and sum each rounded, then
///   with `residual` plus the last operand (f32, of the result's shape), then with
///   `clip` cut to `[clip[0], clip[1]]`. The result is y (f32), or with
///   `out_code` the code of `clamp(round(y), min, max)` (ties to even), as words or bytes.
class QNN_PackedContractionOp<string mnemonic, Type activation, Type weights, dag attributes>
    : QNN_Op<mnemonic, [DeclareOpInterfaceMethods<QNN_PackedContractionOpInterface, ["getGeometry"]>]> {
  let arguments = !con(
    (ins RankedTensorOf<[activation]>:$input, RankedTensorOf<[weights]>:$filter,
         Variadic<QNN_AnyTensor>:$epilogue, I64Attr:$channels, I64Attr:$out_channels,
         OptionalAttr<QNN_CodeAttr>:$lhs_code, OptionalAttr<QNN_CodeAttr>:$rhs_code,
         OptionalAttr<QNN_CodeAttr>:$out_code, UnitAttr:$scaled, UnitAttr:$residual,
         OptionalAttr<DenseF32ArrayAttr>:$clip),
    attributes, (ins QNN_KernelAttr:$kernel));
  let results = (outs QNN_AnyTensor:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Operands of the epilogue, null where it has none of the kind.
    ::mlir::Value getThresholds() {
      return !getScaled() && getEpilogue().size() > getResidual() ? getEpilogue().front() : ::mlir::Value();
    }
    ::mlir::Value getScales() { return getScaled() ? getEpilogue().front() : ::mlir::Value(); }
    ::mlir::Value getAddend() { return getResidual() ? getEpilogue().back() : ::mlir::Value(); }
  }];
}

/// `codes` and `kernel` are attributes, `types` the types of the example.
class QNN_PackedMatmulOp<string kernelName, Type activation, Type weights, string codes, string kernel, string types>
    : QNN_PackedContractionOp<kernelName # "_matmul", activation, weights, (ins)> {
  let summary = "matrix product in kernel layout, " # kernelName;
  let description = [{
    As `qnn.imatmul` (floats: `qnn.matmul`) on `input` `[M, steps]` and `filter`
    `[blocks, S, T]`.

    ```mlir
    %0 = qnn.}] # kernelName # [{_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64,
            }] # codes # [{kernel = #qnn.kernel<}] # kernel # [{, tile = [4, 32]>}
        : }] # types # [{
    ```
  }];
}

class QNN_PackedConv2dOp<string kernelName, Type activation, Type weights, string codes, string kernel, string types>
    : QNN_PackedContractionOp<kernelName # "_conv2d", activation, weights,
        (ins DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
             DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pads,
             DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
             DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "2-D convolution in kernel layout, " # kernelName;
  let description = [{
    As `qnn.iconv2d` (floats: `qnn.conv2d`, but channels last) on `input`
    `[N, H, W, groups * steps]` and `filter` `[blocks, KH, KW, S, T]`. Taps in
    the padding add nothing.

    ```mlir
    %0 = qnn.}] # kernelName # [{_conv2d %x, %w {channels = 64 : i64, out_channels = 64 : i64,
            }] # codes # [{kernel = #qnn.kernel<}] # kernel # [{, tile = [4, 32]>}
        : }] # types # [{
    ```
  }];
}

class QNN_ExampleCodes<string lhs, string rhs> {
  string text = "lhs_code = #qnn.code<" # lhs # ">, rhs_code = #qnn.code<" # rhs # ">, ";
}
defvar xnorCodes = QNN_ExampleCodes<"1, bipolar", "1, bipolar">.text;
defvar bitSerialCodes = QNN_ExampleCodes<"2, unsigned", "1, bipolar">.text;
defvar int8Codes = QNN_ExampleCodes<"8, unsigned", "8, signed">.text;

def QNN_XnorMatmulOp : QNN_PackedMatmulOp<"xnor", I32, I32, xnorCodes, "xnor_popcount",
    "(tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x10xi32>">;
def QNN_XnorConv2dOp : QNN_PackedConv2dOp<"xnor", I32, I32, xnorCodes, "xnor_popcount",
    "(tensor<1x8x8x2xi32>, tensor<2x3x3x2x32xi32>) -> tensor<1x6x6x64xi32>">;
def QNN_BitSerialMatmulOp : QNN_PackedMatmulOp<"bit_serial", I32, I32, bitSerialCodes, "bit_serial",
    "(tensor<1x4xi32>, tensor<1x2x32xi32>) -> tensor<1x10xi32>">;
def QNN_BitSerialConv2dOp : QNN_PackedConv2dOp<"bit_serial", I32, I32, bitSerialCodes, "bit_serial",
    "(tensor<1x8x8x4xi32>, tensor<2x3x3x2x32xi32>) -> tensor<1x6x6x64xi32>">;
def QNN_Int8MatmulOp : QNN_PackedMatmulOp<"int8", I8, I8, int8Codes, "int8_dot",
    "(tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x10xi32>">;
def QNN_Int8Conv2dOp : QNN_PackedConv2dOp<"int8", I8, I8, int8Codes, "int8_dot",
    "(tensor<1x8x8x64xi8>, tensor<2x3x3x16x128xi8>) -> tensor<1x6x6x64xi32>">;
def QNN_F32MatmulOp : QNN_PackedMatmulOp<"f32", F32, F32, "", "f32_fma",
    "(tensor<1x64xf32>, tensor<1x64x32xf32>) -> tensor<1x10xf32>">;
def QNN_F32Conv2dOp : QNN_PackedConv2dOp<"f32", F32, F32, "", "f32_fma",
    "(tensor<1x8x8x64xf32>, tensor<2x3x3x64x32xf32>) -> tensor<1x6x6x64xf32>">;

defvar lookupCodes = QNN_ExampleCodes<"8, signed", "1, bipolar">.text;
/// Activations: floats (without `lhs_code`), bytes or words; weights: what the
/// kernel indexes with.
def QNN_LookupActivation : AnyTypeOf<[F32, I8, I32]>;
def QNN_LookupWeight : AnyTypeOf<[I8, I16, I32]>;
def QNN_LookupMatmulOp : QNN_PackedMatmulOp<"lookup", QNN_LookupActivation, QNN_LookupWeight, lookupCodes, "lookup",
    "(tensor<1x64xi8>, tensor<1x2x32xi32>) -> tensor<1x10xi32>">;
def QNN_LookupConv2dOp : QNN_PackedConv2dOp<"lookup", QNN_LookupActivation, QNN_LookupWeight, lookupCodes, "lookup",
    "(tensor<1x8x8x64xi8>, tensor<2x3x3x2x32xi32>) -> tensor<1x6x6x64xi32>">;

#endif // QNN_PACKED_OPS
