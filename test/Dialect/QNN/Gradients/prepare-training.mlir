// RUN: qnn-opt %s --qnn-prepare-training | FileCheck %s
// RUN: qnn-opt %s --qnn-prepare-training=loss=squared_hinge | FileCheck %s --check-prefix=HINGE
// RUN: qnn-opt %s --qnn-prepare-training=loss=bce | FileCheck %s --check-prefix=BCE
// RUN: not qnn-opt %s --qnn-prepare-training=loss=magic 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: 'func.func' op expected the loss cross_entropy, bce, squared_hinge, hinge or mse, but got 'magic'

// CHECK-LABEL: func.func @net
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<3xf32> {qnn.state = 0 : i64, qnn.statistic}, %[[V:[a-z0-9]+]]: tensor<3xf32> {qnn.state = 1 : i64, qnn.statistic}
// CHECK-SAME: %[[L:[a-z0-9]+]]: tensor<8xi64> {qnn.labels, qnn.name = "labels"}, %[[K:[a-z0-9]+]]: tensor<2xi64> {qnn.key, qnn.name = "key"})
// CHECK-SAME: -> (tensor<f32> {qnn.name = "loss"}, tensor<i64> {qnn.name = "correct"}, tensor<3xf32> {qnn.state = 0 : i64}, tensor<3xf32> {qnn.state = 1 : i64})
func.func @net(%x: tensor<8x3xf32>, %s: tensor<3xf32> {qnn.parameter}, %m: tensor<3xf32> {qnn.statistic}, %v: tensor<3xf32> {qnn.statistic}) -> tensor<8x3xf32> {
  // CHECK: %[[Y:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]], %{{.*}} = qnn.batch_norm_train %{{.*}} {epsilon = {{.*}}, shift}
  // CHECK: %[[Z:.*]] = qnn.dropout %[[Y]], %[[K]]
  // CHECK: %[[LOSS:.*]] = qnn.softmax_cross_entropy %[[Z]], %[[L]]
  // CHECK: %[[CORRECT:.*]] = qnn.count_correct %[[Z]], %[[L]]
  // CHECK: %[[KEEP:.*]] = arith.constant dense<7.500000e-01>
  // CHECK: %[[KEPT:.*]] = qnn.mul %[[M]], %[[KEEP]]
  // CHECK: %[[REST:.*]] = arith.constant dense<2.500000e-01>
  // CHECK: %[[NEW:.*]] = qnn.mul %[[MEAN]], %[[REST]]
  // CHECK: %[[NEXT:.*]] = qnn.add %[[KEPT]], %[[NEW]]
  // CHECK: return %[[LOSS]], %[[CORRECT]], %[[NEXT]], %{{.*}}

  // HINGE: %[[T:.*]] = qnn.one_hot %{{.*}} {off = -1.000000e+00 : f32, on = 1.000000e+00 : f32} : (tensor<8xi64>) -> tensor<8x3xf32>
  // HINGE: %[[P:.*]] = qnn.mul %{{.*}}, %[[T]]
  // HINGE: %[[D:.*]] = qnn.sub %{{.*}}, %[[P]]
  // HINGE: %[[R:.*]] = qnn.relu %[[D]]
  // HINGE: %[[S:.*]] = qnn.mul %[[R]], %[[R]]
  // HINGE: qnn.reduce %[[S]] {axes = array<i64: 0, 1>, kind = #qnn.reduce_kind<mean>}

  // BCE: qnn.one_hot %{{.*}} {off = 0.000000e+00 : f32, on = 1.000000e+00 : f32} : (tensor<8xi64>) -> tensor<8x3xf32>
  // BCE: qnn.sigmoid_cross_entropy
  %0 = qnn.batch_norm %x, %s, %s, %m, %v {epsilon = 1.0e-3 : f32, qnn.momentum = 0.75 : f32, qnn.shift}
      : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
  %1 = qnn.dropout %0 {rate = 0.5 : f32, id = 0 : i64} : (tensor<8x3xf32>) -> tensor<8x3xf32>
  return %1 : tensor<8x3xf32>
}

