// A loop as long as a register is vectorized itself. Unrolled first, sums over
// the pixels of a channel became vectors of channels, gathered from all over
// memory.

// RUN: qnn-compile %s --target=x86-64-v3 --emit=asm -o - | FileCheck %s
// CHECK-LABEL: long_loops_run:
// CHECK-NOT: vinsertps
// CHECK-COUNT-4: vaddps {{.*}}%ymm
// CHECK-NOT: vinsertps
// CHECK-LABEL: long_loops_call:
module @long_loops {
func.func @long_loops(%x: tensor<50x512x64xf32>) -> tensor<512xf32> {
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0, 2>} : (tensor<50x512x64xf32>) -> tensor<512xf32>
  return %0 : tensor<512xf32>
}
}
