// RUN: qnn-opt %s --qnn-update-in-place --split-input-file --verify-diagnostics | FileCheck %s
// RUN: not qnn-opt %s --qnn-loops-pipeline --split-input-file | FileCheck %s --check-prefix=LOOPS

// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[W:.*]]: memref<4xf32> {qnn.state = 0 : i64}
// CHECK-SAME: %[[X:.*]]: tensor<4xf32> {bufferization.writable = false}
// CHECK-SAME: -> (tensor<4xf32> {qnn.name = "sum"})
// CHECK: %[[OLD:.*]] = bufferization.to_tensor %[[W]] restrict writable
// CHECK: %[[NEW:.*]] = qnn.add %[[OLD]], %[[X]]
// CHECK: %[[SUM:.*]] = qnn.mul %[[OLD]], %[[X]]
// CHECK: bufferization.materialize_in_destination %[[NEW]] in restrict writable %[[W]]
// CHECK: return %[[SUM]]

// The old value is read before the new one is written over it.
// LOOPS-LABEL: func.func @step
// LOOPS-SAME: %[[W:.*]]: memref<4xf32> {qnn.state = 0 : i64}
// LOOPS: arith.mulf
// LOOPS: memref.copy %{{.*}}, %[[W]]
func.func @step(%w: tensor<4xf32> {qnn.state = 0}, %x: tensor<4xf32>)
    -> (tensor<4xf32> {qnn.state = 0}, tensor<4xf32> {qnn.name = "sum"}) {
  %new = qnn.add %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %sum = qnn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %new, %sum : tensor<4xf32>, tensor<4xf32>
}

// -----

// A function without states keeps its results.
// CHECK-LABEL: func.func @plain(%arg0: tensor<4xf32>) -> tensor<4xf32>
func.func @plain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// States may change places.
// CHECK-LABEL: func.func @swap
// CHECK-DAG: %[[A:.*]] = bufferization.to_tensor %arg0
// CHECK-DAG: %[[B:.*]] = bufferization.to_tensor %arg1
// CHECK: %[[NEWA:.*]] = bufferization.alloc_tensor() copy(%[[B]])
// CHECK: %[[NEWB:.*]] = bufferization.alloc_tensor() copy(%[[A]])
// CHECK: materialize_in_destination %[[NEWA]] in restrict writable %arg0
// CHECK: materialize_in_destination %[[NEWB]] in restrict writable %arg1
func.func @swap(%a: tensor<4xf32> {qnn.state = 0}, %b: tensor<4xf32> {qnn.state = 1})
    -> (tensor<4xf32> {qnn.state = 0}, tensor<4xf32> {qnn.state = 1}) {
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{expected an argument of type 'tensor<4xf32>' with the state of result #0}}
func.func @missing(%x: tensor<4xf32>) -> (tensor<4xf32> {qnn.state = 7}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected one argument for state 0, but got two}}
func.func @twice(%x: tensor<4xf32> {qnn.state = 0}, %y: tensor<4xf32> {qnn.state = 0})
    -> (tensor<4xf32> {qnn.state = 0}) {
  return %x : tensor<4xf32>
}
