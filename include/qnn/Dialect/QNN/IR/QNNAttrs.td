//===- QNNAttrs.td - Attributes of the qnn dialect --------------*- tablegen -*-===//

#ifndef QNN_ATTRS
#define QNN_ATTRS

include "mlir/IR/AttrTypeBase.td"
include "qnn/Arith/Enums.td"
include "qnn/Dialect/QNN/IR/QNNDialect.td"

class QNN_Attr<string name, string attrMnemonic>
    : AttrDef<QNN_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def QNN_CodeAttr : QNN_Attr<"Code", "code"> {
  let summary = "what number an integer code stands for";
  let description = [{
    `bits` (1 to 8) and an encoding. Bipolar: 1 bit, 0 is -1 and 1 is +1.
    Unsigned: 0 to 2^b-1. Signed: two's complement. Ternary: 2 bits, two's
    complement, -1, 0 and +1 only. `narrow` drops the outermost level: the
    greatest of an unsigned, the least of a signed code.

    Example: `#qnn.code<1, bipolar>`, `#qnn.code<4, signed, narrow>`.
  }];
  let parameters = (ins "unsigned":$bits, EnumParameter<QNN_Encoding>:$encoding,
                        DefaultValuedParameter<"bool", "false">:$narrow);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Least and greatest number that the code stands for.
    int32_t getMin() const;
    int32_t getMax() const;
    bool isBipolar() const { return getEncoding() == Encoding::Bipolar; }
  }];
}

/// Printed as `array<f32: ...>` with all digits; the default for a parameter,
/// `[...]`, keeps six.
def QNN_F32Array : OptionalParameter<"::mlir::DenseF32ArrayAttr"> {
  let parser = [{
    [&]() -> ::llvm::FailureOr<::mlir::DenseF32ArrayAttr> {
      ::mlir::DenseF32ArrayAttr array;
      if ($_parser.parseAttribute(array))
        return ::mlir::failure();
      return array;
    }()
  }];
  let printer = "$_printer.printAttribute($_self)";
}

def QNN_QuantizerAttr : QNN_Attr<"Quantizer", "quantizer"> {
  let summary = "a uniform quantizer of 1 to 8 bits";
  let description = [{
    `quantize(x) = (clamp(round(x / scale + zero_point), min, max) - zero_point) * scale`
    for unsigned, signed and ternary encodings (QONNX `Quant`: the zero point is
    added before rounding), `min` and `max` those of the `#qnn.code` with the
    same bits, encoding and `narrow`. For the bipolar encoding
    `quantize(x) = sign(x) * scale` with `sign(0)` as `sign_zero` says (QONNX
    `BipolarQuant`: `plus_one`).

    `scale` and `zero_point` hold one number, or one for each index of
    dimension `axis` of the quantized tensor (`axis = -1`: one number).
    Missing: scale 1, zero point 0. `surrogate` is the gradient in training.

    Example:
    ```mlir
    #qnn.quantizer<bits = 2, encoding = signed, narrow = true, scale = array<f32: 0.5>>
    ```
  }];
  let parameters = (ins
    "unsigned":$bits, EnumParameter<QNN_Encoding>:$encoding,
    DefaultValuedParameter<"bool", "false">:$narrow,
    DefaultValuedParameter<"::qnn::RoundingMode", "RoundingMode::HalfEven">:$rounding,
    DefaultValuedParameter<"::qnn::SignZero", "SignZero::PlusOne">:$sign_zero,
    QNN_F32Array:$scale, QNN_F32Array:$zero_point,
    DefaultValuedParameter<"int64_t", "-1">:$axis,
    DefaultValuedParameter<"::qnn::Surrogate", "Surrogate::StraightThrough">:$surrogate);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The code that this quantizer produces (bits, encoding, narrow).
    CodeAttr getCode() const;
    bool isPerChannel() const { return getAxis() >= 0; }
    /// Scale and zero point of channel `c` (any `c` where there is only one).
    float getScaleOf(int64_t c) const;
    float getZeroPointOf(int64_t c) const;
    /// True where every zero point is 0.
    bool isSymmetric() const;
  }];
}

def QNN_KernelAttr : QNN_Attr<"Kernel", "kernel"> {
  let summary = "the kernel chosen for a matmul-like op, its register tile, and its threads";
  let description = [{
    `tile = [M, N]`: M output pixels (or rows) times N output channels are
    accumulated in registers. The tiles are shared by at most `threads` threads;
    where it is missing, what each loop does decides (`qnn-outline-parallel`).

    Example:
    ```mlir
    #qnn.kernel<xnor_popcount, tile = [8, 32]>
    #qnn.kernel<xnor_popcount, tile = [8, 32], threads = 2>
    ```
  }];
  let parameters = (ins EnumParameter<QNN_KernelKind>:$kind,
                        ArrayRefParameter<"int64_t">:$tile,
                        DefaultValuedParameter<"int64_t", "0">:$threads);
  let assemblyFormat = "`<` $kind `,` `tile` `=` `[` $tile `]` (`,` `threads` `=` $threads^)? `>`";
  let builders = [
    AttrBuilder<(ins "::qnn::KernelKind":$kind, "::llvm::ArrayRef<int64_t>":$tile), [{
      return $_get($_ctxt, kind, tile, /*threads=*/0);
    }]>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The same kernel and threads.
    KernelAttr withTile(::llvm::ArrayRef<int64_t> tile) const {
      return get(getContext(), getKind(), tile, getThreads());
    }
    KernelAttr withThreads(int64_t threads) const {
      return get(getContext(), getKind(), getTile(), threads);
    }
  }];
}

def QNN_TargetAttr : QNN_Attr<"Target", "target"> {
  let summary = "the CPU that a module is compiled for";
  let description = [{
    On a module as `qnn.target`. `triple` and `cpu` are LLVM's names, `features`
    LLVM's feature string; `vector_bits` is the width of the registers that
    kernels are written for, and `registers` how many there are.

    Example:
    ```mlir
    module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu",
        cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {}
    ```
  }];
  let parameters = (ins StringRefParameter<>:$triple, StringRefParameter<>:$cpu,
                        StringRefParameter<>:$features,
                        "unsigned":$vector_bits, "unsigned":$registers);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===----------------------------------------------------------------------===//
// Enumerations as attributes of ops
//===----------------------------------------------------------------------===//

class QNN_EnumAttr<EnumInfo info, string mnemonic> : EnumAttr<QNN_Dialect, info, mnemonic> {
  let assemblyFormat = "`<` $value `>`";
}

def QNN_PadValueAttr : QNN_EnumAttr<QNN_PadValue, "pad_value">;
def QNN_RoundingModeAttr : QNN_EnumAttr<QNN_RoundingMode, "rounding">;
def QNN_PoolKindAttr : QNN_EnumAttr<QNN_PoolKind, "pool_kind">;
def QNN_ReduceKindAttr : QNN_EnumAttr<QNN_ReduceKind, "reduce_kind">;

#endif // QNN_ATTRS
