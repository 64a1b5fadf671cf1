// RUN: qnn-opt %s --qnn-stream-stores --split-input-file | FileCheck %s

// Memory of the arena begins with a line: each row of 16 floats is one.
// CHECK-LABEL: func.func @lines
// CHECK: scf.for
// CHECK-NEXT: vector.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] {alignment = 64 : i64, nontemporal = true}
// CHECK: }
// CHECK-NEXT: llvm.call_intrinsic "llvm.x86.sse.sfence"()
// CHECK-NEXT: return
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
func.func @lines(%y: memref<1048576x16xf32> {llvm.align = 64 : i64}, %x: vector<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.constant 1048576 : index
  scf.for %i = %c0 to %end step %c1 {
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<1048576x16xf32>
  }
  return
}
}

// -----

// Of what the caller may have put anywhere, its begin decides. Halves of a line
// are stored after one another, in whatever order they were; what is not a
// whole line is stored as it was.
// CHECK-LABEL: func.func @argument
// CHECK: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %arg0
// CHECK: %[[REST:.*]] = arith.andi %[[ADDRESS]], %c63
// CHECK: %[[ALIGNED:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK: scf.for
// CHECK: memref.expand_shape
// CHECK: scf.if %[[ALIGNED]] {
// CHECK-NEXT: vector.store %arg1, %{{.*}} {alignment = 32 : i64, nontemporal = true}
// CHECK-NEXT: vector.store %arg2, %{{.*}} {alignment = 32 : i64, nontemporal = true}
// CHECK-NEXT: } else {
// CHECK-NEXT: vector.transfer_write %arg1
// CHECK-NEXT: vector.transfer_write %arg2
// CHECK-NEXT: }{{$}}
// CHECK-NEXT: vector.transfer_write %arg3
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"()
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver1", features = "+avx2", vector_bits = 256, registers = 16>} {
func.func @argument(%y: memref<8388608xf32>, %a: vector<8xf32>, %b: vector<8xf32>, %c: vector<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c32 = arith.constant 32 : index
  %c40 = arith.constant 40 : index
  %end = arith.constant 100 : index
  scf.for %i = %c0 to %end step %c1 {
    %rows = memref.expand_shape %y [[0, 1]] output_shape [131072, 64] : memref<8388608xf32> into memref<131072x64xf32>
    %0 = arith.muli %i, %c32 : index
    %1 = arith.addi %0, %c8 : index
    %2 = arith.addi %0, %c40 : index
    vector.transfer_write %b, %rows[%i, %1] {in_bounds = [true]} : vector<8xf32>, memref<131072x64xf32>
    vector.transfer_write %a, %rows[%i, %0] {in_bounds = [true]} : vector<8xf32>, memref<131072x64xf32>
    vector.transfer_write %c, %rows[%i, %2] {in_bounds = [true]} : vector<8xf32>, memref<131072x64xf32>
  }
  return
}
}

// -----

// What is read there, fits a cache, or begins within a line is left alone.
// CHECK-LABEL: func.func @read
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @small
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @within
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @half
// CHECK-NOT: nontemporal
// CHECK-NOT: sfence
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
func.func @read(%y: memref<1048576x16xf32> {llvm.align = 64 : i64}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %end = arith.constant 1048576 : index
  scf.for %i = %c0 to %end step %c1 {
    %x = vector.transfer_read %y[%i, %c0], %zero {in_bounds = [true]} : memref<1048576x16xf32>, vector<16xf32>
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<1048576x16xf32>
  }
  return
}
func.func @small(%y: memref<524288x16xf32> {llvm.align = 64 : i64}, %x: vector<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.constant 524288 : index
  scf.for %i = %c0 to %end step %c1 {
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<524288x16xf32>
  }
  return
}
func.func @within(%y: memref<1048576x24xf32> {llvm.align = 64 : i64}, %x: vector<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.constant 1048576 : index
  scf.for %i = %c0 to %end step %c1 {
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<1048576x24xf32>
  }
  return
}
func.func @half(%y: memref<1048576x16xf32> {llvm.align = 64 : i64}, %x: vector<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.constant 1048576 : index
  scf.for %i = %c0 to %end step %c1 {
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<8xf32>, memref<1048576x16xf32>
  }
  return
}
}

// -----

// Another kind of machine has no such fence.
// CHECK-LABEL: func.func @neon
// CHECK-NOT: nontemporal
module attributes {qnn.target = #qnn.target<triple = "aarch64-unknown-linux-gnu", cpu = "generic", features = "+neon", vector_bits = 128, registers = 32>} {
func.func @neon(%y: memref<1048576x16xf32> {llvm.align = 64 : i64}, %x: vector<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c12 = arith.constant 12 : index
  %end = arith.constant 1048576 : index
  scf.for %i = %c0 to %end step %c1 {
    vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<4xf32>, memref<1048576x16xf32>
    vector.transfer_write %x, %y[%i, %c4] {in_bounds = [true]} : vector<4xf32>, memref<1048576x16xf32>
    vector.transfer_write %x, %y[%i, %c8] {in_bounds = [true]} : vector<4xf32>, memref<1048576x16xf32>
    vector.transfer_write %x, %y[%i, %c12] {in_bounds = [true]} : vector<4xf32>, memref<1048576x16xf32>
  }
  return
}
}
