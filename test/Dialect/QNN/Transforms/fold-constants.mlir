// RUN: qnn-opt %s --qnn-fold-constants --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-fold-constants=keep-quantizers --split-input-file | FileCheck %s --check-prefix=KEEP

// CHECK-LABEL: func.func @quantized_weights
// CHECK-NEXT: arith.constant dense<[1.000000e+00, -1.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: return
// KEEP-LABEL: func.func @quantized_weights
// KEEP: qnn.quantize
func.func @quantized_weights() -> tensor<2xf32> {
  %w = arith.constant dense<[0.3, -0.2]> : tensor<2xf32>
  %0 = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// A chain folds in one go; nothing of it is left.
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: arith.constant dense<{{\[\[}}0.000000e+00, 3.000000e+00], [0.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-NEXT: return
// KEEP-LABEL: func.func @chain
// KEEP-NEXT: arith.constant
// KEEP-NEXT: return
func.func @chain() -> tensor<2x2xf32> {
  %a = arith.constant dense<[[-1.0, -2.0], [2.0, 3.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<1.0> : tensor<f32>
  %0 = qnn.transpose %a {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = qnn.add %0, %b : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = qnn.relu %1 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// What another op needs stays.
// CHECK-LABEL: func.func @shared_operand
// CHECK-DAG: %[[A:.*]] = arith.constant dense<[1.000000e+00, 4.000000e+00]>
// CHECK-DAG: %[[R:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK: return %[[A]], %[[R]]
func.func @shared_operand() -> (tensor<2xf32>, tensor<2xf32>) {
  %a = arith.constant dense<[1.0, 4.0]> : tensor<2xf32>
  %0 = qnn.sqrt %a : (tensor<2xf32>) -> tensor<2xf32>
  return %a, %0 : tensor<2xf32>, tensor<2xf32>
}

// The same constant twice as an operand of one op.
// CHECK-LABEL: func.func @operand_twice
// CHECK-NEXT: arith.constant dense<[1.000000e+00, 1.600000e+01]>
// CHECK-NEXT: return
func.func @operand_twice() -> tensor<2xf32> {
  %a = arith.constant dense<[1.0, 4.0]> : tensor<2xf32>
  %0 = qnn.mul %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @two_results
// CHECK-DAG: arith.constant dense<[7.000000e+00, 5.000000e+00]>
// CHECK-DAG: arith.constant dense<[2, 0]> : tensor<2xi64>
// CHECK-NOT: qnn.top_k
func.func @two_results() -> (tensor<2xf32>, tensor<2xi64>) {
  %a = arith.constant dense<[5.0, 3.0, 7.0]> : tensor<3xf32>
  %0, %1 = qnn.top_k %a {k = 2} : (tensor<3xf32>) -> (tensor<2xf32>, tensor<2xi64>)
  return %0, %1 : tensor<2xf32>, tensor<2xi64>
}

// CHECK-LABEL: func.func @codes
// CHECK-NEXT: arith.constant dense<{{\[\[}}true, false], [false, true]]> : tensor<2x2xi1>
// CHECK-NEXT: return
func.func @codes() -> tensor<2x2xi1> {
  %a = arith.constant dense<[true, false]> : tensor<2xi1>
  %b = arith.constant dense<[false, true]> : tensor<2xi1>
  %0 = qnn.concat %a, %b {axis = 0} : (tensor<2xi1>, tensor<2xi1>) -> tensor<4xi1>
  %1 = qnn.reshape %0 : (tensor<4xi1>) -> tensor<2x2xi1>
  return %1 : tensor<2x2xi1>
}

// CHECK-LABEL: func.func @argument
// CHECK: qnn.add
func.func @argument(%x: tensor<2xf32>) -> tensor<2xf32> {
  %a = arith.constant dense<[1.0, 4.0]> : tensor<2xf32>
  %0 = qnn.add %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// The evaluator knows f32 only.
// CHECK-LABEL: func.func @other_type
// CHECK: qnn.concat
func.func @other_type() -> tensor<4xf64> {
  %a = arith.constant dense<[1.0, 4.0]> : tensor<2xf64>
  %0 = qnn.concat %a, %a {axis = 0} : (tensor<2xf64>, tensor<2xf64>) -> tensor<4xf64>
  return %0 : tensor<4xf64>
}

// 17 MB of four bytes.
// CHECK-LABEL: func.func @grows
// CHECK: qnn.pad
func.func @grows() -> tensor<4500000xf32> {
  %a = arith.constant dense<1.0> : tensor<1xf32>
  %0 = qnn.pad %a {low = array<i64: 4499999>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<1xf32>) -> tensor<4500000xf32>
  return %0 : tensor<4500000xf32>
}

// -----

// CHECK-LABEL: func.func @resource
// CHECK-NEXT: arith.constant dense<[-1.000000e+00, -2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: return
func.func @resource() -> tensor<2xf32> {
  %a = arith.constant dense_resource<pair> : tensor<2xf32>
  %0 = qnn.neg %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @resource_of_other_size
// CHECK: qnn.neg
func.func @resource_of_other_size() -> tensor<3xf32> {
  %a = arith.constant dense_resource<pair> : tensor<3xf32>
  %0 = qnn.neg %a : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @resource_without_data
// CHECK: qnn.neg
func.func @resource_without_data() -> tensor<2xf32> {
  %a = arith.constant dense_resource<missing> : tensor<2xf32>
  %0 = qnn.neg %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: { pair: "0x040000000000803F00000040" }
  }
#-}
