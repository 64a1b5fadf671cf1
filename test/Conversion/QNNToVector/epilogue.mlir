// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// Codes in bytes: the count of the levels reached, plus the least number.
// CHECK-LABEL: func.func @bytes
// CHECK-COUNT-3: arith.cmpi sge
// CHECK: %[[N:.*]] = arith.addi %{{.*}}, %cst{{.*}} : vector<4xi32>
// CHECK: %[[B:.*]] = arith.trunci %[[N]] : vector<4xi32> to vector<4xi8>
// CHECK: vector.transfer_write %[[B]]
func.func @bytes(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>, %t: tensor<1x3x32xi32>) -> tensor<1x4xi8> {
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<2, signed>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>, tensor<1x3x32xi32>) -> tensor<1x4xi8>
  return %0 : tensor<1x4xi8>
}

// -----

// Words: one for each plane. The least number of a signed code has a bit that
// is set, which channels beyond the 4 must not show.
// CHECK-LABEL: func.func @words
// CHECK-DAG: %[[CHANNELS:.*]] = arith.constant 15 : i32
// CHECK: arith.trunci %{{.*}} : vector<4xi32> to vector<4xi1>
// CHECK: %[[W0:.*]] = vector.extract
// CHECK: tensor.insert %[[W0]]
// CHECK: arith.shrui
// CHECK: %[[W1:.*]] = vector.extract
// CHECK: %[[M:.*]] = arith.andi %[[W1]], %[[CHANNELS]]
// CHECK: tensor.insert %[[M]]
func.func @words(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>, %t: tensor<1x3x32xi32>) -> tensor<1x2xi32> {
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<2, signed>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>, tensor<1x3x32xi32>) -> tensor<1x2xi32>
  return %0 : tensor<1x2xi32>
}

// -----

// Many levels are a loop.
// CHECK-LABEL: func.func @many_levels
// CHECK: scf.for %{{.*}} = %c0 to %c255 step %c1
// CHECK: arith.cmpi sge
// CHECK-NOT: arith.cmpi
func.func @many_levels(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>, %t: tensor<1x255x32xi32>) -> tensor<1x4xi8> {
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<8, unsigned>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>, tensor<1x255x32xi32>) -> tensor<1x4xi8>
  return %0 : tensor<1x4xi8>
}

// -----

// Sums as narrow as the result.
// CHECK-LABEL: func.func @narrow
// CHECK: arith.trunci %{{.*}} : vector<4xi32> to vector<4xi16>
// CHECK: vector.transfer_write %{{.*}} : vector<4xi16>, tensor<1x4xi16>
func.func @narrow(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x4xi16> {
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x4xi16>
  return %0 : tensor<1x4xi16>
}
