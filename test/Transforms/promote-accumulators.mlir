// RUN: qnn-opt %s --qnn-promote-accumulators --split-input-file | FileCheck %s

// A sum over two dimensions is carried by both loops.
// CHECK-LABEL: func.func @sum
// CHECK: %[[SUM:.*]] = memref.alloc
// CHECK: %[[START:.*]] = memref.load %[[SUM]][%{{.*}}]
// CHECK: %[[TOTAL:.*]] = scf.for {{.*}} iter_args(%[[OUTER:.*]] = %[[START]])
// CHECK: %[[ROW:.*]] = scf.for {{.*}} iter_args(%[[OLD:.*]] = %[[OUTER]])
// CHECK: %[[NEW:.*]] = arith.addf %[[OLD]], %{{.*}} fastmath<reassoc>
// CHECK: scf.yield %[[NEW]]
// CHECK: scf.yield %[[ROW]]
// CHECK: memref.store %[[TOTAL]], %[[SUM]]
func.func @sum(%in: memref<4x64xf32>, %out: memref<1xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloc() : memref<1xf32>
  memref.store %zero, %sum[%c0] : memref<1xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %c64 step %c1 {
      %x = memref.load %in[%i, %j] : memref<4x64xf32>
      %old = memref.load %sum[%c0] : memref<1xf32>
      %new = arith.addf %old, %x : f32
      memref.store %new, %sum[%c0] : memref<1xf32>
    }
  }
  memref.copy %sum, %out : memref<1xf32> to memref<1xf32>
  return
}

// -----

// The loop reads another element of the buffer.
// CHECK-LABEL: func.func @chain
// CHECK-NOT: iter_args
func.func @chain(%out: memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %sum = memref.alloc() : memref<2xf32>
  scf.for %j = %c0 to %c64 step %c1 {
    %x = memref.load %sum[%c1] : memref<2xf32>
    %old = memref.load %sum[%c0] : memref<2xf32>
    %new = arith.addf %old, %x : f32
    memref.store %new, %sum[%c0] : memref<2xf32>
  }
  memref.copy %sum, %out : memref<2xf32> to memref<2xf32>
  return
}

// -----

// Arguments of a function do not overlap.
// CHECK-LABEL: func.func @argument
// CHECK: %[[TOTAL:.*]] = scf.for {{.*}} iter_args
// CHECK: memref.store %[[TOTAL]]
func.func @argument(%in: memref<64xf32>, %sum: memref<1xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %j = %c0 to %c64 step %c1 {
    %x = memref.load %in[%j] : memref<64xf32>
    %old = memref.load %sum[%c0] : memref<1xf32>
    %new = arith.addf %old, %x : f32
    memref.store %new, %sum[%c0] : memref<1xf32>
  }
  return
}

// -----

// A view may be the memory of another one.
// CHECK-LABEL: func.func @view
// CHECK-NOT: iter_args
func.func @view(%in: memref<64xf32>, %all: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %sum = memref.subview %all[3] [1] [1] : memref<64xf32> to memref<1xf32, strided<[1], offset: 3>>
  scf.for %j = %c0 to %c64 step %c1 {
    %x = memref.load %in[%j] : memref<64xf32>
    %old = memref.load %sum[%c0] : memref<1xf32, strided<[1], offset: 3>>
    %new = arith.addf %old, %x : f32
    memref.store %new, %sum[%c0] : memref<1xf32, strided<[1], offset: 3>>
  }
  return
}

// -----

// A product is no sum: its order stays.
// CHECK-LABEL: func.func @product
// CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
func.func @product(%in: memref<64xf32>, %out: memref<1xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %all = memref.alloc() : memref<1xf32>
  scf.for %j = %c0 to %c64 step %c1 {
    %x = memref.load %in[%j] : memref<64xf32>
    %old = memref.load %all[%c0] : memref<1xf32>
    %new = arith.mulf %old, %x : f32
    memref.store %new, %all[%c0] : memref<1xf32>
  }
  memref.copy %all, %out : memref<1xf32> to memref<1xf32>
  return
}
