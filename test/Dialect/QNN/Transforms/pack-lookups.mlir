// RUN: qnn-opt %s --qnn-select-kernels --qnn-pack-products --split-input-file | FileCheck %s

// Weights of one magnitude are bits and a factor.
#v4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #v4} {
// CHECK-LABEL: func.func @matmul
// CHECK: %[[W:.*]] = arith.constant dense<15> : tensor<4x1x32xi32>
// CHECK: %[[S:.*]] = qnn.lookup_matmul %arg0, %[[W]] {channels = 4 : i64, kernel = #qnn.kernel<lookup, tile = [10, 32]>, out_channels = 128 : i64, rhs_code = #qnn.code<1, bipolar>}
// CHECK: %[[F:.*]] = arith.constant dense<5.000000e-01> : tensor<1xf32>
// CHECK: qnn.mul %[[S]], %[[F]]
func.func @matmul(%x: tensor<2x4xf32>) -> tensor<2x128xf32> {
  %w = arith.constant dense<0.5> : tensor<4x128xf32>
  %0 = qnn.matmul %x, %w : (tensor<2x4xf32>, tensor<4x128xf32>) -> tensor<2x128xf32>
  return %0 : tensor<2x128xf32>
}
}

// -----

// Each output channel has its own magnitude: 0.5 and 2. The first has one
// negative weight, of channel 0 in the first tap; all of the second are.
#v4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #v4} {
// CHECK-LABEL: func.func @conv
// CHECK: %[[X:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[W:.*]] = arith.constant dense<"0x0E000000{{(00000000){31}0F000000(00000000){31}0F}}000000
// CHECK: %[[S:.*]] = qnn.lookup_conv2d %[[X]], %[[W]]
// CHECK: %[[Y:.*]] = qnn.transpose %[[S]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK: %[[F:.*]] = arith.constant dense<{{.*}}5.000000e-01{{.*}}2.000000e+00{{.*}}> : tensor<2x1x1xf32>
// CHECK: qnn.mul %[[Y]], %[[F]]
func.func @conv(%x: tensor<1x4x8x8xf32>) -> tensor<1x2x6x6xf32> {
  %w = arith.constant dense<"0x000000BF0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F0000003F000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0000000C0"> : tensor<2x4x3x3xf32>
  %0 = qnn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<2x4x3x3xf32>) -> tensor<1x2x6x6xf32>
  return %0 : tensor<1x2x6x6xf32>
}
}

// -----

// Computed weights: the codes of their quantizer, packed, in tiles.
#v4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #v4} {
// CHECK-LABEL: func.func @computed_matmul
// CHECK: %[[C:.*]] = qnn.encode %arg1 {{.*}} -> tensor<40x130xi8>
// CHECK: %[[P:.*]] = qnn.pack %[[C]] {{.*}} -> tensor<40x5xi32>
// CHECK: %[[T:.*]] = qnn.turn_words %[[P]] : (tensor<40x5xi32>) -> tensor<5x2x32xi32>
// CHECK: %[[S:.*]] = qnn.lookup_matmul %arg0, %[[T]] {channels = 40 : i64
// CHECK: qnn.mul %[[S]]
func.func @computed_matmul(%x: tensor<4x40xf32>, %w: tensor<40x130xf32>) -> tensor<4x130xf32> {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.25>>} : (tensor<40x130xf32>) -> tensor<40x130xf32>
  %0 = qnn.matmul %x, %q : (tensor<4x40xf32>, tensor<40x130xf32>) -> tensor<4x130xf32>
  return %0 : tensor<4x130xf32>
}

// The quantizer is seen through a transpose, as gradients have it.
// CHECK-LABEL: func.func @computed_conv
// CHECK: %[[R:.*]] = qnn.reshape %arg1 : (tensor<8x64x3x3xf32>) -> tensor<8x576xf32>
// CHECK: %[[C:.*]] = qnn.encode %[[R]] {{.*}} -> tensor<8x576xi8>
// CHECK: %[[P:.*]] = qnn.pack %[[C]] {{.*}} -> tensor<8x18xi32>
// CHECK: %[[T:.*]] = qnn.turn_words %[[P]] : (tensor<8x18xi32>) -> tensor<18x1x32xi32>
// CHECK: qnn.reshape %{{.*}} : (tensor<576x1xi32>) -> tensor<64x3x3x1xi32>
// CHECK: qnn.lookup_conv2d
// CHECK-NOT: qnn.mul
func.func @computed_conv(%x: tensor<1x8x6x6xf32>, %w: tensor<8x64x3x3xf32>) -> tensor<1x64x4x4xf32> {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<8x64x3x3xf32>) -> tensor<8x64x3x3xf32>
  %t = qnn.transpose %q {permutation = array<i64: 1, 0, 2, 3>} : (tensor<8x64x3x3xf32>) -> tensor<64x8x3x3xf32>
  %0 = qnn.conv2d %x, %t : (tensor<1x8x6x6xf32>, tensor<64x8x3x3xf32>) -> tensor<1x64x4x4xf32>
  return %0 : tensor<1x64x4x4xf32>
}

