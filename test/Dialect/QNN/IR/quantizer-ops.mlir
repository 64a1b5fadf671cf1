// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @weights
func.func @weights(%w: tensor<64x32x3x3xf32>, %key: tensor<2xi64>, %p: tensor<64xf32>) -> tensor<64x32x3x3xf32> {
  // CHECK: qnn.train_quantize<weight sign> %{{.*}} : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  %0 = qnn.train_quantize<weight sign> %w : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  // CHECK: qnn.train_quantize<weight xnor> %{{.*}} {axis = 0 : i64}
  %1 = qnn.train_quantize<weight xnor> %0 {axis = 0} : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  // CHECK: qnn.train_quantize<weight stochastic_sign> %{{.*}} key(%{{.*}}) {id = 3 : i64} : (tensor<64x32x3x3xf32>, tensor<2xi64>)
  %2 = qnn.train_quantize<weight stochastic_sign> %1 key(%key) {id = 3} : (tensor<64x32x3x3xf32>, tensor<2xi64>) -> tensor<64x32x3x3xf32>
  // CHECK: qnn.train_quantize<weight ttq> %{{.*}} learned(%{{.*}}, %{{.*}}) {axis = 0 : i64}
  %3 = qnn.train_quantize<weight ttq> %2 learned(%p, %p) {axis = 0} : (tensor<64x32x3x3xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64x32x3x3xf32>
  return %3 : tensor<64x32x3x3xf32>
}

// CHECK-LABEL: func.func @activations
func.func @activations(%x: tensor<8x64xf32>, %s: tensor<1xf32>) -> tensor<8x64xf32> {
  // CHECK: qnn.train_quantize<activation lsq> %{{.*}} learned(%{{.*}}) {bits = 4 : i64, is_unsigned}
  %0 = qnn.train_quantize<activation lsq> %x learned(%s) {bits = 4, is_unsigned} : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  // CHECK: qnn.train_quantize<activation sign> %{{.*}} zero(minus_one) surrogate(swish_sign) {surrogate_parameters = array<f32: 5.000000e+00>}
  %1 = qnn.train_quantize<activation sign> %0 zero(minus_one) surrogate(swish_sign) {surrogate_parameters = array<f32: 5.0>}
      : (tensor<8x64xf32>) -> tensor<8x64xf32>
  // CHECK: qnn.train_quantize<activation linear> %{{.*}} {bits = 4 : i64, range = array<f32: -1.000000e+00, 1.000000e+00>, scale = 1.250000e-01 : f32}
  %2 = qnn.train_quantize<activation linear> %1 {bits = 4, scale = 0.125 : f32, range = array<f32: -1.0, 1.0>}
      : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %2 : tensor<8x64xf32>
}

// CHECK-LABEL: func.func @gradients
func.func @gradients(%x: tensor<8x64xf32>, %key: tensor<2xi64>) -> tensor<8x64xf32> {
  // CHECK: qnn.train_quantize<gradient dorefa> %{{.*}} key(%{{.*}}) {bits = 6 : i64}
  %0 = qnn.train_quantize<gradient dorefa> %x key(%key) {bits = 6} : (tensor<8x64xf32>, tensor<2xi64>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}
