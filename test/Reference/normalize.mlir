// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Batch norm, bias and softmax.

// CHECK-LABEL: func.func @batch_norm
// CHECK{LITERAL}: arith.constant dense<[[[[-1.500000e+00, 1.500000e+00], [-2.500000e+00, -5.000000e-01]], [[-7.500000e-01, -5.000000e-01], [5.000000e-01, -7.500000e-01]]]]> : tensor<1x2x2x2xf32>
func.func @batch_norm() -> tensor<1x2x2x2xf32> {
  %a = arith.constant dense<[[[[-1.0, 2.0], [-2.0, 0.0]], [[2.0, 1.0], [-3.0, 2.0]]]]> : tensor<1x2x2x2xf32>
  %b = arith.constant dense<[2.0, -1.0]> : tensor<2xf32>
  %c = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %d = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %e = arith.constant dense<[4.0, 16.0]> : tensor<2xf32>
  %r0 = qnn.batch_norm %a, %b, %c, %d, %e {epsilon = 0.0 : f32}
      : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %r0 : tensor<1x2x2x2xf32>
}

// CHECK-LABEL: func.func @batch_norm_rounded
// CHECK: arith.constant dense<{{\[\[}}9.844470e-01], [1.1951{{[0-9]*}}]]> : tensor<2x1xf32>
func.func @batch_norm_rounded() -> tensor<2x1xf32> {
  %a = arith.constant dense<[[3.0], [5.0]]> : tensor<2x1xf32>
  %b = arith.constant dense<[0.100000001]> : tensor<1xf32>
  %c = arith.constant dense<[0.699999988]> : tensor<1xf32>
  %d = arith.constant dense<[0.300000012]> : tensor<1xf32>
  %e = arith.constant dense<[0.899999976]> : tensor<1xf32>
  %r0 = qnn.batch_norm %a, %b, %c, %d, %e {epsilon = 1.0e-3 : f32}
      : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  return %r0 : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @bias_last
// CHECK{LITERAL}: arith.constant dense<[[[0.000000e+00, 3.000000e+00, 4.000000e+00], [2.000000e+00, 1.000000e+00, 2.000000e+00]], [[-2.000000e+00, 2.000000e+00, 2.000000e+00], [0.000000e+00, 0.000000e+00, 5.000000e+00]]]> : tensor<2x2x3xf32>
func.func @bias_last() -> tensor<2x2x3xf32> {
  %a = arith.constant dense<[[[-1.0, 1.0, 1.0], [1.0, -1.0, -1.0]], [[-3.0, 0.0, -1.0], [-1.0, -2.0, 2.0]]]> : tensor<2x2x3xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %r0 = qnn.bias_add %a, %b {axis = 2}
      : (tensor<2x2x3xf32>, tensor<3xf32>) -> tensor<2x2x3xf32>
  return %r0 : tensor<2x2x3xf32>
}

// CHECK-LABEL: func.func @bias_first
// CHECK{LITERAL}: arith.constant dense<[[[9.000000e+00, 1.100000e+01, 1.100000e+01], [1.100000e+01, 9.000000e+00, 9.000000e+00]], [[1.700000e+01, 2.000000e+01, 1.900000e+01], [1.900000e+01, 1.800000e+01, 2.200000e+01]]]> : tensor<2x2x3xf32>
func.func @bias_first() -> tensor<2x2x3xf32> {
  %a = arith.constant dense<[[[-1.0, 1.0, 1.0], [1.0, -1.0, -1.0]], [[-3.0, 0.0, -1.0], [-1.0, -2.0, 2.0]]]> : tensor<2x2x3xf32>
  %b = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %r0 = qnn.bias_add %a, %b {axis = 0}
      : (tensor<2x2x3xf32>, tensor<2xf32>) -> tensor<2x2x3xf32>
  return %r0 : tensor<2x2x3xf32>
}

// Great numbers do not overflow.
// CHECK-LABEL: func.func @softmax
// CHECK: arith.constant dense<{{\[\[}}0.090030{{[0-9]*}}, 0.24472{{[0-9]*}}, 0.66524{{[0-9]*}}], [0.24472{{[0-9]*}}, 0.66524{{[0-9]*}}, 0.090030{{[0-9]*}}]]> : tensor<2x3xf32>
func.func @softmax() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[1.0, 2.0, 3.0], [1000.0, 1001.0, 999.0]]> : tensor<2x3xf32>
  %r0 = qnn.softmax %a {axis = 1}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @softmax_first
// CHECK: arith.constant dense<{{\[\[}}0.37754{{[0-9]*}}, 8.807970e-01], [0.62245{{[0-9]*}}, 0.11920{{[0-9]*}}]]> : tensor<2x2xf32>
func.func @softmax_first() -> tensor<2x2xf32> {
  %a = arith.constant dense<[[0.0, 1.0], [0.5, -1.0]]> : tensor<2x2xf32>
  %r0 = qnn.softmax %a {axis = 0}
      : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @softmax_one
// CHECK: arith.constant dense<1.000000e+00> : tensor<1x1xf32>
func.func @softmax_one() -> tensor<1x1xf32> {
  %a = arith.constant dense<[[7.0]]> : tensor<1x1xf32>
  %r0 = qnn.softmax %a {axis = 1}
      : (tensor<1x1xf32>) -> tensor<1x1xf32>
  return %r0 : tensor<1x1xf32>
}
