// Loops too short for LLVM's vectorizer of loops, which unrolls them before, are
// vectors nevertheless. A function that counts bits of words is left alone.

// RUN: qnn-compile %s --target=x86-64-v3 --emit=asm -o - | FileCheck %s
// CHECK-LABEL: short_loops_run:
// CHECK-NOT: addss
// CHECK-COUNT-4: vaddps {{.*}}%ymm
// CHECK-NOT: addss
// CHECK-LABEL: short_loops_call:
module @short_loops {
func.func @short_loops(%x: tensor<5000x32xf32>, %bias: tensor<32xf32>) -> tensor<5000x32xf32> {
  %0 = qnn.bias_add %x, %bias {axis = 1 : i64} : (tensor<5000x32xf32>, tensor<32xf32>) -> tensor<5000x32xf32>
  return %0 : tensor<5000x32xf32>
}
}
