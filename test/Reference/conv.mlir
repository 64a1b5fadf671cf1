// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Convolutions; the numbers are those of ONNX Runtime's Conv.

// CHECK-LABEL: func.func @plain
// CHECK{LITERAL}: arith.constant dense<[[[[2.000000e+01, 6.000000e+00], [-2.300000e+01, 5.000000e+00]], [[-1.600000e+01, 0.000000e+00], [9.000000e+00, -1.800000e+01]], [[2.500000e+01, 9.000000e+00], [4.400000e+01, -8.000000e+00]]]]> : tensor<1x3x2x2xf32>
func.func @plain() -> tensor<1x3x2x2xf32> {
  %a = arith.constant dense<[[[[3.0, 1.0, 1.0, 3.0], [1.0, 2.0, 2.0, -2.0], [-3.0, -1.0, -2.0, 3.0], [3.0, -3.0, 0.0, 2.0]], [[-3.0, 2.0, -3.0, 0.0], [2.0, -1.0, -1.0, -2.0], [2.0, -2.0, 3.0, 0.0], [0.0, 0.0, 1.0, 0.0]]]]> : tensor<1x2x4x4xf32>
  %b = arith.constant dense<[[[[0.0, 3.0, 2.0], [2.0, 1.0, 1.0], [-1.0, 3.0, 0.0]], [[-2.0, 2.0, -2.0], [3.0, 1.0, -3.0], [-3.0, 0.0, -3.0]]], [[[-3.0, 0.0, 3.0], [0.0, 2.0, 3.0], [2.0, 1.0, 0.0]], [[0.0, -2.0, 0.0], [-1.0, -2.0, 3.0], [-3.0, -3.0, -2.0]]], [[[3.0, 1.0, 3.0], [-2.0, 2.0, -1.0], [0.0, -3.0, 1.0]], [[2.0, 1.0, -2.0], [0.0, -2.0, 3.0], [3.0, -2.0, 0.0]]]]> : tensor<3x2x3x3xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
      : (tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x2x2xf32>
  return %r0 : tensor<1x3x2x2xf32>
}

// CHECK-LABEL: func.func @strides_and_asymmetric_pads
// CHECK{LITERAL}: arith.constant dense<[[[[-4.000000e+00, -2.000000e+00], [-1.000000e+01, 9.000000e+00], [-1.200000e+01, -1.000000e+00]], [[8.000000e+00, -7.000000e+00], [-3.000000e+00, -2.000000e+00], [-5.000000e+00, 0.000000e+00]]]]> : tensor<1x2x3x2xf32>
func.func @strides_and_asymmetric_pads() -> tensor<1x2x3x2xf32> {
  %a = arith.constant dense<[[[[3.0, 2.0, 1.0, 1.0, -3.0, 2.0], [0.0, -3.0, -2.0, 0.0, 2.0, 0.0], [1.0, 3.0, 1.0, -1.0, 1.0, 1.0], [-3.0, -3.0, 1.0, -1.0, 1.0, -1.0], [-2.0, -2.0, -1.0, 2.0, -1.0, -1.0]]]]> : tensor<1x1x5x6xf32>
  %b = arith.constant dense<[[[[1.0, 3.0], [-1.0, 1.0], [0.0, 1.0]]], [[[0.0, 1.0], [0.0, 1.0], [3.0, -2.0]]]]> : tensor<2x1x3x2xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 2, 3>, pads = array<i64: 1, 0, 2, 1>, dilations = array<i64: 1, 1>, groups = 1}
      : (tensor<1x1x5x6xf32>, tensor<2x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  return %r0 : tensor<1x2x3x2xf32>
}

// CHECK-LABEL: func.func @dilated
// CHECK{LITERAL}: arith.constant dense<[[[[0.000000e+00, 3.000000e+00, -1.000000e+01, 9.000000e+00, -3.000000e+00], [-8.000000e+00, -1.300000e+01, -4.000000e+00, -1.600000e+01, -1.000000e+01], [4.000000e+00, -2.000000e+00, 5.000000e+00, 6.000000e+00, 1.200000e+01], [1.100000e+01, -1.000000e+01, 1.100000e+01, 0.000000e+00, 1.300000e+01]]]]> : tensor<1x1x4x5xf32>
func.func @dilated() -> tensor<1x1x4x5xf32> {
  %a = arith.constant dense<[[[[0.0, 0.0, -1.0, -2.0, -3.0, -1.0, 2.0], [-3.0, -1.0, 3.0, 3.0, -2.0, -3.0, 1.0], [-3.0, -1.0, 0.0, 3.0, -3.0, 1.0, 0.0], [-3.0, 2.0, 2.0, 0.0, 3.0, 1.0, 3.0], [3.0, 0.0, -2.0, -2.0, 0.0, -2.0, 2.0], [3.0, -2.0, 0.0, -3.0, -2.0, -1.0, 3.0]]]]> : tensor<1x1x6x7xf32>
  %b = arith.constant dense<[[[[3.0, 1.0, 1.0], [0.0, -3.0, -1.0]]]]> : tensor<1x1x2x3xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 1>, dilations = array<i64: 3, 2>, groups = 1}
      : (tensor<1x1x6x7xf32>, tensor<1x1x2x3xf32>) -> tensor<1x1x4x5xf32>
  return %r0 : tensor<1x1x4x5xf32>
}

