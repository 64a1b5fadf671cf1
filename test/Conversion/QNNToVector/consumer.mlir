// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// An update of a parameter: the gradient is never written, %w and %m are read
// and written where the sums are.
// CHECK-LABEL: func.func @update
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<6x40xf32>, %[[M:[a-z0-9]+]]: tensor<6x40xf32>, %[[RATE:[a-z0-9]+]]: f32
// CHECK-NOT: tensor.empty
// CHECK: scf.for {{.*}} iter_args(%[[W0:.*]] = %[[W]], %[[M0:.*]] = %[[M]])
// CHECK: %[[M1:.*]] = vector.transfer_read %[[M0]]
// CHECK: %[[M2:.*]] = arith.addf %[[M1]], %{{.*}} : vector<4xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<4xf32>, tensor<6x40xf32>
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @update(%x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>, %w: tensor<6x40xf32>, %m: tensor<6x40xf32>, %rate: f32)
    -> (tensor<6x40xf32>, tensor<6x40xf32>) {
  %0 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %1:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<6x40xf32>) outs(%w, %m : tensor<6x40xf32>, tensor<6x40xf32>) {
  ^bb0(%g: f32, %v: f32, %n: f32):
    %2 = arith.addf %n, %g : f32
    %3 = arith.mulf %rate, %2 : f32
    %4 = arith.subf %v, %3 : f32
    linalg.yield %4, %2 : f32, f32
  } -> (tensor<6x40xf32>, tensor<6x40xf32>)
  return %1#0, %1#1 : tensor<6x40xf32>, tensor<6x40xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>
#one = affine_map<(i, j) -> (i, 0)>

// What is read along the rows is a vector, what is read once a row is spread.
// CHECK-LABEL: func.func @broadcast
// CHECK: %[[R:.*]] = vector.transfer_read %{{.*}} : tensor<40xf32>, vector<4xf32>
// CHECK: %[[ONE:.*]] = tensor.extract %{{.*}} : tensor<6x1xf32>
// CHECK: %[[SPREAD:.*]] = vector.broadcast %[[ONE]] : f32 to vector<4xf32>
// CHECK: arith.mulf %{{.*}}, %[[R]] : vector<4xf32>
// CHECK: arith.addf %{{.*}}, %[[SPREAD]] : vector<4xf32>
// CHECK-NOT: linalg.generic
func.func @broadcast(%x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>, %r: tensor<40xf32>, %c: tensor<6x1xf32>) -> tensor<6x40xf32> {
  %0 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #row, #one, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %r, %c : tensor<6x40xf32>, tensor<40xf32>, tensor<6x1xf32>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%g: f32, %f: f32, %a: f32, %o: f32):
    %2 = arith.mulf %g, %f : f32
    %3 = arith.addf %2, %a : f32
    linalg.yield %3 : f32
  } -> tensor<6x40xf32>
  return %1 : tensor<6x40xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// A result that is read in another order, or twice, is written.
// CHECK-LABEL: func.func @turned
// CHECK: linalg.generic
func.func @turned(%x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>) -> tensor<40x6xf32> {
  %0 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %e = tensor.empty() : tensor<40x6xf32>
  %1 = linalg.generic {indexing_maps = [#turned, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<6x40xf32>) outs(%e : tensor<40x6xf32>) {
  ^bb0(%g: f32, %o: f32):
    %2 = arith.negf %g : f32
    linalg.yield %2 : f32
  } -> tensor<40x6xf32>
  return %1 : tensor<40x6xf32>
}

// CHECK-LABEL: func.func @twice
// CHECK: linalg.generic
func.func @twice(%x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>) -> (tensor<6x40xf32>, tensor<6x40xf32>) {
  %0 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<6x40xf32>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%g: f32, %o: f32):
    %2 = arith.negf %g : f32
    linalg.yield %2 : f32
  } -> tensor<6x40xf32>
  return %0, %1 : tensor<6x40xf32>, tensor<6x40xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A step that is cut before its states change keeps the gradient; what is no
