// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// CHECK-DAG: #[[$ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.+]] = affine_map<(d0, d1) -> (0, d1)>
// CHECK-DAG: #[[$CHANNEL:.+]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$SCALAR:.+]] = affine_map<(d0, d1) -> ()>

// CHECK-LABEL: @relu
func.func @relu(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ID]]], iterator_types = ["parallel", "parallel"]}
  // CHECK: %[[ZERO:.+]] = arith.constant 0.0
  // CHECK: arith.maximumf %{{.+}}, %[[ZERO]] : f32
  %0 = qnn.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// No step of the arithmetic may be contracted or reordered.
// CHECK-LABEL: @sigmoid
// CHECK-NOT: fastmath
// CHECK: arith.negf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.divf
func.func @sigmoid(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = qnn.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: @broadcast
func.func @broadcast(%x: tensor<2x3xf32>, %y: tensor<1x3xf32>, %z: tensor<f32>) -> tensor<2x3xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]]
  %0 = qnn.add %x, %y : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SCALAR]], #[[$ID]]]
  %1 = qnn.mul %0, %z : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: @square
// CHECK: arith.mulf
// CHECK-NOT: math.powf
func.func @square(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = arith.constant dense<2.0> : tensor<f32>
  %0 = qnn.pow %x, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// A negative base has no power of a fraction: not a product.
// CHECK-LABEL: @power
// CHECK: math.powf
func.func @power(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = arith.constant dense<1.5> : tensor<f32>
  %0 = qnn.pow %x, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// The factor of constant statistics is a constant: 3 / sqrt(8 + 1).
// CHECK-LABEL: @batch_norm
// CHECK: %[[FACTOR:.+]] = arith.constant dense<1.000000e+00> : tensor<3xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$CHANNEL]], #[[$CHANNEL]], #[[$CHANNEL]], #[[$ID]]]
// CHECK-SAME: ins(%{{.+}}, %{{.+}}, %[[FACTOR]], %{{.+}} :
// CHECK: ^bb0(%[[X:.+]]: f32, %[[M:.+]]: f32, %[[F:.+]]: f32, %[[B:.+]]: f32,
// CHECK: %[[D:.+]] = arith.subf %[[X]], %[[M]]
// CHECK: %[[P:.+]] = arith.mulf %[[D]], %[[F]]
// CHECK: arith.addf %[[P]], %[[B]]
func.func @batch_norm(%x: tensor<2x3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>) -> tensor<2x3xf32> {
  %s = arith.constant dense<3.0> : tensor<3xf32>
  %v = arith.constant dense<8.0> : tensor<3xf32>
  %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0 : f32}
      : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
