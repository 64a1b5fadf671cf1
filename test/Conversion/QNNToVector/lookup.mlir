// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// Four activations: 16 sums, made once for all 64 output channels. The bits of
// the weights permute them; the next four follow by a shift.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>} {
// CHECK-LABEL: func.func @tables
// CHECK-DAG: %[[FOUR:.*]] = arith.constant dense<4> : vector<16xi32>
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<[-1.000000e+00, 1.000000e+00, -1.000000e+00, 1.000000e+00,
// CHECK-DAG: tensor.empty() : tensor<1x512xf32>
// CHECK: %[[A:.*]] = tensor.extract %collapsed
// CHECK: %[[X:.*]] = vector.broadcast %[[A]]
// CHECK: %[[S:.*]] = arith.mulf %[[X]], %[[LOW]] fastmath<contract>
// CHECK: arith.addf %[[S]], %{{.*}} fastmath<contract>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>, tensor<1x512xf32>
// CHECK: scf.for
// CHECK: %[[W:.*]] = vector.transfer_read %arg1
// CHECK: %[[T:.*]] = vector.transfer_read {{.*}} : tensor<1x512xf32>, vector<16xf32>
// CHECK: %[[P:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%[[T]], %[[W]])
// CHECK: arith.addf %[[P]], %{{.*}} : vector<16xf32>
// CHECK: arith.shrui %[[W]], %[[FOUR]]
func.func @tables(%x: tensor<4x32xf32>, %w: tensor<2x1x32xi32>) -> tensor<4x64xf32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 32 : i64, out_channels = 64 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32]>}
      : (tensor<4x32xf32>, tensor<2x1x32xi32>) -> tensor<4x64xf32>
  return %0 : tensor<4x64xf32>
}
}

// -----

// Registers of eight floats hold the sums of three activations: 11 tables.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>} {
// CHECK-LABEL: func.func @narrow_tables
// CHECK-DAG: %[[THREE:.*]] = arith.constant dense<3> : vector<8xi32>
// CHECK-DAG: tensor.empty() : tensor<1x176xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.permps"
// CHECK: arith.shrui %{{.*}}, %[[THREE]]
func.func @narrow_tables(%x: tensor<2x32xf32>, %w: tensor<1x1x32xi32>) -> tensor<2x32xf32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 32 : i64, out_channels = 32 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [2, 32]>}
      : (tensor<2x32xf32>, tensor<1x1x32xi32>) -> tensor<2x32xf32>
  return %0 : tensor<2x32xf32>
}
}

// -----

// Without a permutation of floats the bits become the signs of 1.0.
// CHECK-LABEL: func.func @factors
// CHECK-DAG: %[[MINUS:.*]] = arith.constant dense<-1082130432> : vector<4xi32>
// CHECK-DAG: %[[SIGN:.*]] = arith.constant dense<-2147483648> : vector<4xi32>
// CHECK: %[[W:.*]] = vector.transfer_read %arg1
// CHECK: %[[S:.*]] = arith.shli %[[W]]
// CHECK: %[[B:.*]] = arith.andi %[[S]], %[[SIGN]]
// CHECK: %[[F:.*]] = arith.xori %[[B]], %[[MINUS]]
// CHECK: %[[Y:.*]] = arith.bitcast %[[F]] : vector<4xi32> to vector<4xf32>
// CHECK: arith.mulf %{{.*}}, %[[Y]] fastmath<contract>
func.func @factors(%x: tensor<1x32xf32>, %w: tensor<1x1x32xi32>) -> tensor<1x4xf32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 32 : i64, out_channels = 4 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [1, 32]>}
      : (tensor<1x32xf32>, tensor<1x1x32xi32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// Codes of words: of each 4 bits of a word a constant has the table of counts
// |a xor w|. Weights of 8 channels are a byte, whose halves index tables that
// each half of a register has; two blocks of output channels share a table.
// 64 counts fit a byte. Even and odd bytes are added up apart.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>} {
// CHECK-LABEL: func.func @counts
// CHECK-SAME: (%[[X:.*]]: tensor<2x1xi32>, %[[W:.*]]: tensor<2x4x32xi8>)
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<15> : vector<32xi8>
// CHECK-DAG: %[[FOUR:.*]] = arith.constant dense<4> : vector<32xi8>
// CHECK-DAG: %[[EIGHT:.*]] = arith.constant dense<8> : vector<16xi16>
// CHECK-DAG: %[[ALL:.*]] = arith.constant dense<"0x00010102{{.*}}> : tensor<1x16x16xi8>
// CHECK: %[[WORD:.*]] = tensor.extract
// CHECK: %[[A:.*]] = arith.andi %[[WORD]], %c15_i32
// CHECK: %[[I:.*]] = arith.index_castui %[[A]]
// CHECK: %[[T:.*]] = vector.transfer_read %[[ALL]][%c0, %[[I]], %c0]
// CHECK: vector.transfer_write %[[T]], %{{.*}} : vector<16xi8>, tensor<1x256xi8>
// CHECK: %[[B:.*]] = vector.transfer_read %[[W]][%c0, %c0, %c0]
// CHECK: %[[FIRST:.*]] = arith.andi %[[B]], %[[LOW]]
// CHECK: vector.transfer_read %[[W]][%c1, %c0, %c0]
// CHECK: %[[TABLE:.*]] = vector.shuffle
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[TABLE]], %[[FIRST]])
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[TABLE]]
// CHECK: %[[UP:.*]] = arith.shrui %[[B]], %[[FOUR]]
// CHECK: arith.andi %[[UP]], %[[LOW]]
// CHECK: %[[PAIRS:.*]] = vector.bitcast %{{.*}} : vector<32xi8> to vector<16xi16>
// CHECK: %[[ODD:.*]] = arith.shrui %[[PAIRS]], %[[EIGHT]]
// CHECK: %[[MUCH:.*]] = arith.shli %[[ODD]], %[[EIGHT]]
// CHECK: arith.subi %[[PAIRS]], %[[MUCH]]
func.func @counts(%x: tensor<2x1xi32>, %w: tensor<2x4x32xi8>) -> tensor<2x64xi32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 32 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [2, 32, 4]>}
      : (tensor<2x1xi32>, tensor<2x4x32xi8>) -> tensor<2x64xi32>
  return %0 : tensor<2x64xi32>
}
}

