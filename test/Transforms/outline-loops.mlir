// RUN: qnn-opt %s --qnn-outline-loops=min-ops=1 --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-outline-loops=min-ops=1 --duplicate-function-elimination --split-input-file | FileCheck %s --check-prefix=ONCE
// RUN: qnn-opt %s --qnn-outline-loops --split-input-file | FileCheck %s --check-prefix=SMALL

// A small function keeps its loops.
// SMALL-NOT: call

// Each loop becomes a function of the buffers that it uses, which do not
// overlap; what it allocates is the caller's. Equal loops become one function.
// CHECK-LABEL: func.func @layers(
// CHECK-SAME: %[[X:.*]]: memref<64xf32>, %[[Y:.*]]: memref<64xf32>)
// CHECK: %[[T:.*]] = memref.alloc() : memref<64xf32>
// CHECK: %[[S:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NOT: scf.for
// CHECK: call @layers_part0(%[[X]], %[[S]], %[[T]])
// CHECK: %[[S1:.*]] = memref.alloc() : memref<4xf32>
// CHECK: call @layers_part1(%[[T]], %[[S1]], %[[Y]])
// CHECK: return
// CHECK: func.func private @layers_part1(
// CHECK: func.func private @layers_part0(
// CHECK-SAME: memref<64xf32> {llvm.noalias},
// CHECK-SAME: memref<4xf32> {llvm.align = 64 : i64, llvm.noalias},
// CHECK-SAME: memref<64xf32> {llvm.align = 64 : i64, llvm.noalias})
// CHECK-SAME: attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["noinline"]}
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK: memref.store
// CHECK: return

// ONCE-LABEL: func.func @equal(
// ONCE: call @equal_part[[N:[01]]](%{{.*}}, %{{.*}}) :
// ONCE: call @equal_part[[N]](
// ONCE: func.func private
// ONCE-NOT: func.func private
func.func @layers(%x: memref<64xf32>, %y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %t = memref.alloc() : memref<64xf32>
  scf.for %i = %c0 to %c64 step %c1 {
    %s = memref.alloc() : memref<4xf32>
    %0 = memref.load %x[%i] : memref<64xf32>
    memref.store %0, %s[%c0] : memref<4xf32>
    %1 = memref.load %s[%c0] : memref<4xf32>
    memref.store %1, %t[%i] : memref<64xf32>
    memref.dealloc %s : memref<4xf32>
  }
  scf.for %i = %c0 to %c64 step %c1 {
    %s = memref.alloc() : memref<4xf32>
    %0 = memref.load %t[%i] : memref<64xf32>
    memref.store %0, %s[%c0] : memref<4xf32>
    %1 = memref.load %s[%c0] : memref<4xf32>
    memref.store %1, %y[%i] : memref<64xf32>
    memref.dealloc %s : memref<4xf32>
  }
  return
}

// -----

func.func @equal(%x: memref<64xf32>, %y: memref<64xf32>, %z: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %c64 step %c1 {
    %0 = memref.load %x[%i] : memref<64xf32>
    memref.store %0, %y[%i] : memref<64xf32>
  }
  scf.for %i = %c0 to %c64 step %c1 {
    %0 = memref.load %y[%i] : memref<64xf32>
    memref.store %0, %z[%i] : memref<64xf32>
  }
  return
}

// -----

// A view of unknown place, a loop with a result: they stay.
// CHECK-LABEL: func.func @stays(
// CHECK-NOT: call
// CHECK: return
func.func @stays(%x: memref<64xf32>, %y: memref<64xf32>, %first: i1, %sum: memref<f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %either = scf.if %first -> memref<64xf32> {
    scf.yield %x : memref<64xf32>
  } else {
    scf.yield %y : memref<64xf32>
  }
  scf.for %i = %c0 to %c64 step %c1 {
    memref.store %zero, %either[%i] : memref<64xf32>
  }
  %0 = scf.for %i = %c0 to %c64 step %c1 iter_args(%a = %zero) -> f32 {
    %1 = memref.load %x[%i] : memref<64xf32>
    %2 = arith.addf %a, %1 : f32
    scf.yield %2 : f32
  }
  memref.store %0, %sum[] : memref<f32>
  return
}