// Codes that are there already are used.
// CHECK-LABEL: func.func @dequantized
// CHECK-NOT: qnn.encode
// CHECK: qnn.pack %arg1
// CHECK: %[[S:.*]] = qnn.lookup_matmul
// CHECK: qnn.mul %[[S]]
func.func @dequantized(%x: tensor<4x40xf32>, %w: tensor<128x40xi8>) -> tensor<4x128xf32> {
  %q = qnn.dequantize %w {code = #qnn.code<1, bipolar>, scale = array<f32: 0.5>} : (tensor<128x40xi8>) -> tensor<128x40xf32>
  %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<4x40xf32>, tensor<128x40xf32>) -> tensor<4x128xf32>
  return %0 : tensor<4x128xf32>
}

// Floats: few output channels, magnitudes that differ, zeros, few rows by
// computed weights, a sign of zero.
// CHECK-LABEL: func.func @left
// CHECK-COUNT-3: qnn.f32_matmul
// CHECK: qnn.matmul
// CHECK: qnn.f32_matmul
func.func @left(%x: tensor<4x4xf32>, %y: tensor<1x4xf32>, %v: tensor<4x128xf32>)
    -> (tensor<4x16xf32>, tensor<4x128xf32>, tensor<1x1xf32>, tensor<1x128xf32>, tensor<4x128xf32>) {
  %few = arith.constant dense<0.5> : tensor<4x16xf32>
  %zeros = arith.constant dense<0.0> : tensor<4x128xf32>
  %differ = arith.constant dense<[[1.0], [1.0], [-1.0], [2.0]]> : tensor<4x1xf32>
  %q = qnn.quantize %v {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<4x128xf32>) -> tensor<4x128xf32>
  %z = qnn.quantize %v {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = zero>} : (tensor<4x128xf32>) -> tensor<4x128xf32>
  %0 = qnn.matmul %x, %few : (tensor<4x4xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
  %1 = qnn.matmul %x, %zeros : (tensor<4x4xf32>, tensor<4x128xf32>) -> tensor<4x128xf32>
  %2 = qnn.matmul %y, %differ : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.matmul %y, %q : (tensor<1x4xf32>, tensor<4x128xf32>) -> tensor<1x128xf32>
  %4 = qnn.matmul %x, %z : (tensor<4x4xf32>, tensor<4x128xf32>) -> tensor<4x128xf32>
  return %0, %1, %2, %3, %4 : tensor<4x16xf32>, tensor<4x128xf32>, tensor<1x1xf32>, tensor<1x128xf32>, tensor<4x128xf32>
}
}

// -----

// A lookup of codes gets the indices that the target permutes by: of bits of 4
// channels, two in a byte. Output channel 1 is in the fifth byte, the first of
// the next word.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>} {
// CHECK-LABEL: func.func @indices
// CHECK: %[[X:.*]] = qnn.pack %arg0 {code = #qnn.code<2, unsigned>} : (tensor<1x6xi8>) -> tensor<1x2xi32>
// CHECK: %[[W:.*]] = arith.constant dense<{{\[\[}}[49, 0, 0, 0, 2, 0, {{[0, ]*}}]]]> : tensor<1x1x32xi8>
// CHECK: qnn.lookup_matmul %[[X]], %[[W]] {channels = 6 : i64, kernel = #qnn.kernel<lookup, tile = [3, 32, 4]>, lhs_code = #qnn.code<2, unsigned>, out_channels = 2 : i64, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x2xi32>, tensor<1x1x32xi8>) -> tensor<1x2xi32>
func.func @indices(%x: tensor<1x6xi8>) -> tensor<1x2xi32> {
  %w = arith.constant dense<[[1, 0, 0, 0, 1, 1], [0, 1, 0, 0, 0, 0]]> : tensor<2x6xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<lookup, tile = [3, 32]>}
      : (tensor<1x6xi8>, tensor<2x6xi8>) -> tensor<1x2xi32>
  return %0 : tensor<1x2xi32>
}
}

// -----

// Ternary weights by bytes, where shorts are permuted: three trits in 5 bits.
// -1, 0, 1 and 0 are 0 + 3 + 18, and 1 + 3 + 9: 0x01b5.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>} {
// CHECK-LABEL: func.func @trits
// CHECK: %[[W:.*]] = arith.constant dense<"0xB501{{0+}}"> : tensor<1x5x32xi16>
// CHECK: qnn.lookup_matmul %arg0, %[[W]] {{.*}}tile = [1, 32, 5]
func.func @trits(%x: tensor<1x4xi8>) -> tensor<1x1xi32> {
  %w = arith.constant dense<[[-1, 0, 1, 0]]> : tensor<1x4xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>, kernel = #qnn.kernel<lookup, tile = [1, 32]>}
      : (tensor<1x4xi8>, tensor<1x4xi8>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}
}

