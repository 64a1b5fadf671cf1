// RUN: qnn-opt %s --convert-qnn-to-linalg --convert-qnn-to-vector | FileCheck %s

// Tables of 16 sums of 4 channels, for 32 pixels: a word of a weight says which
// row of each table is added to the 4 registers of an output channel.
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #v3} {
// CHECK-LABEL: func.func @matmul
// CHECK: %[[TABLES:.*]] = bufferization.alloc_tensor() : tensor<4096xf32>
// CHECK: %[[SUMS:.*]] = bufferization.alloc_tensor() : tensor<2080xf32>
// CHECK: %[[TURNED:.*]] = bufferization.alloc_tensor() : tensor<512xf32>
// 8 channels of 8 pixels are turned, and make two tables.
// CHECK-COUNT-8: vector.transfer_read %{{.*}} : tensor<2048xf32>, vector<8xf32>
// CHECK-COUNT-24: vector.shuffle
// CHECK-COUNT-32: vector.transfer_write %{{.*}} : vector<8xf32>, tensor<4096xf32>
// CHECK: %[[WORD:.*]] = tensor.extract %arg1[%{{.*}}, %{{.*}}, %{{.*}}] : tensor<2x2x32xi32>
// CHECK: %[[FIELD:.*]] = arith.andi %[[WORD]], %c15_i32 : i32
// CHECK: arith.index_castui %[[FIELD]] : i32 to index
// CHECK-COUNT-4: arith.addf %{{.*}} : vector<8xf32>
// CHECK: arith.shrui %[[WORD]], %c4_i32 : i32
// CHECK: vector.transfer_write %{{.*}} : vector<8xf32>, tensor<32x64xf32>
func.func @matmul(%x: tensor<32x64xf32>, %w: tensor<2x2x32xi32>) -> tensor<32x64xf32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 64 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [32, 32, 4]>}
      : (tensor<32x64xf32>, tensor<2x2x32xi32>) -> tensor<32x64xf32>
  return %0 : tensor<32x64xf32>
}

// Loops over tiles of pixels say how many threads share them.
// CHECK-LABEL: func.func @threads
// CHECK: scf.for
// CHECK: } {qnn.threads = 2 : i64}
// CHECK-NEXT: return
func.func @threads(%x: tensor<64x64xf32>, %w: tensor<2x2x32xi32>) -> tensor<64x64xf32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 64 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [32, 32, 4], threads = 2>}
      : (tensor<64x64xf32>, tensor<2x2x32xi32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// Signs of the sums are packed in registers; no float is stored.
// CHECK-LABEL: func.func @signs
// CHECK: tensor.empty() : tensor<32x2xi32>
// CHECK-NOT: tensor<32x64xf32>{{$}}
// CHECK: arith.cmpf oge, %{{.*}} : vector<8xf32>
// CHECK: vector.bitcast %{{.*}} : vector<32xi1> to vector<1xi32>
// CHECK: tensor.insert %{{.*}} : tensor<32x2xi32>
func.func @signs(%x: tensor<32x64xf32>, %w: tensor<2x2x32xi32>) -> tensor<32x2xi32> {
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 64 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [32, 32, 4]>}
      : (tensor<32x64xf32>, tensor<2x2x32xi32>) -> tensor<32x64xf32>
  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<32x64xf32>) -> tensor<32x64xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<32x64xi8>) -> tensor<32x2xi32>
  return %2 : tensor<32x2xi32>
}

