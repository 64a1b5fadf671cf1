// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @encode
func.func @encode(%x: tensor<1x4xf32>, %y: tensor<1x3x2x2xf32>) -> (tensor<1x4xi1>, tensor<1x3x2x2xi8>) {
  // CHECK: qnn.encode %{{.*}} {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x4xf32>) -> tensor<1x4xi1>
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x4xf32>) -> tensor<1x4xi1>
  // A code may lie in a wider element, and have one scale for each channel.
  // CHECK: qnn.encode %{{.*}} -> tensor<1x3x2x2xi8>
  %1 = qnn.encode %y {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 1.0, 2.0, 4.0>, axis = 1>} : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xi8>
  return %0, %1 : tensor<1x4xi1>, tensor<1x3x2x2xi8>
}

// CHECK-LABEL: func @dequantize
func.func @dequantize(%sums: tensor<1x3xi32>, %codes: tensor<1x3xi2>) -> (tensor<1x3xf32>, tensor<1x3xf32>) {
  // CHECK: qnn.dequantize %{{.*}} {scale = array<f32: 5.000000e-01>} : (tensor<1x3xi32>) -> tensor<1x3xf32>
  %0 = qnn.dequantize %sums {scale = array<f32: 0.5>} : (tensor<1x3xi32>) -> tensor<1x3xf32>
  // CHECK: qnn.dequantize %{{.*}} {axis = 1 : i64, code = #qnn.code<2, ternary>, scale = array<f32: {{.*}}>, zero_point = array<f32: {{.*}}>}
  %1 = qnn.dequantize %codes {code = #qnn.code<2, ternary>, scale = array<f32: 1.0, 2.0, 3.0>, zero_point = array<f32: 0.0, 0.0, 1.0>, axis = 1} : (tensor<1x3xi2>) -> tensor<1x3xf32>
  return %0, %1 : tensor<1x3xf32>, tensor<1x3xf32>
}

// CHECK-LABEL: func @imatmul
func.func @imatmul(%a: tensor<2x5xi1>, %w: tensor<3x5xi1>) -> tensor<2x3xi16> {
  // CHECK: qnn.imatmul %{{.*}} {kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi16>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>} : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi16>
  return %0 : tensor<2x3xi16>
}

// CHECK-LABEL: func @threads
func.func @threads(%a: tensor<2x5xi1>, %w: tensor<3x5xi1>) -> tensor<2x3xi16> {
  // CHECK: qnn.imatmul %{{.*}} {kernel = #qnn.kernel<xnor_popcount, tile = [8, 32], threads = 2>, lhs_code
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32], threads = 2>} : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi16>
  return %0 : tensor<2x3xi16>
}

// CHECK-LABEL: func @iconv2d
func.func @iconv2d(%x: tensor<1x7x6x4xi4>, %w: tensor<6x3x3x2xi8>) -> tensor<1x4x2x6xi32> {
  // CHECK: qnn.iconv2d %{{.*}} -> tensor<1x4x2x6xi32>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<5, signed, narrow>, groups = 2, strides = array<i64: 2, 2>, pads = array<i64: 1, 0, 2, 1>, dilations = array<i64: 1, 2>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x7x6x4xi4>, tensor<6x3x3x2xi8>) -> tensor<1x4x2x6xi32>
  return %0 : tensor<1x4x2x6xi32>
}

// CHECK-LABEL: func @threshold
func.func @threshold(%x: tensor<1x4x4x2xi16>) -> tensor<1x4x4x2xi2> {
  // Equal thresholds skip a level; the outermost numbers switch one off.
  %t = arith.constant dense<[[-2147483648, 0, 0], [1, 5, 2147483647]]> : tensor<2x3xi32>
  // CHECK: qnn.threshold %{{.*}} {axis = 3 : i64, code = #qnn.code<2, unsigned>} : (tensor<1x4x4x2xi16>, tensor<2x3xi32>) -> tensor<1x4x4x2xi2>
  %0 = qnn.threshold %x, %t {code = #qnn.code<2, unsigned>, axis = 3} : (tensor<1x4x4x2xi16>, tensor<2x3xi32>) -> tensor<1x4x4x2xi2>
  return %0 : tensor<1x4x4x2xi2>
}

// CHECK-LABEL: func @requantize
func.func @requantize(%x: tensor<1x2xi32>) -> tensor<1x2xi8> {
  // CHECK: qnn.requantize %{{.*}} {axis = 1 : i64, bias = array<f32: {{.*}}>, code = #qnn.code<8, signed>, rounding = #qnn.rounding<floor>, scale = array<f32: {{.*}}>}
  %0 = qnn.requantize %x {code = #qnn.code<8, signed>, scale = array<f32: 0.25, 0.5>, bias = array<f32: 0.0, 1.0>, axis = 1, rounding = #qnn.rounding<floor>} : (tensor<1x2xi32>) -> tensor<1x2xi8>
  return %0 : tensor<1x2xi8>
}

// CHECK-LABEL: func @imax_pool2d
func.func @imax_pool2d(%x: tensor<1x5x5x3xi1>) -> tensor<1x3x3x3xi1> {
  // CHECK: qnn.imax_pool2d %{{.*}} -> tensor<1x3x3x3xi1>
  %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>} : (tensor<1x5x5x3xi1>) -> tensor<1x3x3x3xi1>
  return %0 : tensor<1x3x3x3xi1>
}
