// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// 2-bit activations by bipolar weights: the weights' offset of -1 times the sum
// of the activations, once for the pixel; then the plane of weight 2, whose
// count is doubled, and that of weight 1, each in a pass of its own.
// CHECK-LABEL: func.func @bit_serial
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1> : vector<4xi32>
// CHECK: %[[A:.*]] = scf.for {{.*}} -> (i32)
// CHECK:   math.ctpop %{{.*}} : i32
// CHECK:   %[[N1:.*]] = math.ctpop %{{.*}} : i32
// CHECK:   arith.muli %[[N1]], %c2_i32
// CHECK: %[[P1:.*]] = scf.for {{.*}} -> (vector<16xi8>)
// CHECK:   %[[I1:.*]] = arith.addi %{{.*}}, %c1 : index
// CHECK:   tensor.extract %{{.*}}[%[[I1]]]
// CHECK:   arith.andi
// CHECK:   math.ctpop %{{.*}} : vector<16xi8>
// CHECK: %[[B1:.*]] = llvm.call_intrinsic {{.*}}(%[[P1]]
// CHECK: %[[W1:.*]] = llvm.call_intrinsic {{.*}}(%[[B1]]
// CHECK: %[[D:.*]] = arith.shli %[[W1]], %[[ONE]]
// CHECK: scf.for {{.*}} -> (vector<16xi8>)
// CHECK: %[[S:.*]] = arith.addi %[[D]], %{{.*}} : vector<4xi32>
// CHECK: %[[T:.*]] = arith.shli %[[S]], %[[ONE]]
// CHECK: %[[O:.*]] = arith.muli %[[A]], %c-1_i32
// CHECK: %[[B:.*]] = vector.broadcast %[[O]]
// CHECK: arith.addi %[[T]], %[[B]]
func.func @bit_serial(%x: tensor<1x4xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x4xi32> {
  %0 = qnn.bit_serial_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<2, unsigned>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<bit_serial, tile = [1, 32]>}
      : (tensor<1x4xi32>, tensor<1x2x32xi32>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}

// -----

// The greatest plane of a signed code counts down; four passes, two of them of
// one power.
// CHECK-LABEL: func.func @bit_serial_signed
// CHECK: scf.for
// CHECK: arith.subi %{{.*}} : vector<4xi32>
// CHECK: arith.shli
// CHECK: scf.for
// CHECK: arith.addi %{{.*}} : vector<4xi32>
// CHECK-NOT: arith.shli
// CHECK: scf.for
// CHECK: arith.subi %{{.*}} : vector<4xi32>
// CHECK: arith.shli
// CHECK: scf.for
// CHECK: arith.addi %{{.*}} : vector<4xi32>
// CHECK-NOT: arith.shli
// CHECK: return
func.func @bit_serial_signed(%x: tensor<1x4xi32>, %w: tensor<1x4x32xi32>) -> tensor<1x4xi32> {
  %0 = qnn.bit_serial_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<2, unsigned>,
          rhs_code = #qnn.code<2, signed>, kernel = #qnn.kernel<bit_serial, tile = [1, 32]>}
      : (tensor<1x4xi32>, tensor<1x4x32xi32>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}

// -----

// VNNI multiplies unsigned by signed bytes.
// CHECK-LABEL: func.func @vnni
// CHECK: vector.transfer_read %{{.*}} : tensor<64xi8>, vector<4xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
func.func @vnni(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// Of two signed operands the weights become unsigned: 128 more, which the sum of
// the pixel's activations takes back.
// CHECK-LABEL: func.func @shifted
// CHECK-DAG: arith.constant dense<-128> : vector<64xi8>
// CHECK-DAG: arith.constant 128 : i32
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.128"(%{{.*}}) : (vector<4xi32>, vector<16xi8>, vector<16xi8>) -> vector<4xi32>
// CHECK: arith.addi %{{.*}} : vector<64xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK: vector.reduction <add>
// CHECK: arith.muli
// CHECK: arith.subi %{{.*}} : vector<16xi32>
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
func.func @shifted(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, signed>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// 8 sums of two products of 8 and 4 bits fit 16 bits; then they are widened.
// CHECK-LABEL: func.func @byte_pairs
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: arith.addi %{{.*}} : vector<16xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>} {
func.func @byte_pairs(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<4, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// Of wider codes not even one does: activations become shorts, four quads at
// once, and weights where they are, with their signs.
// CHECK-LABEL: func.func @short_pairs
// CHECK-NOT: pmadd.ub.sw
// CHECK: vector.transfer_read %{{.*}} : tensor<128xi8>, vector<16xi8>
// CHECK: arith.extui %{{.*}} : vector<16xi8> to vector<16xi16>
// CHECK: arith.shli %{{.*}} : vector<16xi16>
// CHECK: arith.shrsi %{{.*}} : vector<16xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>} {
func.func @short_pairs(%x: tensor<2x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<2x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [2, 32]>}
      : (tensor<2x64xi8>, tensor<1x16x128xi8>) -> tensor<2x4xi32>
  return %0 : tensor<2x4xi32>
}
}

// -----

// A single pixel moves the weights instead: zeros are cheaper than signs.
// CHECK-LABEL: func.func @short_pairs_row
// CHECK: arith.addi %{{.*}} : vector<32xi8>
// CHECK-NOT: arith.shli %{{.*}} : vector<16xi16>
// CHECK-DAG: arith.andi %{{.*}} : vector<16xi16>
// CHECK-DAG: arith.shrui %{{.*}} : vector<16xi16>
// CHECK: vector.reduction <add>
// CHECK: arith.subi %{{.*}} : vector<8xi32>
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>} {
func.func @short_pairs_row(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// The weights of 128 units fill half of the cache with those of 8 blocks: the
// sum is taken in parts of that size.
// CHECK-LABEL: func.func @parts_of_the_sum
// CHECK-DAG: %[[PART:.*]] = arith.constant 128 : index
// CHECK-DAG: %[[LAST:.*]] = arith.constant 384 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[LAST]] step %[[PART]]
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>} {
func.func @parts_of_the_sum(%x: tensor<3x2048xi8>, %w: tensor<1x512x128xi8>) -> tensor<3x32xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 2048 : i64, out_channels = 32 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [2, 32]>}
      : (tensor<3x2048xi8>, tensor<1x512x128xi8>) -> tensor<3x32xi32>
  return %0 : tensor<3x32xi32>
}
}

// -----

// CHECK-LABEL: func.func @dotprod
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.sdot.v4i32.v16i8"
module attributes {qnn.target = #qnn.target<triple = "aarch64-unknown-linux-gnu", cpu = "neoverse-n1", features = "", vector_bits = 128, registers = 32>} {
func.func @dotprod(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, signed>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// CHECK-LABEL: func.func @i8mm
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.usdot.v4i32.v16i8"
module attributes {qnn.target = #qnn.target<triple = "aarch64-unknown-linux-gnu", cpu = "neoverse-v1", features = "", vector_bits = 128, registers = 32>} {
func.func @i8mm(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// Channel by channel, extended by their sign or without one.
// CHECK-LABEL: func.func @products
// CHECK-NOT: llvm.call_intrinsic
// CHECK-DAG: arith.shrsi %{{.*}} : vector<4xi32>
// CHECK-DAG: arith.extui %{{.*}} : i8 to i32
// CHECK: arith.muli
module attributes {qnn.target = #qnn.target<triple = "aarch64-unknown-linux-gnu", cpu = "cortex-a53", features = "", vector_bits = 128, registers = 32>} {
func.func @products(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
}

// -----

// Depthwise each lane is a group, bytes and floats alike.
// CHECK-LABEL: func.func @depthwise
// CHECK: vector.transfer_read %{{.*}} : tensor<1x4x128xi8>, vector<4xi8>
// CHECK: arith.extsi %{{.*}} : vector<4xi8> to vector<4xi32>
func.func @depthwise(%x: tensor<1x4x4x32xi8>, %w: tensor<1x3x3x1x32xi8>) -> tensor<1x2x2x32xi32> {
  %0 = qnn.int8_conv2d %x, %w {channels = 1 : i64, out_channels = 32 : i64, groups = 32 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x4x4x32xi8>, tensor<1x3x3x1x32xi8>) -> tensor<1x2x2x32xi32>
  return %0 : tensor<1x2x2x32xi32>
}

// -----

// LLVM may fuse product and sum, never call fmaf.
// CHECK-LABEL: func.func @f32
// CHECK: %[[P:.*]] = arith.mulf %{{.*}} fastmath<contract> : vector<4xf32>
// CHECK: arith.addf %{{.*}}, %[[P]] fastmath<contract> : vector<4xf32>
func.func @f32(%x: tensor<1x64xf32>, %w: tensor<1x64x32xf32>) -> tensor<1x4xf32> {
  %0 = qnn.f32_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<1x64xf32>, tensor<1x64x32xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
