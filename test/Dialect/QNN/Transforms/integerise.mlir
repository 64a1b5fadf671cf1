// RUN: qnn-opt %s --qnn-integerise --canonicalize | FileCheck %s

#bipolar = #qnn.quantizer<bits = 1, encoding = bipolar>

// CHECK-LABEL: func @matmul_bipolar
func.func @matmul_bipolar(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}true, false, true, true], [false, false, true, false]]> : tensor<2x4xi1>
  // CHECK-DAG: %[[A:.*]] = qnn.encode %arg0 {{.*}} -> tensor<1x4xi1>
  // CHECK: %[[S:.*]] = qnn.imatmul %[[A]], %[[W]] {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} {{.*}} -> tensor<1x2xi32>
  // CHECK: qnn.dequantize %[[S]] {scale = array<f32: 1.500000e+00>} : (tensor<1x2xi32>) -> tensor<1x2xf32>
  %w = arith.constant dense<[[0.5, -0.1, 0.0, 3.0], [-1.0, -0.5, 0.25, -2.0]]> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.5>>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 3.0>>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// Leading dimensions become rows; weights [K, N] are transposed; one scale for
// each output channel, whose dimension of the weights is 1.
// CHECK-LABEL: func @matmul_rows
func.func @matmul_rows(%x: tensor<2x3x2xf32>) -> tensor<2x3x2xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1, -1], [-2, 1]]> : tensor<2x2xi4>
  // CHECK-DAG: %[[A:.*]] = qnn.encode %arg0 {{.*}} -> tensor<2x3x2xi2>
  // CHECK: %[[R:.*]] = qnn.reshape %[[A]] : (tensor<2x3x2xi2>) -> tensor<6x2xi2>
  // CHECK: %[[S:.*]] = qnn.imatmul %[[R]], %[[W]] {{.*}} -> tensor<6x2xi32>
  // CHECK: %[[T:.*]] = qnn.reshape %[[S]] : (tensor<6x2xi32>) -> tensor<2x3x2xi32>
  // CHECK: qnn.dequantize %[[T]] {axis = 2 : i64, scale = array<f32: 5.000000e-01, 1.000000e+00>}
  %w = arith.constant dense<[[1.0, -4.0], [-1.0, 2.0]]> : tensor<2x2xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %b = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 1.0, 2.0>, axis = 1>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = qnn.matmul %a, %b : (tensor<2x3x2xf32>, tensor<2x2xf32>) -> tensor<2x3x2xf32>
  return %0 : tensor<2x3x2xf32>
}

// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<true> : tensor<3x3x3x2xi1>
  // CHECK-DAG: %[[A:.*]] = qnn.encode %arg0
  // CHECK: %[[T:.*]] = qnn.transpose %[[A]] {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xi8>) -> tensor<1x4x4x2xi8>
  // CHECK: %[[S:.*]] = qnn.iconv2d %[[T]], %[[W]] {lhs_code = #qnn.code<8, signed>, pads = array<i64: 1, 1, 1, 1>, rhs_code = #qnn.code<1, bipolar>} {{.*}} -> tensor<1x4x4x3xi32>
  // CHECK: %[[U:.*]] = qnn.transpose %[[S]] {permutation = array<i64: 0, 3, 1, 2>}
  // CHECK: qnn.dequantize %[[U]] {scale = array<f32: 7.812500e-03>}
  %w = arith.constant dense<0.5> : tensor<3x2x3x3xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 8, encoding = signed, scale = array<f32: 0.0078125>>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<3x2x3x3xf32>) -> tensor<3x2x3x3xf32>
  %0 = qnn.conv2d %a, %b {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}

