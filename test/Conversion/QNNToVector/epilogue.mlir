// RUN: qnn-opt %s --qnn-fold-constants --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

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

// Several pixels share bounds of the counts of signs that differ: the sum
// 64 - 2 * count reaches t where count <= (64 - max(t, -64)) / 2.
// CHECK-LABEL: func.func @shared_bounds
// CHECK: %[[T:.*]] = vector.transfer_read %arg2
// CHECK: %[[L:.*]] = arith.maxsi %[[T]], %cst{{.*}} : vector<4xi32>
// CHECK: %[[D:.*]] = arith.subi %cst{{.*}}, %[[L]] : vector<4xi32>
// CHECK: %[[B:.*]] = arith.shrsi %[[D]], %cst{{.*}} : vector<4xi32>
// CHECK-COUNT-4: arith.cmpi sle, %{{.*}}, %[[B]] : vector<4xi32>
// CHECK-NOT: arith.cmpi
func.func @shared_bounds(%x: tensor<4x2xi32>, %w: tensor<1x2x32xi32>, %t: tensor<1x1x32xi32>) -> tensor<4x1xi32> {
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<4x2xi32>, tensor<1x2x32xi32>, tensor<1x1x32xi32>) -> tensor<4x1xi32>
  return %0 : tensor<4x1xi32>
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

// -----

// Scale, offset, the tensor that is added, and a bound that is not infinite;
// each step an op of its own that LLVM must not fuse.
// CHECK-LABEL: func.func @floats
// CHECK: %[[X:.*]] = arith.sitofp %{{.*}} : vector<4xi32> to vector<4xf32>
// CHECK: %[[P:.*]] = arith.mulf %[[X]], %{{.*}} : vector<4xf32>
// CHECK: %[[S:.*]] = arith.addf %[[P]], %{{.*}} : vector<4xf32>
// CHECK: %[[R:.*]] = vector.transfer_read %arg3
// CHECK: %[[A:.*]] = arith.addf %[[S]], %[[R]] : vector<4xf32>
// CHECK: %[[C:.*]] = arith.maximumf %[[A]], %{{.*}} : vector<4xf32>
// CHECK-NOT: arith.minimumf
// CHECK: vector.transfer_write %[[C]]
func.func @floats(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>, %s: tensor<1x2x32xf32>, %r: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.xnor_matmul %x, %w, %s, %r {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          scaled, residual, clip = array<f32: 0.0, 0x7F800000>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>, tensor<1x2x32xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// Factors of 1 and offsets of -0.0 are no steps at all. Codes are rounded and
// cut to their range; NaN gives the least.
// CHECK-LABEL: func.func @codes
// CHECK-NOT: arith.addf
// CHECK: %[[N:.*]] = math.roundeven
// CHECK: arith.cmpf ogt, %[[N]]
// CHECK: arith.fptosi
// CHECK: arith.trunci %{{.*}} : vector<4xi32> to vector<4xi8>
func.func @codes(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x4xi8> {
  %f = arith.constant dense<0.5> : tensor<1x1x32xf32>
  %o = arith.constant dense<-0.0> : tensor<1x1x32xf32>
  %s = qnn.concat %f, %o {axis = 1} : (tensor<1x1x32xf32>, tensor<1x1x32xf32>) -> tensor<1x2x32xf32>
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          scaled, out_code = #qnn.code<8, signed>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>, tensor<1x2x32xf32>) -> tensor<1x4xi8>
  return %0 : tensor<1x4xi8>
}
