// RUN: qnn-opt %s --qnn-autodiff | FileCheck %s

// The example of the pass. %x is no parameter, so it has no gradient.
// CHECK-LABEL: func.func @product
// CHECK-SAME: -> (tensor<f32>, tensor<4xf32> {qnn.gradient_of = 0 : i64})
func.func @product(%w: tensor<4xf32> {qnn.parameter}, %x: tensor<4xf32>) -> tensor<f32> {
  // CHECK: qnn.mul %[[W:.*]], %[[X:.*]] :
  // CHECK: %[[LOSS:.*]] = qnn.reduce
  // CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
  // CHECK: %[[R:.*]] = qnn.reshape %[[ONE]]
  // CHECK: %[[G:.*]] = qnn.broadcast %[[R]]
  // CHECK: %[[D:.*]] = qnn.mul %[[G]], %[[X]]
  // CHECK-NEXT: return %[[LOSS]], %[[D]]
  %0 = qnn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.reduce %0 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// Gradients of two uses are added.
// CHECK-LABEL: func.func @two_uses
func.func @two_uses(%w: tensor<f32> {qnn.parameter}) -> tensor<f32> {
  // CHECK: %[[E:.*]] = qnn.exp
  // CHECK: %[[A:.*]] = qnn.mul %{{.*}}, %[[E]]
  // CHECK: %[[B:.*]] = qnn.mul %{{.*}}, %{{.*}}
  // CHECK: %[[S:.*]] = qnn.add
  // CHECK: return %{{.*}}, %[[S]]
  %0 = qnn.exp %w : (tensor<f32>) -> tensor<f32>
  %1 = qnn.mul %0, %w : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// The backward of a linear layer needs x, the quantized weights, and a window's
// input; the weights' gradient is that of the quantized ones.
// CHECK-LABEL: func.func @binary_layer
// CHECK-SAME: %[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<3x4xf32>
func.func @binary_layer(%x: tensor<8x4xf32>, %w: tensor<3x4xf32> {qnn.parameter}, %labels: tensor<8xi64>) -> (tensor<f32>, tensor<i64>) {
  // CHECK: %[[Q:.*]] = qnn.quantize %[[W]]
  // CHECK: %[[Y:.*]] = qnn.matmul %[[X]], %[[Q]] {transpose_rhs}
  // CHECK: %[[A:.*]] = qnn.quantize %[[Y]]
  // CHECK: %[[LOSS:.*]] = qnn.softmax_cross_entropy %[[A]], %{{.*}}
  // CHECK: %[[CORRECT:.*]] = qnn.count_correct
  // CHECK: %[[G:.*]] = qnn.softmax_cross_entropy_grad %{{.*}}, %[[A]]
  // CHECK: %[[D:.*]] = qnn.surrogate_grad<window> %[[Y]], %[[G]] {parameters = array<f32: -1.000000e+00, 1.000000e+00>}
  // CHECK-NEXT: %[[T:.*]] = qnn.transpose %[[D]]
  // CHECK-NEXT: %[[DW:.*]] = qnn.matmul %[[T]], %[[X]]
  // CHECK-NEXT: return %[[LOSS]], %[[CORRECT]], %[[DW]]
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<8x4xf32>, tensor<3x4xf32>) -> tensor<8x3xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, surrogate = hard_tanh>} : (tensor<8x3xf32>) -> tensor<8x3xf32>
  %2 = qnn.softmax_cross_entropy %1, %labels : (tensor<8x3xf32>, tensor<8xi64>) -> tensor<f32>
  %3 = qnn.count_correct %1, %labels : (tensor<8x3xf32>, tensor<8xi64>) -> tensor<i64>
  return %2, %3 : tensor<f32>, tensor<i64>
}

// What only autodiff sees is gone; the region's ops are behind the gradient.
// CHECK-LABEL: func.func @own_gradients
// CHECK-SAME: %[[W:.*]]: tensor<f32> {qnn.parameter}, %[[S:.*]]: tensor<f32>
func.func @own_gradients(%w: tensor<f32> {qnn.parameter}, %s: tensor<f32>) -> tensor<f32> {
  // CHECK-NEXT: %[[SIGN:.*]] = qnn.sign %[[W]]
  // CHECK-NEXT: %[[ROUND:.*]] = qnn.round %[[SIGN]]
  // CHECK-NEXT: %[[ONE:.*]] = arith.constant
  // CHECK-NEXT: %[[D:.*]] = qnn.surrogate_grad<approx_sign> %[[SIGN]], %[[ONE]]
  // CHECK-NEXT: %[[E:.*]] = qnn.mul %[[D]], %[[S]]
  // CHECK-NEXT: return %[[ROUND]], %[[E]]
  %0 = qnn.sign %w : (tensor<f32>) -> tensor<f32>
  %1 = qnn.custom_gradient %0, %w : (tensor<f32>, tensor<f32>) -> tensor<f32> {
  ^bb0(%g: tensor<f32>):
    %d = qnn.mul %g, %s : (tensor<f32>, tensor<f32>) -> tensor<f32>
    qnn.yield %d : tensor<f32>
  }
  %2 = qnn.round %1 : (tensor<f32>) -> tensor<f32>
  %3 = qnn.straight_through<approx_sign> %2, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// A parameter without influence.
// CHECK-LABEL: func.func @unused
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: return %{{.*}}, %[[ZERO]]
func.func @unused(%w: tensor<2xf32> {qnn.parameter}, %x: tensor<f32>) -> tensor<f32> {
  %0 = qnn.neg %x : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
