// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Training ops; the numbers are NumPy's, digits behind the seventh are not compared.

// Label 7 is none: its row does not count. Of equals the first is greatest.
// CHECK-LABEL: func.func @cross_entropy
// CHECK-DAG: arith.constant dense<1.76512{{[0-9]*}}> : tensor<f32>
// CHECK-DAG: arith.constant dense<1.98485{{[0-9]*}}> : tensor<f32>
// CHECK-DAG: arith.constant dense<1> : tensor<i64>
func.func @cross_entropy() -> (tensor<f32>, tensor<f32>, tensor<i64>) {
  %z = arith.constant dense<[[1.0, 2.0, 0.5], [0.0, -1.0, 3.0], [0.25, 0.25, 0.25]]> : tensor<3x3xf32>
  %l = arith.constant dense<[1, 0, 7]> : tensor<3xi64>
  %p = arith.constant dense<[[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.2, 0.2, 0.1]]> : tensor<3x3xf32>
  %0 = qnn.softmax_cross_entropy %z, %l : (tensor<3x3xf32>, tensor<3xi64>) -> tensor<f32>
  %1 = qnn.softmax_cross_entropy %z, %p : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<f32>
  %2 = qnn.count_correct %z, %l : (tensor<3x3xf32>, tensor<3xi64>) -> tensor<i64>
  return %0, %1, %2 : tensor<f32>, tensor<f32>, tensor<i64>
}

// One logit: positive means label 1.
// CHECK-LABEL: func.func @binary_cross_entropy
// CHECK-DAG: arith.constant dense<1.05321{{[0-9]*}}> : tensor<f32>
// CHECK-DAG: arith.constant dense<3> : tensor<i64>
func.func @binary_cross_entropy() -> (tensor<f32>, tensor<i64>) {
  %x = arith.constant dense<[[2.0, -1.0], [0.5, -3.0]]> : tensor<2x2xf32>
  %t = arith.constant dense<[[1.0, 0.0], [0.5, 1.0]]> : tensor<2x2xf32>
  %0 = qnn.sigmoid_cross_entropy %x, %t : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<f32>
  %z = arith.constant dense<[[0.0], [0.1], [-0.1], [2.0]]> : tensor<4x1xf32>
  %l = arith.constant dense<[0, 1, 1, 1]> : tensor<4xi64>
  %1 = qnn.count_correct %z, %l : (tensor<4x1xf32>, tensor<4xi64>) -> tensor<i64>
  return %0, %1 : tensor<f32>, tensor<i64>
}

