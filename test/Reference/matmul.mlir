// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Matrix products; the numbers are NumPy's.

// CHECK-LABEL: func.func @plain
// CHECK{LITERAL}: arith.constant dense<[[-5.000000e+00, 7.000000e+00, 6.000000e+00, 8.000000e+00], [-9.000000e+00, 5.000000e+00, -1.800000e+01, -1.000000e+00]]> : tensor<2x4xf32>
func.func @plain() -> tensor<2x4xf32> {
  %a = arith.constant dense<[[-3.0, -1.0, 2.0], [2.0, 1.0, 3.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[[-1.0, -2.0, -3.0, -2.0], [2.0, 3.0, -3.0, 0.0], [-3.0, 2.0, -3.0, 1.0]]> : tensor<3x4xf32>
  %r0 = qnn.matmul %a, %b
      : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @transposed
// CHECK{LITERAL}: arith.constant dense<[[1.300000e+01, 0.000000e+00, 5.000000e+00, 3.000000e+00], [5.000000e+00, 8.000000e+00, 6.000000e+00, 7.000000e+00]]> : tensor<2x4xf32>
func.func @transposed() -> tensor<2x4xf32> {
  %a = arith.constant dense<[[-3.0, -1.0, 2.0], [2.0, 1.0, 3.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[[-3.0, 2.0, 3.0], [2.0, -2.0, 2.0], [-1.0, 2.0, 2.0], [0.0, 1.0, 2.0]]> : tensor<4x3xf32>
  %r0 = qnn.matmul %a, %b {transpose_rhs}
      : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  return %r0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @broadcast
// CHECK{LITERAL}: arith.constant dense<[[[[-4.000000e+00, 0.000000e+00, -1.000000e+01], [0.000000e+00, -4.000000e+00, -4.000000e+00]], [[-8.000000e+00, 1.100000e+01, 8.000000e+00], [-4.000000e+00, 6.000000e+00, 4.000000e+00]]], [[[6.000000e+00, -3.000000e+00, 1.200000e+01], [-2.000000e+00, 1.000000e+00, -4.000000e+00]], [[9.000000e+00, -1.200000e+01, -9.000000e+00], [-3.000000e+00, 4.000000e+00, 3.000000e+00]]], [[[2.000000e+00, -3.000000e+00, 2.000000e+00], [-6.000000e+00, 1.100000e+01, -4.000000e+00]], [[1.000000e+00, -1.000000e+00, -1.000000e+00], [-1.000000e+00, 0.000000e+00, 1.000000e+00]]]]> : tensor<3x2x2x3xf32>
func.func @broadcast() -> tensor<3x2x2x3xf32> {
  %a = arith.constant dense<[[[[-2.0, -3.0], [0.0, -2.0]]], [[[3.0, 3.0], [-1.0, -1.0]]], [[[1.0, 0.0], [-3.0, 1.0]]]]> : tensor<3x1x2x2xf32>
  %b = arith.constant dense<[[[2.0, -3.0, 2.0], [0.0, 2.0, 2.0]], [[1.0, -1.0, -1.0], [2.0, -3.0, -2.0]]]> : tensor<2x2x3xf32>
  %r0 = qnn.matmul %a, %b
      : (tensor<3x1x2x2xf32>, tensor<2x2x3xf32>) -> tensor<3x2x2x3xf32>
  return %r0 : tensor<3x2x2x3xf32>
}

// CHECK-LABEL: func.func @broadcast_weights
// CHECK{LITERAL}: arith.constant dense<[[[-6.000000e+00, 3.000000e+00, 0.000000e+00], [-4.000000e+00, 6.000000e+00, 6.000000e+00]], [[4.000000e+00, -6.000000e+00, -6.000000e+00], [-4.000000e+00, -2.000000e+00, -6.000000e+00]]]> : tensor<2x2x3xf32>
func.func @broadcast_weights() -> tensor<2x2x3xf32> {
  %a = arith.constant dense<[[[0.0, 3.0], [2.0, 2.0]], [[-2.0, -2.0], [-2.0, 2.0]]]> : tensor<2x2x2xf32>
  %b = arith.constant dense<[[0.0, -2.0], [2.0, 1.0], [3.0, 0.0]]> : tensor<3x2xf32>
  %r0 = qnn.matmul %a, %b {transpose_rhs}
      : (tensor<2x2x2xf32>, tensor<3x2xf32>) -> tensor<2x2x3xf32>
  return %r0 : tensor<2x2x3xf32>
}

// The sum is rounded once: in f32 each 1 would be lost.
// CHECK-LABEL: func.func @summed_in_double
// CHECK: arith.constant dense<2.000000e+00> : tensor<1x1xf32>
func.func @summed_in_double() -> tensor<1x1xf32> {
  %a = arith.constant dense<[[16777216.0, 1.0, 1.0, -16777216.0]]> : tensor<1x4xf32>
  %b = arith.constant dense<[[1.0], [1.0], [1.0], [1.0]]> : tensor<4x1xf32>
  %r0 = qnn.matmul %a, %b
      : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %r0 : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @bipolar
// CHECK{LITERAL}: arith.constant dense<[[-1, 1, -1], [-1, 1, -1]]> : tensor<2x3xi32>
func.func @bipolar() -> tensor<2x3xi32> {
  %a = arith.constant dense<[[false, true, false, false, true], [false, true, false, true, false]]> : tensor<2x5xi1>
  %b = arith.constant dense<[[true, true, true, true, true], [false, true, true, false, false], [true, false, false, true, true]]> : tensor<3x5xi1>
  %r0 = qnn.imatmul %a, %b {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
      : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi32>
  return %r0 : tensor<2x3xi32>
}

// CHECK-LABEL: func.func @unsigned_by_ternary
// CHECK{LITERAL}: arith.constant dense<[[-9, -5], [-11, -7]]> : tensor<2x2xi8>
func.func @unsigned_by_ternary() -> tensor<2x2xi8> {
  %a = arith.constant dense<[[-7, -4, 5], [-5, 3, 7]]> : tensor<2x3xi4>
  %b = arith.constant dense<[[-1, 0, 0], [0, 0, -1]]> : tensor<2x3xi2>
  %r0 = qnn.imatmul %a, %b {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<2, ternary>}
      : (tensor<2x3xi4>, tensor<2x3xi2>) -> tensor<2x2xi8>
  return %r0 : tensor<2x2xi8>
}

// CHECK-LABEL: func.func @signed_bytes
// CHECK{LITERAL}: arith.constant dense<[[32513, -32512]]> : tensor<1x2xi32>
func.func @signed_bytes() -> tensor<1x2xi32> {
  %a = arith.constant dense<[[-128, 127]]> : tensor<1x2xi8>
  %b = arith.constant dense<[[-128, 127], [127, -128]]> : tensor<2x2xi8>
  %r0 = qnn.imatmul %a, %b {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>}
      : (tensor<1x2xi8>, tensor<2x2xi8>) -> tensor<1x2xi32>
  return %r0 : tensor<1x2xi32>
}