// CHECK-LABEL: func.func @groups
// CHECK{LITERAL}: arith.constant dense<[[[[-1.200000e+01, -4.000000e+00], [7.000000e+00, -1.900000e+01]], [[-1.000000e+00, 4.000000e+00], [-2.000000e+00, -1.100000e+01]], [[1.900000e+01, -1.700000e+01], [-1.200000e+01, 7.000000e+00]], [[-7.000000e+00, 8.000000e+00], [2.000000e+01, -2.100000e+01]]], [[[6.000000e+00, -2.600000e+01], [5.000000e+00, -5.000000e+00]], [[1.400000e+01, -1.000000e+00], [-1.300000e+01, -1.400000e+01]], [[-1.000000e+01, -1.300000e+01], [-9.000000e+00, -4.000000e+00]], [[1.800000e+01, 1.200000e+01], [1.900000e+01, 3.000000e+00]]]]> : tensor<2x4x2x2xf32>
func.func @groups() -> tensor<2x4x2x2xf32> {
  %a = arith.constant dense<[[[[3.0, -1.0, -2.0], [-2.0, 1.0, -3.0], [3.0, 3.0, 0.0]], [[0.0, 2.0, 0.0], [0.0, -1.0, 0.0], [2.0, -3.0, -3.0]], [[2.0, -1.0, 2.0], [-3.0, 3.0, -3.0], [-1.0, 3.0, -3.0]], [[1.0, 2.0, -1.0], [-3.0, 0.0, 0.0], [3.0, 1.0, -1.0]]], [[[-3.0, 1.0, -2.0], [1.0, 3.0, -1.0], [3.0, 0.0, 0.0]], [[2.0, 2.0, 3.0], [3.0, -2.0, -1.0], [3.0, -1.0, -3.0]], [[1.0, 2.0, 2.0], [2.0, 1.0, -3.0], [2.0, -1.0, 2.0]], [[2.0, 3.0, -3.0], [3.0, 1.0, 0.0], [2.0, 3.0, 0.0]]]]> : tensor<2x4x3x3xf32>
  %b = arith.constant dense<[[[[-3.0, 2.0], [-2.0, -2.0]], [[-2.0, -2.0], [3.0, -1.0]]], [[[-3.0, -2.0], [-1.0, -1.0]], [[-1.0, 3.0], [3.0, 1.0]]], [[[3.0, -1.0], [-3.0, -2.0]], [[-3.0, 3.0], [-2.0, 0.0]]], [[[-2.0, 3.0], [-2.0, 0.0]], [[3.0, 0.0], [3.0, 3.0]]]]> : tensor<4x2x2x2xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2}
      : (tensor<2x4x3x3xf32>, tensor<4x2x2x2xf32>) -> tensor<2x4x2x2xf32>
  return %r0 : tensor<2x4x2x2xf32>
}

