//===- QNNDialect.td - The qnn dialect --------------------------*- tablegen -*-===//

#ifndef QNN_DIALECT
#define QNN_DIALECT

include "mlir/IR/OpBase.td"

def QNN_Dialect : Dialect {
  let name = "qnn";
  let cppNamespace = "::qnn";
  let summary = "quantized neural networks, 1 to 8 bits";
  let description = [{
    One dialect, three forms of a network, from what the user wrote to what the
    machine runs:

    * **graph form** - ops on `f32` tensors in ONNX's layout (NCHW) with ONNX's
      meaning; quantizers are explicit `qnn.quantize` ops that map floats to
      floats on a grid;
    * **integer form** - tensors of codes (`i1` to `i8`, channels last) with a
      `#qnn.code` attribute that says what number a code stands for; integer
      products into `i32`, `qnn.threshold` and `qnn.requantize` between layers;
    * **packed form** - bit-planes in 32-bit words, weights laid out for the
      kernel that a `#qnn.kernel` attribute names.

    Constants are `arith.constant`. Shape ops (`qnn.reshape`, `qnn.transpose`,
    `qnn.concat`, `qnn.pad`, `qnn.slice`) serve all forms.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{ void registerAttributes(); }];
  let hasConstantMaterializer = 1;
}

#endif // QNN_DIALECT
