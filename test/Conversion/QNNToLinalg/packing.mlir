// RUN: qnn-opt %s --convert-qnn-to-linalg --canonicalize --cse | FileCheck %s

// Signs become a word without being bytes, 32 at a time; lanes beyond the row
// are no channels.
// CHECK-LABEL: @pack_signs
// CHECK-NOT: i8
// CHECK-DAG: %[[CHANNELS:.+]] = arith.constant dense<[true, {{.*}}, false]> : vector<32xi1>
// CHECK: scf.for %[[W:.+]] = %c0 to %c24 step %c1
// CHECK: %[[X:.+]] = vector.transfer_read {{.*}} {in_bounds = [true]} : tensor<1x784xf32>, vector<32xf32>
// CHECK: %[[MASK:.+]] = arith.cmpf oge, %[[X]], %{{.+}} : vector<32xf32>
// CHECK: %[[WORD:.+]] = vector.bitcast %[[MASK]] : vector<32xi1> to vector<1xi32>
// CHECK: %[[I:.+]] = vector.extract %[[WORD]][0]
// CHECK: tensor.insert %[[I]] into %{{.+}}[%c0, %[[W]]]
// CHECK: vector.transfer_read {{.*}} : tensor<1x784xf32>, vector<16xf32>
// CHECK: vector.insert_strided_slice
// CHECK: %[[REST:.+]] = arith.cmpf oge
// CHECK: arith.andi %[[REST]], %[[CHANNELS]]
func.func @pack_signs(%x: tensor<1x1x28x28xf32>) -> tensor<1x25xi32> {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x1x28x28xf32>) -> tensor<1x1x28x28xi8>
  %1 = qnn.reshape %0 : (tensor<1x1x28x28xi8>) -> tensor<1x784xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x784xi8>) -> tensor<1x25xi32>
  return %2 : tensor<1x25xi32>
}

// Arithmetic before the quantizer is done in the same registers.
// CHECK-LABEL: @pack_arithmetic
// CHECK-NOT: linalg.generic
// CHECK: %[[X:.+]] = vector.transfer_read %{{.+}} : tensor<2x64xf32>, vector<32xf32>
// CHECK: %[[Y:.+]] = arith.mulf %[[X]], %{{.+}} : vector<32xf32>
// CHECK: %[[C:.+]] = vector.transfer_read %{{.+}} : tensor<64xf32>, vector<32xf32>
// CHECK: %[[Z:.+]] = arith.addf %[[Y]], %[[C]]
// CHECK: arith.cmpf oge, %[[Z]]
func.func @pack_arithmetic(%x: tensor<2x64xf32>) -> tensor<2x2xi32> {
  %two = arith.constant dense<2.0> : tensor<f32>
  %c = arith.constant dense<"0x3F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F8000003F0000003F800000"> : tensor<64xf32>
  %0 = qnn.mul %x, %two : (tensor<2x64xf32>, tensor<f32>) -> tensor<2x64xf32>
  %1 = qnn.bias_add %0, %c {axis = 1} : (tensor<2x64xf32>, tensor<64xf32>) -> tensor<2x64xf32>
  %2 = qnn.encode %1 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<2x64xf32>) -> tensor<2x64xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, bipolar>} : (tensor<2x64xi8>) -> tensor<2x2xi32>
  return %3 : tensor<2x2xi32>
}

// The bytes are needed anyhow: they are packed as they are.
// CHECK-LABEL: @pack_and_use
// CHECK: linalg.generic
// CHECK: vector.transfer_read {{.*}} : tensor<1x32xi8>, vector<32xi8>
func.func @pack_and_use(%x: tensor<1x32xf32>) -> (tensor<1x1xi32>, tensor<1x32xi8>) {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x32xf32>) -> tensor<1x32xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x32xi8>) -> tensor<1x1xi32>
  return %1, %0 : tensor<1x1xi32>, tensor<1x32xi8>
}

// Two planes of each group of channels, side by side.
// CHECK-LABEL: @pack_planes
// CHECK: %[[X:.+]] = vector.transfer_read {{.*}} vector<32xi8>
// CHECK: arith.andi %[[X]], %{{.+}} : vector<32xi8>
// CHECK: arith.cmpi ne
// CHECK: arith.andi %[[X]], %{{.+}} : vector<32xi8>
// CHECK: arith.cmpi ne
// CHECK-COUNT-2: tensor.insert
func.func @pack_planes(%x: tensor<2x64xi8>) -> tensor<2x4xi32> {
  %0 = qnn.pack %x {code = #qnn.code<2, signed>} : (tensor<2x64xi8>) -> tensor<2x4xi32>
  return %0 : tensor<2x4xi32>
}

// The sign bit of a 2-bit code fills the byte from bit 1 up: -2.
// CHECK-LABEL: @unpack
// CHECK-DAG: %[[LOW:.+]] = arith.constant dense<1> : vector<32xi8>
// CHECK-DAG: %[[SIGN:.+]] = arith.constant dense<-2> : vector<32xi8>
// CHECK: vector.bitcast %{{.+}} : vector<1xi32> to vector<32xi1>
// CHECK: arith.select %{{.+}}, %[[LOW]]
// CHECK: arith.select %{{.+}}, %[[SIGN]]
// CHECK: arith.ori
// CHECK: vector.transfer_write {{.*}} : vector<32xi8>
func.func @unpack(%x: tensor<1x4xi32>) -> tensor<1x64xi8> {
  %0 = qnn.unpack %x {code = #qnn.code<2, signed>} : (tensor<1x4xi32>) -> tensor<1x64xi8>
  return %0 : tensor<1x64xi8>
}

// What a product and an elementwise op behind it make is packed with them.
// CHECK-LABEL: @left_to_product
// CHECK: %[[P:.+]] = qnn.f32_matmul
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%[[P]]
// CHECK: %[[C:.+]] = qnn.encode %[[Y]] {qnn.epilogue_pack
// CHECK: qnn.pack %[[C]] {code = #qnn.code<1, bipolar>, qnn.epilogue_pack}
func.func @left_to_product(%x: tensor<1x5xf32>, %w: tensor<2x5x32xf32>) -> tensor<1x2xi32> {
  %0 = qnn.f32_matmul %x, %w {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 32]>}
      : (tensor<1x5xf32>, tensor<2x5x32xf32>) -> tensor<1x40xf32>
  %1 = qnn.abs %0 : (tensor<1x40xf32>) -> tensor<1x40xf32>
  %2 = qnn.encode %1 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x40xf32>) -> tensor<1x40xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, bipolar>} : (tensor<1x40xi8>) -> tensor<1x2xi32>
  return %3 : tensor<1x2xi32>
}

// A tile of 16 channels is no word.
// CHECK-LABEL: @narrow_tile
// CHECK-NOT: qnn.encode
// CHECK: return
func.func @narrow_tile(%x: tensor<1x5xf32>, %w: tensor<3x5x16xf32>) -> tensor<1x2xi32> {
  %0 = qnn.f32_matmul %x, %w {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [1, 16]>}
      : (tensor<1x5xf32>, tensor<3x5x16xf32>) -> tensor<1x40xf32>
  %1 = qnn.encode %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x40xf32>) -> tensor<1x40xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x40xi8>) -> tensor<1x2xi32>
  return %2 : tensor<1x2xi32>
}
