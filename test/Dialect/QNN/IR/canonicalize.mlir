// RUN: qnn-opt %s --canonicalize --split-input-file | FileCheck %s

// Each fold has its near miss beside it: the case that looks alike but would
// change a result.

//===----------------------------------------------------------------------===//
// Neutral elements: x + (-0.0) is x for all x; x + 0.0 makes 0.0 of -0.0.
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @add_negative_zero
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @add_negative_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<-0.0> : tensor<4xf32>
  %0 = qnn.add %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A constant on the left moves to the right first.
// CHECK-LABEL: func.func @add_negative_zero_left
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @add_negative_zero_left(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<-0.0> : tensor<f32>
  %0 = qnn.add %c, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @add_positive_zero
// CHECK: qnn.add
func.func @add_positive_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<0.0> : tensor<4xf32>
  %0 = qnn.add %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// The sum is larger than the operand.
// CHECK-LABEL: func.func @add_broadcasts
// CHECK: qnn.add
func.func @add_broadcasts(%x: tensor<4xf32>) -> tensor<2x4xf32> {
  %c = arith.constant dense<-0.0> : tensor<2x4xf32>
  %0 = qnn.add %x, %c : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @add_resource
// CHECK: qnn.add
func.func @add_resource(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant dense_resource<zeros> : tensor<2xf32>
  %0 = qnn.add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @sub_positive_zero
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @sub_positive_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<0.0> : tensor<4xf32>
  %0 = qnn.sub %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @sub_negative_zero
// CHECK: qnn.sub
func.func @sub_negative_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<-0.0> : tensor<4xf32>
  %0 = qnn.sub %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @sub_from_zero
// CHECK: qnn.sub
func.func @sub_from_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<0.0> : tensor<4xf32>
  %0 = qnn.sub %c, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @mul_one
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @mul_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<1.0> : tensor<f32>
  %0 = qnn.mul %c, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @mul_nearly_one
// CHECK: qnn.mul
func.func @mul_nearly_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<1.00000012> : tensor<4xf32>
  %0 = qnn.mul %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @div_by_one
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @div_by_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<1.0> : tensor<4xf32>
  %0 = qnn.div %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @one_divided
// CHECK: qnn.div
func.func @one_divided(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<1.0> : tensor<4xf32>
  %0 = qnn.div %c, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @bias_negative_zero
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @bias_negative_zero(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %c = arith.constant dense<-0.0> : tensor<4xf32>
  %0 = qnn.bias_add %x, %c {axis = 1} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @bias_positive_zero
// CHECK: qnn.bias_add
func.func @bias_positive_zero(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %c = arith.constant dense<0.0> : tensor<4xf32>
  %0 = qnn.bias_add %x, %c {axis = 1} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

{-#
  dialect_resources: {
    builtin: { zeros: "0x040000000000008000000080" }
  }
#-}

// -----

//===----------------------------------------------------------------------===//
// Functions applied twice
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @relu_relu
// CHECK-NEXT: %[[R:.*]] = qnn.relu
// CHECK-NEXT: return %[[R]]
func.func @relu_relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @relu_leaky_relu
// CHECK: qnn.leaky_relu
// CHECK: qnn.relu
func.func @relu_leaky_relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.leaky_relu %x {alpha = 0.5 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @neg_neg
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @neg_neg(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @neg_abs
// CHECK: qnn.neg
func.func @neg_abs(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @quantize_twice
// CHECK-NEXT: %[[Q:.*]] = qnn.quantize
// CHECK-NEXT: return %[[Q]]
func.func @quantize_twice(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.3>>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.3>>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @quantize_other_scale
// CHECK-COUNT-2: qnn.quantize
func.func @quantize_other_scale(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.3>>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.4>>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// number * scale / scale may lie above the number, and then rounds up.
// CHECK-LABEL: func.func @quantize_ceil
// CHECK-COUNT-2: qnn.quantize
func.func @quantize_ceil(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = ceil>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = ceil>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// A zero point need not be an integer.
// CHECK-LABEL: func.func @quantize_zero_point
// CHECK-COUNT-2: qnn.quantize
func.func @quantize_zero_point(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, zero_point = array<f32: 0.5>>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, zero_point = array<f32: 0.5>>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// On +-1 the gradient of the second is 1, on +-2 it is 0.
// CHECK-LABEL: func.func @quantize_surrogates
// CHECK-COUNT-1: qnn.quantize {{.*}}bits = 1, encoding = bipolar, surrogate = hard_tanh
// CHECK-COUNT-2: qnn.quantize {{.*}}scale = array<f32: 2.000000e+00>, surrogate = hard_tanh
func.func @quantize_surrogates(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, surrogate = hard_tanh>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, surrogate = hard_tanh>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = qnn.quantize %1 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 2.0>, surrogate = hard_tanh>} : (tensor<4xf32>) -> tensor<4xf32>
  %3 = qnn.quantize %2 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 2.0>, surrogate = hard_tanh>} : (tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @matmul_transpose
// CHECK-SAME: %[[A:.*]]: tensor<2x1x3xf32>, %[[B:.*]]: tensor<2x4x3xf32>
// CHECK-NEXT: qnn.matmul %[[A]], %[[B]] {transpose_rhs}
func.func @matmul_transpose(%a: tensor<2x1x3xf32>, %b: tensor<2x4x3xf32>) -> tensor<2x1x4xf32> {
  %0 = qnn.transpose %b {permutation = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %1 = qnn.matmul %a, %0 : (tensor<2x1x3xf32>, tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %1 : tensor<2x1x4xf32>
}

// A leading dimension is moved, too.
// CHECK-LABEL: func.func @matmul_transpose_batch
// CHECK: qnn.transpose
// CHECK: qnn.matmul {{.*}} :
func.func @matmul_transpose_batch(%a: tensor<2x1x3xf32>, %b: tensor<4x2x3xf32>) -> tensor<2x1x4xf32> {
  %0 = qnn.transpose %b {permutation = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  %1 = qnn.matmul %a, %0 : (tensor<2x1x3xf32>, tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %1 : tensor<2x1x4xf32>
}

// CHECK-LABEL: func.func @matmul_transposed_already
// CHECK: qnn.transpose
// CHECK: qnn.matmul {{.*}} {transpose_rhs}
func.func @matmul_transposed_already(%a: tensor<1x3xf32>, %b: tensor<3x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.transpose %b {permutation = array<i64: 1, 0>} : (tensor<3x4xf32>) -> tensor<4x3xf32>
  %1 = qnn.matmul %a, %0 {transpose_rhs} : (tensor<1x3xf32>, tensor<4x3xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @conv2d_pad
// CHECK-SAME: %[[X:[^,]*]]: tensor<1x2x4x4xf32>
// CHECK-NEXT: qnn.conv2d %[[X]], {{.*}} {pads = array<i64: 2, 1, 2, 4>}
func.func @conv2d_pad(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x3x6x7xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 1, 3>, value = 0.0 : f32}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x7xf32>
  %1 = qnn.conv2d %0, %w {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x2x6x7xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x6x7xf32>
  return %1 : tensor<1x3x6x7xf32>
}

// The convolution has no padding of its own, so it may take any value.
// CHECK-LABEL: func.func @conv2d_pad_one
// CHECK-NEXT: qnn.conv2d {{.*}} {pad_value = #qnn.pad_value<minus_one>, pads = array<i64: 1, 1, 1, 1>}
func.func @conv2d_pad_one(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x3x4x4xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0 : f32}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32>
  %1 = qnn.conv2d %0, %w : (tensor<1x2x6x6xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: func.func @conv2d_pad_other_value
// CHECK: qnn.pad
func.func @conv2d_pad_other_value(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x3x4x4xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 0.5 : f32}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32>
  %1 = qnn.conv2d %0, %w : (tensor<1x2x6x6xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: func.func @conv2d_pad_two_values
// CHECK: qnn.pad
func.func @conv2d_pad_two_values(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x3x6x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 0.0 : f32}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32>
  %1 = qnn.conv2d %0, %w {pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>}
      : (tensor<1x2x6x6xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x6x6xf32>
  return %1 : tensor<1x3x6x6xf32>
}

// CHECK-LABEL: func.func @conv2d_pad_channels
// CHECK: qnn.pad
func.func @conv2d_pad_channels(%x: tensor<1x2x4x4xf32>, %w: tensor<3x3x1x1xf32>) -> tensor<1x3x4x4xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = 0.0 : f32}
      : (tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32>
  %1 = qnn.conv2d %0, %w : (tensor<1x3x4x4xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Shape ops
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @reshape_same
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @reshape_same(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @reshape_other
// CHECK-NEXT: qnn.reshape
func.func @reshape_other(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// CHECK-LABEL: func.func @reshape_reshape
// CHECK-NEXT: qnn.reshape %{{.*}} : (tensor<2x3xf32>) -> tensor<1x6xf32>
// CHECK-NEXT: return
func.func @reshape_reshape(%x: tensor<2x3xf32>) -> tensor<1x6xf32> {
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = qnn.reshape %0 : (tensor<3x2xf32>) -> tensor<1x6xf32>
  return %1 : tensor<1x6xf32>
}

// CHECK-LABEL: func.func @reshape_back
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @reshape_back(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = qnn.reshape %0 : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @reshape_constant
// CHECK-DAG: arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: arith.constant dense_resource<pair> : tensor<1x2xf32>
func.func @reshape_constant() -> (tensor<2x2xf32>, tensor<1x2xf32>) {
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = qnn.reshape %c : (tensor<4xf32>) -> tensor<2x2xf32>
  %r = arith.constant dense_resource<pair> : tensor<2xf32>
  %1 = qnn.reshape %r : (tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: func.func @transpose_identity
// CHECK-SAME: %[[X:.*]]: tensor<2x2xf32>
// CHECK-NEXT: return %[[X]]
func.func @transpose_identity(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 1>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// The type is the same, the order is not.
// CHECK-LABEL: func.func @transpose_square
// CHECK-NEXT: qnn.transpose
func.func @transpose_square(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @transpose_back
// CHECK-SAME: %[[X:.*]]: tensor<1x2x3x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @transpose_back(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x3x4x2xf32>) -> tensor<1x2x3x4xf32>
  return %1 : tensor<1x2x3x4xf32>
}

// Twice the same rotation is the other one.
// CHECK-LABEL: func.func @transpose_transpose
// CHECK-NEXT: qnn.transpose %{{.*}} {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
// CHECK-NEXT: return
func.func @transpose_transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 2, 0>} : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}

// CHECK-LABEL: func.func @transpose_splat
// CHECK-NEXT: arith.constant dense<true> : tensor<3x2xi1>
// CHECK-NEXT: return
func.func @transpose_splat() -> tensor<3x2xi1> {
  %c = arith.constant dense<true> : tensor<2x3xi1>
  %0 = qnn.transpose %c {permutation = array<i64: 1, 0>} : (tensor<2x3xi1>) -> tensor<3x2xi1>
  return %0 : tensor<3x2xi1>
}

// CHECK-LABEL: func.func @transpose_resource
// CHECK: qnn.transpose
func.func @transpose_resource() -> tensor<2x1xf32> {
  %c = arith.constant dense_resource<row> : tensor<1x2xf32>
  %0 = qnn.transpose %c {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @concat_one
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: return %[[X]]
func.func @concat_one(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = qnn.concat %x {axis = 0} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @concat_two
// CHECK-NEXT: qnn.concat
func.func @concat_two(%x: tensor<2xf32>) -> tensor<4xf32> {
  %0 = qnn.concat %x, %x {axis = 0} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @pad_nothing
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: return %[[X]]
func.func @pad_nothing(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = qnn.pad %x {low = array<i64: 0>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @pad_pad
// CHECK-NEXT: qnn.pad %{{.*}} {high = array<i64: 3>, low = array<i64: 2>, value = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @pad_pad(%x: tensor<2xf32>) -> tensor<7xf32> {
  %0 = qnn.pad %x {low = array<i64: 1>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<3xf32>
  %1 = qnn.pad %0 {low = array<i64: 1>, high = array<i64: 3>, value = 0.0 : f32} : (tensor<3xf32>) -> tensor<7xf32>
  return %1 : tensor<7xf32>
}

// CHECK-LABEL: func.func @pad_pad_other_value
// CHECK-COUNT-2: qnn.pad
func.func @pad_pad_other_value(%x: tensor<2xf32>) -> tensor<7xf32> {
  %0 = qnn.pad %x {low = array<i64: 1>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<3xf32>
  %1 = qnn.pad %0 {low = array<i64: 1>, high = array<i64: 3>, value = -0.0 : f32} : (tensor<3xf32>) -> tensor<7xf32>
  return %1 : tensor<7xf32>
}

// CHECK-LABEL: func.func @pad_splat
// CHECK-NEXT: arith.constant dense<1.000000e+00> : tensor<4xf32>
// CHECK-NEXT: return
func.func @pad_splat() -> tensor<4xf32> {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %0 = qnn.pad %c {low = array<i64: 1>, high = array<i64: 1>, value = 1.0 : f32} : (tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @pad_splat_other_value
// CHECK: qnn.pad
func.func @pad_splat_other_value() -> tensor<4xf32> {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %0 = qnn.pad %c {low = array<i64: 1>, high = array<i64: 1>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @slice_whole
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: return %[[X]]
func.func @slice_whole(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = qnn.slice %x {offsets = array<i64: 0>, sizes = array<i64: 2>, steps = array<i64: 1>} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @slice_backwards
// CHECK-NEXT: qnn.slice
func.func @slice_backwards(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = qnn.slice %x {offsets = array<i64: 1>, sizes = array<i64: 2>, steps = array<i64: -1>} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @slice_splat
// CHECK-NEXT: arith.constant dense<3.000000e+00> : tensor<1xf32>
// CHECK-NEXT: return
func.func @slice_splat() -> tensor<1xf32> {
  %c = arith.constant dense<3.0> : tensor<2xf32>
  %0 = qnn.slice %c {offsets = array<i64: 1>, sizes = array<i64: 1>, steps = array<i64: 1>} : (tensor<2xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      pair: "0x040000000000803F00000040",
      row: "0x040000000000803F00000040"
    }
  }
#-}
