// Of two products one was told to stay on one thread: all passes keep that. Of
// the other the choice is made here.

// RUN: qnn-opt %s --qnn-select-kernels --qnn-packed-pipeline --qnn-loops-pipeline | FileCheck %s

// CHECK-LABEL: func.func @layers
// CHECK: scf.for
// CHECK: call @layers_loop0
// CHECK-NOT: call
// CHECK: return
// CHECK-NOT: qnn.threads
// CHECK: func.func private @layers_loop0({{.*}}qnn.parallel = 2 : i64
// CHECK-NOT: func.func
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
module @layers attributes {qnn.target = #v3, qnn.threads = 2 : i64} {
func.func @layers(%x: tensor<64x256xi8>) -> (tensor<64x128xi32>, tensor<64x128xi32>) {
  %v = arith.constant dense<1> : tensor<128x256xi8>
  %w = arith.constant dense<2> : tensor<128x256xi8>
  %0 = qnn.imatmul %x, %v {kernel = #qnn.kernel<int8_dot, tile = [2, 32], threads = 1>, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>}
      : (tensor<64x256xi8>, tensor<128x256xi8>) -> tensor<64x128xi32>
  %1 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>}
      : (tensor<64x256xi8>, tensor<128x256xi8>) -> tensor<64x128xi32>
  return %0, %1 : tensor<64x128xi32>, tensor<64x128xi32>
}
}
