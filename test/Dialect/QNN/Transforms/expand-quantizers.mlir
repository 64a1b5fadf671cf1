// RUN: qnn-opt %s --qnn-expand-quantizers --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-expand-quantizers=deploy --canonicalize --split-input-file \
// RUN:   | FileCheck %s --check-prefix=DEPLOY --implicit-check-not=straight_through \
// RUN:     --implicit-check-not=custom_gradient --implicit-check-not=stop_gradient

// CHECK-LABEL: func.func @sign
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>
// CHECK: %[[Q:.*]] = qnn.quantize %[[X]] {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>}
// CHECK: qnn.straight_through<window> %[[Q]], %[[X]] {parameters = array<f32: -1.000000e+00, 1.000000e+00>}
// DEPLOY-LABEL: func.func @sign
// DEPLOY: %[[Q:.*]] = qnn.quantize
// DEPLOY-NEXT: return %[[Q]]
func.func @sign(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<activation sign> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// The surrogate that the op names, in the place of the method's own.
// CHECK-LABEL: func.func @named_surrogate
// CHECK: qnn.straight_through<swish_sign> %{{.*}}, %{{.*}} {parameters = array<f32: 5.000000e+00>}
// DEPLOY-LABEL: func.func @named_surrogate
func.func @named_surrogate(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<activation sign> %x surrogate(swish_sign) {surrogate_parameters = array<f32: 5.0>}
      : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// IR-Net's schedule: t and k follow from how far training is.
// CHECK-LABEL: func.func @ir_net_schedule
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[P:.*]]: tensor<f32> {qnn.name = "progress", qnn.progress})
// CHECK: qnn.custom_gradient %{{.*}}, %[[X]] :
// CHECK: qnn.mul %[[P]],
// CHECK: qnn.exp
// CHECK: qnn.tanh
// DEPLOY-LABEL: func.func @ir_net_schedule(%arg0: tensor<8x64xf32>)
func.func @ir_net_schedule(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<activation sign> %x surrogate(ir_net) : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// dW = g (1[|W| < 1] alpha + 1/n), n = 64.
// CHECK-LABEL: func.func @xnor
// CHECK-SAME: %[[W:.*]]: tensor<10x64xf32>
// CHECK: %[[ABS:.*]] = qnn.abs %[[W]]
// CHECK: %[[ALPHA:.*]] = qnn.reduce %[[ABS]] {axes = array<i64: 1>, keep_dims, kind = #qnn.reduce_kind<mean>}
// CHECK: %[[SIGN:.*]] = qnn.quantize %[[W]]
// CHECK: %[[VALUE:.*]] = qnn.mul %[[SIGN]], %[[ALPHA]]
// CHECK: %[[WINDOW:.*]] = qnn.straight_through<open_window> %[[W]], %[[W]] {parameters = array<f32: -1.000000e+00, 1.000000e+00>}
// CHECK: %[[STOP:.*]] = qnn.stop_gradient %[[ALPHA]]
// CHECK: %[[A:.*]] = qnn.mul %[[WINDOW]], %[[STOP]]
// CHECK: %[[N:.*]] = arith.constant dense<1.562500e-02>
// CHECK: %[[B:.*]] = qnn.mul %[[W]], %[[N]]
// CHECK: %[[PATH:.*]] = qnn.add %[[A]], %[[B]]
// CHECK: qnn.straight_through<identity> %[[VALUE]], %[[PATH]]
// DEPLOY-LABEL: func.func @xnor
// DEPLOY: qnn.mul
func.func @xnor(%w: tensor<10x64xf32>) -> tensor<10x64xf32> {
  %0 = qnn.train_quantize<weight xnor> %w {axis = 0} : (tensor<10x64xf32>) -> tensor<10x64xf32>
  return %0 : tensor<10x64xf32>
}

// -----

// Of constant weights the scales are constants, too.
// CHECK-LABEL: func.func @xnor_constant
// DEPLOY-LABEL: func.func @xnor_constant
// DEPLOY: qnn.quantize %{{.*}} {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 5.000000e-01, 2.000000e+00>, axis = 0>}
// DEPLOY-NEXT: return
func.func @xnor_constant() -> tensor<2x2xf32> {
  %w = arith.constant dense<[[0.25, -0.75], [-1.0, 3.0]]> : tensor<2x2xf32>
  %0 = qnn.train_quantize<weight xnor> %w {axis = 0} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// The gradient passes through tanh and the maximum.
// CHECK-LABEL: func.func @dorefa_weight
// CHECK-SAME: %[[W:.*]]: tensor<10x64xf32>
// CHECK: %[[TANH:.*]] = qnn.tanh %[[W]]
// CHECK: %[[MAX:.*]] = qnn.reduce %{{.*}} {axes = array<i64: 0, 1>, keep_dims, kind = #qnn.reduce_kind<max>}
// CHECK: %[[TWICE:.*]] = qnn.mul %[[MAX]]
// CHECK: %[[QUOTIENT:.*]] = qnn.div %[[TANH]], %[[TWICE]]
// CHECK: %[[UNIT:.*]] = qnn.add %[[QUOTIENT]]
// CHECK: qnn.round
// CHECK: %[[VALUE:.*]] = qnn.quantize %{{.*}} {quantizer = #qnn.quantizer<bits = 3, encoding = signed, narrow = true, scale = array<f32: 0.333333343>>}
// CHECK: %[[TWO:.*]] = qnn.mul %[[UNIT]]
// CHECK: %[[PATH:.*]] = qnn.sub %[[TWO]]
// CHECK: qnn.straight_through<identity> %[[VALUE]], %[[PATH]]
// DEPLOY-LABEL: func.func @dorefa_weight
// DEPLOY: %[[VALUE:.*]] = qnn.quantize
// DEPLOY-NEXT: return %[[VALUE]]
func.func @dorefa_weight(%w: tensor<10x64xf32>) -> tensor<10x64xf32> {
  %0 = qnn.train_quantize<weight dorefa> %w {bits = 2} : (tensor<10x64xf32>) -> tensor<10x64xf32>
  return %0 : tensor<10x64xf32>
}

// -----

// The step's gradient is 1 / sqrt(512 * 7) of its formula's.
// CHECK-LABEL: func.func @lsq
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>
// CHECK: %[[S:.*]] = qnn.reshape
// CHECK: %[[SMALL:.*]] = qnn.mul %[[S]]
// CHECK: %[[STEP:.*]] = qnn.straight_through<identity> %[[S]], %[[SMALL]]
// CHECK: %[[Q:.*]] = qnn.div %[[X]], %[[STEP]]
// CHECK: %[[CLIP:.*]] = qnn.clip %[[Q]] {max = 7.000000e+00 : f32, min = -8.000000e+00 : f32}
// CHECK: %[[ROUND:.*]] = qnn.round %[[CLIP]]
// CHECK: %[[NUMBER:.*]] = qnn.straight_through<identity> %[[ROUND]], %[[CLIP]]
// CHECK: qnn.mul %[[NUMBER]], %[[STEP]]
// DEPLOY-LABEL: func.func @lsq
func.func @lsq(%x: tensor<8x64xf32>, %s: tensor<1xf32>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<activation lsq> %x learned(%s) {bits = 4} : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// CHECK-LABEL: func.func @elastic
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[ALPHA:.*]]: tensor<1xf32>
// CHECK: qnn.custom_gradient %{{.*}}, %[[X]], %[[ALPHA]]
// CHECK: ^bb0(%[[G:.*]]: tensor<8x64xf32>):
// CHECK: %[[DX:.*]] = qnn.surrogate_grad<window> %{{.*}}, %[[G]]
// CHECK: %[[SUM:.*]] = qnn.reduce {{.*}}kind = #qnn.reduce_kind<sum>
// CHECK: %[[DA:.*]] = qnn.mul
// CHECK: qnn.yield %[[DX]], %[[DA]]
// DEPLOY-LABEL: func.func @elastic
func.func @elastic(%x: tensor<8x64xf32>, %a: tensor<1xf32>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<activation elastic> %x learned(%a) : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// The identity; the gradient is quantized by the greatest of each sample.
// CHECK-LABEL: func.func @dorefa_gradient
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[KEY:.*]]: tensor<2xi64>
// CHECK: qnn.custom_gradient %[[X]], %[[X]]
// CHECK: ^bb0(%[[G:.*]]: tensor<8x64xf32>):
// CHECK: %[[ABS:.*]] = qnn.abs %[[G]]
// CHECK: qnn.reduce %[[ABS]] {axes = array<i64: 1>, keep_dims, kind = #qnn.reduce_kind<max>}
// CHECK: qnn.random_uniform %[[KEY]] {high = 1.000000e+00 : f32, id = 5 : i64, low = 0.000000e+00 : f32}
// DEPLOY-LABEL: func.func @dorefa_gradient
// DEPLOY-SAME: %[[X:.*]]: tensor<8x64xf32>,
// DEPLOY-NEXT: return %[[X]]
func.func @dorefa_gradient(%x: tensor<8x64xf32>, %key: tensor<2xi64>) -> tensor<8x64xf32> {
  %0 = qnn.train_quantize<gradient dorefa> %x key(%key) {bits = 6, id = 5} : (tensor<8x64xf32>, tensor<2xi64>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

// Two products of one gradient: for the data, and for the weight from powers of
// two.
// CHECK-LABEL: func.func @shift_backward
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[W:.*]]: tensor<10x64xf32>
// CHECK: %[[POWERS:.*]] = qnn.stop_gradient
// CHECK: %[[STOP:.*]] = qnn.stop_gradient %[[W]]
// CHECK: %[[DATA:.*]] = qnn.matmul %[[X]], %[[STOP]] {transpose_rhs}
// CHECK: %[[WEIGHT:.*]] = qnn.matmul %[[POWERS]], %[[W]] {transpose_rhs}
// CHECK: %[[BOTH:.*]] = qnn.add %[[DATA]], %[[WEIGHT]]
// CHECK: qnn.straight_through<identity> %[[DATA]], %[[BOTH]]
// DEPLOY-LABEL: func.func @shift_backward
// DEPLOY-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[W:.*]]: tensor<10x64xf32>
// DEPLOY-NEXT: %[[Y:.*]] = qnn.matmul %[[X]], %[[W]]
// DEPLOY-NEXT: return %[[Y]]
func.func @shift_backward(%x: tensor<8x64xf32>, %w: tensor<10x64xf32>, %key: tensor<2xi64>) -> tensor<8x10xf32> {
  %0 = qnn.train_quantize<activation shift_backward> %x key(%key) : (tensor<8x64xf32>, tensor<2xi64>) -> tensor<8x64xf32>
  %1 = qnn.matmul %0, %w {transpose_rhs} : (tensor<8x64xf32>, tensor<10x64xf32>) -> tensor<8x10xf32>
  return %1 : tensor<8x10xf32>
}
