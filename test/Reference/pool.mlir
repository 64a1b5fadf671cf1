// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Poolings; the numbers are those of ONNX Runtime.

// CHECK-LABEL: func.func @max
// CHECK{LITERAL}: arith.constant dense<[[[[6.000000e+00, 8.000000e+00], [5.000000e+00, 7.000000e+00]], [[4.000000e+00, 8.000000e+00], [7.000000e+00, 7.000000e+00]]]]> : tensor<1x2x2x2xf32>
func.func @max() -> tensor<1x2x2x2xf32> {
  %a = arith.constant dense<[[[[-3.0, 6.0, -2.0, 0.0], [-8.0, -3.0, 8.0, 0.0], [-9.0, 3.0, 4.0, -3.0], [-9.0, 5.0, -5.0, 7.0]], [[-3.0, -3.0, 5.0, -7.0], [-9.0, 4.0, 7.0, 8.0], [-7.0, -7.0, -3.0, 3.0], [7.0, 5.0, -3.0, 7.0]]]]> : tensor<1x2x4x4xf32>
  %r0 = qnn.max_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  return %r0 : tensor<1x2x2x2xf32>
}

// Padding never wins over negative numbers.
// CHECK-LABEL: func.func @max_padded
// CHECK{LITERAL}: arith.constant dense<[[[[-1.000000e+00, -1.000000e+00, -1.000000e+00, -1.000000e+00, -2.000000e+00], [-1.000000e+00, -1.000000e+00, -1.000000e+00, -2.000000e+00, -2.000000e+00]]]]> : tensor<1x1x2x5xf32>
func.func @max_padded() -> tensor<1x1x2x5xf32> {
  %a = arith.constant dense<[[[[-3.0, -1.0, -4.0, -1.0, -6.0], [-8.0, -1.0, -1.0, -2.0, -2.0], [-5.0, -5.0, -8.0, -4.0, -8.0], [-7.0, -7.0, -2.0, -4.0, -8.0]]]]> : tensor<1x1x4x5xf32>
  %r0 = qnn.max_pool2d %a {kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>, pads = array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, 1>}
      : (tensor<1x1x4x5xf32>) -> tensor<1x1x2x5xf32>
  return %r0 : tensor<1x1x2x5xf32>
}

// CHECK-LABEL: func.func @max_dilated
// CHECK{LITERAL}: arith.constant dense<[[[[8.000000e+00, 7.000000e+00, 8.000000e+00], [7.000000e+00, 2.000000e+00, 7.000000e+00]]]]> : tensor<1x1x2x3xf32>
func.func @max_dilated() -> tensor<1x1x2x3xf32> {
  %a = arith.constant dense<[[[[4.0, -6.0, 6.0, 4.0, -7.0, -8.0], [-5.0, -1.0, -7.0, -9.0, -8.0, -4.0], [-2.0, -4.0, -1.0, 3.0, -5.0, -1.0], [4.0, -8.0, 7.0, 8.0, -4.0, 6.0], [-5.0, 7.0, 2.0, -5.0, -8.0, -2.0]]]]> : tensor<1x1x5x6xf32>
  %r0 = qnn.max_pool2d %a {kernel = array<i64: 2, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 0>, dilations = array<i64: 3, 2>}
      : (tensor<1x1x5x6xf32>) -> tensor<1x1x2x3xf32>
  return %r0 : tensor<1x1x2x3xf32>
}

// CHECK-LABEL: func.func @average
// CHECK{LITERAL}: arith.constant dense<[[[[-3.000000e+00, 2.500000e-01], [1.500000e+00, -3.000000e+00]], [[5.000000e-01, -2.250000e+00], [1.500000e+00, 1.000000e+00]]]]> : tensor<1x2x2x2xf32>
func.func @average() -> tensor<1x2x2x2xf32> {
  %a = arith.constant dense<[[[[4.0, -5.0, 0.0, -7.0], [-2.0, -9.0, 8.0, 0.0], [6.0, -7.0, -6.0, -6.0], [1.0, 6.0, 1.0, -1.0]], [[7.0, -6.0, -7.0, 3.0], [6.0, -5.0, -5.0, 0.0], [5.0, -4.0, 5.0, 0.0], [3.0, 2.0, -1.0, 0.0]]]]> : tensor<1x2x4x4xf32>
  %r0 = qnn.avg_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  return %r0 : tensor<1x2x2x2xf32>
}

