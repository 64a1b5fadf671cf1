// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Quantizers and what turns codes and sums into each other.

// CHECK-LABEL: func.func @bipolar
// CHECK{LITERAL}: arith.constant dense<[[-5.000000e-01, 5.000000e-01, 5.000000e-01], [5.000000e-01, 5.000000e-01, -5.000000e-01]]> : tensor<2x3xf32>
func.func @bipolar() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[-1.0, -0.0, 0.0], [0.25, 0x7F800000, 0xFF800000]]> : tensor<2x3xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.5>>}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @bipolar_minus
// CHECK{LITERAL}: arith.constant dense<[[-1.000000e+00, -1.000000e+00, -1.000000e+00], [1.000000e+00, 1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
func.func @bipolar_minus() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[-1.0, -0.0, 0.0], [0.25, 0x7F800000, 0xFF800000]]> : tensor<2x3xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @bipolar_zero
// CHECK{LITERAL}: arith.constant dense<[[-1.000000e+00, 0.000000e+00, 0.000000e+00], [1.000000e+00, 1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
func.func @bipolar_zero() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[-1.0, -0.0, 0.0], [0.25, 0x7F800000, 0xFF800000]]> : tensor<2x3xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = zero>}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @bipolar_code
// CHECK{LITERAL}: arith.constant dense<[[false, true, true], [true, true, false]]> : tensor<2x3xi1>
func.func @bipolar_code() -> tensor<2x3xi1> {
  %a = arith.constant dense<[[-1.0, -0.0, 0.0], [0.25, 0x7F800000, 0xFF800000]]> : tensor<2x3xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>}
      : (tensor<2x3xf32>) -> tensor<2x3xi1>
  return %r0 : tensor<2x3xi1>
}

// CHECK-LABEL: func.func @unsigned_per_channel
// CHECK{LITERAL}: arith.constant dense<[[0.000000e+00, 0.000000e+00, 5.000000e-01, 1.500000e+00], [-1.000000e+00, 0.000000e+00, 1.000000e+00, 2.000000e+00]]> : tensor<2x4xf32>
func.func @unsigned_per_channel() -> tensor<2x4xf32> {
  %a = arith.constant dense<[[-3.0, 0.200000003, 0.600000024, 9.0], [-3.0, 0.200000003, 0.600000024, 9.0]]> : tensor<2x4xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned, scale = array<f32: 0.5, 1.0>, zero_point = array<f32: 0.0, 1.0>, axis = 0>}
      : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %r0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @narrow
// CHECK{LITERAL}: arith.constant dense<[[-1.000000e+00, 0.000000e+00, 1.000000e+00, 1.000000e+00], [-1.000000e+00, 0.000000e+00, 1.000000e+00, 1.000000e+00]]> : tensor<2x4xf32>
func.func @narrow() -> tensor<2x4xf32> {
  %a = arith.constant dense<[[-3.0, 0.200000003, 0.600000024, 9.0], [-3.0, 0.200000003, 0.600000024, 9.0]]> : tensor<2x4xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 2, encoding = signed, narrow = true>}
      : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %r0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @narrow_unsigned
// CHECK{LITERAL}: arith.constant dense<[[0, 0, 1, -2], [0, 0, 1, -2]]> : tensor<2x4xi2>
func.func @narrow_unsigned() -> tensor<2x4xi2> {
  %a = arith.constant dense<[[-3.0, 0.200000003, 0.600000024, 9.0], [-3.0, 0.200000003, 0.600000024, 9.0]]> : tensor<2x4xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned, narrow = true>}
      : (tensor<2x4xf32>) -> tensor<2x4xi2>
  return %r0 : tensor<2x4xi2>
}

// CHECK-LABEL: func.func @ternary
// CHECK{LITERAL}: arith.constant dense<[[-1, 0, 1, 1], [-1, 0, 1, 1]]> : tensor<2x4xi2>
func.func @ternary() -> tensor<2x4xi2> {
  %a = arith.constant dense<[[-3.0, 0.200000003, 0.600000024, 9.0], [-3.0, 0.200000003, 0.600000024, 9.0]]> : tensor<2x4xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 2, encoding = ternary>}
      : (tensor<2x4xf32>) -> tensor<2x4xi2>
  return %r0 : tensor<2x4xi2>
}

// CHECK-LABEL: func.func @nan_is_least
// CHECK: arith.constant dense<-8> : tensor<1xi4>
func.func @nan_is_least() -> tensor<1xi4> {
  %a = arith.constant dense<[0x7FC00000]> : tensor<1xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed>}
      : (tensor<1xf32>) -> tensor<1xi4>
  return %r0 : tensor<1xi4>
}

// CHECK-LABEL: func.func @eight_bits
// CHECK: arith.constant dense<[-56, 127, -128, 0]> : tensor<4xi8>
func.func @eight_bits() -> tensor<4xi8> {
  %a = arith.constant dense<[200.0, 127.0, 128.0, -1.0]> : tensor<4xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned>}
      : (tensor<4xf32>) -> tensor<4xi8>
  return %r0 : tensor<4xi8>
}

