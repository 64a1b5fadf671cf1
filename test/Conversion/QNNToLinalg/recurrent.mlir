// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s
// No libm in the object, for any width of registers.
// RUN: qnn-compile %s -o %t --target=x86-64-v2 && llvm-nm --undefined-only %t.o | not grep -vE " U (memcpy|memset)$"
// RUN: qnn-compile %s -o %t --target=znver4 && llvm-nm --undefined-only %t.o | not grep -vE " U (memcpy|memset)$"
// RUN: qnn-compile %s -o %t --target=aarch64 && llvm-nm --undefined-only %t.o | not grep -vE " U (memcpy|memset)$"

module attributes {qnn.target = #qnn.target<triple = "", cpu = "", features = "", vector_bits = 512, registers = 32>} {

// Blocks of 16 rows: steps, then units, then hidden units. The table is not
// gathered: its rows are turned in registers. Nothing is saved, so there are two
// slots for h and c of a block.
// CHECK-LABEL: func.func @classifier
// CHECK-SAME: %[[TABLE:.*]]: tensor<50x40xf32>
// CHECK: scf.for
// CHECK: %[[HISTORY:.*]] = bufferization.alloc_tensor() : tensor<640xf32>
// CHECK: scf.for {{.*}} iter_args({{.*}} = %[[HISTORY]]
// CHECK: scf.for
// CHECK: vector.transfer_read %[[TABLE]]{{.*}} vector<16xf32>
// CHECK: vector.shuffle
// CHECK: scf.for
// CHECK: scf.for {{.*}} -> ({{(vector<16xf32>, ){19}vector<16xf32>}}) {
// CHECK-COUNT-20: arith.mulf {{.*}} fastmath<contract> : vector<16xf32>
// CHECK: math.tanh {{.*}} : vector<16xf32>
func.func @classifier(%table: tensor<50x40xf32>, %w: tensor<40x10xf32>, %i: tensor<7x32xi64>) -> tensor<32x10xf32> {
  %p = qnn.gather %table, %i : (tensor<50x40xf32>, tensor<7x32xi64>) -> tensor<7x32x40xf32>
  %y, %saved, %h, %c = qnn.recurrent<lstm> %p, %w : (tensor<7x32x40xf32>, tensor<40x10xf32>)
      -> (tensor<7x32x10xf32>, tensor<8x60x32xf32>, tensor<32x10xf32>, tensor<32x10xf32>)
  return %h : tensor<32x10xf32>
}

}