// -----

// Bytes by trits: 27 sums of three, made of pairs of activations by pairs of
// trits. Signed activations are moved by 128 and their sums moved back; all are
// moved up by 3 times 128, and the sums of the pixel down again.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>} {
// CHECK-LABEL: func.func @trits
// CHECK-DAG: %[[MOVE:.*]] = arith.constant dense<-32640> : vector<32xi16>
// CHECK-DAG: %[[MOVED:.*]] = arith.constant dense<[768, 640, 512, 640, 512, 384,
// CHECK-DAG: %[[FIVE:.*]] = arith.constant dense<5> : vector<32xi16>
// CHECK: %[[TWO:.*]] = vector.broadcast %{{.*}} : i16 to vector<32xi16>
// CHECK: %[[UNSIGNED:.*]] = arith.xori %[[TWO]], %[[MOVE]]
// CHECK: %[[BYTES:.*]] = vector.bitcast %[[UNSIGNED]] : vector<32xi16> to vector<64xi8>
// CHECK: %[[SUMS:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pmaddubs.w.512"(%[[BYTES]],
// CHECK: arith.addi %[[SUMS]], %[[MOVED]]
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.hi.512"
// CHECK: arith.shrui %{{.*}}, %[[FIVE]] : vector<32xi16>
func.func @trits(%x: tensor<1x6xi8>, %w: tensor<1x5x32xi16>) -> tensor<1x32xi32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 6 : i64, out_channels = 32 : i64, lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>,
          kernel = #qnn.kernel<lookup, tile = [1, 32, 5]>}
      : (tensor<1x6xi8>, tensor<1x5x32xi16>) -> tensor<1x32xi32>
  return %0 : tensor<1x32xi32>
}
}

// -----

// A short has three indices: the next one's lanes are read when those are
// looked up, and not before, or a tile would have no registers left.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>} {
// CHECK-LABEL: func.func @lanes_in_turn
// CHECK: scf.for
// CHECK: vector.transfer_read %arg1
// CHECK-COUNT-3: llvm.call_intrinsic "llvm.x86.avx512.permvar.hi.512"
// CHECK: vector.transfer_read %arg1
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.hi.512"
func.func @lanes_in_turn(%x: tensor<1x160xi8>, %w: tensor<1x10x32xi16>) -> tensor<1x32xi32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 160 : i64, out_channels = 32 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [1, 32, 5]>}
      : (tensor<1x160xi8>, tensor<1x10x32xi16>) -> tensor<1x32xi32>
  return %0 : tensor<1x32xi32>
}
}
