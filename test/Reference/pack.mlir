// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Words of bit-planes.

// CHECK-LABEL: func.func @pack_bits
// CHECK{LITERAL}: arith.constant dense<[[-1859968583, 0], [-1043355975, 0]]> : tensor<2x2xi32>
func.func @pack_bits() -> tensor<2x2xi32> {
  %a = arith.constant dense<[[true, false, false, true, true, true, false, true, true, false, false, false, false, true, false, false, true, true, false, false, false, true, false, false, true, false, false, false, true, false, false, true, false], [true, false, false, true, true, true, false, true, false, true, true, false, false, true, false, true, true, true, true, true, false, false, true, true, true, false, false, false, false, false, true, true, false]]> : tensor<2x33xi1>
  %r0 = qnn.pack %a {code = #qnn.code<1, bipolar>}
      : (tensor<2x33xi1>) -> tensor<2x2xi32>
  return %r0 : tensor<2x2xi32>
}

// CHECK-LABEL: func.func @unpack_bits
// CHECK{LITERAL}: arith.constant dense<[[true, false, false, true, true, true, false, true, true, false, false, false, false, true, false, false, true, true, false, false, false, true, false, false, true, false, false, false, true, false, false, true, false], [true, false, false, true, true, true, false, true, false, true, true, false, false, true, false, true, true, true, true, true, false, false, true, true, true, false, false, false, false, false, true, true, false]]> : tensor<2x33xi1>
func.func @unpack_bits() -> tensor<2x33xi1> {
  %a = arith.constant dense<[[-1859968583, 0], [-1043355975, 0]]> : tensor<2x2xi32>
  %r0 = qnn.unpack %a {code = #qnn.code<1, bipolar>}
      : (tensor<2x2xi32>) -> tensor<2x33xi1>
  return %r0 : tensor<2x33xi1>
}

// CHECK-LABEL: func.func @pack_planes
// CHECK{LITERAL}: arith.constant dense<[[2042500061, -1273874334, 1, 1]]> : tensor<1x4xi32>
func.func @pack_planes() -> tensor<1x4xi32> {
  %a = arith.constant dense<[[1, -2, 1, 1, 1, -2, -1, 1, 1, 1, 0, -2, -1, -2, 0, 0, 0, -1, 1, 1, -1, 1, 0, 1, 1, 0, -2, 1, -1, -1, 1, -2, -1, 0]]> : tensor<1x34xi2>
  %r0 = qnn.pack %a {code = #qnn.code<2, unsigned>}
      : (tensor<1x34xi2>) -> tensor<1x4xi32>
  return %r0 : tensor<1x4xi32>
}

// Bytes hold any code, as its pattern.
// CHECK-LABEL: func.func @unpack_planes
// CHECK{LITERAL}: arith.constant dense<[[1, 2, 1, 1, 1, 2, 3, 1, 1, 1, 0, 2, 3, 2, 0, 0, 0, 3, 1, 1, 3, 1, 0, 1, 1, 0, 2, 1, 3, 3, 1, 2, 3, 0]]> : tensor<1x34xi8>
func.func @unpack_planes() -> tensor<1x34xi8> {
  %a = arith.constant dense<[[2042500061, -1273874334, 1, 1]]> : tensor<1x4xi32>
  %r0 = qnn.unpack %a {code = #qnn.code<2, unsigned>}
      : (tensor<1x4xi32>) -> tensor<1x34xi8>
  return %r0 : tensor<1x34xi8>
}

// CHECK-LABEL: func.func @pack_bytes
// CHECK: arith.constant dense<[6, 6, 0, 5, 0, 3, 0, 0]> : tensor<8xi32>
func.func @pack_bytes() -> tensor<8xi32> {
  %a = arith.constant dense<[40, 35, 11]> : tensor<3xi8>
  %r0 = qnn.pack %a {code = #qnn.code<8, signed>}
      : (tensor<3xi8>) -> tensor<8xi32>
  return %r0 : tensor<8xi32>
}

// Row 0 has bits 0 and 31, row 1 bit 1.
// CHECK-LABEL: func.func @turn_words
// CHECK{LITERAL}: arith.constant dense<[[[1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]]> : tensor<1x1x32xi32>
func.func @turn_words() -> tensor<1x1x32xi32> {
  %a = arith.constant dense<[[-2147483647], [2]]> : tensor<2x1xi32>
  %r0 = qnn.turn_words %a : (tensor<2x1xi32>) -> tensor<1x1x32xi32>
  return %r0 : tensor<1x1x32xi32>
}

// A block for each of two taps, a bit for each of two windows.
// CHECK-LABEL: func.func @turn_windows
// CHECK{LITERAL}: arith.constant dense<[[[3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], [[1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]]> : tensor<2x1x32xi32>
func.func @turn_windows() -> tensor<2x1x32xi32> {
  %a = arith.constant dense<[[[[1], [3], [2]]]]> : tensor<1x1x3x1xi32>
  %r0 = qnn.turn_windows %a {kernel = array<i64: 1, 2>} : (tensor<1x1x3x1xi32>) -> tensor<2x1x32xi32>
  return %r0 : tensor<2x1x32xi32>
}
