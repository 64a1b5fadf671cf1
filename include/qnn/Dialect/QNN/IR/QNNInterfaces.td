//===- QNNInterfaces.td - Op interfaces -------------------------*- tablegen -*-===//
//
// Shapes are inferred through upstream's InferTypeOpInterface. The interfaces
// here are what is ours: slow evaluation, differentiation, and what all packed
// matmul-like ops have in common.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_INTERFACES
#define QNN_INTERFACES

include "mlir/IR/OpBase.td"

def QNN_EvaluatableOpInterface : OpInterface<"EvaluatableOpInterface"> {
  let cppNamespace = "::qnn";
  let description = [{
    An op that the reference evaluator can compute. The implementations are
    external models in `lib/Reference`, slow, obvious, and independent of every
    lowering.
  }];
  let methods = [
    InterfaceMethod<
      "Computes the results of the op from the values of its operands; fails "
      "with a diagnostic on the op.",
      "::llvm::LogicalResult", "evaluate",
      (ins "::llvm::ArrayRef<::qnn::Tensor>":$operands,
           "::llvm::SmallVectorImpl<::qnn::Tensor> &":$results)>
  ];
}

def QNN_DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::qnn";
  let description = [{
    A graph-form op that can emit its own gradient; quantizers emit their
    surrogate's. Autodiff walks the graph backwards and asks each op.
  }];
  let methods = [
    InterfaceMethod<
      "Emits ops that compute the gradient of the loss with respect to each "
      "operand, given the gradient with respect to each result. A null Value in "
      "`operandGradients` means that no gradient flows to that operand.",
      "::llvm::LogicalResult", "emitGradient",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGradients,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$operandGradients)>
  ];
}

def QNN_PackedContractionOpInterface : OpInterface<"PackedContractionOpInterface"> {
  let cppNamespace = "::qnn";
  let description = [{
    A matmul or convolution of the packed form: one schedule lowers them all.
    A matmul of M rows is a convolution of one row of M pixels with a 1x1 filter.
  }];
  let methods = [
    InterfaceMethod<"Sizes, strides and padding.", "::qnn::ContractionGeometry", "getGeometry">,
    InterfaceMethod<"Activations.", "::mlir::Value", "getActivations", (ins), [{}],
                    [{ return $_op.getInput(); }]>,
    InterfaceMethod<"Weights in kernel layout.", "::mlir::Value", "getWeightTiles", (ins), [{}],
                    [{ return $_op.getFilter(); }]>,
    InterfaceMethod<"Thresholds of the epilogue, or null.", "::mlir::Value", "getEpilogueThresholds",
                    (ins), [{}], [{ return $_op.getThresholds(); }]>,
    InterfaceMethod<"Factors and offsets of the epilogue, or null.", "::mlir::Value", "getEpilogueScales",
                    (ins), [{}], [{ return $_op.getScales(); }]>,
    InterfaceMethod<"What the epilogue adds, of the result's shape, or null.", "::mlir::Value",
                    "getEpilogueAddend", (ins), [{}], [{ return $_op.getAddend(); }]>,
    InterfaceMethod<"Bounds of the epilogue, or null.", "::mlir::DenseF32ArrayAttr", "getEpilogueClip",
                    (ins), [{}], [{ return $_op.getClipAttr(); }]>,
    InterfaceMethod<"Code of the activations; null for floats.", "::qnn::CodeAttr",
                    "getActivationCode", (ins), [{}], [{ return $_op.getLhsCodeAttr(); }]>,
    InterfaceMethod<"Code of the weights; null for floats.", "::qnn::CodeAttr", "getWeightCode",
                    (ins), [{}], [{ return $_op.getRhsCodeAttr(); }]>,
    InterfaceMethod<"Code that the epilogue's thresholds produce, or null.", "::qnn::CodeAttr",
                    "getEpilogueCode", (ins), [{}], [{ return $_op.getOutCodeAttr(); }]>,
    InterfaceMethod<"The kernel and its tile.", "::qnn::KernelAttr", "getChosenKernel", (ins), [{}],
                    [{ return $_op.getKernel(); }]>
  ];
}

#endif // QNN_INTERFACES
