// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// CHECK: #[[$BACK:.+]] = affine_map<(d0, d1) -> (d0, -d1 + 3)>

// CHECK-LABEL: @reshape
// CHECK: tensor.collapse_shape %{{.+}} {{\[\[}}0, 1], [2]]
func.func @reshape(%x: tensor<2x3x4xf32>) -> tensor<6x4xf32> {
  %0 = qnn.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  return %0 : tensor<6x4xf32>
}

// Only a dimension of size 1 moves: no element does.
// CHECK-LABEL: @transpose_unit
// CHECK-NOT: linalg.generic
// CHECK: tensor.expand_shape
func.func @transpose_unit(%x: tensor<1x1x4x5xf32>) -> tensor<1x4x5x1xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x1x4x5xf32>) -> tensor<1x4x5x1xf32>
  return %0 : tensor<1x4x5x1xf32>
}

// CHECK-LABEL: @transpose
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.+}} : tensor<1x2x4x5xf32>)
func.func @transpose(%x: tensor<1x2x4x5xf32>) -> tensor<1x4x5x2xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x5xf32>) -> tensor<1x4x5x2xf32>
  return %0 : tensor<1x4x5x2xf32>
}

// CHECK-LABEL: @concat
// CHECK: %[[A:.+]] = tensor.insert_slice %{{.+}} into %{{.+}}[0, 0] [2, 3] [1, 1]
// CHECK: tensor.insert_slice %{{.+}} into %[[A]][0, 3] [2, 4] [1, 1]
func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) -> tensor<2x7xf32> {
  %0 = qnn.concat %x, %y {axis = 1} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
  return %0 : tensor<2x7xf32>
}

// CHECK-LABEL: @pad
// CHECK: %[[FRAME:.+]] = linalg.fill
// CHECK: tensor.insert_slice %{{.+}} into %[[FRAME]][0, 1] [2, 3] [1, 1]
func.func @pad(%x: tensor<2x3xi8>) -> tensor<2x6xi8> {
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 2>, value = 1 : i8} : (tensor<2x3xi8>) -> tensor<2x6xi8>
  return %0 : tensor<2x6xi8>
}

// CHECK-LABEL: @slice
// CHECK: tensor.extract_slice %{{.+}}[0, 2] [1, 4] [1, 2]
func.func @slice(%x: tensor<1x10xf32>) -> tensor<1x4xf32> {
  %0 = qnn.slice %x {offsets = array<i64: 0, 2>, sizes = array<i64: 1, 4>, steps = array<i64: 1, 2>} : (tensor<1x10xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// A view cannot go backwards: its elements 3, 5, 7, 9 are read from the end.
// CHECK-LABEL: @slice_back
// CHECK: %[[VIEW:.+]] = tensor.extract_slice %{{.+}}[0, 3] [1, 4] [1, 2]
// CHECK: linalg.generic {indexing_maps = [#[[$BACK]], #{{.+}}], {{.*}} ins(%[[VIEW]] :
func.func @slice_back(%x: tensor<1x10xf32>) -> tensor<1x4xf32> {
  %0 = qnn.slice %x {offsets = array<i64: 0, 9>, sizes = array<i64: 1, 4>, steps = array<i64: 1, -2>} : (tensor<1x10xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
