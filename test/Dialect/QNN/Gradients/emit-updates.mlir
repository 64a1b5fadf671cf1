// RUN: qnn-opt %s --qnn-emit-updates=optimizer=sgd | FileCheck %s --check-prefix=SGD
// RUN: qnn-opt %s --pass-pipeline='builtin.module(func.func(qnn-emit-updates{optimizer=adamw attributes={beta1 = 0.5 : f64, weight_decay = 0.25}}))' \
// RUN:   | FileCheck %s --check-prefix=ADAMW
// RUN: qnn-opt %s --pass-pipeline='builtin.module(func.func(qnn-emit-updates{optimizer=sgd attributes={momentum = 0.5}}))' | FileCheck %s --check-prefix=MOMENTUM
// RUN: qnn-opt %s --pass-pipeline='builtin.module(func.func(qnn-emit-updates{optimizer=sgd norm-limit=2}))' | FileCheck %s --check-prefix=NORM
// RUN: qnn-opt %s --qnn-emit-updates=optimizer=bop | FileCheck %s --check-prefix=BOP
// RUN: qnn-opt %s --qnn-emit-updates='optimizer=sgd separate' | FileCheck %s --check-prefix=SEPARATE
// RUN: not qnn-opt %s --qnn-emit-updates=optimizer=magic 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qnn-opt %s --pass-pipeline='builtin.module(func.func(qnn-emit-updates{optimizer=sgd attributes={rho = 0.5}}))' 2>&1 | FileCheck %s --check-prefix=ATTRIBUTE

// UNKNOWN: 'func.func' op expected the optimizer sgd, momentum, adam, adamw, adamax, shift_adamax, rmsprop or bop, but got 'magic'
// ATTRIBUTE: 'func.func' op expected attributes of 'qnn.sgd', but got "rho"

// SGD: func.func @step(%[[W:.*]]: tensor<2x2xf32> {qnn.clip = 1.000000e+00 : f32, qnn.lr_scale = 2.000000e+00 : f32, qnn.name = "w", qnn.parameter, qnn.state = 5 : i64},
// SGD-SAME: %[[B:.*]]: tensor<2xf32> {qnn.parameter, qnn.state = 6 : i64}, %{{.*}}: tensor<2xf32> {qnn.state = 4 : i64},
// SGD-SAME: %[[LR:.*]]: tensor<f32> {qnn.learning_rate, qnn.name = "learning_rate"})
// SGD-SAME: -> (tensor<f32>, tensor<2x2xf32> {qnn.state = 5 : i64}, tensor<2xf32> {qnn.state = 6 : i64}, tensor<2xf32> {qnn.state = 4 : i64})
// SGD-DAG: %[[W2:.*]] = qnn.sgd %[[W]], %[[W]], %[[LR]] {clip = 1.000000e+00 : f32, lr_scale = 2.000000e+00 : f32}
// SGD-DAG: %[[B2:.*]] = qnn.sgd %[[B]], %[[B]], %[[LR]] :
// SGD: return %{{.*}}, %[[W2]], %[[B2]], %{{.*}}

// ADAMW: func.func @step
// ADAMW: %{{.*}}: tensor<2x2xf32> {qnn.name = "w/v", qnn.state = 7 : i64}, %{{.*}}: tensor<i64> {qnn.name = "step", qnn.step}
// ADAMW-SAME: {qnn.name = "argument1/m", qnn.state = 9 : i64}
// ADAMW: qnn.adam {{.*}} {beta1 = 5.000000e-01 : f64, clip = 1.000000e+00 : f32, decoupled, lr_scale = 2.000000e+00 : f32, weight_decay = 2.500000e-01 : f64}

// MOMENTUM: qnn.name = "w/velocity"
// MOMENTUM: qnn.momentum {{.*}}momentum = 5.000000e-01 : f64

// BOP-DAG: qnn.bop {{.*}} tensor<2x2xf32>
// BOP-DAG: qnn.adam {{.*}} tensor<2xf32>
func.func @step(%w: tensor<2x2xf32> {qnn.parameter, qnn.name = "w", qnn.clip = 1.0 : f32, qnn.lr_scale = 2.0 : f32},
    %b: tensor<2xf32> {qnn.parameter}, %m: tensor<2xf32> {qnn.state = 4 : i64})
    -> (tensor<f32>, tensor<2x2xf32> {qnn.gradient_of = 0 : i64}, tensor<2xf32> {qnn.gradient_of = 1 : i64}, tensor<2xf32> {qnn.state = 4 : i64}) {
  %loss = arith.constant dense<0.0> : tensor<f32>
  return %loss, %w, %b, %m : tensor<f32>, tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>
}

// The update comes behind the last use of %w, which is behind the gradient.
// SGD-LABEL: func.func @order
// SGD: qnn.exp
// SGD-NEXT: qnn.neg
// SGD-NEXT: %[[NEW:.*]] = qnn.sgd
// SGD-NEXT: qnn.abs
// SGD-NEXT: return %{{.*}}, %[[NEW]]
// It waits for everything else.
// SEPARATE-LABEL: func.func @order
// SEPARATE-SAME: attributes {qnn.separate_update}
// SEPARATE: qnn.abs
// SEPARATE-NEXT: qnn.sgd
// SEPARATE-NEXT: return
// All gradients are multiplied by min(1, 2 / norm).
// NORM-LABEL: func.func @order
// NORM: %[[G:.*]] = qnn.exp
// NORM: %[[S:.*]] = qnn.mul %[[G]], %[[G]]
// NORM: %[[SUM:.*]] = qnn.add %{{.*}}, %[[S]]
// NORM: %[[N:.*]] = qnn.sqrt %[[SUM]]
// NORM: %[[L:.*]] = arith.constant dense<2.000000e+00>
// NORM: %[[R:.*]] = qnn.div %[[L]], %[[N]]
// NORM: %[[F:.*]] = qnn.min %[[R]], %{{.*}}
// NORM: %[[C:.*]] = qnn.mul %[[G]], %[[F]]
// NORM: qnn.sgd %{{.*}}, %[[C]]
func.func @order(%w: tensor<f32> {qnn.parameter}, %x: tensor<f32>) -> (tensor<f32>, tensor<f32> {qnn.gradient_of = 0 : i64}) {
  %0 = qnn.exp %x : (tensor<f32>) -> tensor<f32>
  %1 = qnn.neg %w : (tensor<f32>) -> tensor<f32>
  %2 = qnn.abs %1 : (tensor<f32>) -> tensor<f32>
  return %2, %0 : tensor<f32>, tensor<f32>
}
