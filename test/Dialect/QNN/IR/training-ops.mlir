// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @values
func.func @values(%x: tensor<4xf32>, %q: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: qnn.stop_gradient %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = qnn.stop_gradient %q : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.straight_through<window> %{{.*}}, %{{.*}} {parameters = array<f32: -1.000000e+00, 1.000000e+00>}
  %1 = qnn.straight_through<window> %0, %x {parameters = array<f32: -1.0, 1.0>}
      : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.surrogate_grad<approx_sign> %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<4xf32>)
  %2 = qnn.surrogate_grad<approx_sign> %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.custom_gradient %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: qnn.yield %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>
  %3 = qnn.custom_gradient %2, %x, %q : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%g: tensor<4xf32>):
    %d = qnn.mul %g, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    qnn.yield %d, %g : tensor<4xf32>, tensor<4xf32>
  }
  return %3 : tensor<4xf32>
}

// CHECK-LABEL: func.func @random
func.func @random(%x: tensor<2x4xf32>, %key: tensor<2xi64>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<8xf32>) {
  // CHECK: qnn.dropout %{{.*}}, %{{.*}} {id = 0 : i64, rate = 5.000000e-01 : f32}
  %0 = qnn.dropout %x, %key {rate = 0.5 : f32, id = 0 : i64} : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  // CHECK: qnn.dropout %{{.*}} {id = 1 : i64, rate = 5.000000e-01 : f32} : (tensor<2x4xf32>)
  %1 = qnn.dropout %x {rate = 0.5 : f32, id = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK: qnn.random_uniform
  %2 = qnn.random_uniform %key {id = 2 : i64, low = -1.0 : f32, high = 1.0 : f32} : (tensor<2xi64>) -> tensor<8xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<8xf32>
}

// CHECK-LABEL: func.func @functions
func.func @functions(%a: tensor<2x4xf32>, %b: tensor<4xf32>, %i: tensor<3xi64>) -> (tensor<3x2x4xf32>, tensor<3x5xf32>, tensor<2x4xf32>) {
  // CHECK: qnn.compare<gt> %{{.*}}, %{{.*}} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %0 = qnn.compare<gt> %a, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: qnn.broadcast
  %1 = qnn.broadcast %0 : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
  // CHECK: qnn.one_hot
  %2 = qnn.one_hot %i {on = 1.0 : f32, off = -1.0 : f32} : (tensor<3xi64>) -> tensor<3x5xf32>
  // CHECK: qnn.ap2
  %3 = qnn.ap2 %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1, %2, %3 : tensor<3x2x4xf32>, tensor<3x5xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<8x32x16x16xf32>, %w: tensor<64x16x3x3xf32>, %g: tensor<8x64x8x8xf32>)
    -> (tensor<8x32x16x16xf32>, tensor<64x16x3x3xf32>) {
  // CHECK: qnn.conv2d_input_grad
  %0 = qnn.conv2d_input_grad %g, %w {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>, groups = 2 : i64}
      : (tensor<8x64x8x8xf32>, tensor<64x16x3x3xf32>) -> tensor<8x32x16x16xf32>
  // CHECK: qnn.conv2d_filter_grad
  %1 = qnn.conv2d_filter_grad %x, %g {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>, groups = 2 : i64, pad_value = #qnn.pad_value<plus_one>}
      : (tensor<8x32x16x16xf32>, tensor<8x64x8x8xf32>) -> tensor<64x16x3x3xf32>
  return %0, %1 : tensor<8x32x16x16xf32>, tensor<64x16x3x3xf32>
}

// CHECK-LABEL: func.func @pool
func.func @pool(%x: tensor<1x8x7x7xf32>, %g: tensor<1x8x3x3xf32>) -> (tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>) {
  // CHECK: qnn.max_pool2d_grad
  %0 = qnn.max_pool2d_grad %x, %g {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>}
      : (tensor<1x8x7x7xf32>, tensor<1x8x3x3xf32>) -> tensor<1x8x7x7xf32>
  // CHECK: qnn.avg_pool2d_grad
  %1 = qnn.avg_pool2d_grad %g {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, count_include_pad}
      : (tensor<1x8x3x3xf32>) -> tensor<1x8x7x7xf32>
  return %0, %1 : tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>
}

// CHECK-LABEL: func.func @rows
func.func @rows(%t: tensor<50x15xf32>, %i: tensor<3x8xi64>, %s: tensor<2x3xf32>) -> (tensor<50x15xf32>, tensor<5x9xf32>) {
  // CHECK: qnn.gather
  %0 = qnn.gather %t, %i : (tensor<50x15xf32>, tensor<3x8xi64>) -> tensor<3x8x15xf32>
  // CHECK: qnn.gather_grad
  %1 = qnn.gather_grad %0, %i : (tensor<3x8x15xf32>, tensor<3x8xi64>) -> tensor<50x15xf32>
  // CHECK: qnn.slice_grad
  %2 = qnn.slice_grad %s {offsets = array<i64: 1, 8>, steps = array<i64: 3, -4>} : (tensor<2x3xf32>) -> tensor<5x9xf32>
  return %1, %2 : tensor<50x15xf32>, tensor<5x9xf32>
}

// CHECK-LABEL: func.func @batch_norm
func.func @batch_norm(%x: tensor<8x64xf32>, %c: tensor<64xf32>, %g: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // CHECK: qnn.batch_norm_train %{{.*}}, %{{.*}}, %{{.*}} {epsilon = {{.*}} : f32, shift}
  %y, %mean, %variance, %inv = qnn.batch_norm_train %x, %c, %c {epsilon = 1.0e-5 : f32, shift}
      : (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
  // CHECK: qnn.batch_norm_train_grad
  %dx, %dscale, %dbias = qnn.batch_norm_train_grad %g, %x, %c, %mean, %inv
      : (tensor<8x64xf32>, tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<8x64xf32>, tensor<64xf32>, tensor<64xf32>)
  return %dx : tensor<8x64xf32>
}

// CHECK-LABEL: func.func @losses
func.func @losses(%z: tensor<8x10xf32>, %labels: tensor<8xi64>, %soft: tensor<8x10xf32>) -> (tensor<8x10xf32>, tensor<i64>) {
  // CHECK: qnn.softmax_cross_entropy %{{.*}}, %{{.*}} : (tensor<8x10xf32>, tensor<8xi64>) -> tensor<f32>
  %0 = qnn.softmax_cross_entropy %z, %labels : (tensor<8x10xf32>, tensor<8xi64>) -> tensor<f32>
  // CHECK: qnn.softmax_cross_entropy_grad
  %1 = qnn.softmax_cross_entropy_grad %0, %z, %soft : (tensor<f32>, tensor<8x10xf32>, tensor<8x10xf32>) -> tensor<8x10xf32>
  // CHECK: qnn.sigmoid_cross_entropy
  %2 = qnn.sigmoid_cross_entropy %z, %soft : (tensor<8x10xf32>, tensor<8x10xf32>) -> tensor<f32>
  // CHECK: qnn.count_correct
  %3 = qnn.count_correct %z, %labels : (tensor<8x10xf32>, tensor<8xi64>) -> tensor<i64>
  return %1, %3 : tensor<8x10xf32>, tensor<i64>
}

// CHECK-LABEL: func.func @recurrent
func.func @recurrent(%p: tensor<20x8x96xf32>, %w: tensor<96x32xf32>, %q: tensor<20x8x128xf32>, %v: tensor<128x32xf32>,
    %b: tensor<128xf32>, %h0: tensor<8x32xf32>, %n: tensor<8xi64>) -> (tensor<20x8x96xf32>, tensor<20x8x128xf32>) {
  // CHECK: qnn.recurrent<gru> %{{.*}}, %{{.*}} {truncate = 5 : i64} : (tensor<20x8x96xf32>, tensor<96x32xf32>)
  %h, %saved, %last = qnn.recurrent<gru> %p, %w {truncate = 5 : i64} : (tensor<20x8x96xf32>, tensor<96x32xf32>)
      -> (tensor<20x8x32xf32>, tensor<21x160x8xf32>, tensor<8x32xf32>)
  // CHECK: qnn.recurrent_grad<gru> %{{.*}}, %{{.*}} grad(%{{.*}}) {truncate = 5 : i64}
  %dp, %dw, %db, %dh = qnn.recurrent_grad<gru> %w, %saved grad(%h) {truncate = 5 : i64}
      : (tensor<96x32xf32>, tensor<21x160x8xf32>, tensor<20x8x32xf32>)
      -> (tensor<20x8x96xf32>, tensor<96x32xf32>, tensor<96xf32>, tensor<8x32xf32>)
  // CHECK: qnn.recurrent<lstm> %{{.*}}, %{{.*}} bias(%{{.*}}) initial(%{{.*}}, %{{.*}}) lengths(%{{.*}}) {hard, hidden_quantizer = #qnn.quantizer<{{.*}}>, reverse}
  %y, %s, %hn, %cn = qnn.recurrent<lstm> %q, %v bias(%b) initial(%h0, %h0) lengths(%n)
      {hard, reverse, hidden_quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, surrogate = hard_tanh>}
      : (tensor<20x8x128xf32>, tensor<128x32xf32>, tensor<128xf32>, tensor<8x32xf32>, tensor<8x32xf32>, tensor<8xi64>)
      -> (tensor<20x8x32xf32>, tensor<21x192x8xf32>, tensor<8x32xf32>, tensor<8x32xf32>)
  // CHECK: qnn.recurrent_grad<lstm> %{{.*}}, %{{.*}} last(%{{.*}}, %{{.*}}) lengths(%{{.*}}) {hard, reverse}
  %dq, %dv, %dbias, %dh0, %dc0 = qnn.recurrent_grad<lstm> %v, %s last(%hn, %cn) lengths(%n) {hard, reverse}
      : (tensor<128x32xf32>, tensor<21x192x8xf32>, tensor<8x32xf32>, tensor<8x32xf32>, tensor<8xi64>)
      -> (tensor<20x8x128xf32>, tensor<128x32xf32>, tensor<128xf32>, tensor<8x32xf32>, tensor<8x32xf32>)
  return %dp, %dq : tensor<20x8x96xf32>, tensor<20x8x128xf32>
}

// CHECK-LABEL: func.func @updates
func.func @updates(%w: tensor<4xf32>, %g: tensor<4xf32>, %lr: tensor<f32>, %t: tensor<i64>) -> tensor<4xf32> {
  // CHECK: qnn.sgd %{{.*}} {clip = 1.000000e+00 : f32, weight_decay = 1.000000e-04 : f64}
  %0 = qnn.sgd %w, %g, %lr {clip = 1.0 : f32, weight_decay = 1.0e-4 : f64} : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // CHECK: qnn.momentum %{{.*}} {momentum = 5.000000e-01 : f64, nesterov}
  %1:2 = qnn.momentum %0, %g, %w, %lr {momentum = 0.5 : f64, nesterov}
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>)
  // CHECK: qnn.adam %{{.*}} {decoupled, lr_scale = 2.000000e+00 : f32}
  %2:3 = qnn.adam %1#0, %g, %w, %w, %lr, %t {decoupled, lr_scale = 2.0 : f32}
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<i64>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: qnn.adamax
  %3:3 = qnn.adamax %2#0, %g, %w, %w, %lr, %t
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<i64>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: qnn.shift_adamax %{{.*}} {paper}
  %4:3 = qnn.shift_adamax %3#0, %g, %w, %w, %lr, %t {paper}
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<i64>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: qnn.rmsprop
  %5:3 = qnn.rmsprop %4#0, %g, %w, %w, %lr
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: qnn.bop
  %6:2 = qnn.bop %5#0, %g, %w, %lr {threshold = 1.0e-6 : f64}
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %6#0 : tensor<4xf32>
}
