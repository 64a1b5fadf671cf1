// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// All rounding modes, at ties and between them, as QONNX computes them.

// CHECK-LABEL: func.func @half_even
// CHECK: arith.constant dense<[-2, -2, -2, -2, 0, 0, 0, 0, 1, 2, 2, 2, 7]> : tensor<13xi4>
func.func @half_even() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_even>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @half_even_scaled
// CHECK: arith.constant dense<[-7.500000e-01, -5.000000e-01, -5.000000e-01, -2.500000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 2.500000e-01, 5.000000e-01, 7.500000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @half_even_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_even, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @half_up
// CHECK: arith.constant dense<[-3, -2, -2, -2, -1, 0, 0, 1, 1, 2, 2, 3, 7]> : tensor<13xi4>
func.func @half_up() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_up>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @half_up_scaled
// CHECK: arith.constant dense<[-7.500000e-01, -5.000000e-01, -5.000000e-01, -5.000000e-01, 0.000000e+00, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 5.000000e-01, 5.000000e-01, 7.500000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @half_up_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_up, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @half_down
// CHECK: arith.constant dense<[-2, -2, -2, -1, 0, 0, 0, 0, 1, 1, 2, 2, 7]> : tensor<13xi4>
func.func @half_down() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_down>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @half_down_scaled
// CHECK: arith.constant dense<[-5.000000e-01, -5.000000e-01, -5.000000e-01, -2.500000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 5.000000e-01, 5.000000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @half_down_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = half_down, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @ceil
// CHECK: arith.constant dense<[-2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 2, 3, 7]> : tensor<13xi4>
func.func @ceil() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = ceil>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @ceil_scaled
// CHECK: arith.constant dense<[-5.000000e-01, -5.000000e-01, -2.500000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 5.000000e-01, 5.000000e-01, 5.000000e-01, 7.500000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @ceil_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = ceil, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @floor
// CHECK: arith.constant dense<[-3, -3, -2, -2, -1, -1, 0, 0, 1, 1, 1, 2, 7]> : tensor<13xi4>
func.func @floor() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = floor>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @floor_scaled
// CHECK: arith.constant dense<[-7.500000e-01, -7.500000e-01, -5.000000e-01, -5.000000e-01, -2.500000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 2.500000e-01, 5.000000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @floor_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = floor, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @up
// CHECK: arith.constant dense<[-3, -3, -2, -2, -1, -1, 1, 1, 2, 2, 2, 3, 7]> : tensor<13xi4>
func.func @up() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = up>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @up_scaled
// CHECK: arith.constant dense<[-7.500000e-01, -7.500000e-01, -5.000000e-01, -5.000000e-01, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 5.000000e-01, 5.000000e-01, 5.000000e-01, 7.500000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @up_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = up, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}

// CHECK-LABEL: func.func @down
// CHECK: arith.constant dense<[-2, -2, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2, 7]> : tensor<13xi4>
func.func @down() -> tensor<13xi4> {
  %a = arith.constant dense<[-2.5, -2.25, -1.75, -1.5, -0.5, -0.25, 0.25, 0.5, 1.25, 1.5, 1.75, 2.5, 100.0]> : tensor<13xf32>
  %r0 = qnn.encode %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = down>}
      : (tensor<13xf32>) -> tensor<13xi4>
  return %r0 : tensor<13xi4>
}

// CHECK-LABEL: func.func @down_scaled
// CHECK: arith.constant dense<[-5.000000e-01, -5.000000e-01, -2.500000e-01, -2.500000e-01, -2.500000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 2.500000e-01, 5.000000e-01, 1.500000e+00]> : tensor<13xf32>
func.func @down_scaled() -> tensor<13xf32> {
  %a = arith.constant dense<[-0.625, -0.5625, -0.4375, -0.375, -0.125, -0.0625, 0.0625, 0.125, 0.3125, 0.375, 0.4375, 0.625, 25.0]> : tensor<13xf32>
  %r0 = qnn.quantize %a {quantizer = #qnn.quantizer<bits = 4, encoding = signed, rounding = down, scale = array<f32: 0.25>, zero_point = array<f32: 1.0>>}
      : (tensor<13xf32>) -> tensor<13xf32>
  return %r0 : tensor<13xf32>
}