// The padding's 1.0 is the number 2 of a code with scale 0.5.
// CHECK-LABEL: func @conv_pad_number
func.func @conv_pad_number(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  // CHECK: %[[P:.*]] = qnn.pad %{{.*}} {high = array<i64: 0, 1, 1, 0>, low = array<i64: 0, 1, 1, 0>, value = 2 : i4}
  // CHECK: qnn.iconv2d %[[P]]
  // CHECK-NOT: pads
  // CHECK-SAME: -> tensor<1x2x2x1xi32>
  %w = arith.constant dense<0.5> : tensor<1x1x3x3xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %0 = qnn.conv2d %a, %b {pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x1x2x2xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

// CHECK-LABEL: func @max_pool
func.func @max_pool(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x2x2xf32> {
  // CHECK: %[[A:.*]] = qnn.encode
  // CHECK: %[[T:.*]] = qnn.transpose %[[A]]
  // CHECK: %[[P:.*]] = qnn.imax_pool2d %[[T]] {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xi1>) -> tensor<1x2x2x3xi1>
  // CHECK: %[[U:.*]] = qnn.transpose %[[P]]
  // CHECK: qnn.dequantize %[[U]] {code = #qnn.code<1, bipolar>
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %0 = qnn.max_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x2xf32>
  return %0 : tensor<1x3x2x2xf32>
}

// CHECK-LABEL: func @shapes
func.func @shapes(%x: tensor<1x2x2x2xf32>, %y: tensor<1x2x2x2xf32>) -> tensor<1x12xf32> {
  // CHECK: qnn.concat {{.*}} -> tensor<1x4x2x2xi2>
  // CHECK: qnn.pad {{.*}} value = 0 : i2
  // CHECK: qnn.slice {{.*}} -> tensor<1x4x3x1xi2>
  // CHECK: %[[R:.*]] = qnn.reshape {{.*}} -> tensor<1x12xi2>
  // CHECK: qnn.dequantize %[[R]] {code = #qnn.code<2, unsigned>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %b = qnn.quantize %y {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x4x2x2xf32>
  %1 = qnn.pad %0 {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 0>, value = 0.0 : f32} : (tensor<1x4x2x2xf32>) -> tensor<1x4x3x2xf32>
  %2 = qnn.slice %1 {offsets = array<i64: 0, 0, 0, 1>, sizes = array<i64: 1, 4, 3, 1>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x4x3x2xf32>) -> tensor<1x4x3x1xf32>
  %3 = qnn.reshape %2 : (tensor<1x4x3x1xf32>) -> tensor<1x12xf32>
  return %3 : tensor<1x12xf32>
}

// Zero has no bipolar code: the padding stays float.
// CHECK-LABEL: func @pad_without_code
func.func @pad_without_code(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  // CHECK: %[[D:.*]] = qnn.dequantize
  // CHECK: qnn.pad %[[D]]
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = qnn.pad %a {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 0.0 : f32} : (tensor<1x2xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// Different scales cannot be joined as codes.
// CHECK-LABEL: func @concat_scales
func.func @concat_scales(%x: tensor<1x2xf32>) -> tensor<1x4xf32> {
  // CHECK: qnn.concat {{.*}} -> tensor<1x4xf32>
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %b = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 2.0>>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// An encoder rises above a reshape, next to the floats before it.
// CHECK-LABEL: func @encode_reshape
func.func @encode_reshape(%x: tensor<1x2x2xf32>) -> tensor<1x4xf32> {
  // CHECK: %[[E:.*]] = qnn.encode %arg0
  // CHECK: qnn.reshape %[[E]] {{.*}} -> tensor<1x4xi1>
  %0 = qnn.reshape %x : (tensor<1x2x2xf32>) -> tensor<1x4xf32>
  %1 = qnn.quantize %0 {quantizer = #bipolar} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// The zero point times the sum of a channel's weights is subtracted from its
// sums; the padding holds the zero point.
// CHECK-LABEL: func @zero_point
func.func @zero_point(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x5x5xf32> {
  // CHECK: %[[P:.*]] = qnn.pad %{{.*}} {high = array<i64: 0, 1, 1, 0>, low = array<i64: 0, 1, 1, 0>, value = 113 : i8}
  // CHECK: %[[S:.*]] = qnn.iconv2d %[[P]], %{{.*}} {lhs_code = #qnn.code<8, unsigned>, {{.*}}rhs_code = #qnn.code<1, bipolar>} : (tensor<1x6x6x1xi8>
  // CHECK: qnn.dequantize %{{.*}} {axis = 1 : i64, scale = array<f32: 5.000000e-01, 5.000000e-01>, zero_point = array<f32: 4.520000e+02, -2.260000e+02>}
  %w = arith.constant dense<[[[[1.0, 1.0], [1.0, 1.0]]], [[[-1.0, -1.0], [-1.0, 1.0]]]]> : tensor<2x1x2x2xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, zero_point = array<f32: 113.0>>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %c = qnn.mul %a, %half : (tensor<1x1x4x4xf32>, tensor<f32>) -> tensor<1x1x4x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<2x1x2x2xf32>) -> tensor<2x1x2x2xf32>
  %0 = qnn.conv2d %c, %b {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x5x5xf32>
  return %0 : tensor<1x2x5x5xf32>
}

//===----------------------------------------------------------------------===//
// Kept float, with a reason
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @not_quantized
func.func @not_quantized(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.matmul {{.*}} {qnn.kept_float = "activation is not quantized", transpose_rhs}
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %x, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// CHECK-LABEL: func @zero_point_between
func.func @zero_point_between(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.kept_float = "activation has a zero point that is no code"
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, zero_point = array<f32: 127.5>>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// CHECK-LABEL: func @float_weights
func.func @float_weights(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.kept_float = "weights are not quantized"
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %0 = qnn.matmul %a, %w {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// CHECK-LABEL: func @two_activations
func.func @two_activations(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.kept_float = "weights are not constant"
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// Scales along K cannot leave the sum.
// CHECK-LABEL: func @scales_along_k
func.func @scales_along_k(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.kept_float = "weights have scales within an output channel"
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #bipolar} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 1.0, 2.0, 3.0, 4.0>, axis = 1>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// CHECK-LABEL: func @sign_zero
func.func @sign_zero(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.quantize
  // CHECK: qnn.kept_float = "the activation's quantizer maps 0 to 0"
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = zero>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// +1 is no code of ±0.5.
// CHECK-LABEL: func @padding
func.func @padding(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  // CHECK: qnn.kept_float = "the activation's code cannot hold the padding"
  %w = arith.constant dense<0.5> : tensor<1x1x3x3xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.5>>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %b = qnn.quantize %w {quantizer = #bipolar} : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %0 = qnn.conv2d %a, %b {pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x1x2x2xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}