// Divided by the number of elements in the image.
// CHECK-LABEL: func.func @average_padded
// CHECK{LITERAL}: arith.constant dense<[[[[8.000000e+00, 3.000000e+00, 3.000000e+00, 8.000000e+00], [6.500000e+00, 1.250000e+00, 1.500000e+00, 7.000000e+00], [1.000000e+00, -2.500000e+00, -2.750000e+00, 5.000000e-01]]]]> : tensor<1x1x3x4xf32>
func.func @average_padded() -> tensor<1x1x3x4xf32> {
  %a = arith.constant dense<[[[[8.0, -2.0, 8.0], [5.0, -6.0, 6.0], [-3.0, -6.0, -5.0]]]]> : tensor<1x1x3x3xf32>
  %r0 = qnn.avg_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 1>, dilations = array<i64: 1, 1>}
      : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x4xf32>
  return %r0 : tensor<1x1x3x4xf32>
}

// CHECK-LABEL: func.func @average_padded_counted
// CHECK{LITERAL}: arith.constant dense<[[[[-1.750000e+00, -2.500000e+00, -2.500000e+00, -1.750000e+00], [-1.750000e+00, -5.000000e-01, 1.500000e+00, 2.500000e-01], [1.750000e+00, 2.500000e+00, 1.500000e+00, 7.500000e-01]]]]> : tensor<1x1x3x4xf32>
func.func @average_padded_counted() -> tensor<1x1x3x4xf32> {
  %a = arith.constant dense<[[[[-7.0, -3.0, -7.0], [0.0, 8.0, 8.0], [7.0, -5.0, -5.0]]]]> : tensor<1x1x3x3xf32>
  %r0 = qnn.avg_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 1>, dilations = array<i64: 1, 1>, count_include_pad}
      : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x4xf32>
  return %r0 : tensor<1x1x3x4xf32>
}

// CHECK-LABEL: func.func @average_dilated
// CHECK{LITERAL}: arith.constant dense<[[[[1.000000e+00, -5.000000e-01], [3.250000e+00, 0.000000e+00], [7.500000e-01, -1.000000e+00]]]]> : tensor<1x1x3x2xf32>
func.func @average_dilated() -> tensor<1x1x3x2xf32> {
  %a = arith.constant dense<[[[[3.0, 8.0, 5.0, -6.0], [4.0, 0.0, -2.0, -1.0], [0.0, 7.0, 5.0, -9.0], [4.0, -4.0, -3.0, 1.0]]]]> : tensor<1x1x4x4xf32>
  %r0 = qnn.avg_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 1, 0, 0, 0>, dilations = array<i64: 2, 2>}
      : (tensor<1x1x4x4xf32>) -> tensor<1x1x3x2xf32>
  return %r0 : tensor<1x1x3x2xf32>
}

