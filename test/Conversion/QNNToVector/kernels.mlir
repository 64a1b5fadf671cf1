// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// 2-bit activations by bipolar weights: planes of weight 1 and 2, and the
// weights' offset of -1 times the sum of the activations.
// CHECK-LABEL: func.func @bit_serial
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1> : vector<4xi32>
// CHECK-DAG: %[[TWO:.*]] = arith.constant dense<2> : vector<4xi32>
// CHECK: %[[S:.*]]:2 = scf.for {{.*}} -> (vector<4xi32>, i32)
// CHECK:   %[[W:.*]] = vector.transfer_read
// CHECK:   %[[P0:.*]] = arith.andi %{{.*}}, %[[W]]
// CHECK:   %[[N0:.*]] = math.ctpop %[[P0]]
// CHECK:   arith.shli %[[N0]], %[[ONE]]
// CHECK:   %[[P1:.*]] = arith.andi %{{.*}}, %[[W]]
// CHECK:   %[[N1:.*]] = math.ctpop %[[P1]]
// CHECK:   arith.shli %[[N1]], %[[TWO]]
// CHECK:   math.ctpop %{{.*}} : i32
// CHECK:   math.ctpop %{{.*}} : i32
// CHECK: %[[A:.*]] = arith.muli %[[S]]#1, %c-1_i32
// CHECK: %[[B:.*]] = vector.broadcast %[[A]]
// CHECK: arith.addi %[[S]]#0, %[[B]]
func.func @bit_serial(%x: tensor<1x4xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x4xi32> {
  %0 = qnn.bit_serial_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<2, unsigned>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<bit_serial, tile = [1, 32]>}
      : (tensor<1x4xi32>, tensor<1x2x32xi32>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}

// -----

// The greatest plane of a signed code counts down.
// CHECK-LABEL: func.func @bit_serial_signed
// CHECK: scf.for {{.*}} -> (vector<4xi32>)
// CHECK-COUNT-2: arith.addi %{{.*}} : vector<4xi32>
// CHECK: arith.subi %{{.*}} : vector<4xi32>
// CHECK: arith.subi %{{.*}} : vector<4xi32>
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
