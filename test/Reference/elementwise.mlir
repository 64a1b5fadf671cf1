// RUN: qnn-opt %s --qnn-fold-constants | FileCheck %s

// Functions of one and two floats.

// CHECK-LABEL: func.func @relu
// CHECK: arith.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 5.000000e-01, 1.500000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @relu() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.relu %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @leaky_relu
// CHECK: arith.constant dense<[-1.250000e+00, -5.000000e-01, -2.500000e-01, 0.000000e+00, 5.000000e-01, 1.500000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @leaky_relu() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.leaky_relu %a {alpha = 0.5 : f32}
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @clip
// CHECK: arith.constant dense<[-1.000000e+00, -1.000000e+00, -5.000000e-01, 0.000000e+00, 5.000000e-01, 1.500000e+00, 2.000000e+00]> : tensor<7xf32>
func.func @clip() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.clip %a {min = -1.0 : f32, max = 2.0 : f32}
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @sigmoid
// CHECK: arith.constant dense<[0.075858{{[0-9]*}}, 0.26894{{[0-9]*}}, 0.37754{{[0-9]*}}, 5.000000e-01, 0.62245{{[0-9]*}}, 0.81757{{[0-9]*}}, 0.95257{{[0-9]*}}]> : tensor<7xf32>
func.func @sigmoid() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.sigmoid %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @hard_sigmoid
// CHECK: arith.constant dense<[0.000000e+00, 2.500000e-01, 3.750000e-01, 5.000000e-01, 6.250000e-01, 8.750000e-01, 1.000000e+00]> : tensor<7xf32>
func.func @hard_sigmoid() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.hard_sigmoid %a {alpha = 0.25 : f32, beta = 0.5 : f32}
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @tanh
// CHECK: arith.constant dense<[-0.98661{{[0-9]*}}, -0.76159{{[0-9]*}}, -0.46211{{[0-9]*}}, 0.000000e+00, 0.46211{{[0-9]*}}, 0.90514{{[0-9]*}}, 0.99505{{[0-9]*}}]> : tensor<7xf32>
func.func @tanh() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.tanh %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @exp
// CHECK: arith.constant dense<[8.208500e-02, 0.36787{{[0-9]*}}, 0.60653{{[0-9]*}}, 1.000000e+00, 1.6487{{[0-9]*}}, 4.4816{{[0-9]*}}, 20.085{{[0-9]*}}]> : tensor<7xf32>
func.func @exp() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.exp %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @log
// CHECK: arith.constant dense<[-1.3862{{[0-9]*}}, 0.000000e+00, 0.69314{{[0-9]*}}, 2.1972{{[0-9]*}}]> : tensor<4xf32>
func.func @log() -> tensor<4xf32> {
  %a = arith.constant dense<[0.25, 1.0, 2.0, 9.0]> : tensor<4xf32>
  %r0 = qnn.log %a
      : (tensor<4xf32>) -> tensor<4xf32>
  return %r0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @sqrt
// CHECK: arith.constant dense<[5.000000e-01, 1.000000e+00, 1.4142{{[0-9]*}}, 3.000000e+00]> : tensor<4xf32>
func.func @sqrt() -> tensor<4xf32> {
  %a = arith.constant dense<[0.25, 1.0, 2.0, 9.0]> : tensor<4xf32>
  %r0 = qnn.sqrt %a
      : (tensor<4xf32>) -> tensor<4xf32>
  return %r0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @abs
// CHECK: arith.constant dense<[2.500000e+00, 1.000000e+00, 5.000000e-01, 0.000000e+00, 5.000000e-01, 1.500000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @abs() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.abs %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @neg
// CHECK: arith.constant dense<[2.500000e+00, 1.000000e+00, 5.000000e-01, -0.000000e+00, -5.000000e-01, -1.500000e+00, -3.000000e+00]> : tensor<7xf32>
func.func @neg() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.neg %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @floor
// CHECK: arith.constant dense<[-3.000000e+00, -1.000000e+00, -1.000000e+00, 0.000000e+00, 0.000000e+00, 1.000000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @floor() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.floor %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// Zero keeps its sign.
// CHECK-LABEL: func.func @ceil
// CHECK: arith.constant dense<[-2.000000e+00, -1.000000e+00, -0.000000e+00, 0.000000e+00, 1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @ceil() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.ceil %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// Ties to even.
// CHECK-LABEL: func.func @round
// CHECK: arith.constant dense<[-2.000000e+00, -1.000000e+00, -0.000000e+00, 0.000000e+00, 0.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<7xf32>
func.func @round() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.round %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// CHECK-LABEL: func.func @sign
// CHECK: arith.constant dense<[-1.000000e+00, -1.000000e+00, -1.000000e+00, 0.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00]> : tensor<7xf32>
func.func @sign() -> tensor<7xf32> {
  %a = arith.constant dense<[-2.5, -1.0, -0.5, 0.0, 0.5, 1.5, 3.0]> : tensor<7xf32>
  %r0 = qnn.sign %a
      : (tensor<7xf32>) -> tensor<7xf32>
  return %r0 : tensor<7xf32>
}

// NaN stays.
// CHECK-LABEL: func.func @relu__special
// CHECK: arith.constant dense<[0x7FC00000, 0x7F800000, 0.000000e+00]> : tensor<3xf32>
func.func @relu__special() -> tensor<3xf32> {
  %a = arith.constant dense<[0x7FC00000, 0x7F800000, 0xFF800000]> : tensor<3xf32>
  %r0 = qnn.relu %a
      : (tensor<3xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @sign__special
// CHECK: arith.constant dense<[0x7FC00000, 1.000000e+00, -1.000000e+00]> : tensor<3xf32>
func.func @sign__special() -> tensor<3xf32> {
  %a = arith.constant dense<[0x7FC00000, 0x7F800000, 0xFF800000]> : tensor<3xf32>
  %r0 = qnn.sign %a
      : (tensor<3xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @add
// CHECK{LITERAL}: arith.constant dense<[[8.000000e+00, 8.000000e+00, -1.000000e+00], [9.000000e+00, 7.000000e+00, -3.000000e+00]]> : tensor<2x3xf32>
func.func @add() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.add %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @sub
// CHECK{LITERAL}: arith.constant dense<[[4.000000e+00, 0.000000e+00, 1.500000e+01], [5.000000e+00, -1.000000e+00, 1.300000e+01]]> : tensor<2x3xf32>
func.func @sub() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.sub %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @mul
// CHECK{LITERAL}: arith.constant dense<[[1.200000e+01, 1.600000e+01, -5.600000e+01], [1.400000e+01, 1.200000e+01, -4.000000e+01]]> : tensor<2x3xf32>
func.func @mul() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.mul %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @div
// CHECK{LITERAL}: arith.constant dense<[[3.000000e+00, 1.000000e+00, -8.750000e-01], [3.500000e+00, 7.500000e-01, -6.250000e-01]]> : tensor<2x3xf32>
func.func @div() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.div %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @min
// CHECK{LITERAL}: arith.constant dense<[[2.000000e+00, 4.000000e+00, -8.000000e+00], [2.000000e+00, 3.000000e+00, -8.000000e+00]]> : tensor<2x3xf32>
func.func @min() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.min %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @max
// CHECK{LITERAL}: arith.constant dense<[[6.000000e+00, 4.000000e+00, 7.000000e+00], [7.000000e+00, 4.000000e+00, 5.000000e+00]]> : tensor<2x3xf32>
func.func @max() -> tensor<2x3xf32> {
  %a = arith.constant dense<[[6.0, 4.0, 7.0], [7.0, 3.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[2.0, 4.0, -8.0]> : tensor<3xf32>
  %r0 = qnn.max %a, %b
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %r0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @pow
// CHECK: arith.constant dense<[8.000000e+00, 9.000000e+00, 2.000000e+00]> : tensor<3xf32>
func.func @pow() -> tensor<3xf32> {
  %a = arith.constant dense<[2.0, 3.0, 4.0]> : tensor<3xf32>
  %b = arith.constant dense<[3.0, 2.0, 0.5]> : tensor<3xf32>
  %r0 = qnn.pow %a, %b
      : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %r0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @broadcast_both_ways
// CHECK{LITERAL}: arith.constant dense<[[[2.000000e+00, 2.000000e+00, 4.000000e+00], [-1.000000e+00, -1.000000e+00, 1.000000e+00], [1.000000e+00, 1.000000e+00, 3.000000e+00], [1.000000e+00, 1.000000e+00, 3.000000e+00]], [[3.000000e+00, 4.000000e+00, 3.000000e+00], [0.000000e+00, 1.000000e+00, 0.000000e+00], [2.000000e+00, 3.000000e+00, 2.000000e+00], [2.000000e+00, 3.000000e+00, 2.000000e+00]]]> : tensor<2x4x3xf32>
func.func @broadcast_both_ways() -> tensor<2x4x3xf32> {
  %a = arith.constant dense<[[[0.0, 0.0, 2.0]], [[1.0, 2.0, 1.0]]]> : tensor<2x1x3xf32>
  %b = arith.constant dense<[[-2.0], [1.0], [-1.0], [-1.0]]> : tensor<4x1xf32>
  %r0 = qnn.sub %a, %b
      : (tensor<2x1x3xf32>, tensor<4x1xf32>) -> tensor<2x4x3xf32>
  return %r0 : tensor<2x4x3xf32>
}

// CHECK-LABEL: func.func @broadcast_scalar
// CHECK{LITERAL}: arith.constant dense<[[8.000000e+00, 7.000000e+00], [6.000000e+00, 6.000000e+00]]> : tensor<2x2xf32>
func.func @broadcast_scalar() -> tensor<2x2xf32> {
  %a = arith.constant dense<5.0> : tensor<f32>
  %b = arith.constant dense<[[-3.0, -2.0], [-1.0, -1.0]]> : tensor<2x2xf32>
  %r0 = qnn.sub %a, %b
      : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r0 : tensor<2x2xf32>
}
