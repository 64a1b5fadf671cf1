// RUN: qnn-opt %s --qnn-decompose-training | FileCheck %s

// CHECK-LABEL: func.func @input_grad
// CHECK: %[[T:.*]] = qnn.transpose %arg1 {permutation = array<i64: 1, 0, 2, 3>}
// CHECK: %[[F:.*]] = qnn.slice %[[T]] {offsets = array<i64: 0, 0, 2, 2>, sizes = array<i64: 32, 64, 3, 3>, steps = array<i64: 1, 1, -1, -1>}
// CHECK: qnn.conv2d %arg0, %[[F]] {pads = array<i64: 1, 1, 1, 1>
func.func @input_grad(%g: tensor<8x64x16x16xf32>, %w: tensor<64x32x3x3xf32>) -> tensor<8x32x16x16xf32> {
  %0 = qnn.conv2d_input_grad %g, %w {pads = array<i64: 1, 1, 1, 1>}
      : (tensor<8x64x16x16xf32>, tensor<64x32x3x3xf32>) -> tensor<8x32x16x16xf32>
  return %0 : tensor<8x32x16x16xf32>
}

// Few columns: all taps are one product over the windows.
// CHECK-LABEL: func.func @filter_grad
// CHECK: %[[G:.*]] = qnn.transpose %arg1 {permutation = array<i64: 1, 0, 2, 3>}
// CHECK: %[[R:.*]] = qnn.reshape %[[G]] : (tensor<4x2x4x4xf32>) -> tensor<4x32xf32>
// CHECK: %[[C:.*]] = qnn.unfold %arg0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<2x3x8x8xf32>) -> tensor<32x12xf32>
// CHECK: %[[P:.*]] = qnn.matmul %[[R]], %[[C]]
// CHECK: %[[T:.*]] = qnn.reshape %[[P]] : (tensor<4x12xf32>) -> tensor<4x2x2x3xf32>
// CHECK: qnn.transpose %[[T]] {permutation = array<i64: 0, 3, 1, 2>}
func.func @filter_grad(%x: tensor<2x3x8x8xf32>, %g: tensor<2x4x4x4xf32>) -> tensor<4x3x2x2xf32> {
  %0 = qnn.conv2d_filter_grad %x, %g {strides = array<i64: 2, 2>}
      : (tensor<2x3x8x8xf32>, tensor<2x4x4x4xf32>) -> tensor<4x3x2x2xf32>
  return %0 : tensor<4x3x2x2xf32>
}

// Many: each tap is a product with a slice of the image, channels last.
// CHECK-LABEL: func.func @filter_grad_taps
// CHECK: %[[I:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[A:.*]] = qnn.slice %[[I]] {offsets = array<i64: 0, 0, 0, 0>, sizes = array<i64: 2, 8, 7, 64>, steps = array<i64: 1, 1, 1, 1>}
// CHECK: %[[RA:.*]] = qnn.reshape %[[A]] {{.*}} -> tensor<112x64xf32>
// CHECK: %[[B:.*]] = qnn.slice %[[I]] {offsets = array<i64: 0, 0, 1, 0>
// CHECK: %[[RB:.*]] = qnn.reshape %[[B]]
// CHECK: %[[PA:.*]] = qnn.matmul %{{.*}}, %[[RA]]
// CHECK: %[[PB:.*]] = qnn.matmul %{{.*}}, %[[RB]]
// CHECK: qnn.concat %[[PA]], %[[PB]] {axis = 1
func.func @filter_grad_taps(%x: tensor<2x64x8x8xf32>, %g: tensor<2x4x8x7xf32>) -> tensor<4x64x1x2xf32> {
  %0 = qnn.conv2d_filter_grad %x, %g
      : (tensor<2x64x8x8xf32>, tensor<2x4x8x7xf32>) -> tensor<4x64x1x2xf32>
  return %0 : tensor<4x64x1x2xf32>
}

