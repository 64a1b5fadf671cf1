// RUN: qnn-opt %s --qnn-select-kernels --qnn-pack-products | FileCheck %s

#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
#half = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.5>>
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #v3} {

// Both operands are packed when the function runs; sums of bits are integers,
// and become floats with the product of the scales.
// CHECK-LABEL: func.func @matmul
// CHECK: %[[A:.*]] = qnn.encode %arg0 {{.*}} -> tensor<4x40xi8>
// CHECK: %[[X:.*]] = qnn.pack %[[A]] {{.*}} -> tensor<4x2xi32>
// CHECK: %[[B:.*]] = qnn.encode %arg1 {{.*}} -> tensor<40x130xi8>
// CHECK: %[[P:.*]] = qnn.pack %[[B]] {{.*}} -> tensor<40x5xi32>
// CHECK: %[[T:.*]] = qnn.turn_words %[[P]] : (tensor<40x5xi32>) -> tensor<5x2x32xi32>
// CHECK: %[[S:.*]] = qnn.xnor_matmul %[[X]], %[[T]] {channels = 40 : i64, kernel = #qnn.kernel<xnor_popcount, tile = [{{[0-9]+}}, 32]>
// CHECK: qnn.dequantize %[[S]] {scale = array<f32: 5.000000e-01>} : (tensor<4x130xi32>) -> tensor<4x130xf32>
func.func @matmul(%x: tensor<4x40xf32>, %w: tensor<40x130xf32>) -> tensor<4x130xf32> {
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<4x40xf32>) -> tensor<4x40xf32>
  %q = qnn.quantize %w {quantizer = #half} : (tensor<40x130xf32>) -> tensor<40x130xf32>
  %0 = qnn.matmul %p, %q : (tensor<4x40xf32>, tensor<40x130xf32>) -> tensor<4x130xf32>
  return %0 : tensor<4x130xf32>
}

// CHECK-LABEL: func.func @conv
// CHECK: %[[X:.*]] = qnn.pack %{{.*}} -> tensor<2x6x6x1xi32>
// Weights lie side by side in rows of 72. Turned twice their words are along the
// channels, 32 of them with what is filled up.
// CHECK: %[[W:.*]] = qnn.pack %{{.*}} : (tensor<64x72xi8>) -> tensor<64x3xi32>
// CHECK: %[[T:.*]] = qnn.turn_words %[[W]] : (tensor<64x3xi32>) -> tensor<3x2x32xi32>
// CHECK: qnn.pad %{{.*}} {high = array<i64: 0, 0, 24, 0>
// CHECK: %[[U:.*]] = qnn.turn_words %{{.*}} : (tensor<288x2xi32>) -> tensor<2x9x32xi32>
// CHECK: %[[V:.*]] = qnn.reshape %[[U]] : (tensor<2x9x32xi32>) -> tensor<2x3x3x1x32xi32>
// CHECK: %[[S:.*]] = qnn.xnor_conv2d %[[X]], %[[V]] {{.*}} pads = array<i64: 1, 1, 1, 1>
// CHECK: %[[F:.*]] = qnn.dequantize %[[S]]
// CHECK: qnn.transpose %[[F]] {permutation = array<i64: 0, 3, 1, 2>}
func.func @conv(%x: tensor<2x8x6x6xf32>, %w: tensor<64x8x3x3xf32>) -> tensor<2x64x6x6xf32> {
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<2x8x6x6xf32>) -> tensor<2x8x6x6xf32>
  %q = qnn.quantize %w {quantizer = #sign} : (tensor<64x8x3x3xf32>) -> tensor<64x8x3x3xf32>
  %0 = qnn.conv2d %p, %q {pads = array<i64: 1, 1, 1, 1>} : (tensor<2x8x6x6xf32>, tensor<64x8x3x3xf32>) -> tensor<2x64x6x6xf32>
  return %0 : tensor<2x64x6x6xf32>
}