// CHECK-LABEL: func.func @dequantize_codes
// CHECK: arith.constant dense<[-5.000000e-01, 5.000000e-01]> : tensor<2xf32>
func.func @dequantize_codes() -> tensor<2xf32> {
  %a = arith.constant dense<[false, true]> : tensor<2xi1>
  %r0 = qnn.dequantize %a {code = #qnn.code<1, bipolar>, scale = array<f32: 0.5>}
      : (tensor<2xi1>) -> tensor<2xf32>
  return %r0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @dequantize_unsigned
// CHECK: arith.constant dense<[1.000000e+02, 6.350000e+01]> : tensor<2xf32>
func.func @dequantize_unsigned() -> tensor<2xf32> {
  %a = arith.constant dense<[-56, 127]> : tensor<2xi8>
  %r0 = qnn.dequantize %a {code = #qnn.code<8, unsigned>, scale = array<f32: 0.5>}
      : (tensor<2xi8>) -> tensor<2xf32>
  return %r0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @dequantize_sums
// CHECK{LITERAL}: arith.constant dense<[[-7.000000e+00, 1.500000e+00], [7.000000e+00, -2.500000e+00]]> : tensor<2x2xf32>
func.func @dequantize_sums() -> tensor<2x2xf32> {
  %a = arith.constant dense<[[-6, 7], [8, -9]]> : tensor<2x2xi16>
  %r0 = qnn.dequantize %a {scale = array<f32: 1.0, 0.25>, zero_point = array<f32: 1.0, 1.0>, axis = 1}
      : (tensor<2x2xi16>) -> tensor<2x2xf32>
  return %r0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @dequantize_byte_sums
// CHECK: arith.constant dense<[-6.000000e+00, 1.000000e+02]> : tensor<2xf32>
func.func @dequantize_byte_sums() -> tensor<2xf32> {
  %a = arith.constant dense<[-6, 100]> : tensor<2xi8>
  %r0 = qnn.dequantize %a {scale = array<f32: 1.0>}
      : (tensor<2xi8>) -> tensor<2xf32>
  return %r0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @threshold
// CHECK{LITERAL}: arith.constant dense<[[false, false], [true, true]]> : tensor<2x2xi1>
func.func @threshold() -> tensor<2x2xi1> {
  %a = arith.constant dense<[[-5, 3], [-4, 4]]> : tensor<2x2xi32>
  %b = arith.constant dense<[[-4], [4]]> : tensor<2x1xi32>
  %r0 = qnn.threshold %a, %b {code = #qnn.code<1, bipolar>, axis = 1}
      : (tensor<2x2xi32>, tensor<2x1xi32>) -> tensor<2x2xi1>
  return %r0 : tensor<2x2xi1>
}

// The level is counted from the least number; equal thresholds skip one.
// CHECK-LABEL: func.func @threshold_levels
// CHECK{LITERAL}: arith.constant dense<[[-2, -1, -1, -1, 1, 1, 1]]> : tensor<1x7xi2>
func.func @threshold_levels() -> tensor<1x7xi2> {
  %a = arith.constant dense<[[-9, -2, -1, 0, 1, 2, 9]]> : tensor<1x7xi8>
  %b = arith.constant dense<[[-2, 1, 1]]> : tensor<1x3xi32>
  %r0 = qnn.threshold %a, %b {code = #qnn.code<2, signed>, axis = 0}
      : (tensor<1x7xi8>, tensor<1x3xi32>) -> tensor<1x7xi2>
  return %r0 : tensor<1x7xi2>
}

// The least i32 is always reached, the greatest never.
// CHECK-LABEL: func.func @threshold_limits
// CHECK{LITERAL}: arith.constant dense<[[1, -2]]> : tensor<1x2xi2>
func.func @threshold_limits() -> tensor<1x2xi2> {
  %a = arith.constant dense<[[-100, 100]]> : tensor<1x2xi32>
  %b = arith.constant dense<[[-2147483648, 0, 2147483647]]> : tensor<1x3xi32>
  %r0 = qnn.threshold %a, %b {code = #qnn.code<2, unsigned>, axis = 0}
      : (tensor<1x2xi32>, tensor<1x3xi32>) -> tensor<1x2xi2>
  return %r0 : tensor<1x2xi2>
}

// CHECK-LABEL: func.func @requantize
// CHECK: arith.constant dense<[-8, -2, -1, 0, 2, 3, 4, 7]> : tensor<8xi4>
func.func @requantize() -> tensor<8xi4> {
  %a = arith.constant dense<[-1000, -5, -3, 0, 3, 5, 7, 1000]> : tensor<8xi32>
  %r0 = qnn.requantize %a {code = #qnn.code<4, signed>, scale = array<f32: 0.5>, bias = array<f32: 0.25>}
      : (tensor<8xi32>) -> tensor<8xi4>
  return %r0 : tensor<8xi4>
}

// CHECK-LABEL: func.func @requantize_floor
// CHECK{LITERAL}: arith.constant dense<[[0, 2], [2, 4]]> : tensor<2x2xi8>
func.func @requantize_floor() -> tensor<2x2xi8> {
  %a = arith.constant dense<[[1, 3], [5, 7]]> : tensor<2x2xi16>
  %r0 = qnn.requantize %a {code = #qnn.code<8, unsigned>, scale = array<f32: 0.5, 0.5>, bias = array<f32: 0.0, 1.0>, rounding = #qnn.rounding<floor>, axis = 1}
      : (tensor<2x2xi16>) -> tensor<2x2xi8>
  return %r0 : tensor<2x2xi8>
}