// Many of few channels: products of 8 or 9 taps fill a tile's columns.
// CHECK-LABEL: func.func @filter_grad_few_channels
// CHECK: %[[A:.*]] = qnn.concat {{.*}} {axis = 1 : i64} : {{.*}} -> tensor<32x24xf32>
// CHECK: %[[PA:.*]] = qnn.matmul %{{.*}}, %[[A]]
// CHECK: %[[B:.*]] = qnn.concat {{.*}} -> tensor<32x24xf32>
// CHECK: %[[PB:.*]] = qnn.matmul %{{.*}}, %[[B]]
// CHECK: %[[C:.*]] = qnn.concat {{.*}} -> tensor<32x27xf32>
// CHECK: %[[PC:.*]] = qnn.matmul %{{.*}}, %[[C]]
// CHECK: qnn.concat %[[PA]], %[[PB]], %[[PC]] {axis = 1
func.func @filter_grad_few_channels(%x: tensor<2x3x8x8xf32>, %g: tensor<2x4x4x4xf32>) -> tensor<4x3x5x5xf32> {
  %0 = qnn.conv2d_filter_grad %x, %g
      : (tensor<2x3x8x8xf32>, tensor<2x4x4x4xf32>) -> tensor<4x3x5x5xf32>
  return %0 : tensor<4x3x5x5xf32>
}

// CHECK-LABEL: func.func @shift_norm
// CHECK: qnn.reduce %arg0 {axes = array<i64: 0>, kind = #qnn.reduce_kind<mean>}
// CHECK: qnn.ap2
// CHECK: qnn.sqrt
// CHECK-NOT: qnn.batch_norm_train
func.func @shift_norm(%x: tensor<8x64xf32>, %s: tensor<64xf32>, %b: tensor<64xf32>) -> tensor<8x64xf32> {
  %y, %m, %v, %i = qnn.batch_norm_train %x, %s, %b {epsilon = 1.0e-5 : f32, shift}
      : (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>)
      -> (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
  return %y : tensor<8x64xf32>
}

// CHECK-LABEL: func.func @dropout
// CHECK: %[[U:.*]] = qnn.random_uniform %arg1
// CHECK: qnn.compare<ge> %[[U]]
func.func @dropout(%x: tensor<8x64xf32>, %key: tensor<2xi64>) -> tensor<8x64xf32> {
  %0 = qnn.dropout %x, %key {rate = 0.5 : f32, id = 0 : i64} : (tensor<8x64xf32>, tensor<2xi64>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// CHECK-LABEL: func.func @evaluated
// CHECK-NEXT: return %arg0
func.func @evaluated(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %0 = qnn.dropout %x {rate = 0.5 : f32, id = 0 : i64} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// Windows side by side give each of their elements one number; the last column
// is in none.
// CHECK-LABEL: func.func @avg_pool_apart
// CHECK: %[[SHARE:.*]] = qnn.div %arg0, %{{.*}} : (tensor<1x2x2x2xf32>, tensor<f32>)
// CHECK: %[[R:.*]] = qnn.reshape %[[SHARE]] : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x1x2x1xf32>
// CHECK: %[[B:.*]] = qnn.broadcast %[[R]] : (tensor<1x2x2x1x2x1xf32>) -> tensor<1x2x2x2x2x2xf32>
// CHECK: %[[I:.*]] = qnn.reshape %[[B]] : (tensor<1x2x2x2x2x2xf32>) -> tensor<1x2x4x4xf32>
// CHECK: qnn.pad %[[I]] {high = array<i64: 0, 0, 0, 1>, low = array<i64: 0, 0, 0, 0>
func.func @avg_pool_apart(%g: tensor<1x2x2x2xf32>) -> tensor<1x2x4x5xf32> {
  %0 = qnn.avg_pool2d_grad %g {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x4x5xf32>
  return %0 : tensor<1x2x4x5xf32>
}

// Windows that overlap are added tap by tap, the first window first; those at
// the border have fewer taps.
// CHECK-LABEL: func.func @avg_pool_overlap
// CHECK: %[[TAPS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00, 2.000000e+00, 1.000000e+00]]> : tensor<1x4xf32>
// CHECK: %[[SHARE:.*]] = qnn.div %arg0, %[[TAPS]]
// CHECK: %[[A:.*]] = qnn.slice %[[SHARE]] {offsets = array<i64: 0, 0, 0, 0>
// CHECK: %[[B:.*]] = qnn.slice %[[SHARE]] {offsets = array<i64: 0, 0, 0, 1>
// CHECK: qnn.add %[[A]], %[[B]] : (tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>)
func.func @avg_pool_overlap(%g: tensor<1x1x1x4xf32>) -> tensor<1x1x1x3xf32> {
  %0 = qnn.avg_pool2d_grad %g {kernel = array<i64: 1, 2>, pads = array<i64: 0, 1, 0, 1>} : (tensor<1x1x1x4xf32>) -> tensor<1x1x1x3xf32>
  return %0 : tensor<1x1x1x3xf32>
}