// Channels that lie last are packed as they are; turned once their words are
// along the output channels, in tiles of 32 channels.
// CHECK-LABEL: func.func @channels_last
// CHECK: %[[W:.*]] = qnn.pack %{{.*}} : (tensor<40x9x64xi8>) -> tensor<40x9x2xi32>
// CHECK: %[[R:.*]] = qnn.reshape %[[W]] : (tensor<40x9x2xi32>) -> tensor<40x3x3x2xi32>
// CHECK: qnn.pad %[[R]] {high = array<i64: 24, 0, 0, 0>
// CHECK: qnn.xnor_conv2d {{.*}} tensor<2x3x3x2x32xi32>
// CHECK: %[[S:.*]] = qnn.reshape %{{.*}} : (tensor<40x3x3x2xi32>) -> tensor<40x18xi32>
// CHECK: %[[T:.*]] = qnn.turn_words %[[S]] : (tensor<40x18xi32>) -> tensor<18x2x32xi32>
// CHECK: %[[U:.*]] = qnn.reshape %[[T]] : (tensor<18x2x32xi32>) -> tensor<3x3x2x2x32xi32>
// CHECK: %[[V:.*]] = qnn.transpose %[[U]] {permutation = array<i64: 2, 0, 1, 3, 4>}
// CHECK: qnn.xnor_conv2d %{{.*}}, %[[V]]
func.func @channels_last(%x: tensor<2x64x6x6xf32>, %y: tensor<2x40x6x6xf32>, %w: tensor<40x9x64xf32>) -> (tensor<2x40x4x4xf32>, tensor<2x64x4x4xf32>) {
  %r = qnn.reshape %w : (tensor<40x9x64xf32>) -> tensor<40x3x3x64xf32>
  %f = qnn.transpose %r {permutation = array<i64: 0, 3, 1, 2>} : (tensor<40x3x3x64xf32>) -> tensor<40x64x3x3xf32>
  %q = qnn.quantize %f {quantizer = #sign} : (tensor<40x64x3x3xf32>) -> tensor<40x64x3x3xf32>
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<2x64x6x6xf32>) -> tensor<2x64x6x6xf32>
  %0 = qnn.conv2d %p, %q : (tensor<2x64x6x6xf32>, tensor<40x64x3x3xf32>) -> tensor<2x40x4x4xf32>
  %s = qnn.quantize %y {quantizer = #sign} : (tensor<2x40x6x6xf32>) -> tensor<2x40x6x6xf32>
  %t = qnn.transpose %q {permutation = array<i64: 1, 0, 2, 3>} : (tensor<40x64x3x3xf32>) -> tensor<64x40x3x3xf32>
  %1 = qnn.conv2d %s, %t : (tensor<2x40x6x6xf32>, tensor<64x40x3x3xf32>) -> tensor<2x64x4x4xf32>
  return %0, %1 : tensor<2x40x4x4xf32>, tensor<2x64x4x4xf32>
}

// Padding that is no zero, groups that do not fill words, few pixels: floats.
// CHECK-LABEL: func.func @others
// CHECK-NOT: xnor
func.func @others(%x: tensor<1x8x6x6xf32>, %w: tensor<64x4x3x3xf32>, %v: tensor<64x8x3x3xf32>, %r: tensor<2x8xf32>, %m: tensor<64x8xf32>)
    -> (tensor<1x64x6x6xf32>, tensor<1x64x6x6xf32>, tensor<2x64xf32>) {
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %q = qnn.quantize %w {quantizer = #sign} : (tensor<64x4x3x3xf32>) -> tensor<64x4x3x3xf32>
  %s = qnn.quantize %v {quantizer = #sign} : (tensor<64x8x3x3xf32>) -> tensor<64x8x3x3xf32>
  %0 = qnn.conv2d %p, %q {pads = array<i64: 1, 1, 1, 1>, groups = 2 : i64} : (tensor<1x8x6x6xf32>, tensor<64x4x3x3xf32>) -> tensor<1x64x6x6xf32>
  %1 = qnn.conv2d %p, %s {pads = array<i64: 1, 1, 1, 1>, pad_value = #qnn.pad_value<plus_one>} : (tensor<1x8x6x6xf32>, tensor<64x8x3x3xf32>) -> tensor<1x64x6x6xf32>
  %t = qnn.quantize %r {quantizer = #sign} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %n = qnn.quantize %m {quantizer = #sign} : (tensor<64x8xf32>) -> tensor<64x8xf32>
  %2 = qnn.matmul %t, %n {transpose_rhs} : (tensor<2x8xf32>, tensor<64x8xf32>) -> tensor<2x64xf32>
  return %0, %1, %2 : tensor<1x64x6x6xf32>, tensor<1x64x6x6xf32>, tensor<2x64xf32>
}

}
