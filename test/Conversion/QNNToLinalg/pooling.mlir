// RUN: qnn-opt %s --allow-unregistered-dialect --convert-qnn-to-linalg | FileCheck %s

// One loop nest that reads all taps and writes once.
// CHECK-LABEL: @packed
// CHECK-NOT: linalg.fill
// CHECK: %[[A:.+]] = tensor.extract_slice %{{.+}}[0, 0, 0, 0] [1, 4, 4, 2] [1, 2, 2, 1]
// CHECK: %[[B:.+]] = tensor.extract_slice %{{.+}}[0, 0, 1, 0] [1, 4, 4, 2] [1, 2, 2, 1]
// CHECK: %[[C:.+]] = tensor.extract_slice %{{.+}}[0, 1, 0, 0] [1, 4, 4, 2] [1, 2, 2, 1]
// CHECK: %[[D:.+]] = tensor.extract_slice %{{.+}}[0, 1, 1, 0] [1, 4, 4, 2] [1, 2, 2, 1]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%[[A]], %[[B]], %[[C]], %[[D]] :
// CHECK-COUNT-3: arith.ori
func.func @packed(%x: tensor<1x8x8x2xi32>) -> tensor<1x4x4x2xi32> {
  %0 = qnn.packed_max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x8x8x2xi32>) -> tensor<1x4x4x2xi32>
  return %0 : tensor<1x4x4x2xi32>
}

// The padding of signed codes is the least byte, that of unsigned ones 0.
// CHECK-LABEL: @padding
// CHECK: %[[LEAST:.+]] = arith.constant -128 : i8
// CHECK: linalg.fill ins(%[[LEAST]] : i8)
// CHECK: arith.maxsi
// CHECK: %[[ZERO:.+]] = arith.constant 0 : i8
// CHECK: linalg.fill ins(%[[ZERO]] : i8)
// CHECK: arith.maxui
func.func @padding(%x: tensor<1x8x8x2xi8>) -> (tensor<1x4x4x2xi8>, tensor<1x4x4x2xi8>) {
  %0 = qnn.imax_pool2d %x {code = #qnn.code<4, signed>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>} : (tensor<1x8x8x2xi8>) -> tensor<1x4x4x2xi8>
  %1 = qnn.imax_pool2d %x {code = #qnn.code<4, unsigned>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>} : (tensor<1x8x8x2xi8>) -> tensor<1x4x4x2xi8>
  return %0, %1 : tensor<1x4x4x2xi8>, tensor<1x4x4x2xi8>
}

// Windows at the border have fewer taps to divide by.
// CHECK-LABEL: @average
// CHECK: arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK: arith.divf
func.func @average(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32> {
  %0 = qnn.avg_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>} : (tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

// Which elements are greatest is found where the input is, as bytes, and the gradient does not read it.
// CHECK-LABEL: @max_pool_grad
// CHECK: %[[X:.*]] = "test.input"()
// CHECK-COUNT-4: tensor.extract_slice %[[X]]
// CHECK: %[[GREATEST:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<2x3x2x2xi8>)
// CHECK: %[[G:.*]] = "test.gradient"()
// CHECK-NOT: %[[X]]
// CHECK: %[[PARTS:.*]] = tensor.extract_slice %[[G]]
// CHECK: %[[PLACES:.*]] = tensor.extract_slice %[[GREATEST]]
// CHECK: linalg.generic {{.*}} ins(%[[PARTS]], %[[PLACES]] : tensor<2x3x2x2xf32>, tensor<2x3x2x2xi8>) outs(%{{.*}} : tensor<2x3x2x2x2x2xf32>)
// CHECK: tensor.collapse_shape {{.*}} into tensor<2x3x4x4xf32>
func.func @max_pool_grad() -> tensor<2x3x4x4xf32> {
  %x = "test.input"() : () -> tensor<2x3x4x4xf32>
  %g = "test.gradient"() : () -> tensor<2x3x2x2xf32>
  %0 = qnn.max_pool2d_grad %x, %g {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<2x3x4x4xf32>, tensor<2x3x2x2xf32>) -> tensor<2x3x4x4xf32>
  return %0 : tensor<2x3x4x4xf32>
}
