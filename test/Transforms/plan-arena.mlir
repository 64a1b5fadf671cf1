// RUN: qnn-opt %s --qnn-plan-arena --split-input-file --verify-diagnostics | FileCheck %s

// %0 is dead when %2 begins, so both lie at the same place.
// CHECK: module attributes {qnn.arena_bytes = 256 : i64}
// CHECK-LABEL: @reuse
// CHECK-SAME: %[[ARENA:[^ ]*]]: memref<256xi8>
// CHECK: %[[A:.*]] = arith.constant [[FIRST:.*]] : index
// CHECK: memref.view %[[ARENA]][%[[A]]][] : memref<256xi8> to memref<32xf32>
// CHECK: %[[B:.*]] = arith.constant [[SECOND:.*]] : index
// CHECK: memref.view %[[ARENA]][%[[B]]][] : memref<256xi8> to memref<32xf32>
// CHECK: %[[C:.*]] = arith.constant [[FIRST]] : index
// CHECK: memref.view %[[ARENA]][%[[C]]][] : memref<256xi8> to memref<32xf32>
func.func @reuse(%x: memref<32xf32>) {
  %0 = memref.alloc() : memref<32xf32>
  memref.copy %x, %0 : memref<32xf32> to memref<32xf32>
  %1 = memref.alloc() : memref<32xf32>
  memref.copy %0, %1 : memref<32xf32> to memref<32xf32>
  %2 = memref.alloc() : memref<32xf32>
  memref.copy %1, %2 : memref<32xf32> to memref<32xf32>
  memref.copy %2, %x : memref<32xf32> to memref<32xf32>
  return
}

// -----

// %0 is read through a view after %1 is written: they must not share.
// CHECK: module attributes {qnn.arena_bytes = 256 : i64}
// CHECK-LABEL: @view
func.func @view(%x: memref<32xf32>) {
  %0 = memref.alloc() : memref<32xf32>
  %1 = memref.alloc() : memref<32xf32>
  %2 = memref.expand_shape %0 [[0, 1]] output_shape [4, 8] : memref<32xf32> into memref<4x8xf32>
  memref.copy %x, %1 : memref<32xf32> to memref<32xf32>
  %3 = memref.collapse_shape %2 [[0, 1]] : memref<4x8xf32> into memref<32xf32>
  memref.copy %3, %1 : memref<32xf32> to memref<32xf32>
  return
}

// -----

// What a loop allocates lives as long as the loop; places are multiples of 64.
// CHECK: module attributes {qnn.arena_bytes = 128 : i64}
// CHECK-LABEL: @loop
// CHECK-SAME: %[[ARENA:[^ ]*]]: memref<128xi8>
// CHECK: memref.view
// CHECK: memref.view
// CHECK: scf.for
// CHECK-NOT: memref.alloc
func.func @loop(%x: memref<3xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %0 = memref.alloc() : memref<3xf32>
  scf.for %i = %c0 to %c9 step %c1 {
    %1 = memref.alloc() : memref<3xf32>
    memref.copy %x, %1 : memref<3xf32> to memref<3xf32>
    memref.copy %1, %0 : memref<3xf32> to memref<3xf32>
  }
  memref.copy %0, %x : memref<3xf32> to memref<3xf32>
  return
}

// -----

func.func @dynamic(%n: index) {
  // expected-error @+1 {{expected a static size for the arena, but got 'memref<?xf32>'}}
  %0 = memref.alloc(%n) : memref<?xf32>
  return
}
