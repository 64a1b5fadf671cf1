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

// Bytes hold numbers: extended by their sign, or without one.
// CHECK-LABEL: func.func @int8
// CHECK-DAG: arith.extsi %{{.*}} : vector<4xi8> to vector<4xi32>
// CHECK-DAG: arith.extui %{{.*}} : i8 to i32
// CHECK: arith.muli
func.func @int8(%x: tensor<1x64xi8>, %w: tensor<1x64x32xi8>) -> tensor<1x4xi32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<1x64x32xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
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
