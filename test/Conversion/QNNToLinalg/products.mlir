// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// CHECK-DAG: #[[$LHS:.+]] = affine_map<(d0, d1, d2, d3) -> (0, d1, d2)>
// CHECK-DAG: #[[$RHS:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-DAG: #[[$OUT:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>

// The innermost loop runs along a row of the result.
// CHECK-LABEL: @matmul
// CHECK: linalg.generic {indexing_maps = [#[[$LHS]], #[[$RHS]], #[[$OUT]]], iterator_types = ["parallel", "parallel", "reduction", "parallel"]}
func.func @matmul(%x: tensor<1x3x7xf32>, %y: tensor<2x7x5xf32>) -> tensor<2x3x5xf32> {
  %0 = qnn.matmul %x, %y : (tensor<1x3x7xf32>, tensor<2x7x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// CHECK-LABEL: @conv
// CHECK: %[[ONE:.+]] = arith.constant 1.0
// CHECK: linalg.fill ins(%[[ONE]] : f32) outs(%{{.+}} : tensor<1x4x7x8xf32>)
// CHECK: tensor.expand_shape {{.*}} : tensor<1x4x7x8xf32> into tensor<1x2x2x7x8xf32>
// CHECK: tensor.expand_shape {{.*}} : tensor<6x2x3x3xf32> into tensor<2x3x2x3x3xf32>
// CHECK: linalg.generic
// CHECK: tensor.collapse_shape {{.*}} into tensor<1x6x5x6xf32>
func.func @conv(%x: tensor<1x4x5x6xf32>, %w: tensor<6x2x3x3xf32>) -> tensor<1x6x5x6xf32> {
  %0 = qnn.conv2d %x, %w {groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x4x5x6xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x5x6xf32>
  return %0 : tensor<1x6x5x6xf32>
}
