// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @quantize
func.func @quantize(%x: tensor<1x784xf32>) -> tensor<1x784xf32> {
  // CHECK: qnn.quantize %{{.*}} {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x784xf32>) -> tensor<1x784xf32>
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>}
      : (tensor<1x784xf32>) -> tensor<1x784xf32>
  return %0 : tensor<1x784xf32>
}

// All digits of a scale are printed.
// CHECK-LABEL: func.func @quantize_per_channel
func.func @quantize_per_channel(%x: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
  // CHECK: #qnn.quantizer<bits = 4, encoding = unsigned, narrow = true, rounding = half_up, scale = array<f32: 1.000000e-01, 0.333333343>, zero_point = array<f32: 1.000000e+00, 0.000000e+00>, axis = 1, surrogate = hard_tanh>
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, narrow = true, rounding = half_up,
          scale = array<f32: 0.1, 0.3333333433>, zero_point = array<f32: 1.0, 0.0>, axis = 1, surrogate = hard_tanh>}
      : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %0 : tensor<1x2x3xf32>
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<1x784xf32>, %b: tensor<64x784xf32>, %c: tensor<64x10xf32>) -> tensor<1x10xf32> {
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} {transpose_rhs} : (tensor<1x784xf32>, tensor<64x784xf32>) -> tensor<1x64xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x784xf32>, tensor<64x784xf32>) -> tensor<1x64xf32>
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<1x64xf32>, tensor<64x10xf32>) -> tensor<1x10xf32>
  %1 = qnn.matmul %0, %c : (tensor<1x64xf32>, tensor<64x10xf32>) -> tensor<1x10xf32>
  return %1 : tensor<1x10xf32>
}

// CHECK-LABEL: func.func @matmul_broadcast
func.func @matmul_broadcast(%a: tensor<3x1x2x5xf32>, %b: tensor<4x5x6xf32>) -> tensor<3x4x2x6xf32> {
  // CHECK: qnn.matmul %{{.*}} -> tensor<3x4x2x6xf32>
  %0 = qnn.matmul %a, %b : (tensor<3x1x2x5xf32>, tensor<4x5x6xf32>) -> tensor<3x4x2x6xf32>
  return %0 : tensor<3x4x2x6xf32>
}