// state is computed in registers all the same.
// CHECK-LABEL: func.func @separate
// CHECK: tensor.empty
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
func.func @separate(%x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>, %m: memref<6x40xf32>) -> (tensor<6x40xf32>, tensor<6x40xf32>)
    attributes {qnn.separate_update} {
  %w = bufferization.to_tensor %m restrict writable : memref<6x40xf32> to tensor<6x40xf32>
  %0 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<6x40xf32>) outs(%w : tensor<6x40xf32>) {
  ^bb0(%g: f32, %v: f32):
    %2 = arith.subf %v, %g : f32
    linalg.yield %2 : f32
  } -> tensor<6x40xf32>
  %3 = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%3 : tensor<6x40xf32>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%g: f32, %o: f32):
    %2 = arith.negf %g : f32
    linalg.yield %2 : f32
  } -> tensor<6x40xf32>
  return %1, %4 : tensor<6x40xf32>, tensor<6x40xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Codes that the product rounds to are bytes of registers; those of another
// tensor are read as bytes. A dimension of size 1 may be a constant.
#first = affine_map<(i, j) -> (0, j)>
// CHECK-LABEL: func.func @codes
// CHECK: arith.trunci %{{.*}} : vector<4xi32> to vector<4xi8>
// CHECK: %[[R:.*]] = vector.transfer_read %arg3{{.*}} : tensor<1x40xi8>, vector<4xi8>
// CHECK: arith.uitofp %[[R]] : vector<4xi8> to vector<4xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<4xi8>, tensor<1x40xi8>
// CHECK-NOT: linalg.generic
func.func @codes(%x: tensor<1x64xi8>, %w: tensor<2x16x128xi8>, %s: tensor<2x2x32xf32>, %r: tensor<1x40xi8>) -> tensor<1x40xi8> {
  %0 = qnn.int8_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>,
          scaled, out_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [1, 32]>}
      : (tensor<1x64xi8>, tensor<2x16x128xi8>, tensor<2x2x32xf32>) -> tensor<1x40xi8>
  %e = tensor.empty() : tensor<1x40xi8>
  %1 = linalg.generic {indexing_maps = [#first, #first, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %r : tensor<1x40xi8>, tensor<1x40xi8>) outs(%e : tensor<1x40xi8>) {
  ^bb0(%a: i8, %b: i8, %o: i8):
    %2 = arith.sitofp %a : i8 to f32
    %3 = arith.uitofp %b : i8 to f32
    %4 = arith.addf %2, %3 : f32
    %5 = arith.fptosi %4 : f32 to i32
    %6 = arith.trunci %5 : i32 to i8
    linalg.yield %6 : i8
  } -> tensor<1x40xi8>
  return %1 : tensor<1x40xi8>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A residual stream of floats, and the signs of it: both are stored where the
// sums are, the signs as words. The 8 channels of the second block are the low
// bits of its word.
// CHECK-LABEL: func.func @stream
// CHECK: %[[R:.*]] = vector.transfer_read %arg2{{.*}} : tensor<1x40xf32>, vector<4xf32>
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[R]] : vector<4xf32>
// CHECK: vector.transfer_write %[[SUM]], %{{.*}} : vector<4xf32>, tensor<1x40xf32>
// CHECK: %[[SIGN:.*]] = arith.cmpf oge, %[[SUM]], %{{.*}} : vector<4xf32>
// CHECK: vector.insert_strided_slice %[[SIGN]], %{{.*}} : vector<4xi1> into vector<32xi1>
// CHECK: vector.bitcast %{{.*}} : vector<32xi1> to vector<1xi32>
// CHECK: tensor.insert %{{.*}} into %{{.*}} : tensor<1x2xi32>
// CHECK-NOT: linalg.generic
// CHECK-NOT: qnn.
func.func @stream(%x: tensor<1x5xf32>, %w: tensor<2x5x32xf32>, %r: tensor<1x40xf32>) -> (tensor<1x40xf32>, tensor<1x2xi32>) {
  %0 = qnn.f32_matmul %x, %w {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<1x5xf32>, tensor<2x5x32xf32>) -> tensor<1x40xf32>
  %e = tensor.empty() : tensor<1x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %r : tensor<1x40xf32>, tensor<1x40xf32>) outs(%e : tensor<1x40xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %2 = arith.addf %a, %b : f32
    linalg.yield %2 : f32
  } -> tensor<1x40xf32>
  %3 = qnn.encode %1 {qnn.epilogue_pack, quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x40xf32>) -> tensor<1x40xi8>
  %4 = qnn.pack %3 {qnn.epilogue_pack, code = #qnn.code<1, bipolar>} : (tensor<1x40xi8>) -> tensor<1x2xi32>
  return %1, %4 : tensor<1x40xf32>, tensor<1x2xi32>
}

// -----

