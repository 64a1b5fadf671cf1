// RUN: qnn-opt %s --qnn-prepare-training="distill=0.25 temperature=2" | FileCheck %s

// CHECK-LABEL: func.func @net
// CHECK-SAME: %[[Z:.*]]: tensor<4x3xf32>, %[[L:.*]]: tensor<4xi64> {qnn.labels, qnn.name = "labels"}, %[[T:.*]]: tensor<4x3xf32> {qnn.name = "teacher", qnn.teacher})
func.func @net(%z: tensor<4x3xf32>) -> tensor<4x3xf32> {
  // CHECK: %[[HARD:.*]] = qnn.softmax_cross_entropy %[[Z]], %[[L]]
  // CHECK: %[[HALF:.*]] = arith.constant dense<5.000000e-01>
  // CHECK: %[[COLD:.*]] = qnn.mul %[[T]], %[[HALF]]
  // CHECK: %[[SOFT:.*]] = qnn.softmax %[[COLD]] {axis = 1 : i64}
  // CHECK: %[[OWN:.*]] = qnn.mul %[[Z]], %{{.*}}
  // CHECK: %[[H:.*]] = qnn.softmax_cross_entropy %[[OWN]], %[[SOFT]]
  // CHECK: %[[C:.*]] = arith.constant dense<7.500000e-01>
  // CHECK: %[[A:.*]] = qnn.mul %[[HARD]], %[[C]]
  // CHECK: %[[D:.*]] = arith.constant dense<1.000000e+00>
  // CHECK: %[[B:.*]] = qnn.mul %[[H]], %[[D]]
  // CHECK: %[[LOSS:.*]] = qnn.add %[[A]], %[[B]]
  // CHECK: return %[[LOSS]]
  return %z : tensor<4x3xf32>
}