// CHECK-LABEL: func.func @batch_norm
// CHECK-DAG: arith.constant dense<{{\[\[}}-1.53798{{[0-9]*}}, 0.9569301], [-0.179326{{[0-9]*}}, -1.1638{{[0-9]*}}], [3.21730{{[0-9]*}}, 0.9569301]]> : tensor<3x2xf32>
// CHECK-DAG: arith.constant dense<[4.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[8.66666{{[0-9]*}}, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[0.339663{{[0-9]*}}, 0.7069301]> : tensor<2xf32>
func.func @batch_norm() -> (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %x = arith.constant dense<[[1.0, 2.0], [3.0, 5.0], [8.0, 2.0]]> : tensor<3x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf32>
  %b = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %0:4 = qnn.batch_norm_train %x, %s, %b {epsilon = 1.0e-3 : f32} : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>)
      -> (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#1, %0#2, %0#3 : tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// Differences -2, 0, -1, 3; 4.25 = (2*2 + 1*1 + 3*4) / 4; ap2(1 / sqrt(4.25)) =
// 0.5, ap2(3) = 4.
// CHECK-LABEL: func.func @shift_batch_norm
// CHECK-DAG: arith.constant dense<{{\[\[}}-1.000000e+00], [3.000000e+00], [1.000000e+00], [9.000000e+00]]> : tensor<4x1xf32>
// CHECK-DAG: arith.constant dense<4.250000e+00> : tensor<1xf32>
// CHECK-DAG: arith.constant dense<5.000000e-01> : tensor<1xf32>
func.func @shift_batch_norm() -> (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %x = arith.constant dense<[[1.0], [3.0], [2.0], [6.0]]> : tensor<4x1xf32>
  %s = arith.constant dense<3.0> : tensor<1xf32>
  %0:4 = qnn.batch_norm_train %x, %s, %s {epsilon = 0.0 : f32, shift} : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>)
      -> (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %0#0, %0#2, %0#3 : tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>
}

// CHECK-LABEL: func.func @gru
// CHECK-DAG: arith.constant dense<{{\[\[\[}}0.534706{{[0-9]*}}, 0.133688{{[0-9]*}}]], {{\[\[}}0.639564{{[0-9]*}}, -0.0456905{{[0-9]*}}]]]> : tensor<2x1x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}0.639564{{[0-9]*}}, -0.0456905{{[0-9]*}}]]> : tensor<1x2xf32>
func.func @gru() -> (tensor<2x1x2xf32>, tensor<1x2xf32>) {
  %p = arith.constant dense<[[[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]], [[-0.1, 0.3, -0.2, 0.5, 0.7, -0.4]]]> : tensor<2x1x6xf32>
  %w = arith.constant dense<[[-0.5, -0.4], [-0.3, -0.2], [-0.1, 0.0], [0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]> : tensor<6x2xf32>
  %b = arith.constant dense<[0.05, -0.05, 0.1, 0.0, 0.2, -0.1]> : tensor<6xf32>
  %h = arith.constant dense<[[0.5, -0.25]]> : tensor<1x2xf32>
  %0:3 = qnn.recurrent<gru> %p, %w bias(%b) initial(%h) : (tensor<2x1x6xf32>, tensor<6x2xf32>, tensor<6xf32>, tensor<1x2xf32>)
      -> (tensor<2x1x2xf32>, tensor<3x10x1xf32>, tensor<1x2xf32>)
  return %0#0, %0#2 : tensor<2x1x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: func.func @lstm
// CHECK-DAG: arith.constant dense<{{\[\[\[}}-0.176380{{[0-9]*}}, 0.209365{{[0-9]*}}]], {{\[\[}}-0.0468164{{[0-9]*}}, 0.323899{{[0-9]*}}]]]> : tensor<2x1x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}-0.103835{{[0-9]*}}, 0.572562{{[0-9]*}}]]> : tensor<1x2xf32>
func.func @lstm() -> (tensor<2x1x2xf32>, tensor<1x2xf32>) {
  %p = arith.constant dense<[[[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.7, 0.8]], [[-0.1, 0.3, -0.2, 0.5, 0.7, -0.4, 0.2, 0.9]]]> : tensor<2x1x8xf32>
  %w = arith.constant dense<[[-0.75, -0.65], [-0.55, -0.45], [-0.35, -0.25], [-0.15, -0.05], [0.05, 0.15], [0.25, 0.35], [0.45, 0.55], [0.65, 0.75]]> : tensor<8x2xf32>
  %0:4 = qnn.recurrent<lstm> %p, %w : (tensor<2x1x8xf32>, tensor<8x2xf32>)
      -> (tensor<2x1x2xf32>, tensor<3x12x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>)
  return %0#0, %0#3 : tensor<2x1x2xf32>, tensor<1x2xf32>
}

// From the last step of each row to the first; the first row has two steps.
// CHECK-LABEL: func.func @rnn_lengths
// CHECK-DAG: arith.constant dense<{{\[\[\[}}7.500000e-01], [8.750000e-01]], {{\[\[}}5.000000e-01], [6.250000e-01]], {{\[\[}}0.000000e+00], [1.250000e-01]]]> : tensor<3x2x1xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}7.500000e-01], [8.750000e-01]]> : tensor<2x1xf32>
func.func @rnn_lengths() -> (tensor<3x2x1xf32>, tensor<2x1xf32>) {
  %p = arith.constant dense<[[[0.25], [0.25]], [[0.5], [0.5]], [[0.125], [0.125]]]> : tensor<3x2x1xf32>
  %w = arith.constant dense<1.0> : tensor<1x1xf32>
  %n = arith.constant dense<[2, 3]> : tensor<2xi64>
  %0:3 = qnn.recurrent<rnn> %p, %w lengths(%n) {hard, reverse} : (tensor<3x2x1xf32>, tensor<1x1xf32>, tensor<2xi64>)
      -> (tensor<3x2x1xf32>, tensor<4x2x2xf32>, tensor<2x1xf32>)
  return %0#0, %0#2 : tensor<3x2x1xf32>, tensor<2x1xf32>
}

// CHECK-LABEL: func.func @small
// CHECK-DAG: arith.constant dense<{{\[\[}}0.000000e+00, 0.000000e+00], [1.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}0.000000e+00, 1.000000e+00], [1.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}0.000000e+00, 1.000000e+00], [0.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}-1.000000e+00, -1.000000e+00, 1.000000e+00], [-1.000000e+00, -1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
// CHECK-DAG: arith.constant dense<[4.000000e+00, -1.000000e+00, 0.000000e+00, 1.000000e+00]> : tensor<4xf32>
func.func @small() -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x3xf32>, tensor<4xf32>) {
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 0x7FC00000]]> : tensor<2x2xf32>
  %b = arith.constant dense<[2.0, 2.0]> : tensor<2xf32>
  %0 = qnn.compare<gt> %a, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = qnn.compare<ge> %a, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = qnn.compare<eq> %a, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %i = arith.constant dense<[2, 3]> : tensor<2xi64>
  %3 = qnn.one_hot %i {on = 1.0 : f32, off = -1.0 : f32} : (tensor<2xi64>) -> tensor<2x3xf32>
  %x = arith.constant dense<[3.0, -0.75, 0.0, 1.4]> : tensor<4xf32>
  %4 = qnn.ap2 %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2, %3, %4 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x3xf32>, tensor<4xf32>
}