// CHECK-LABEL: func.func @depthwise
// CHECK{LITERAL}: arith.constant dense<[[[[3.000000e+00, 1.300000e+01, 6.000000e+00], [-3.000000e+00, 1.000000e+01, 0.000000e+00], [5.000000e+00, 1.400000e+01, 1.300000e+01]], [[-1.900000e+01, -1.300000e+01, -9.000000e+00], [0.000000e+00, -5.000000e+00, 9.000000e+00], [1.600000e+01, 4.000000e+00, 4.000000e+00]], [[1.500000e+01, 7.000000e+00, 4.000000e+00], [-6.000000e+00, -2.000000e+00, 1.600000e+01], [-4.000000e+00, -8.000000e+00, 7.000000e+00]]]]> : tensor<1x3x3x3xf32>
func.func @depthwise() -> tensor<1x3x3x3xf32> {
  %a = arith.constant dense<[[[[2.0, 2.0, 1.0], [1.0, 2.0, -1.0], [3.0, 3.0, -1.0]], [[-1.0, 2.0, 3.0], [-3.0, -3.0, -2.0], [0.0, -2.0, 0.0]], [[0.0, 3.0, 2.0], [-2.0, 2.0, 2.0], [1.0, 1.0, -1.0]]]]> : tensor<1x3x3x3xf32>
  %b = arith.constant dense<[[[[2.0, -3.0, 1.0], [3.0, 3.0, -1.0], [-1.0, 1.0, -1.0]]], [[[2.0, -2.0, -2.0], [-3.0, 0.0, -2.0], [-1.0, 3.0, 2.0]]], [[[2.0, 1.0, -3.0], [2.0, 1.0, 3.0], [0.0, -2.0, 1.0]]]]> : tensor<3x1x3x3xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 3}
      : (tensor<1x3x3x3xf32>, tensor<3x1x3x3xf32>) -> tensor<1x3x3x3xf32>
  return %r0 : tensor<1x3x3x3xf32>
}

// CHECK-LABEL: func.func @padded_with_plus_one
// CHECK{LITERAL}: arith.constant dense<[[[[-1.000000e+00, -6.000000e+00, 1.300000e+01], [-6.000000e+00, 9.000000e+00, 5.000000e+00], [-1.100000e+01, -8.000000e+00, -2.000000e+00]]]]> : tensor<1x1x3x3xf32>
func.func @padded_with_plus_one() -> tensor<1x1x3x3xf32> {
  %a = arith.constant dense<[[[[0.0, 1.0, -1.0], [-1.0, -3.0, 3.0], [2.0, 0.0, -2.0]]]]> : tensor<1x1x3x3xf32>
  %b = arith.constant dense<[[[[1.0, -1.0, 1.0], [-3.0, -2.0, 2.0], [-3.0, 1.0, -1.0]]]]> : tensor<1x1x3x3xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1, pad_value = #qnn.pad_value<plus_one>}
      : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %r0 : tensor<1x1x3x3xf32>
}

// CHECK-LABEL: func.func @padded_with_minus_one
// CHECK{LITERAL}: arith.constant dense<[[[[-5.000000e+00, 6.000000e+00, 1.700000e+01], [-4.000000e+00, -5.000000e+00, 1.200000e+01]]]]> : tensor<1x1x2x3xf32>
func.func @padded_with_minus_one() -> tensor<1x1x2x3xf32> {
  %a = arith.constant dense<[[[[-3.0, 2.0, 1.0], [2.0, 3.0, 2.0], [2.0, -3.0, 3.0]]]]> : tensor<1x1x3x3xf32>
  %b = arith.constant dense<[[[[3.0, 1.0, 2.0], [2.0, 3.0, 3.0], [0.0, 2.0, 3.0]]]]> : tensor<1x1x3x3xf32>
  %r0 = qnn.conv2d %a, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 2, 1, 0>, dilations = array<i64: 1, 1>, groups = 1, pad_value = #qnn.pad_value<minus_one>}
      : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x2x3xf32>
  return %r0 : tensor<1x1x2x3xf32>
}

