// The innermost loop of a binary convolution is vector code on full registers,
// and keeps its sums in them: nothing is loaded from the stack before the loop
// jumps back. The tile is 14 columns by 32 channels where vectors have a
// popcount (28 sums of 512 bits), and smaller where tables do its work. There
// the kernel is named: lookups are chosen.

// RUN: qnn-compile %s --emit=asm --target=znver4 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --check-prefix=NOSTACK
// RUN: FileCheck %s --input-file=%t.s --check-prefix=ZNVER4 --implicit-check-not=popcntl
// RUN: qnn-compile %s --emit=asm --target=x86-64-v4 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --check-prefix=AVX512 --implicit-check-not=popcntl
// RUN: sed 's/lhs_code/kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>, lhs_code/' %s > %t.mlir
// RUN: qnn-compile %t.mlir --emit=asm --target=x86-64-v3 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --check-prefix=AVX2 --implicit-check-not=popcntl
// RUN: qnn-compile %t.mlir --emit=asm --target=x86-64-v2 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --check-prefix=SSE --implicit-check-not=popcntl
// RUN: qnn-compile %s --emit=asm --target=aarch64 -o %t.s
// RUN: FileCheck %s --input-file=%t.s --check-prefix=NEON --implicit-check-not=popcntl

// ZNVER4-COUNT-28: vpopcntd {{.*}}%zmm
// ZNVER4-NOT: vpopcntd
// ZNVER4: {{[[:space:]]j[a-z]+[[:space:]]}}
// ZNVER4-NOT: vpopcntd

// NOSTACK: vpopcntd {{.*}}%zmm
// NOSTACK-NOT: (%rsp
// NOSTACK: {{[[:space:]]j[a-z]+[[:space:]]}}

// AVX512: vpshufb {{.*}}%zmm
// AVX512-NOT: (%rsp
// AVX512: {{[[:space:]]j[a-z]+[[:space:]]}}

// AVX2: vpshufb {{.*}}%ymm
// AVX2-NOT: (%rsp
// AVX2: {{[[:space:]]j[a-z]+[[:space:]]}}

// SSE: pshufb {{.*}}%xmm
// SSE-NOT: (%rsp
// SSE: {{[[:space:]]j[a-z]+[[:space:]]}}

// NEON: cnt v{{[0-9]+}}.16b
// NEON-NOT: [sp
// NEON: {{[[:space:]]b\.[a-z]+[[:space:]]}}

func.func @layer(%x: tensor<1x30x30x128xi8>) -> tensor<1x28x28x64xi32> {
  %w = arith.constant dense<1> : tensor<64x3x3x128xi8>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
      : (tensor<1x30x30x128xi8>, tensor<64x3x3x128xi8>) -> tensor<1x28x28x64xi32>
  return %0 : tensor<1x28x28x64xi32>
}
