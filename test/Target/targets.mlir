// What is known of each CPU, by name and as a pair of triple and CPU.

// RUN: qnn-compile %s --emit=packed --target=x86-64-v2 -o - | FileCheck %s --check-prefix=V2
// V2: #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v2", features = "", vector_bits = 128, registers = 16>
// V2: #qnn.kernel<xnor_popcount, tile = [1, 32]>

// RUN: qnn-compile %s --emit=packed --target=x86-64-v3 -o - | FileCheck %s --check-prefix=V3
// V3: cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
// V3: #qnn.kernel<xnor_popcount, tile = [1, 32]>

// RUN: qnn-compile %s --emit=packed --target=x86-64-v4 -o - | FileCheck %s --check-prefix=V4
// V4: cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
// V4: #qnn.kernel<xnor_popcount, tile = [8, 32]>

// RUN: qnn-compile %s --emit=packed --target=znver4 -o - | FileCheck %s --check-prefix=ZNVER4
// ZNVER4: cpu = "znver4", features = "", vector_bits = 512, registers = 32>
// ZNVER4: #qnn.kernel<xnor_popcount, tile = [14, 32]>

// RUN: qnn-compile %s --emit=packed --target=aarch64 -o - | FileCheck %s --check-prefix=NEON
// NEON: #qnn.target<triple = "aarch64-unknown-linux-gnu", cpu = "generic", features = "", vector_bits = 128, registers = 32>
// NEON: #qnn.kernel<xnor_popcount, tile = [1, 32]>

// RUN: qnn-compile %s --emit=packed --target=aarch64-linux-gnu,cortex-a72 -o - | FileCheck %s --check-prefix=PAIR
// PAIR: #qnn.target<triple = "aarch64-linux-gnu", cpu = "cortex-a72", features = "", vector_bits = 128, registers = 32>

// The host, with its features spelled out.
// RUN: qnn-compile %s --emit=packed --target=native -o - | FileCheck %s --check-prefix=NATIVE
// NATIVE: features = "{{.+}}", vector_bits = {{128|256|512}}

// RUN: not qnn-compile %s --emit=packed --target=z80 -o - 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: unknown target 'z80': expected native, TRIPLE,CPU or one of x86-64, x86-64-v2,

// RUN: not qnn-compile %s --emit=packed --target=riscv64-linux-gnu,generic -o - 2>&1 | FileCheck %s --check-prefix=TRIPLE
// TRIPLE: unknown target 'riscv64-linux-gnu,generic': expected a triple of x86_64 or aarch64 before the comma

// RUN: not qnn-compile %s --emit=packed --target=aarch64-linux-gnu,znver4 -o - 2>&1 | FileCheck %s --check-prefix=CPU
// CPU: unknown target 'aarch64-linux-gnu,znver4': expected a CPU of aarch64 after the comma
// CPU-NOT: ignoring

// A CPU without a name of its own gets what its features promise.
// RUN: qnn-compile %s --emit=packed --target=x86_64-linux-gnu,alderlake -o - | FileCheck %s --check-prefix=FEATURES
// FEATURES: cpu = "alderlake", features = "", vector_bits = 256, registers = 16>

func.func @layer(%x: tensor<1x64xi8>) -> tensor<1x32xi32> {
  %w = arith.constant dense<1> : tensor<32x64xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
      : (tensor<1x64xi8>, tensor<32x64xi8>) -> tensor<1x32xi32>
  return %0 : tensor<1x32xi32>
}
