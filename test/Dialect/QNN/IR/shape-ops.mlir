// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @reshape
func.func @reshape(%x: tensor<1x1x28x28xf32>, %s: tensor<f32>) -> (tensor<1x784xf32>, tensor<1x1xf32>) {
  // CHECK: qnn.reshape %{{.*}} : (tensor<1x1x28x28xf32>) -> tensor<1x784xf32>
  %0 = qnn.reshape %x : (tensor<1x1x28x28xf32>) -> tensor<1x784xf32>
  // CHECK: qnn.reshape %{{.*}} : (tensor<f32>) -> tensor<1x1xf32>
  %1 = qnn.reshape %s : (tensor<f32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<1x784xf32>, tensor<1x1xf32>
}

// CHECK-LABEL: func.func @transpose
func.func @transpose(%x: tensor<1x3x32x32xf32>, %c: tensor<2x5xi1>) -> (tensor<1x32x32x3xf32>, tensor<5x2xi1>) {
  // CHECK: qnn.transpose %{{.*}} {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x32x32xf32>) -> tensor<1x32x32x3xf32>
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x32x32xf32>) -> tensor<1x32x32x3xf32>
  // CHECK: qnn.transpose %{{.*}} : (tensor<2x5xi1>) -> tensor<5x2xi1>
  %1 = qnn.transpose %c {permutation = array<i64: 1, 0>} : (tensor<2x5xi1>) -> tensor<5x2xi1>
  return %0, %1 : tensor<1x32x32x3xf32>, tensor<5x2xi1>
}

// CHECK-LABEL: func.func @concat
func.func @concat(%a: tensor<1x8x4x4xf32>, %b: tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32> {
  // CHECK: qnn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x8x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32>
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<1x8x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32>
  return %0 : tensor<1x12x4x4xf32>
}

// CHECK-LABEL: func.func @pad
func.func @pad(%x: tensor<1x8x4x4xf32>, %c: tensor<1x4x4x8xi1>) -> (tensor<1x8x6x6xf32>, tensor<1x5x4x8xi1>) {
  // CHECK: qnn.pad %{{.*}} {high = array<i64: 0, 0, 1, 1>, low = array<i64: 0, 0, 1, 1>, value = 0.000000e+00 : f32}
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 0.0 : f32}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x6x6xf32>
  // CHECK: qnn.pad %{{.*}} {high = array<i64: 0, 0, 0, 0>, low = array<i64: 0, 1, 0, 0>, value = true}
  %1 = qnn.pad %c {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = true}
      : (tensor<1x4x4x8xi1>) -> tensor<1x5x4x8xi1>
  return %0, %1 : tensor<1x8x6x6xf32>, tensor<1x5x4x8xi1>
}

// CHECK-LABEL: func.func @slice
func.func @slice(%x: tensor<1x10xf32>) -> (tensor<1x4xf32>, tensor<1x10xf32>) {
  // CHECK: qnn.slice %{{.*}} {offsets = array<i64: 0, 2>, sizes = array<i64: 1, 4>, steps = array<i64: 1, 2>}
  %0 = qnn.slice %x {offsets = array<i64: 0, 2>, sizes = array<i64: 1, 4>, steps = array<i64: 1, 2>}
      : (tensor<1x10xf32>) -> tensor<1x4xf32>
  // The whole dimension, backwards.
  // CHECK: qnn.slice %{{.*}} {offsets = array<i64: 0, 9>, sizes = array<i64: 1, 10>, steps = array<i64: 1, -1>}
  %1 = qnn.slice %x {offsets = array<i64: 0, 9>, sizes = array<i64: 1, 10>, steps = array<i64: 1, -1>}
      : (tensor<1x10xf32>) -> tensor<1x10xf32>
  return %0, %1 : tensor<1x4xf32>, tensor<1x10xf32>
}

// CHECK-LABEL: func.func @unfold
func.func @unfold(%x: tensor<8x32x16x16xf32>) -> tensor<512x288xf32> {
  // CHECK: qnn.unfold %{{.*}} {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<8x32x16x16xf32>) -> tensor<512x288xf32>
  %0 = qnn.unfold %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<8x32x16x16xf32>) -> tensor<512x288xf32>
  return %0 : tensor<512x288xf32>
}