// CHECK-LABEL: func.func @conv2d
func.func @conv2d(%x: tensor<1x64x16x16xf32>, %w: tensor<64x64x3x3xf32>) -> tensor<1x64x16x16xf32> {
  // CHECK: qnn.conv2d %{{.*}}, %{{.*}} {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x64x16x16xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x16x16xf32>
  %0 = qnn.conv2d %x, %w {pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x64x16x16xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x16x16xf32>
  return %0 : tensor<1x64x16x16xf32>
}

// Height 9 + 0 + 2 - (2 * 2 + 1) = 6, / 2 + 1 = 4; width 7 + 1 + 0 - 2 = 6, / 3 + 1 = 3.
// CHECK-LABEL: func.func @conv2d_all_attributes
func.func @conv2d_all_attributes(%x: tensor<1x6x9x7xf32>, %w: tensor<4x3x3x2xf32>) -> tensor<1x4x4x3xf32> {
  // CHECK: qnn.conv2d %{{.*}} {dilations = array<i64: 2, 1>, groups = 2 : i64, pad_value = #qnn.pad_value<minus_one>, pads = array<i64: 0, 1, 2, 0>, strides = array<i64: 2, 3>}
  %0 = qnn.conv2d %x, %w {strides = array<i64: 2, 3>, pads = array<i64: 0, 1, 2, 0>, dilations = array<i64: 2, 1>,
                          groups = 2 : i64, pad_value = #qnn.pad_value<minus_one>}
      : (tensor<1x6x9x7xf32>, tensor<4x3x3x2xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// CHECK-LABEL: func.func @batch_norm
func.func @batch_norm(%x: tensor<1x64xf32>, %s: tensor<64xf32>, %b: tensor<64xf32>, %m: tensor<64xf32>, %v: tensor<64xf32>)
    -> tensor<1x64xf32> {
  // CHECK: qnn.batch_norm %{{.*}} {epsilon = 9.99999974E-6 : f32}
  %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0e-5 : f32}
      : (tensor<1x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x64xf32>
  return %0 : tensor<1x64xf32>
}

// CHECK-LABEL: func.func @bias_add
func.func @bias_add(%x: tensor<1x8x28x28xf32>, %b: tensor<8xf32>) -> tensor<1x8x28x28xf32> {
  // CHECK: qnn.bias_add %{{.*}}, %{{.*}} {axis = 1 : i64}
  %0 = qnn.bias_add %x, %b {axis = 1} : (tensor<1x8x28x28xf32>, tensor<8xf32>) -> tensor<1x8x28x28xf32>
  return %0 : tensor<1x8x28x28xf32>
}

// CHECK-LABEL: func.func @pools
func.func @pools(%x: tensor<1x8x28x28xf32>) -> tensor<1x8x1x1xf32> {
  // CHECK: qnn.max_pool2d %{{.*}} {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x8x28x28xf32>) -> tensor<1x8x14x14xf32>
  // CHECK: qnn.avg_pool2d %{{.*}} {count_include_pad, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>}
  %1 = qnn.avg_pool2d %0 {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, count_include_pad}
      : (tensor<1x8x14x14xf32>) -> tensor<1x8x14x14xf32>
  // CHECK: qnn.global_pool %{{.*}} {kind = #qnn.pool_kind<average>}
  %2 = qnn.global_pool %1 {kind = #qnn.pool_kind<average>} : (tensor<1x8x14x14xf32>) -> tensor<1x8x1x1xf32>
  return %2 : tensor<1x8x1x1xf32>
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<1x8x7x7xf32>) -> (tensor<1x8xf32>, tensor<1x8x1x1xf32>) {
  // CHECK: qnn.reduce %{{.*}} {axes = array<i64: 2, 3>, kind = #qnn.reduce_kind<mean>}
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 2, 3>} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
  // CHECK: qnn.reduce %{{.*}} {axes = array<i64: 2, 3>, keep_dims, kind = #qnn.reduce_kind<max>}
  %1 = qnn.reduce %x {kind = #qnn.reduce_kind<max>, axes = array<i64: 2, 3>, keep_dims}
      : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
  return %0, %1 : tensor<1x8xf32>, tensor<1x8x1x1xf32>
}

// CHECK-LABEL: func.func @classify
func.func @classify(%x: tensor<1x10xf32>) -> (tensor<1xi64>, tensor<1x1xi64>, tensor<1x3xi64>) {
  // CHECK: qnn.softmax %{{.*}} {axis = 1 : i64}
  %0 = qnn.softmax %x {axis = 1} : (tensor<1x10xf32>) -> tensor<1x10xf32>
  // CHECK: qnn.argmax %{{.*}} {axis = 1 : i64} : (tensor<1x10xf32>) -> tensor<1xi64>
  %1 = qnn.argmax %0 {axis = 1} : (tensor<1x10xf32>) -> tensor<1xi64>
  // CHECK: qnn.argmax %{{.*}} {axis = 1 : i64, keep_dims} : (tensor<1x10xf32>) -> tensor<1x1xi64>
  %2 = qnn.argmax %0 {axis = 1, keep_dims} : (tensor<1x10xf32>) -> tensor<1x1xi64>
  // CHECK: %{{.*}}, %{{.*}} = qnn.top_k %{{.*}} {k = 3 : i64} : (tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi64>)
  %v, %i = qnn.top_k %x {k = 3} : (tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi64>)
  return %1, %2, %i : tensor<1xi64>, tensor<1x1xi64>, tensor<1x3xi64>
}

// CHECK-LABEL: func.func @unary
func.func @unary(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: qnn.relu
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.leaky_relu %{{.*}} {alpha = 1.000000e-01 : f32}
  %1 = qnn.leaky_relu %0 {alpha = 0.1 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.clip %{{.*}} {max = 1.000000e+00 : f32, min = -1.000000e+00 : f32}
  %2 = qnn.clip %1 {min = -1.0 : f32, max = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.sigmoid
  %3 = qnn.sigmoid %2 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.hard_sigmoid %{{.*}} {alpha = 2.000000e-01 : f32, beta = 5.000000e-01 : f32}
  %4 = qnn.hard_sigmoid %3 {alpha = 0.2 : f32, beta = 0.5 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.tanh
  %5 = qnn.tanh %4 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.exp
  %6 = qnn.exp %5 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.log
  %7 = qnn.log %6 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.sqrt
  %8 = qnn.sqrt %7 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.abs
  %9 = qnn.abs %8 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.neg
  %10 = qnn.neg %9 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.floor
  %11 = qnn.floor %10 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.ceil
  %12 = qnn.ceil %11 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.round
  %13 = qnn.round %12 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: qnn.sign
  %14 = qnn.sign %13 : (tensor<4xf32>) -> tensor<4xf32>
  return %14 : tensor<4xf32>
}

// CHECK-LABEL: func.func @binary
func.func @binary(%a: tensor<2x4xf32>, %b: tensor<4xf32>, %c: tensor<3x1x1xf32>, %d: tensor<f32>) -> tensor<3x2x4xf32> {
  // CHECK: qnn.add %{{.*}}, %{{.*}} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %0 = qnn.add %a, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: qnn.sub
  %1 = qnn.sub %0, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: qnn.mul %{{.*}} -> tensor<3x2x4xf32>
  %2 = qnn.mul %1, %c : (tensor<2x4xf32>, tensor<3x1x1xf32>) -> tensor<3x2x4xf32>
  // CHECK: qnn.div %{{.*}} : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2x4xf32>
  %3 = qnn.div %2, %d : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2x4xf32>
  // CHECK: qnn.min
  %4 = qnn.min %3, %a : (tensor<3x2x4xf32>, tensor<2x4xf32>) -> tensor<3x2x4xf32>
  // CHECK: qnn.max
  %5 = qnn.max %4, %b : (tensor<3x2x4xf32>, tensor<4xf32>) -> tensor<3x2x4xf32>
  // CHECK: qnn.pow
  %6 = qnn.pow %5, %d : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2x4xf32>
  return %6 : tensor<3x2x4xf32>
}
