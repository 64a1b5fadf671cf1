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