// CHECK-LABEL: func.func @global_average
// CHECK{LITERAL}: arith.constant dense<[[[[1.625000e+00]], [[3.375000e+00]]]]> : tensor<1x2x1x1xf32>
func.func @global_average() -> tensor<1x2x1x1xf32> {
  %a = arith.constant dense<[[[[8.0, -8.0, 0.0, -5.0], [7.0, -1.0, 6.0, 6.0]], [[-8.0, 4.0, 5.0, 5.0], [8.0, 4.0, 6.0, 3.0]]]]> : tensor<1x2x2x4xf32>
  %r0 = qnn.global_pool %a {kind = #qnn.pool_kind<average>}
      : (tensor<1x2x2x4xf32>) -> tensor<1x2x1x1xf32>
  return %r0 : tensor<1x2x1x1xf32>
}

// CHECK-LABEL: func.func @global_max
// CHECK: arith.constant dense<8.000000e+00> : tensor<1x2x1x1xf32>
func.func @global_max() -> tensor<1x2x1x1xf32> {
  %a = arith.constant dense<[[[[8.0, -8.0, 0.0, -5.0], [7.0, -1.0, 6.0, 6.0]], [[-8.0, 4.0, 5.0, 5.0], [8.0, 4.0, 6.0, 3.0]]]]> : tensor<1x2x2x4xf32>
  %r0 = qnn.global_pool %a {kind = #qnn.pool_kind<max>}
      : (tensor<1x2x2x4xf32>) -> tensor<1x2x1x1xf32>
  return %r0 : tensor<1x2x1x1xf32>
}

// CHECK-LABEL: func.func @codes_max
// CHECK: arith.constant dense<true> : tensor<1x2x2x2xi1>
func.func @codes_max() -> tensor<1x2x2x2xi1> {
  %a = arith.constant dense<[[[[false, true], [true, true], [true, true], [true, false]], [[true, true], [true, true], [false, true], [false, false]], [[false, false], [false, true], [false, false], [true, false]], [[true, false], [false, true], [false, false], [true, true]]]]> : tensor<1x4x4x2xi1>
  %r0 = qnn.imax_pool2d %a {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x4x4x2xi1>) -> tensor<1x2x2x2xi1>
  return %r0 : tensor<1x2x2x2xi1>
}

// Negative codes are less than positive ones; padding is nothing.
// CHECK-LABEL: func.func @signed_codes_max
// CHECK{LITERAL}: arith.constant dense<[[[[-4], [-1]], [[-4], [-1]], [[-5], [-4]]]]> : tensor<1x3x2x1xi4>
func.func @signed_codes_max() -> tensor<1x3x2x1xi4> {
  %a = arith.constant dense<[[[[-4], [-6], [-1], [-2]], [[-5], [-6], [-4], [-5]], [[-6], [-5], [-6], [-7]]]]> : tensor<1x3x4x1xi4>
  %r0 = qnn.imax_pool2d %a {code = #qnn.code<4, signed>, kernel = array<i64: 2, 2>, strides = array<i64: 1, 2>, pads = array<i64: 1, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x3x4x1xi4>) -> tensor<1x3x2x1xi4>
  return %r0 : tensor<1x3x2x1xi4>
}

// As unsigned numbers: 200 is greater than 100.
// CHECK-LABEL: func.func @unsigned_bytes_max
// CHECK{LITERAL}: arith.constant dense<[[[[110, 116], [-79, -85]], [[-43, -115], [-43, -60]]]]> : tensor<1x2x2x2xi8>
func.func @unsigned_bytes_max() -> tensor<1x2x2x2xi8> {
  %a = arith.constant dense<[[[[55, 85], [110, 116], [57, -85]], [[106, 106], [0, 53], [-79, 11]], [[60, -115], [-43, -120], [-72, -60]]]]> : tensor<1x3x3x2xi8>
  %r0 = qnn.imax_pool2d %a {code = #qnn.code<8, unsigned>, kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x3x3x2xi8>) -> tensor<1x2x2x2xi8>
  return %r0 : tensor<1x2x2x2xi8>
}

// CHECK-LABEL: func.func @sums_max
// CHECK{LITERAL}: arith.constant dense<[[[[59, 43], [59, 43]], [[90, 85], [90, 85]]]]> : tensor<1x2x2x2xi8>
func.func @sums_max() -> tensor<1x2x2x2xi8> {
  %a = arith.constant dense<[[[[-74, -7], [-87, -5], [46, -19]], [[45, -89], [59, 43], [-96, 7]], [[30, 4], [90, 85], [52, 45]]]]> : tensor<1x3x3x2xi8>
  %r0 = qnn.imax_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x3x3x2xi8>) -> tensor<1x2x2x2xi8>
  return %r0 : tensor<1x2x2x2xi8>
}

// CHECK-LABEL: func.func @wide_sums_max
// CHECK{LITERAL}: arith.constant dense<[[[[9181], [9033], [9033], [2621], [-1955]]]]> : tensor<1x1x5x1xi32>
func.func @wide_sums_max() -> tensor<1x1x5x1xi32> {
  %a = arith.constant dense<[[[[9181], [-8305], [9033], [1255], [-1955]], [[1162], [-9266], [8641], [2596], [-9207]], [[8272], [-944], [-7623], [2621], [-8623]], [[1014], [5223], [-8516], [5818], [1864]]]]> : tensor<1x4x5x1xi32>
  %r0 = qnn.imax_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 2, 1>, pads = array<i64: 0, 0, 0, 1>, dilations = array<i64: 2, 1>}
      : (tensor<1x4x5x1xi32>) -> tensor<1x1x5x1xi32>
  return %r0 : tensor<1x1x5x1xi32>
}

// CHECK-LABEL: func.func @words_max
// CHECK{LITERAL}: arith.constant dense<[[[[-83890193], [-1275068417]], [[-13], [-536870913]]]]> : tensor<1x2x2x1xi32>
func.func @words_max() -> tensor<1x2x2x1xi32> {
  %a = arith.constant dense<[[[[-755201696], [-1193155293], [-2098514472], [-1307606318]], [[-925661810], [1626464965], [58677885], [-1297758266]], [[1043860961], [-196319726], [1439594111], [1074973973]], [[1860784946], [890412802], [-1680845864], [229604682]]]]> : tensor<1x4x4x1xi32>
  %r0 = qnn.packed_max_pool2d %a {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x1xi32>) -> tensor<1x2x2x1xi32>
  return %r0 : tensor<1x2x2x1xi32>
}

// CHECK-LABEL: func.func @words_max_padded
// CHECK{LITERAL}: arith.constant dense<[[[[1], [2]], [[5], [10]]]]> : tensor<1x2x2x1xi32>
func.func @words_max_padded() -> tensor<1x2x2x1xi32> {
  %a = arith.constant dense<[[[[1], [2]], [[4], [8]]]]> : tensor<1x2x2x1xi32>
  %r0 = qnn.packed_max_pool2d %a {kernel = array<i64: 2, 1>, pads = array<i64: 1, 0, 0, 0>}
      : (tensor<1x2x2x1xi32>) -> tensor<1x2x2x1xi32>
  return %r0 : tensor<1x2x2x1xi32>
}
