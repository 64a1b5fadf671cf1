// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// CHECK-LABEL: @mean
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
// CHECK: arith.addf
// CHECK: %[[COUNT:.+]] = arith.constant 1.000000e+01
// CHECK: arith.divf %{{.+}}, %[[COUNT]]
// CHECK: tensor.expand_shape
func.func @mean(%x: tensor<2x10xf32>) -> tensor<2x1xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x10xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// CHECK-LABEL: @softmax
// CHECK: arith.cmpf ogt
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.divf
func.func @softmax(%x: tensor<1x10xf32>) -> tensor<1x10xf32> {
  %0 = qnn.softmax %x {axis = 1} : (tensor<1x10xf32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// Of equals the first wins: only a greater element replaces the best.
// CHECK-LABEL: @argmax
// CHECK: %[[R:.+]]:2 = linalg.generic
// CHECK: linalg.index 1
// CHECK: arith.cmpf ugt, %[[X:.+]], %[[BEST:.+]] : f32
// CHECK: arith.cmpf ord, %[[X]], %[[X]]
// CHECK: return %[[R]]#1
func.func @argmax(%x: tensor<1x10xf32>) -> tensor<1xi64> {
  %0 = qnn.argmax %x {axis = 1} : (tensor<1x10xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// CHECK-LABEL: @top_k
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.for
// CHECK: tensor.extract
// CHECK: tensor.insert %{{.+}} : tensor<1x3xf32>
// CHECK: tensor.insert %{{.+}} : tensor<1x3xi64>
func.func @top_k(%x: tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi64>) {
  %0, %1 = qnn.top_k %x {k = 3} : (tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi64>)
  return %0, %1 : tensor<1x3xf32>, tensor<1x3xi64>
}