// Bytes are turned as bytes, and made shorts: 16 pixels a register. Both planes
// of the weights name rows of the same tables. Sums of 3 words fit 16 bits, so
// they are widened after the words of each image row of taps.
// CHECK-LABEL: func.func @codes
// CHECK: %[[TABLES:.*]] = bufferization.alloc_tensor() : tensor<8192xi16>
// CHECK: %[[SUMS:.*]] = bufferization.alloc_tensor() : tensor<2112xi16>
// CHECK: %[[WIDE:.*]] = bufferization.alloc_tensor() : tensor<2048xi32>
// CHECK: %[[TURNED:.*]] = bufferization.alloc_tensor() : tensor<256xi32>
// CHECK: scf.for %{{.*}} = %{{.*}} to %c9{{.*}} step %c3
// CHECK-COUNT-16: vector.transfer_read %{{.*}} : tensor<8192xi8>, vector<16xi8>
// CHECK: arith.extsi %{{.*}} : vector<16xi8> to vector<16xi16>
// CHECK-COUNT-64: vector.transfer_write %{{.*}} : vector<16xi16>, tensor<8192xi16>
// CHECK: %[[LOW:.*]] = tensor.extract %{{.*}} : tensor<1x18x32xi32>
// CHECK: %[[HIGH:.*]] = tensor.extract %{{.*}} : tensor<1x18x32xi32>
// CHECK: arith.andi %[[HIGH]], %c15_i32
// CHECK: arith.subi %{{.*}} : vector<16xi16>
// CHECK: arith.andi %[[LOW]], %c15_i32
// CHECK: arith.addi %{{.*}} : vector<16xi16>
// CHECK: arith.extsi %{{.*}} : vector<16xi16> to vector<16xi32>
// CHECK: vector.transfer_write %{{.*}} : vector<8xi32>, tensor<1x8x8x32xi32>
func.func @codes(%x: tensor<1x16x16x32xi8>, %w: tensor<1x3x3x2x32xi32>) -> tensor<1x8x8x32xi32> {
  %0 = qnn.lookup_conv2d %x, %w {channels = 32 : i64, out_channels = 32 : i64, lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, signed>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
      : (tensor<1x16x16x32xi8>, tensor<1x3x3x2x32xi32>) -> tensor<1x8x8x32xi32>
  return %0 : tensor<1x8x8x32xi32>
}

// Taps share tables: the loops go over the positions of the padded input, from
// its first pixel to its last, and the sums of each tap lie a number of them
// before. A row of taps fits shorts twice. The oldest sums are stored where they
// are pixels, the others moved.
// CHECK-LABEL: func.func @window
// CHECK: bufferization.alloc_tensor() : tensor<8192xi16>
// CHECK: bufferization.alloc_tensor() : tensor<4160xi16>
// CHECK: bufferization.alloc_tensor() : tensor<4096xi32>
// CHECK: bufferization.alloc_tensor() : tensor<64xi64>
// CHECK: scf.for %{{.*}} = %c18{{.*}} to %c338{{.*}} step %c64
// CHECK: tensor.insert %{{.*}} : tensor<64xi64>
// CHECK-COUNT-16: vector.transfer_read %{{.*}} : tensor<8192xi8>, vector<16xi8>
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{c2.*}} step
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{c3.*}} step
// CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %c17
// CHECK: %[[BEFORE:.*]] = arith.addi %[[ROW]], %{{.*}} : index
// CHECK: arith.subi %c48{{.*}}, %[[BEFORE]] : index
// CHECK: tensor.extract %{{.*}} : tensor<1x9x32xi32>
// CHECK: arith.extsi %{{.*}} : vector<16xi16> to vector<16xi32>
// CHECK: %[[ONCE:.*]] = arith.select %{{.*}}, %c1{{.*}}, %c0{{.*}} : index
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %[[ONCE]]
// CHECK: vector.transfer_write %{{.*}} : vector<8xi32>, tensor<1x16x16x32xi32>
func.func @window(%x: tensor<1x16x16x32xi8>, %w: tensor<1x3x3x1x32xi32>) -> tensor<1x16x16x32xi32> {
  %0 = qnn.lookup_conv2d %x, %w {channels = 32 : i64, out_channels = 32 : i64, lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x16x16x32xi8>, tensor<1x3x3x1x32xi32>) -> tensor<1x16x16x32xi32>
  return %0 : tensor<1x16x16x32xi32>
}
}
