// RUN: qnn-compile %s --emit=loops --target=znver4 --threads=2 -o - | FileCheck %s
// RUN: qnn-run %s --compare --rtol=1e-5
// RUN: qnn-run %s --compare --rtol=1e-5 --threads=2
// Two results of 36 MB, more than the last cache has: one is the caller's
// memory, the other a buffer of the arena, which another loop reads. Stores to
// them go past the caches; each thread ends with a fence.
// CHECK-LABEL: func.func private @great_loop3
// CHECK-NOT: scf.if
// CHECK: nontemporal = true
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"()
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @great_loop2
// CHECK-NOT: sfence
// CHECK-LABEL: func.func private @great_loop1
// CHECK: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %arg2
// CHECK: scf.if
// CHECK-NEXT: vector.store {{.*}}nontemporal = true
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"()
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @great_loop0
// CHECK-NOT: sfence
func.func @great(%x: tensor<3000x5xf32> {qnn.name = "x"}, %w: tensor<5x3008xf32> {qnn.name = "w"})
    -> (tensor<3000x3008xf32> {qnn.name = "y"}, tensor<3008x3000xf32> {qnn.name = "z"}) {
  %0 = qnn.matmul %x, %w : (tensor<3000x5xf32>, tensor<5x3008xf32>) -> tensor<3000x3008xf32>
  %1 = qnn.neg %x : (tensor<3000x5xf32>) -> tensor<3000x5xf32>
  %2 = qnn.matmul %1, %w : (tensor<3000x5xf32>, tensor<5x3008xf32>) -> tensor<3000x3008xf32>
  %3 = qnn.transpose %2 {permutation = array<i64: 1, 0>} : (tensor<3000x3008xf32>) -> tensor<3008x3000xf32>
  return %0, %3 : tensor<3000x3008xf32>, tensor<3008x3000xf32>
}
