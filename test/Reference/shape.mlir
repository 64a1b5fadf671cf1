// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Shape ops on floats, codes and integers; the numbers are NumPy's.

// CHECK-LABEL: func.func @reshape
// CHECK{LITERAL}: arith.constant dense<[[0.000000e+00, 1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00], [6.000000e+00, 7.000000e+00, 8.000000e+00, 9.000000e+00, 1.000000e+01, 1.100000e+01]]> : tensor<2x6xf32>
func.func @reshape() -> tensor<2x6xf32> {
  %a = arith.constant dense<[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]]> : tensor<3x4xf32>
  %r0 = qnn.reshape %a
      : (tensor<3x4xf32>) -> tensor<2x6xf32>
  return %r0 : tensor<2x6xf32>
}

// CHECK-LABEL: func.func @transpose
// CHECK{LITERAL}: arith.constant dense<[[[0.000000e+00, 4.000000e+00, 8.000000e+00], [1.200000e+01, 1.600000e+01, 2.000000e+01]], [[1.000000e+00, 5.000000e+00, 9.000000e+00], [1.300000e+01, 1.700000e+01, 2.100000e+01]], [[2.000000e+00, 6.000000e+00, 1.000000e+01], [1.400000e+01, 1.800000e+01, 2.200000e+01]], [[3.000000e+00, 7.000000e+00, 1.100000e+01], [1.500000e+01, 1.900000e+01, 2.300000e+01]]]> : tensor<4x2x3xf32>
func.func @transpose() -> tensor<4x2x3xf32> {
  %a = arith.constant dense<[[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]], [[12.0, 13.0, 14.0, 15.0], [16.0, 17.0, 18.0, 19.0], [20.0, 21.0, 22.0, 23.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.transpose %a {permutation = array<i64: 2, 0, 1>}
      : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  return %r0 : tensor<4x2x3xf32>
}

// CHECK-LABEL: func.func @transpose_bits
// CHECK{LITERAL}: arith.constant dense<[[true, true], [false, true], [false, false], [false, false], [true, false]]> : tensor<5x2xi1>
func.func @transpose_bits() -> tensor<5x2xi1> {
  %a = arith.constant dense<[[true, false, false, false, true], [true, true, false, false, false]]> : tensor<2x5xi1>
  %r0 = qnn.transpose %a {permutation = array<i64: 1, 0>}
      : (tensor<2x5xi1>) -> tensor<5x2xi1>
  return %r0 : tensor<5x2xi1>
}

// CHECK-LABEL: func.func @concat
// CHECK{LITERAL}: arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
func.func @concat() -> tensor<2x3x4xi32> {
  %a = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7]], [[12, 13, 14, 15], [16, 17, 18, 19]]]> : tensor<2x2x4xi32>
  %b = arith.constant dense<[[[8, 9, 10, 11]], [[20, 21, 22, 23]]]> : tensor<2x1x4xi32>
  %r0 = qnn.concat %a, %b {axis = 1}
      : (tensor<2x2x4xi32>, tensor<2x1x4xi32>) -> tensor<2x3x4xi32>
  return %r0 : tensor<2x3x4xi32>
}

// CHECK-LABEL: func.func @concat_codes
// CHECK{LITERAL}: arith.constant dense<[[1, -2, 7, -8]]> : tensor<1x4xi4>
func.func @concat_codes() -> tensor<1x4xi4> {
  %a = arith.constant dense<[[1, -2]]> : tensor<1x2xi4>
  %b = arith.constant dense<[[7]]> : tensor<1x1xi4>
  %c = arith.constant dense<[[-8]]> : tensor<1x1xi4>
  %r0 = qnn.concat %a, %b, %c {axis = 1}
      : (tensor<1x2xi4>, tensor<1x1xi4>, tensor<1x1xi4>) -> tensor<1x4xi4>
  return %r0 : tensor<1x4xi4>
}

