// RUN: qnn-opt %s --convert-qnn-to-linalg --canonicalize --cse | FileCheck %s
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu",
    cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {

// Transpose, quantizer and packing in one pass: lanes are pixels, each channel
// gives one bit of their words; two words of a pixel are stored side by side.
// CHECK-LABEL: @pack
// CHECK-NOT: linalg.generic
// CHECK: scf.for %[[BLOCK:.+]] = %c0 to %c4 step %c1
// The last block overlaps the one before: 49 pixels are no multiple of 16.
// CHECK: %[[P:.+]] = arith.minsi %{{.+}}, %c33
// CHECK: %[[X0:.+]] = vector.transfer_read %[[IMAGE:.+]][%c0, %c0, %[[P]]], %{{.+}} : tensor<1x64x49xf32>, vector<16xf32>
// CHECK: %[[PLUS0:.+]] = arith.cmpf oge, %[[X0]], %{{.+}} : vector<16xf32>
// CHECK: %[[BIT0:.+]] = arith.select %[[PLUS0]], %{{.+}} : vector<16xi1>, vector<16xi32>
// CHECK: vector.transfer_read %[[IMAGE]][%c0, %c1, %[[P]]]
// CHECK: arith.ori %[[BIT0]], %{{.+}} : vector<16xi32>
// CHECK: vector.interleave %{{.+}} : vector<16xi32> -> vector<32xi32>
// CHECK: vector.transfer_write %{{.+}} : vector<32xi32>, tensor<1x98xi32>
func.func @pack(%x: tensor<1x64x7x7xf32>) -> tensor<1x7x7x2xi32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x64x7x7xf32>) -> tensor<1x7x7x64xf32>
  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x7x7x64xf32>) -> tensor<1x7x7x64xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x7x7x64xi8>) -> tensor<1x7x7x2xi32>
  return %2 : tensor<1x7x7x2xi32>
}

// Three channels: bytes 0 to 2 of a unit; the fourth is not stored.
// CHECK-LABEL: @encode
// CHECK-NOT: linalg.generic
// CHECK-COUNT-3: math.roundeven {{.*}} : vector<16xf32>
// CHECK: vector.bitcast %{{.+}} : vector<16xi32> to vector<64xi8>
// CHECK: vector.shuffle {{.*}}[0, 1, 2, 4, 5, 6, 8,
// CHECK: vector.transfer_write %{{.+}} : vector<48xi8>, tensor<1x3072xi8>
func.func @encode(%x: tensor<1x3x32x32xf32>) -> tensor<1x32x32x3xi8> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x32x32xf32>) -> tensor<1x32x32x3xf32>
  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 8, encoding = signed, scale = array<f32: 0.0078125>>} : (tensor<1x32x32x3xf32>) -> tensor<1x32x32x3xi8>
  return %1 : tensor<1x32x32x3xi8>
}

// Codes that are read twice, by a product and a sum behind it, are made once.
// CHECK-LABEL: @read_twice
// CHECK-COUNT-4: math.roundeven {{.*}} : vector<16xf32>
// CHECK-NOT: math.roundeven
// CHECK: return
func.func @read_twice(%x: tensor<1x4x8x8xf32>) -> (tensor<1x8x8x4xi8>, tensor<1x8x8x4xf32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x8x8x4xf32>
  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xi8>
  %2 = qnn.dequantize %1 {code = #qnn.code<8, unsigned>, scale = array<f32: 0.5>} : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xf32>
  return %1, %2 : tensor<1x8x8x4xi8>, tensor<1x8x8x4xf32>
}

// Sums become floats and are turned in registers of 16 x 16.
// CHECK-LABEL: @decode
// CHECK-NOT: linalg.generic
// CHECK-COUNT-16: vector.transfer_read {{.*}} : tensor<1x49x64xi16>, vector<16xi16>
// CHECK-COUNT-64: vector.shuffle {{.*}} : vector<16xf32>, vector<16xf32>
// CHECK-COUNT-16: vector.transfer_write {{.*}} : vector<16xf32>, tensor<1x64x49xf32>
func.func @decode(%x: tensor<1x7x7x64xi16>) -> tensor<1x64x7x7xf32> {
  %0 = qnn.dequantize %x {scale = array<f32: 0.5>} : (tensor<1x7x7x64xi16>) -> tensor<1x7x7x64xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x7x7x64xf32>) -> tensor<1x64x7x7xf32>
  return %1 : tensor<1x64x7x7xf32>
}

// Weights become signs on the way to the tiles of a product.
// CHECK-LABEL: @signs
// CHECK-NOT: linalg.generic
// CHECK-COUNT-16: vector.transfer_read {{.*}} : tensor<2x32x64xf32>, vector<16xf32>
// CHECK-COUNT-16: vector.transfer_write {{.*}} : vector<16xf32>, tensor<2x64x32xf32>
func.func @signs(%w: tensor<2x32x64xf32>) -> tensor<2x64x32xf32> {
  %0 = qnn.encode %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>}
      : (tensor<2x32x64xf32>) -> tensor<2x32x64xi8>
  %1 = qnn.dequantize %0 {code = #qnn.code<1, bipolar>, scale = array<f32: 1.0>} : (tensor<2x32x64xi8>) -> tensor<2x32x64xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 1>} : (tensor<2x32x64xf32>) -> tensor<2x64x32xf32>
  return %2 : tensor<2x64x32xf32>
}

// The floats are needed anyhow.
// CHECK-LABEL: @decode_and_use
// CHECK: linalg.generic
// CHECK: vector.transfer_read {{.*}} : tensor<1x49x64xf32>, vector<16xf32>
func.func @decode_and_use(%x: tensor<1x7x7x64xi16>) -> (tensor<1x64x7x7xf32>, tensor<1x7x7x64xf32>) {
  %0 = qnn.dequantize %x {scale = array<f32: 0.5>} : (tensor<1x7x7x64xi16>) -> tensor<1x7x7x64xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x7x7x64xf32>) -> tensor<1x64x7x7xf32>
  return %1, %0 : tensor<1x64x7x7xf32>, tensor<1x7x7x64xf32>
}
}
