// RUN: qnn-opt %s --qnn-prefetch-streams --split-input-file | FileCheck %s

module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>} {
memref.global "private" constant @large : memref<16x1024x64xi8> = dense<1>
memref.global "private" constant @small : memref<2x1024x64xi8> = dense<1>

// 1 KB is 16 rows. The first half of a line fetches it, the other does not.
// CHECK-LABEL: func.func @stream
// CHECK: %[[W:.*]] = memref.get_global @large
// CHECK: scf.for %[[BLOCK:.*]] = %c0 to
// CHECK: scf.for %[[STEP:.*]] = %c0 to
// CHECK: %[[AHEAD:.*]] = arith.addi %[[STEP]], %c16
// CHECK: memref.prefetch %[[W]][%[[BLOCK]], %[[AHEAD]], %c0], read, locality<3>, data
// CHECK: vector.load %[[W]][%[[BLOCK]], %[[STEP]], %c0]
// CHECK-NOT: memref.prefetch
// CHECK: vector.load %[[W]][%[[BLOCK]], %[[STEP]], %c32]
func.func @stream(%out: memref<32xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c1024 = arith.constant 1024 : index
  %w = memref.get_global @large : memref<16x1024x64xi8>
  scf.for %block = %c0 to %c16 step %c1 {
    scf.for %step = %c0 to %c1024 step %c1 {
      %0 = vector.load %w[%block, %step, %c0] : memref<16x1024x64xi8>, vector<32xi8>
      %1 = vector.load %w[%block, %step, %c32] : memref<16x1024x64xi8>, vector<32xi8>
      %2 = arith.addi %0, %1 : vector<32xi8>
      vector.store %2, %out[%c0] : memref<32xi8>, vector<32xi8>
    }
  }
  return
}

// A loop over rows of the input reads the weights again: they are kept in the
// cache instead.
// CHECK-LABEL: func.func @again
// CHECK-NOT: memref.prefetch
func.func @again(%out: memref<4x32xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c1024 = arith.constant 1024 : index
  %w = memref.get_global @large : memref<16x1024x64xi8>
  scf.for %row = %c0 to %c4 step %c1 {
    scf.for %step = %c0 to %c1024 step %c1 {
      %0 = vector.load %w[%c0, %step, %c0] : memref<16x1024x64xi8>, vector<32xi8>
      vector.store %0, %out[%row, %c0] : memref<4x32xi8>, vector<32xi8>
    }
  }
  return
}

// CHECK-LABEL: func.func @cached
// CHECK-NOT: memref.prefetch
func.func @cached(%out: memref<32xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c1024 = arith.constant 1024 : index
  %w = memref.get_global @small : memref<2x1024x64xi8>
  scf.for %step = %c0 to %c1024 step %c1 {
    %0 = vector.load %w[%c1, %step, %c0] : memref<2x1024x64xi8>, vector<32xi8>
    vector.store %0, %out[%c0] : memref<32xi8>, vector<32xi8>
  }
  return
}

// Too little for the inner loop, so the steps of the outer one are looked ahead
// in, which go backwards.
// CHECK-LABEL: func.func @backwards
// CHECK: %[[W:.*]] = memref.alloc
// CHECK: scf.for %[[STEP:.*]] = %c0 to
// CHECK: scf.for %[[UNIT:.*]] = %c0 to
// CHECK: %[[INDEX:.*]] = arith.addi
// CHECK: %[[AHEAD:.*]] = arith.addi %[[STEP]], %c2
// CHECK: %[[SLOT:.*]] = arith.subi %c511, %[[AHEAD]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[SLOT]], %c160
// CHECK: %[[OFFSET:.*]] = arith.muli %[[UNIT]], %c16
// CHECK: %[[LATER:.*]] = arith.addi %[[FIRST]], %[[OFFSET]]
// CHECK: memref.prefetch %[[W]][%[[LATER]]], read, locality<3>, data
// CHECK: vector.load %[[W]][%[[INDEX]]]
func.func @backwards(%out: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %c16 = arith.constant 16 : index
  %c160 = arith.constant 160 : index
  %c511 = arith.constant 511 : index
  %c512 = arith.constant 512 : index
  %w = memref.alloc() : memref<81920xf32>
  scf.for %step = %c0 to %c512 step %c1 {
    scf.for %unit = %c0 to %c10 step %c1 {
      %slot = arith.subi %c511, %step : index
      %first = arith.muli %slot, %c160 : index
      %offset = arith.muli %unit, %c16 : index
      %index = arith.addi %first, %offset : index
      %0 = vector.load %w[%index] : memref<81920xf32>, vector<16xf32>
      vector.store %0, %out[%c0] : memref<16xf32>, vector<16xf32>
    }
  }
  return
}
}

// -----

// What the last cache holds comes sooner: 4 lines ahead are enough. Memory wants
// 16.
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
memref.global "private" constant @near : memref<32768x64xi8> = dense<1>
memref.global "private" constant @far : memref<1048576x64xi8> = dense<1>

// CHECK-LABEL: func.func @distances
// CHECK: %[[NEAR:.*]] = memref.get_global @near
// CHECK: %[[FAR:.*]] = memref.get_global @far
// CHECK: %[[SOON:.*]] = arith.addi %{{.*}}, %c4
// CHECK: memref.prefetch %[[NEAR]][%[[SOON]], %c0]
// CHECK: %[[LATE:.*]] = arith.addi %{{.*}}, %c16
// CHECK: memref.prefetch %[[FAR]][%[[LATE]], %c0]
func.func @distances(%out: memref<64xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32768 = arith.constant 32768 : index
  %near = memref.get_global @near : memref<32768x64xi8>
  %far = memref.get_global @far : memref<1048576x64xi8>
  scf.for %step = %c0 to %c32768 step %c1 {
    %0 = vector.load %near[%step, %c0] : memref<32768x64xi8>, vector<64xi8>
    %1 = vector.load %far[%step, %c0] : memref<1048576x64xi8>, vector<64xi8>
    %2 = arith.addi %0, %1 : vector<64xi8>
    vector.store %2, %out[%c0] : memref<64xi8>, vector<64xi8>
  }
  return
}
}