// CHECK-LABEL: func.func @pad
// CHECK{LITERAL}: arith.constant dense<[[-1.500000e+00, -1.500000e+00, -1.500000e+00, -1.500000e+00], [0.000000e+00, 1.000000e+00, -1.500000e+00, -1.500000e+00], [4.000000e+00, 5.000000e+00, -1.500000e+00, -1.500000e+00]]> : tensor<3x4xf32>
func.func @pad() -> tensor<3x4xf32> {
  %a = arith.constant dense<[[0.0, 1.0], [4.0, 5.0]]> : tensor<2x2xf32>
  %r0 = qnn.pad %a {low = array<i64: 1, 0>, high = array<i64: 0, 2>, value = -1.5 : f32}
      : (tensor<2x2xf32>) -> tensor<3x4xf32>
  return %r0 : tensor<3x4xf32>
}

// -1 is the code 3.
// CHECK-LABEL: func.func @pad_codes
// CHECK{LITERAL}: arith.constant dense<[[-1, 1, -1], [-1, -2, -1]]> : tensor<2x3xi2>
func.func @pad_codes() -> tensor<2x3xi2> {
  %a = arith.constant dense<[[1], [-2]]> : tensor<2x1xi2>
  %r0 = qnn.pad %a {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = -1 : i2}
      : (tensor<2x1xi2>) -> tensor<2x3xi2>
  return %r0 : tensor<2x3xi2>
}

// CHECK-LABEL: func.func @slice
// CHECK{LITERAL}: arith.constant dense<[[[1.300000e+01, 1.400000e+01], [2.100000e+01, 2.200000e+01]]]> : tensor<1x2x2xf32>
func.func @slice() -> tensor<1x2x2xf32> {
  %a = arith.constant dense<[[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]], [[12.0, 13.0, 14.0, 15.0], [16.0, 17.0, 18.0, 19.0], [20.0, 21.0, 22.0, 23.0]]]> : tensor<2x3x4xf32>
  %r0 = qnn.slice %a {offsets = array<i64: 1, 0, 1>, sizes = array<i64: 1, 2, 2>, steps = array<i64: 1, 2, 1>}
      : (tensor<2x3x4xf32>) -> tensor<1x2x2xf32>
  return %r0 : tensor<1x2x2xf32>
}

// CHECK-LABEL: func.func @slice_backwards
// CHECK{LITERAL}: arith.constant dense<[[11, 9], [7, 5], [3, 1]]> : tensor<3x2xi64>
func.func @slice_backwards() -> tensor<3x2xi64> {
  %a = arith.constant dense<[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]> : tensor<3x4xi64>
  %r0 = qnn.slice %a {offsets = array<i64: 2, 3>, sizes = array<i64: 3, 2>, steps = array<i64: -1, -2>}
      : (tensor<3x4xi64>) -> tensor<3x2xi64>
  return %r0 : tensor<3x2xi64>
}

// CHECK-LABEL: func.func @unfold
// CHECK{LITERAL}: arith.constant dense<[[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 6.000000e+00, 1.000000e+00, 7.000000e+00], [0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 1.000000e+00, 7.000000e+00, 2.000000e+00, 8.000000e+00], [0.000000e+00, 6.000000e+00, 1.000000e+00, 7.000000e+00, 3.000000e+00, 9.000000e+00, 4.000000e+00, 1.000000e+01], [1.000000e+00, 7.000000e+00, 2.000000e+00, 8.000000e+00, 4.000000e+00, 1.000000e+01, 5.000000e+00, 1.100000e+01]]> : tensor<4x8xf32>
func.func @unfold() -> tensor<4x8xf32> {
  %a = arith.constant dense<[[[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[6.0, 7.0, 8.0], [9.0, 10.0, 11.0]]]]> : tensor<1x2x2x3xf32>
  %r0 = qnn.unfold %a {kernel = array<i64: 2, 2>, pads = array<i64: 1, 0, 0, 0>}
      : (tensor<1x2x2x3xf32>) -> tensor<4x8xf32>
  return %r0 : tensor<4x8xf32>
}
