// RUN: qnn-opt %s --qnn-materialize-padding | FileCheck %s

// CHECK-LABEL: func @plus_one
func.func @plus_one(%x: tensor<1x4x5x8xi1>, %w: tensor<2x3x3x8xi1>) -> tensor<1x4x6x2xi32> {
  // CHECK: %[[P:.*]] = qnn.pad %arg0 {high = array<i64: 0, 1, 2, 0>, low = array<i64: 0, 1, 1, 0>, value = true} : (tensor<1x4x5x8xi1>) -> tensor<1x6x8x8xi1>
  // CHECK: qnn.iconv2d %[[P]], %arg1
  // CHECK-NOT: pad_value
  // CHECK-SAME: -> tensor<1x4x6x2xi32>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 2>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x4x5x8xi1>, tensor<2x3x3x8xi1>) -> tensor<1x4x6x2xi32>
  return %0 : tensor<1x4x6x2xi32>
}

// CHECK-LABEL: func @minus_one
func.func @minus_one(%x: tensor<1x4x4x8xi4>, %w: tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32> {
  // CHECK: qnn.pad %arg0 {{.*}} value = -1 : i4
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<4, signed>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<minus_one>} : (tensor<1x4x4x8xi4>, tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32>
  return %0 : tensor<1x4x4x2xi32>
}

// Kernels skip zeros.
// CHECK-LABEL: func @zero
func.func @zero(%x: tensor<1x4x4x8xi1>, %w: tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32> {
  // CHECK-NOT: qnn.pad
  // CHECK: qnn.iconv2d {{.*}}pads = array<i64: 1, 1, 1, 1>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x4x8xi1>, tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32>
  return %0 : tensor<1x4x4x2xi32>
}

// Unsigned codes have no -1.
// CHECK-LABEL: func @no_code
func.func @no_code(%x: tensor<1x4x4x8xi4>, %w: tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32> {
  // CHECK-NOT: qnn.pad
  // CHECK: pad_value = #qnn.pad_value<minus_one>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<minus_one>} : (tensor<1x4x4x8xi4>, tensor<2x3x3x8xi1>) -> tensor<1x4x4x2xi32>
  return %0 : tensor<1x4x4x2xi32>
}
