// RUN: qnn-opt %s --qnn-return-buffers --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-return-buffers --buffer-results-to-out-params="hoist-static-allocs modify-public-functions" \
// RUN:   --canonicalize --split-input-file | FileCheck %s --check-prefix=ARGUMENTS

// A buffer is made in the shape of the result, and seen in its own by who writes it.
// CHECK-LABEL: func.func @expanded
// CHECK: %[[A:.*]] = memref.alloc() {alignment = 64 : i64} : memref<2x2x3xf32>
// CHECK: %[[B:.*]] = memref.collapse_shape %[[A]] {{\[\[}}0], [1, 2]] : memref<2x2x3xf32> into memref<2x6xf32>
// CHECK: memref.store %{{.*}}, %[[B]]
// CHECK: return %[[A]]
// ARGUMENTS-LABEL: func.func @expanded
// ARGUMENTS-SAME: %[[OUT:[a-z0-9]*]]: memref<2x2x3xf32>)
// ARGUMENTS-NOT: memref.alloc
// ARGUMENTS-NOT: memref.copy
// ARGUMENTS: memref.collapse_shape %[[OUT]]
func.func @expanded(%x: f32, %i: index) -> memref<2x2x3xf32> {
  %0 = memref.alloc() {alignment = 64 : i64} : memref<2x6xf32>
  memref.store %x, %0[%i, %i] : memref<2x6xf32>
  %1 = memref.expand_shape %0 [[0], [1, 2]] output_shape [2, 2, 3] : memref<2x6xf32> into memref<2x2x3xf32>
  return %1 : memref<2x2x3xf32>
}

// -----

// Through several shapes.
// CHECK-LABEL: func.func @chain
// CHECK: %[[A:.*]] = memref.alloc() : memref<3x4xf32>
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[A]] {{\[\[}}0, 1]] : memref<3x4xf32> into memref<12xf32>
// CHECK: %[[B:.*]] = memref.expand_shape %[[FLAT]] {{\[\[}}0, 1]] output_shape [2, 6] : memref<12xf32> into memref<2x6xf32>
// CHECK: memref.store %{{.*}}, %[[B]]
// CHECK: return %[[A]]
// ARGUMENTS-LABEL: func.func @chain
// ARGUMENTS-NOT: memref.copy
// ARGUMENTS: return
func.func @chain(%x: f32, %i: index) -> memref<3x4xf32> {
  %0 = memref.alloc() : memref<2x6xf32>
  memref.store %x, %0[%i, %i] : memref<2x6xf32>
  %1 = memref.collapse_shape %0 [[0, 1]] : memref<2x6xf32> into memref<12xf32>
  %2 = memref.expand_shape %1 [[0, 1]] output_shape [3, 4] : memref<12xf32> into memref<3x4xf32>
  return %2 : memref<3x4xf32>
}

// -----

// One buffer is not two results, in no shape.
// CHECK-LABEL: func.func @twice
// CHECK: %[[A:.*]] = memref.alloc() : memref<6xf32>
// CHECK: memref.store %{{.*}}, %[[A]]
// CHECK: %[[SHAPE:.*]] = memref.expand_shape
// CHECK: %[[B:.*]] = memref.alloc() : memref<6xf32>
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: %[[C:.*]] = memref.alloc() : memref<2x3xf32>
// CHECK: memref.copy %[[SHAPE]], %[[C]]
// CHECK: return %[[A]], %[[B]], %[[C]]
// ARGUMENTS-LABEL: func.func @twice
// ARGUMENTS-SAME: %[[A:[a-z0-9]*]]: memref<6xf32>, %[[B:[a-z0-9]*]]: memref<6xf32>, %[[C:[a-z0-9]*]]: memref<2x3xf32>)
// ARGUMENTS: memref.store %{{.*}}, %[[A]]
// ARGUMENTS: memref.copy %[[A]], %[[B]]
// ARGUMENTS: memref.copy %{{.*}}, %[[C]]
func.func @twice(%x: f32, %i: index) -> (memref<6xf32>, memref<6xf32>, memref<2x3xf32>) {
  %0 = memref.alloc() : memref<6xf32>
  memref.store %x, %0[%i] : memref<6xf32>
  %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
  return %0, %0, %1 : memref<6xf32>, memref<6xf32>, memref<2x3xf32>
}

// -----

// What is no buffer of the function is copied by the caller of this pass.
// CHECK-LABEL: func.func @argument
// CHECK-NEXT: return %{{.*}} : memref<6xf32>
// ARGUMENTS-LABEL: func.func @argument
// ARGUMENTS: memref.copy
func.func @argument(%x: memref<6xf32>) -> memref<6xf32> {
  return %x : memref<6xf32>
}