// -----

// Without a permutation the product stays as it is.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64", features = "", vector_bits = 128, registers = 16>} {
// CHECK-LABEL: func.func @no_permutation
// CHECK: qnn.imatmul
func.func @no_permutation(%x: tensor<1x4xi8>) -> tensor<1x1xi32> {
  %w = arith.constant dense<[[-1, 0, 1, 0]]> : tensor<1x4xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>, kernel = #qnn.kernel<lookup, tile = [1, 32]>}
      : (tensor<1x4xi8>, tensor<1x4xi8>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}
}

// -----

// A sum over windows of signs: words along the channels, padded, are turned to
// lie along the windows; what zeros in the padding have subtracted is added
// again.
#v4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #v4} {
// CHECK-LABEL: func.func @windows
// CHECK: %[[X:.*]] = qnn.transpose %arg1 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[C:.*]] = qnn.encode %[[X]] {{.*}} -> tensor<2x4x4x40xi8>
// CHECK: %[[K:.*]] = qnn.pack %[[C]] {{.*}} -> tensor<2x4x4x2xi32>
// CHECK: %[[P:.*]] = qnn.pad %[[K]] {high = array<i64: 0, 1, 0, 0>, low = array<i64: 0, 0, 1, 0>
// CHECK: %[[W:.*]] = qnn.turn_windows %[[P]] {kernel = array<i64: 2, 2>} : (tensor<2x5x5x2xi32>) -> tensor<8x1x32xi32>
// CHECK: %[[S:.*]] = qnn.lookup_matmul %arg0, %[[W]] {channels = 32 : i64, {{.*}}out_channels = 256 : i64
// CHECK: %[[T:.*]] = qnn.reshape %[[S]] {{.*}} -> tensor<8x4x64xf32>
// CHECK: %[[O:.*]] = qnn.slice %[[T]] {{.*}} -> tensor<8x4x40xf32>
// CHECK: %[[I:.*]] = qnn.reshape %arg0 {{.*}} -> tensor<8x2x16xf32>
// CHECK: %[[R:.*]] = qnn.reduce %[[I]] {axes = array<i64: 1>, kind = #qnn.reduce_kind<sum>}
// CHECK: %[[M:.*]] = arith.constant dense<{{.*}}> : tensor<16x4xf32>
// CHECK: %[[B:.*]] = qnn.matmul %[[R]], %[[M]]
// CHECK: %[[D:.*]] = qnn.reshape %[[B]] {{.*}} -> tensor<8x4x1xf32>
// CHECK: %[[A:.*]] = qnn.add %[[O]], %[[D]]
// CHECK: qnn.mul %[[A]]
func.func @windows(%g: tensor<8x32xf32>, %x: tensor<2x40x4x4xf32>) -> tensor<8x160xf32> {
  %q = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: 0.25>>} : (tensor<2x40x4x4xf32>) -> tensor<2x40x4x4xf32>
  %u = qnn.unfold %q {kernel = array<i64: 2, 2>, pads = array<i64: 0, 1, 1, 0>} : (tensor<2x40x4x4xf32>) -> tensor<32x160xf32>
  %0 = qnn.matmul %g, %u : (tensor<8x32xf32>, tensor<32x160xf32>) -> tensor<8x160xf32>
  return %0 : tensor<8x160xf32>
}
}

// -----

// With registers of 8 floats, enough pixels and output channels, tables are in
// memory: 32 pixels wide for indices of 4 bits, 8 for the 256 sums of 8.
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #v3} {
// CHECK-LABEL: func.func @tables
// CHECK: qnn.lookup_matmul %arg0, %{{.*}} kernel = #qnn.kernel<lookup, tile = [32, 32, 4]>
// CHECK: qnn.lookup_matmul %arg0, %{{.*}} kernel = #qnn.kernel<lookup, tile = [8, 32, 8]>
func.func @tables(%x: tensor<64x512xf32>, %w: tensor<256x512xf32>, %v: tensor<4096x512xf32>) -> (tensor<64x256xf32>, tensor<64x4096xf32>) {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<256x512xf32>) -> tensor<256x512xf32>
  %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<64x512xf32>, tensor<256x512xf32>) -> tensor<64x256xf32>
  %r = qnn.quantize %v {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<4096x512xf32>) -> tensor<4096x512xf32>
  %1 = qnn.matmul %x, %r {transpose_rhs} : (tensor<64x512xf32>, tensor<4096x512xf32>) -> tensor<64x4096xf32>
  return %0, %1 : tensor<64x256xf32>, tensor<64x4096xf32>
}
}
