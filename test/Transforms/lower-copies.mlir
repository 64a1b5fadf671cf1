// RUN: qnn-opt %s --qnn-lower-copies | FileCheck %s

// A strided copy would need a runtime function.
// CHECK-LABEL: @strided
// CHECK-NOT: memref.copy
// CHECK: linalg.generic
func.func @strided(%x: memref<4x8xf32>, %y: memref<4x4xf32>) {
  %0 = memref.subview %x[0, 0] [4, 4] [1, 1] : memref<4x8xf32> to memref<4x4xf32, strided<[8, 1]>>
  memref.copy %0, %y : memref<4x4xf32, strided<[8, 1]>> to memref<4x4xf32>
  return
}

// Whole rows of the outermost dimension lie together: memcpy does it.
// CHECK-LABEL: @contiguous
// CHECK: memref.copy
// CHECK-NOT: linalg.generic
func.func @contiguous(%x: memref<4x8xf32>, %y: memref<2x8xf32>) {
  %0 = memref.subview %x[2, 0] [2, 8] [1, 1] : memref<4x8xf32> to memref<2x8xf32, strided<[8, 1], offset: 16>>
  memref.copy %0, %y : memref<2x8xf32, strided<[8, 1], offset: 16>> to memref<2x8xf32>
  return
}
