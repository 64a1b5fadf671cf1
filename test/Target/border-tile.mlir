// Where a tile lies at the border of the image, the taps that only some of its
// pixels have are straight code. No term of a sum waits on the stack for the
// next one, and what is spilled there fills whole lines of the cache.

// RUN: qnn-compile %s --emit=asm --target=znver4 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --implicit-check-not='vpopcntd {{.*}}(%rsp)' \
// RUN:   --implicit-check-not='vmovups %zmm{{.*}}(%rsp)' --implicit-check-not='vmovdqu64 %zmm{{.*}}(%rsp)'
// CHECK-LABEL: layer_run:
// CHECK: andq $-64, %rsp
// CHECK: vpopcntd

module @layer {
func.func @layer(%x: tensor<1x56x56x64xi8>, %t: tensor<64x1xi32>) -> tensor<1x56x56x64xi8> {
  %w = arith.constant dense<1> : tensor<64x3x3x64xi8>
  %0 = qnn.iconv2d %x, %w {pads = array<i64: 1, 1, 1, 1>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
      : (tensor<1x56x56x64xi8>, tensor<64x3x3x64xi8>) -> tensor<1x56x56x64xi32>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 3} : (tensor<1x56x56x64xi32>, tensor<64x1xi32>) -> tensor<1x56x56x64xi8>
  return %1 : tensor<1x56x56x64xi8>
}
}