// An element is dropped where its random number is below the rate.
// CHECK-LABEL: func.func @random
// CHECK-DAG: arith.constant dense<[0.890259146, 0.671998262, 0.247401416, 0.757626473]> : tensor<4xf32>
// CHECK-DAG: arith.constant dense<[2.000000e+00, 4.000000e+00, 0.000000e+00, 8.000000e+00]> : tensor<4xf32>
// CHECK-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
func.func @random() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %key = arith.constant dense<[1, 0]> : tensor<2xi64>
  %x = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = qnn.random_uniform %key {id = 0 : i64, low = 0.0 : f32, high = 1.0 : f32} : (tensor<2xi64>) -> tensor<4xf32>
  %1 = qnn.dropout %x, %key {rate = 0.5 : f32, id = 0 : i64} : (tensor<4xf32>, tensor<2xi64>) -> tensor<4xf32>
  %2 = qnn.dropout %x {rate = 0.5 : f32, id = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @updates
// CHECK-DAG: arith.constant dense<[3.750000e-01, -1.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[1.875000e-01, -1.500000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[1.250000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[0.262829185, -1.250000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[7.500000e-01, 1.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[-5.000000e-01, -1.000000e+00]> : tensor<2xf32>
func.func @updates() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %w = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %g = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = arith.constant dense<[0.5, 0.0]> : tensor<2xf32>
  %lr = arith.constant dense<0.25> : tensor<f32>
  %t = arith.constant dense<1> : tensor<i64>
  %0 = qnn.sgd %w, %g, %lr {clip = 1.0 : f32, lr_scale = 0.5 : f32} : (tensor<2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1:2 = qnn.momentum %w, %g, %s, %lr {momentum = 0.5 : f64} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>)
  %2:3 = qnn.adam %w, %g, %s, %s, %lr, %t {beta1 = 0.5 : f64, beta2 = 0.75 : f64, epsilon = 0.0 : f64}
      : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<i64>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  %3:2 = qnn.bop %w, %g, %s, %lr {threshold = 0.5 : f64} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>)
  return %0, %1#0, %1#1, %2#0, %2#1, %3#0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
