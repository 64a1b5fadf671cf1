//===- ShapeOps.td - Shape ops, for every form ------------------*- tablegen -*-===//

#ifndef QNN_SHAPE_OPS
#define QNN_SHAPE_OPS

include "qnn/Dialect/QNN/IR/QNNOpBase.td"

def QNN_ReshapeOp : QNN_Op<"reshape"> {
  let summary = "the same elements in row-major order under another static shape";
  let description = [{
    ```mlir
    %0 = qnn.reshape %x : (tensor<1x1x28x28xf32>) -> tensor<1x784xf32>
    ```
  }];
  let arguments = (ins QNN_AnyTensor:$input);
  let results = (outs QNN_AnyTensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def QNN_TransposeOp : QNN_InferredOp<"transpose"> {
  let summary = "result dimension i is input dimension permutation[i]";
  let description = [{
    ```mlir
    %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x32x32xf32>) -> tensor<1x32x32x3xf32>
    ```
  }];
  let arguments = (ins QNN_AnyTensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs QNN_AnyTensor:$result);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def QNN_ConcatOp : QNN_InferredOp<"concat"> {
  let summary = "joins tensors along a dimension";
  let description = [{
    ```mlir
    %0 = qnn.concat %a, %b {axis = 1} : (tensor<1x8x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32>
    ```
  }];
  let arguments = (ins Variadic<QNN_AnyTensor>:$inputs, I64Attr:$axis);
  let results = (outs QNN_AnyTensor:$result);
  let hasFolder = 1;
}

def QNN_PadOp : QNN_InferredOp<"pad"> {
  let summary = "adds constant elements before and after each dimension";
  let description = [{
    `low` and `high` hold one count for each dimension, none negative; `value`
    is an element (a raw code where the tensor holds codes).

    ```mlir
    %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 0.0 : f32}
        : (tensor<1x8x4x4xf32>) -> tensor<1x8x6x6xf32>
    ```
  }];
  let arguments = (ins QNN_AnyTensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       TypedAttrInterface:$value);
  let results = (outs QNN_AnyTensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def QNN_SliceOp : QNN_InferredOp<"slice"> {
  let summary = "every step-th element from offset on, size of them, in each dimension";
  let description = [{
    Steps may be negative; the first and the last element lie inside.

    ```mlir
    %0 = qnn.slice %x {offsets = array<i64: 0, 2>, sizes = array<i64: 1, 4>, steps = array<i64: 1, 2>}
        : (tensor<1x10xf32>) -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins QNN_AnyTensor:$input, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs QNN_AnyTensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // QNN_SHAPE_OPS
