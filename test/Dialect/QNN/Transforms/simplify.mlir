// RUN: qnn-opt %s --qnn-simplify | FileCheck %s

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @conv_bias
// CHECK: %[[B:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: %[[P:.*]] = qnn.conv2d
// CHECK: qnn.bias_add %[[P]], %[[B]] {axis = 1 : i64}
func.func @conv_bias(%x: tensor<1x3x4x4xf32>, %w: tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %c = arith.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %0 = qnn.conv2d %x, %w : (tensor<1x3x4x4xf32>, tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = qnn.add %0, %c : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// The bias is on the left and has no batch dimension.
// CHECK-LABEL: func.func @conv_bias_left
// CHECK: qnn.bias_add %{{.*}}, %{{.*}} {axis = 1 : i64}
func.func @conv_bias_left(%x: tensor<1x3x4x4xf32>, %w: tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %c = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = qnn.conv2d %x, %w : (tensor<1x3x4x4xf32>, tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = qnn.add %c, %0 : (tensor<2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: func.func @matmul_bias
// CHECK: qnn.bias_add %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<4x2xf32>, tensor<2xf32>)
func.func @matmul_bias(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = qnn.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.add %0, %c : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// Along the width, not along the channels, though both have size 2.
// CHECK-LABEL: func.func @conv_add_width
// CHECK: qnn.add
func.func @conv_add_width(%x: tensor<1x3x2x2xf32>, %w: tensor<2x3x1x1xf32>) -> tensor<1x2x2x2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = qnn.conv2d %x, %w : (tensor<1x3x2x2xf32>, tensor<2x3x1x1xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.add %0, %c : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// One number for all channels.
// CHECK-LABEL: func.func @matmul_add_scalar
// CHECK: qnn.add
func.func @matmul_add_scalar(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %c = arith.constant dense<1.0> : tensor<f32>
  %0 = qnn.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.add %0, %c : (tensor<4x2xf32>, tensor<f32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// The sum has more dimensions than the product.
// CHECK-LABEL: func.func @matmul_add_broadcast
// CHECK: qnn.add
func.func @matmul_add_broadcast(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<1x4x2xf32> {
  %c = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %0 = qnn.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.add %0, %c : (tensor<4x2xf32>, tensor<1x1x2xf32>) -> tensor<1x4x2xf32>
  return %1 : tensor<1x4x2xf32>
}

// CHECK-LABEL: func.func @matmul_add_argument
// CHECK: qnn.add
func.func @matmul_add_argument(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>, %c: tensor<2xf32>) -> tensor<4x2xf32> {
  %0 = qnn.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.add %0, %c : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @mean_to_pool
// CHECK-NEXT: %[[P:.*]] = qnn.global_pool %{{.*}} {kind = #qnn.pool_kind<average>}
// CHECK-NEXT: return %[[P]]
func.func @mean_to_pool(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 2, 3>, keep_dims} : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
  return %0 : tensor<1x8x1x1xf32>
}

// CHECK-LABEL: func.func @max_to_pool
// CHECK-NEXT: %[[P:.*]] = qnn.global_pool %{{.*}} {kind = #qnn.pool_kind<max>}
// CHECK-NEXT: qnn.reshape %[[P]] : (tensor<1x8x1x1xf32>) -> tensor<1x8xf32>
func.func @max_to_pool(%x: tensor<1x8x7x7xf32>) -> tensor<1x8xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<max>, axes = array<i64: 2, 3>} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: func.func @sum_stays
// CHECK: qnn.reduce
func.func @sum_stays(%x: tensor<1x8x7x7xf32>) -> tensor<1x8xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<sum>, axes = array<i64: 2, 3>} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: func.func @mean_over_channels_stays
// CHECK: qnn.reduce
func.func @mean_over_channels_stays(%x: tensor<1x8x7x7xf32>) -> tensor<1x7xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 1, 2>} : (tensor<1x8x7x7xf32>) -> tensor<1x7xf32>
  return %0 : tensor<1x7xf32>
}

// CHECK-LABEL: func.func @max_pool_one
// CHECK-SAME: %[[X:.*]]: tensor<1x8x7x7xf32>
// CHECK-NEXT: return %[[X]]
func.func @max_pool_one(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32> {
  %0 = qnn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
  return %0 : tensor<1x8x7x7xf32>
}

// CHECK-LABEL: func.func @max_pool_strided
// CHECK: qnn.max_pool2d
func.func @max_pool_strided(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x4x4xf32> {
  %0 = qnn.max_pool2d %x {kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x4x4xf32>
  return %0 : tensor<1x8x4x4xf32>
}

// The sum of one element is it plus 0.0: not -0.0 any more.
// CHECK-LABEL: func.func @global_pools_of_one_pixel
// CHECK-SAME: %[[X:.*]]: tensor<1x8x1x1xf32>
// CHECK-NEXT: %[[M:.*]] = qnn.global_pool %[[X]] {kind = #qnn.pool_kind<average>}
// CHECK-NEXT: return %[[X]], %[[M]]
func.func @global_pools_of_one_pixel(%x: tensor<1x8x1x1xf32>) -> (tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>) {
  %0 = qnn.global_pool %x {kind = #qnn.pool_kind<max>} : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  %1 = qnn.global_pool %x {kind = #qnn.pool_kind<average>} : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  return %0, %1 : tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>
}

//===----------------------------------------------------------------------===//
// Rectifiers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @relu_quantize_relu
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[Q:.*]] = qnn.quantize %[[X]]
// CHECK-NEXT: return %[[Q]]
func.func @relu_quantize_relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = qnn.relu %1 : (tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// CHECK-LABEL: func.func @relu_quantize_signed
// CHECK: qnn.relu
// CHECK: qnn.quantize
// CHECK: qnn.relu
func.func @relu_quantize_signed(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.5>>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = qnn.relu %1 : (tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// CHECK-LABEL: func.func @relu_quantize_zero_point
// CHECK: qnn.relu
// CHECK: qnn.quantize
func.func @relu_quantize_zero_point(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, zero_point = array<f32: 8.0>>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Canonicalizations run along.
// CHECK-LABEL: func.func @canonicalizes
// CHECK-NEXT: qnn.matmul {{.*}} {transpose_rhs}
func.func @canonicalizes(%x: tensor<1x3xf32>, %w: tensor<2x3xf32>) -> tensor<1x2xf32> {
  %0 = qnn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = qnn.matmul %x, %0 : (tensor<1x3xf32>, tensor<3x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