// One logit stands for two classes; statistics that are constants stay. Each
// position of a sequence has a label.
// BCE-LABEL: func.func @one_logit
// BCE-SAME: %[[L:[a-z0-9]+]]: tensor<8xi64> {qnn.labels
// BCE: qnn.batch_norm %
// BCE: %[[Z:.*]] = qnn.reshape %{{.*}} : (tensor<4x2x1xf32>) -> tensor<8x1xf32>
// BCE: %[[T:.*]] = qnn.one_hot %[[L]] {{.*}} : (tensor<8xi64>) -> tensor<8x2xf32>
// BCE: %[[S:.*]] = qnn.slice %[[T]] {offsets = array<i64: 0, 1>, sizes = array<i64: 8, 1>, steps = array<i64: 1, 1>}
// BCE: qnn.sigmoid_cross_entropy %[[Z]], %[[S]]
func.func @one_logit(%x: tensor<4x2x1xf32>) -> tensor<4x2x1xf32> {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %0 = qnn.batch_norm %x, %c, %c, %c, %c {epsilon = 1.0e-3 : f32}
      : (tensor<4x2x1xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2x1xf32>
  return %0 : tensor<4x2x1xf32>
}

// 8 words of a batch, 5 words in all: the table is projected instead.
// CHECK-LABEL: func.func @table
// CHECK-SAME: %[[I:.*]]: tensor<4x2xi64>, %[[T:[a-z0-9]+]]: tensor<5x3xf32> {qnn.parameter}, %[[W:[a-z0-9]+]]: tensor<6x3xf32>
// CHECK: %[[P:.*]] = qnn.matmul %[[T]], %[[W]] {transpose_rhs} : (tensor<5x3xf32>, tensor<6x3xf32>) -> tensor<5x6xf32>
// CHECK: %[[J:.*]] = qnn.transpose %[[I]] {permutation = array<i64: 1, 0>} : (tensor<4x2xi64>) -> tensor<2x4xi64>
// CHECK: %[[B:.*]] = qnn.bias_add %[[P]], %{{.*}} {axis = 1 : i64} : (tensor<5x6xf32>, tensor<6xf32>) -> tensor<5x6xf32>
// CHECK: %[[Y:.*]] = qnn.gather %[[B]], %[[J]] : (tensor<5x6xf32>, tensor<2x4xi64>) -> tensor<2x4x6xf32>
// CHECK: qnn.reshape %[[Y]]
func.func @table(%i: tensor<4x2xi64>, %t: tensor<5x3xf32> {qnn.parameter}, %w: tensor<6x3xf32> {qnn.parameter}, %b: tensor<6xf32> {qnn.parameter}) -> tensor<2x4x6xf32> {
  %0 = qnn.gather %t, %i : (tensor<5x3xf32>, tensor<4x2xi64>) -> tensor<4x2x3xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<4x2x3xf32>) -> tensor<2x4x3xf32>
  %2 = qnn.matmul %1, %w {transpose_rhs} : (tensor<2x4x3xf32>, tensor<6x3xf32>) -> tensor<2x4x6xf32>
  %3 = qnn.bias_add %2, %b {axis = 2 : i64} : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %3 : tensor<2x4x6xf32>
}

// Fewer rows than the table has.
// CHECK-LABEL: func.func @large_table
// CHECK: qnn.gather %{{.*}} : (tensor<9x3xf32>
// CHECK: qnn.matmul %{{.*}} : (tensor<8x3xf32>
func.func @large_table(%i: tensor<8xi64>, %t: tensor<9x3xf32> {qnn.parameter}, %w: tensor<3x6xf32> {qnn.parameter}) -> tensor<8x6xf32> {
  %0 = qnn.gather %t, %i : (tensor<9x3xf32>, tensor<8xi64>) -> tensor<8x3xf32>
  %1 = qnn.matmul %0, %w : (tensor<8x3xf32>, tensor<3x6xf32>) -> tensor<8x6xf32>
  return %1 : tensor<8x6xf32>
}

// A key that is there already is the key of all.
// CHECK-LABEL: func.func @own_key
// CHECK-SAME: %[[K:[a-z0-9]+]]: tensor<2xi64> {qnn.key, qnn.name = "seed"}, %{{.*}}: tensor<4xi64> {qnn.labels, qnn.name = "labels"}) ->
// CHECK: qnn.dropout %{{.*}}, %[[K]]
func.func @own_key(%x: tensor<4x2xf32>, %k: tensor<2xi64> {qnn.key, qnn.name = "seed"}) -> tensor<4x2xf32> {
  %0 = qnn.dropout %x {rate = 0.5 : f32, id = 0 : i64} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
