// RUN: qnn-opt %s --qnn-split-destinations | FileCheck %s

// Each result has a buffer from where it is written on.
// CHECK-LABEL: @two
// CHECK-NEXT: %[[A:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: %[[X:.*]] = linalg.exp {{.*}} outs(%[[A]] : tensor<4xf32>)
// CHECK-NEXT: %[[B:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: linalg.exp ins(%[[X]] : tensor<4xf32>) outs(%[[B]] : tensor<4xf32>)
func.func @two(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%1 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// Two results of one op, too.
// CHECK-LABEL: @results
// CHECK: linalg.generic
// CHECK-SAME: outs(%[[A:[^,]*]], %[[B:[^ ]*]] :
// CHECK-NOT: outs(%[[A]], %[[A]]
func.func @results(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = tensor.empty() : tensor<4xf32>
  %1:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                         iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%0, %0 : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %2 = arith.negf %a : f32
    linalg.yield %a, %2 : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  return %1#0, %1#1 : tensor<4xf32>, tensor<4xf32>
}

// What a loop uses within stays one outside of it.
// CHECK-LABEL: @loop
// CHECK: %[[START:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: %[[OWN:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: scf.for {{.*}} iter_args(%{{.*}} = %[[START]])
// CHECK-NEXT: linalg.exp {{.*}} outs(%[[OWN]] : tensor<4xf32>)
// CHECK-NEXT: linalg.exp {{.*}} outs(%[[OWN]] : tensor<4xf32>)
func.func @loop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %0 = tensor.empty() : tensor<4xf32>
  %1 = scf.for %i = %c0 to %c8 step %c1 iter_args(%t = %0) -> tensor<4xf32> {
    %2 = linalg.exp ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    %3 = linalg.exp ins(%2 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %3 : tensor<4xf32>
  }
  return %1 : tensor<4xf32>
}

// Zeros that are written to are filled in where they are written; one is kept for those that are only read.
// CHECK-LABEL: @zeros
// CHECK: %[[E:.*]] = tensor.empty()
// CHECK-NEXT: %[[ZEROS:.*]] = linalg.fill {{.*}} outs(%[[E]]
// CHECK: %[[A:.*]] = tensor.empty()
// CHECK-NEXT: %[[OWN:.*]] = linalg.fill {{.*}} outs(%[[A]]
// CHECK-NEXT: linalg.reduce {{.*}} outs(%[[OWN]]
// CHECK: %[[B:.*]] = tensor.empty()
// CHECK-NEXT: %[[OTHER:.*]] = linalg.fill {{.*}} outs(%[[B]]
// CHECK-NEXT: linalg.reduce {{.*}} outs(%[[OTHER]]
// CHECK: linalg.exp ins(%[[ZEROS]]
func.func @zeros(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %c = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.fill ins(%c : f32) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.reduce {arith.addf} ins(%x : tensor<4x8xf32>) outs(%1 : tensor<4xf32>) dimensions = [1]
  %3 = linalg.reduce {arith.addf} ins(%y : tensor<4x8xf32>) outs(%1 : tensor<4xf32>) dimensions = [1]
  %4 = linalg.exp ins(%1 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  return %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