// Taps in the padding add nothing, though no bipolar code is 0.
// CHECK-LABEL: func.func @bipolar_with_true_zero_padding
// CHECK{LITERAL}: arith.constant dense<[[[[0, 4], [2, 2], [4, -2]], [[4, 2], [10, -4], [0, 6]], [[6, 4], [0, 4], [0, 0]]]]> : tensor<1x3x3x2xi32>
func.func @bipolar_with_true_zero_padding() -> tensor<1x3x3x2xi32> {
  %a = arith.constant dense<[[[[false, false], [false, true], [false, false]], [[false, true], [false, true], [false, false]], [[false, false], [false, false], [true, true]]]]> : tensor<1x3x3x2xi1>
  %b = arith.constant dense<[[[[false, true], [false, true], [false, true]], [[true, true], [false, true], [false, false]], [[false, true], [false, false], [true, true]]], [[[false, true], [false, true], [true, true]], [[true, false], [false, false], [false, true]], [[false, false], [true, true], [false, false]]]]> : tensor<2x3x3x2xi1>
  %r0 = qnn.iconv2d %a, %b {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1}
      : (tensor<1x3x3x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x3x3x2xi32>
  return %r0 : tensor<1x3x3x2xi32>
}

// CHECK-LABEL: func.func @bipolar_padded_with_minus_one
// CHECK{LITERAL}: arith.constant dense<[[[[0, -2], [0, -2], [0, -2]], [[2, 0], [-2, 0], [2, 0]], [[2, -4], [-4, 2], [4, -2]]]]> : tensor<1x3x3x2xi32>
func.func @bipolar_padded_with_minus_one() -> tensor<1x3x3x2xi32> {
  %a = arith.constant dense<[[[[false], [false], [false]], [[true], [false], [true]], [[false], [false], [true]]]]> : tensor<1x3x3x1xi1>
  %b = arith.constant dense<[[[[true], [false]], [[true], [false]]], [[[false], [true]], [[true], [true]]]]> : tensor<2x2x2x1xi1>
  %r0 = qnn.iconv2d %a, %b {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, strides = array<i64: 1, 1>, pads = array<i64: 1, 0, 0, 1>, dilations = array<i64: 1, 1>, groups = 1, pad_value = #qnn.pad_value<minus_one>}
      : (tensor<1x3x3x1xi1>, tensor<2x2x2x1xi1>) -> tensor<1x3x3x2xi32>
  return %r0 : tensor<1x3x3x2xi32>
}

// CHECK-LABEL: func.func @mixed_codes
// CHECK{LITERAL}: arith.constant dense<[[[[6, 2, 3, 1], [4, 3, -8, -11], [-6, -8, 2, -12], [5, -2, -10, -7]], [[6, 0, -1, 0], [-6, -12, -4, -2], [2, -11, -4, -6], [-9, -6, -1, -3]]]]> : tensor<1x2x4x4xi16>
func.func @mixed_codes() -> tensor<1x2x4x4xi16> {
  %a = arith.constant dense<[[[[-1, 1], [1, 0], [0, -2], [-2, 1], [-2, -1]], [[1, 1], [-2, -1], [1, 0], [-2, 0], [-1, 1]], [[0, 0], [1, 1], [-2, -2], [0, -2], [-2, 0]], [[-1, 0], [-1, -2], [-2, -2], [-1, -1], [1, -1]]]]> : tensor<1x4x5x2xi2>
  %b = arith.constant dense<[[[[-1], [-3]], [[-2], [3]], [[-1], [3]]], [[[1], [0]], [[-4], [0]], [[-1], [2]]], [[[-3], [-3]], [[1], [1]], [[2], [0]]], [[[-1], [-2]], [[-2], [1]], [[0], [-2]]]]> : tensor<4x3x2x1xi3>
  %r0 = qnn.iconv2d %a, %b {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<3, signed>, strides = array<i64: 2, 1>, pads = array<i64: 0, 1, 1, 0>, dilations = array<i64: 1, 2>, groups = 2}
      : (tensor<1x4x5x2xi2>, tensor<4x3x2x1xi3>) -> tensor<1x2x4x4xi16>
  return %r0 : tensor<1x2x4x4xi16>
}

// CHECK-LABEL: func.func @unsigned_bytes
// CHECK: arith.constant dense<25> : tensor<1x1x1x1xi32>
func.func @unsigned_bytes() -> tensor<1x1x1x1xi32> {
  %a = arith.constant dense<[[[[-44], [-17]], [[-43], [-45]]]]> : tensor<1x2x2x1xi8>
  %b = arith.constant dense<[[[[false], [true]], [[false], [true]]]]> : tensor<1x2x2x1xi1>
  %r0 = qnn.iconv2d %a, %b {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<1, bipolar>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
      : (tensor<1x2x2x1xi8>, tensor<1x2x2x1xi1>) -> tensor<1x1x1x1xi32>
  return %r0 : tensor<1x1x1x1xi32>
}