// What nobody else reads is not stored: two planes of a code and nothing else.
// CHECK-LABEL: func.func @words
// CHECK-NOT: tensor<1x40xf32>
// CHECK: math.roundeven
// CHECK: arith.andi %{{.*}} : vector<4xi32>
// CHECK-COUNT-2: tensor.insert %{{.*}} : tensor<1x4xi32>
// CHECK: return
func.func @words(%x: tensor<1x5xf32>, %w: tensor<2x5x32xf32>) -> tensor<1x4xi32> {
  %0 = qnn.f32_matmul %x, %w {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<1x5xf32>, tensor<2x5x32xf32>) -> tensor<1x40xf32>
  %1 = qnn.encode %0 {qnn.epilogue_pack, quantizer = #qnn.quantizer<bits = 2, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<1x40xf32>) -> tensor<1x40xi8>
  %2 = qnn.pack %1 {qnn.epilogue_pack, code = #qnn.code<2, unsigned>} : (tensor<1x40xi8>) -> tensor<1x4xi32>
  return %2 : tensor<1x4xi32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// No product takes this one: it gets a loop of its own.
// CHECK-LABEL: func.func @left
// CHECK: linalg.generic
// CHECK: scf.for
// CHECK: arith.cmpf oge, %{{.*}} : vector<32xf32>
// CHECK-NOT: qnn.
func.func @left(%x: tensor<64x5xf32>, %w: tensor<2x5x32xf32>) -> tensor<64x2xi32> {
  %0 = qnn.f32_matmul %x, %w {channels = 5 : i64, out_channels = 64 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<64x5xf32>, tensor<2x5x32xf32>) -> tensor<64x64xf32>
  %e = tensor.empty() : tensor<64x64xf32>
  %1 = linalg.generic {indexing_maps = [#turned, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<64x64xf32>) outs(%e : tensor<64x64xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<64x64xf32>
  %2 = qnn.encode %1 {qnn.epilogue_pack, quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<64x64xf32>) -> tensor<64x64xi8>
  %3 = qnn.pack %2 {qnn.epilogue_pack, code = #qnn.code<1, bipolar>} : (tensor<64x64xi8>) -> tensor<64x2xi32>
  return %3 : tensor<64x2xi32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// An update that stands apart from its product packs the state that it stores,
// 32 lanes and the rest of a row, into the state that is words.
// CHECK-LABEL: func.func @apart
// CHECK-SAME: memref<6x40xf32>, %[[MEMORY:[a-z0-9]+]]: memref<6x2xi32>
// CHECK-NOT: linalg.generic
// CHECK-DAG: %[[WORDS:.*]] = bufferization.to_tensor %[[MEMORY]]
// CHECK: scf.for %{{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %[[WORDS]])
// CHECK-COUNT-8: vector.transfer_write %{{.*}} : vector<4xf32>
// CHECK: tensor.insert
// CHECK-COUNT-2: vector.transfer_write %{{.*}} : vector<4xf32>
// CHECK: tensor.insert
// CHECK-NOT: linalg.generic
// CHECK: materialize_in_destination %{{.*}} in restrict writable %[[MEMORY]]
func.func @apart(%g: tensor<6x40xf32>, %m: memref<6x40xf32>, %n: memref<6x2xi32>) -> tensor<6x2xi32> {
  %w = bufferization.to_tensor %m restrict writable : memref<6x40xf32> to tensor<6x40xf32>
  %old = bufferization.to_tensor %n restrict writable : memref<6x2xi32> to tensor<6x2xi32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%g : tensor<6x40xf32>) outs(%w : tensor<6x40xf32>) {
  ^bb0(%a: f32, %v: f32):
    %2 = arith.subf %v, %a : f32
    linalg.yield %2 : f32
  } -> tensor<6x40xf32>
  %3 = qnn.encode %1 {qnn.epilogue_pack, quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<6x40xf32>) -> tensor<6x40xi8>
  %4 = qnn.pack %3 {qnn.epilogue_pack, code = #qnn.code<1, bipolar>} : (tensor<6x40xi8>) -> tensor<6x2xi32>
  bufferization.materialize_in_destination %1 in restrict writable %m : (tensor<6x40xf32>, memref<6x40xf32>) -> ()
  bufferization.materialize_in_destination %4 in restrict writable %n : (tensor<6x2xi32>, memref<6x2xi32>) -> ()
  return %old : tensor<6x2xi32>
}
