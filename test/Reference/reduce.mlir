// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Reductions, argmax and top-k; the numbers are NumPy's.

// CHECK-LABEL: func.func @sum
// CHECK: arith.constant dense<[6.000000e+00, 6.000000e+00, -8.000000e+00]> : tensor<3xf32>
func.func @sum() -> tensor<3xf32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0, 2>}
      : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @mean
// CHECK: arith.constant dense<[7.500000e-01, 7.500000e-01, -1.000000e+00]> : tensor<3xf32>
func.func @mean() -> tensor<3xf32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<mean>, axes = array<i64: 0, 2>}
      : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @max
// CHECK: arith.constant dense<[7.000000e+00, 8.000000e+00, 7.000000e+00]> : tensor<3xf32>
func.func @max() -> tensor<3xf32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<max>, axes = array<i64: 0, 2>}
      : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @min
// CHECK: arith.constant dense<[-3.000000e+00, -8.000000e+00, -9.000000e+00]> : tensor<3xf32>
func.func @min() -> tensor<3xf32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<min>, axes = array<i64: 0, 2>}
      : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @keep_dims
// CHECK{LITERAL}: arith.constant dense<[[[-9.000000e+00, -2.000000e+00, -3.000000e+00, 4.000000e+00]], [[1.000000e+00, 5.000000e+00, 1.200000e+01, -4.000000e+00]]]> : tensor<2x1x4xf32>
func.func @keep_dims() -> tensor<2x1x4xf32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<sum>, axes = array<i64: 1>, keep_dims}
      : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %r0 : tensor<2x1x4xf32>
}

// CHECK-LABEL: func.func @all
// CHECK: arith.constant dense<4.000000e+00> : tensor<f32>
func.func @all() -> tensor<f32> {
  %a = arith.constant dense<[[[7.0, -3.0, -2.0, -1.0], [-8.0, 4.0, 6.0, 0.0], [-8.0, -3.0, -7.0, 5.0]], [[5.0, -3.0, -3.0, 6.0], [-8.0, 5.0, 8.0, -1.0], [4.0, 3.0, 7.0, -9.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.reduce %a {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0, 1, 2>}
      : (tensor<2x3x4xf32>) -> tensor<f32>
  return %r0 : tensor<f32>
}

// The first of equals.
// CHECK-LABEL: func.func @argmax
// CHECK: arith.constant dense<[1, 0]> : tensor<2xi64>
func.func @argmax() -> tensor<2xi64> {
  %a = arith.constant dense<[[1.0, 3.0, 3.0], [5.0, -1.0, 5.0]]> : tensor<2x3xf32>
  %r0 = qnn.argmax %a {axis = 1}
      : (tensor<2x3xf32>) -> tensor<2xi64>
  return %r0 : tensor<2xi64>
}

// CHECK-LABEL: func.func @argmax_first
// CHECK{LITERAL}: arith.constant dense<[[1, 0, 1]]> : tensor<1x3xi64>
func.func @argmax_first() -> tensor<1x3xi64> {
  %a = arith.constant dense<[[1.0, 3.0, 3.0], [5.0, -1.0, 5.0]]> : tensor<2x3xf32>
  %r0 = qnn.argmax %a {axis = 0, keep_dims}
      : (tensor<2x3xf32>) -> tensor<1x3xi64>
  return %r0 : tensor<1x3xi64>
}

// Of equals the smaller index first.
// CHECK-LABEL: func.func @top_k
// CHECK{LITERAL}: arith.constant dense<[[3.000000e+00, 3.000000e+00, 2.000000e+00], [-1.000000e+00, -1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
// CHECK{LITERAL}: arith.constant dense<[[1, 3, 2], [0, 2, 4]]> : tensor<2x3xi64>
func.func @top_k() -> (tensor<2x3xf32>, tensor<2x3xi64>) {
  %a = arith.constant dense<[[1.0, 3.0, 2.0, 3.0, 0.0], [-1.0, -5.0, -1.0, -2.0, -1.0]]> : tensor<2x5xf32>
  %r0, %r1 = qnn.top_k %a {k = 3}
      : (tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return %r0, %r1 : tensor<2x3xf32>, tensor<2x3xi64>
}

// CHECK-LABEL: func.func @top_k_all
// CHECK: arith.constant dense<[3.000000e+00, 2.000000e+00, 1.000000e+00]> : tensor<3xf32>
// CHECK: arith.constant dense<[2, 0, 1]> : tensor<3xi64>
func.func @top_k_all() -> (tensor<3xf32>, tensor<3xi64>) {
  %a = arith.constant dense<[2.0, 1.0, 3.0]> : tensor<3xf32>
  %r0, %r1 = qnn.top_k %a {k = 3}
      : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xi64>)
  return %r0, %r1 : tensor<3xf32>, tensor<3xi64>
}
