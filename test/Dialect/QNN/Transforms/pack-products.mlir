// RUN: qnn-opt %s --qnn-pack-products --split-input-file | FileCheck %s

// Channels become words, output channels the lanes of a tile; what lies beyond
// the 2 of them is 0.
// CHECK-LABEL: func.func @xnor_matmul
// CHECK-SAME: (%[[X:.*]]: tensor<1x3xi8>)
// CHECK: %[[P:.*]] = qnn.pack %[[X]] {code = #qnn.code<1, bipolar>} : (tensor<1x3xi8>) -> tensor<1x1xi32>
// CHECK: %[[W:.*]] = arith.constant dense<{{\[\[}}[5, 6, 0, 0, {{[0, ]*}}]]]> : tensor<1x1x32xi32>
// CHECK: qnn.xnor_matmul %[[P]], %[[W]] {channels = 3 : i64, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>, lhs_code = #qnn.code<1, bipolar>, out_channels = 2 : i64, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x1xi32>, tensor<1x1x32xi32>) -> tensor<1x2xi16>
func.func @xnor_matmul(%x: tensor<1x3xi8>) -> tensor<1x2xi16> {
  %w = arith.constant dense<[[1, 0, 1], [0, 1, 1]]> : tensor<2x3xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
      : (tensor<1x3xi8>, tensor<2x3xi8>) -> tensor<1x2xi16>
  return %0 : tensor<1x2xi16>
}

// -----

// Planes of 2-bit weights are steps.
// CHECK-LABEL: func.func @bit_serial_matmul
// CHECK: qnn.pack %{{.*}} {code = #qnn.code<3, unsigned>} : (tensor<1x3xi8>) -> tensor<1x3xi32>
// CHECK: arith.constant dense<{{\[\[}}[5, 0, {{[0, ]*}}], [4, 0, {{[0, ]*}}]]]> : tensor<1x2x32xi32>
// CHECK: qnn.bit_serial_matmul {{.*}}lhs_code = #qnn.code<3, unsigned>{{.*}}rhs_code = #qnn.code<2, ternary>
func.func @bit_serial_matmul(%x: tensor<1x3xi8>) -> tensor<1x1xi32> {
  %w = arith.constant dense<[[1, 0, -1]]> : tensor<1x3xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<3, unsigned>, rhs_code = #qnn.code<2, ternary>, kernel = #qnn.kernel<bit_serial, tile = [4, 32]>}
      : (tensor<1x3xi8>, tensor<1x3xi8>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

// -----

// Weights of bytes are numbers, bipolar ones too, 4 channels side by side;
// activations stay as they are.
// CHECK-LABEL: func.func @int8_matmul
// CHECK-SAME: (%[[X:.*]]: tensor<1x3xi8>)
// CHECK: arith.constant dense<"0x01FF01{{0*}}"> : tensor<1x1x128xi8>
// CHECK-NOT: qnn.pack
// CHECK: qnn.int8_matmul %[[X]]
func.func @int8_matmul(%x: tensor<1x3xi8>) -> tensor<1x1xi32> {
  %w = arith.constant dense<[[1, 0, 1]]> : tensor<1x3xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<1x3xi8>, tensor<1x3xi8>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

// -----

// CHECK-LABEL: func.func @conv
// CHECK: qnn.pack %{{.*}} : (tensor<1x8x8x64xi8>) -> tensor<1x8x8x2xi32>
// CHECK: qnn.xnor_conv2d {{.*}}channels = 64 : i64{{.*}}out_channels = 40 : i64, pads = array<i64: 1, 1, 1, 1>{{.*}}strides = array<i64: 2, 2>{{.*}} : (tensor<1x8x8x2xi32>, tensor<2x3x3x2x32xi32>) -> tensor<1x4x4x40xi32>
func.func @conv(%x: tensor<1x8x8x64xi8>) -> tensor<1x4x4x40xi32> {
  %w = arith.constant dense<1> : tensor<40x3x3x64xi8>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>,
          strides = array<i64: 2, 2>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x8x8x64xi8>, tensor<40x3x3x64xi8>) -> tensor<1x4x4x40xi32>
  return %0 : tensor<1x4x4x40xi32>
}

// -----

// Channels of a group that do not fill words are packed group by group.
// CHECK-LABEL: func.func @groups
// CHECK: qnn.reshape %{{.*}} : (tensor<1x8x8x40xi8>) -> tensor<1x8x8x2x20xi8>
// CHECK: qnn.pack %{{.*}} : (tensor<1x8x8x2x20xi8>) -> tensor<1x8x8x2x1xi32>
// CHECK: qnn.reshape %{{.*}} : (tensor<1x8x8x2x1xi32>) -> tensor<1x8x8x2xi32>
// CHECK: qnn.xnor_conv2d {{.*}}channels = 20 : i64, groups = 2 : i64
func.func @groups(%x: tensor<1x8x8x40xi8>) -> tensor<1x8x8x6xi32> {
  %w = arith.constant dense<1> : tensor<6x1x1x20xi8>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 2 : i64,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x8x8x40xi8>, tensor<6x1x1x20xi8>) -> tensor<1x8x8x6xi32>
  return %0 : tensor<1x8x8x6xi32>
}

// -----

// Floats, either way round.
// CHECK-LABEL: func.func @float_matmul
// CHECK: arith.constant dense<{{\[\[}}[1.000000e+00, 3.000000e+00, 0.000000e+00, {{.*}}], [2.000000e+00, 4.000000e+00, 0.000000e+00, {{.*}} : tensor<1x2x32xf32>
// CHECK: qnn.f32_matmul
// CHECK: arith.constant dense<{{\[\[}}[1.000000e+00, 3.000000e+00, 0.000000e+00, {{.*}}], [2.000000e+00, 4.000000e+00, 0.000000e+00, {{.*}} : tensor<1x2x32xf32>
// CHECK: qnn.f32_matmul
func.func @float_matmul(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %v = arith.constant dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %0 = qnn.matmul %x, %w {transpose_rhs} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.matmul %x, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @float_conv
// CHECK: %[[X:.*]] = qnn.transpose %{{.*}} {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[Y:.*]] = qnn.f32_conv2d %[[X]], %{{.*}} : (tensor<1x8x8x3xf32>, tensor<1x3x3x3x32xf32>) -> tensor<1x6x6x4xf32>
// CHECK: qnn.transpose %[[Y]] {permutation = array<i64: 0, 3, 1, 2>}
func.func @float_conv(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x6x6xf32> {
  %w = arith.constant dense<1.0> : tensor<4x3x3x3xf32>
  %0 = qnn.conv2d %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

// Groups of one channel: the lanes of a block are as many groups.
// CHECK-LABEL: func.func @depthwise
// CHECK: qnn.int8_conv2d {{.*}}groups = 48 : i64, kernel = #qnn.kernel<int8_dot, tile = [2, 16]>{{.*}} : (tensor<1x8x8x48xi8>, tensor<3x3x3x1x16xi8>)
// CHECK: qnn.f32_conv2d {{.*}} : (tensor<1x8x8x48xf32>, tensor<3x3x3x1x16xf32>)
func.func @depthwise(%x: tensor<1x8x8x48xi8>, %y: tensor<1x48x8x8xf32>) -> (tensor<1x6x6x48xi32>, tensor<1x48x6x6xf32>) {
  %w = arith.constant dense<1> : tensor<48x3x3x1xi8>
  %v = arith.constant dense<1.0> : tensor<48x1x3x3xf32>
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, groups = 48 : i64,
          kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<1x8x8x48xi8>, tensor<48x3x3x1xi8>) -> tensor<1x6x6x48xi32>
  %1 = qnn.conv2d %y, %v {groups = 48 : i64} : (tensor<1x48x8x8xf32>, tensor<48x1x3x3xf32>) -> tensor<1x48x6x6xf32>
  return %0, %1 : tensor<1x6x6x48xi32>, tensor<1x48x6x6xf32>
}

// -----

// Computed weights are laid out by shape ops, 40 of them in two blocks: the rows
// of a matrix are cut, those of a transposed one are turned.
// CHECK-LABEL: func.func @computed_matmul
// CHECK: %[[P:.*]] = qnn.pad %arg1 {high = array<i64: 0, 24>
// CHECK: %[[B:.*]] = qnn.reshape %[[P]] : (tensor<7x64xf32>) -> tensor<7x2x32xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[B]] {permutation = array<i64: 1, 0, 2>}
// CHECK: qnn.f32_matmul %arg0, %[[T]]
func.func @computed_matmul(%x: tensor<4x7xf32>, %w: tensor<7x40xf32>) -> tensor<4x40xf32> {
  %0 = qnn.matmul %x, %w : (tensor<4x7xf32>, tensor<7x40xf32>) -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// CHECK-LABEL: func.func @transposed_matmul
// CHECK: %[[P:.*]] = qnn.pad %arg1 {high = array<i64: 24, 0>
// CHECK: %[[B:.*]] = qnn.reshape %[[P]] : (tensor<64x7xf32>) -> tensor<2x32x7xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[B]] {permutation = array<i64: 0, 2, 1>}
// CHECK: qnn.f32_matmul %arg0, %[[T]]
func.func @transposed_matmul(%x: tensor<4x7xf32>, %w: tensor<40x7xf32>) -> tensor<4x40xf32> {
  %0 = qnn.matmul %x, %w {transpose_rhs} : (tensor<4x7xf32>, tensor<40x7xf32>) -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// -----

// What quantizes weights stays next to the transpose, which computes it on the way.
// CHECK-LABEL: func.func @quantized_matmul
// CHECK: %[[B:.*]] = qnn.reshape %arg1 : (tensor<64x7xf32>) -> tensor<2x32x7xf32>
// CHECK: %[[C:.*]] = qnn.encode %[[B]]
// CHECK: %[[Q:.*]] = qnn.dequantize %[[C]] {code = #qnn.code<1, bipolar>, scale = array<f32: 2.000000e+00>}
// CHECK: %[[T:.*]] = qnn.transpose %[[Q]] {permutation = array<i64: 0, 2, 1>}
// CHECK: qnn.f32_matmul %arg0, %[[T]]
func.func @quantized_matmul(%x: tensor<4x7xf32>, %w: tensor<64x7xf32>) -> tensor<4x64xf32> {
  %0 = qnn.encode %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>}
      : (tensor<64x7xf32>) -> tensor<64x7xi8>
  %1 = qnn.dequantize %0 {code = #qnn.code<1, bipolar>, scale = array<f32: 2.0>} : (tensor<64x7xi8>) -> tensor<64x7xf32>
  %2 = qnn.matmul %x, %1 {transpose_rhs, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>} : (tensor<4x7xf32>, tensor<64x7xf32>) -> tensor<4x64xf32>
  return %2 : tensor<4x64xf32>
}

// -----

// CHECK-LABEL: func.func @computed_conv
// CHECK: %[[R:.*]] = qnn.transpose %arg1 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[B:.*]] = qnn.reshape %[[R]] : (tensor<64x3x3x5xf32>) -> tensor<2x32x3x3x5xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[B]] {permutation = array<i64: 0, 2, 3, 4, 1>}
// CHECK: qnn.f32_conv2d %{{.*}}, %[[T]]
func.func @computed_conv(%x: tensor<1x5x8x8xf32>, %w: tensor<64x5x3x3xf32>) -> tensor<1x64x6x6xf32> {
  %0 = qnn.conv2d %x, %w : (tensor<1x5x8x8xf32>, tensor<64x5x3x3xf32>) -> tensor<1x64x6x6xf32>
  return %0 : tensor<1x64x6x6xf32>
}

// -----

// Rows of several matrices are rows of one.
// CHECK-LABEL: func.func @leading_dimensions
// CHECK: %[[X:.*]] = qnn.reshape %arg0 : (tensor<2x3x7xf32>) -> tensor<6x7xf32>
// CHECK: %[[Y:.*]] = qnn.f32_matmul %[[X]]
// CHECK: qnn.reshape %[[Y]] : (tensor<6x4xf32>) -> tensor<2x3x4xf32>
func.func @leading_dimensions(%x: tensor<2x3x7xf32>) -> tensor<2x3x4xf32> {
  %w = arith.constant dense<1.0> : tensor<7x4xf32>
  %0 = qnn.matmul %x, %w : (tensor<2x3x7xf32>, tensor<7x4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

// Left alone: no kernel, codes or few rows by weights that are computed, padding that is no zero.
// CHECK-LABEL: func.func @left_alone
// CHECK-COUNT-2: qnn.imatmul
// CHECK: qnn.iconv2d
// CHECK: qnn.matmul
func.func @left_alone(%x: tensor<1x3xi8>, %w: tensor<2x3xi8>, %y: tensor<1x4x4x32xi8>, %a: tensor<1x2xf32>, %b: tensor<2x2xf32>)
    -> (tensor<1x2xi32>, tensor<1x2xi32>, tensor<1x4x4x1xi32>, tensor<1x2xf32>) {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %f = arith.constant dense<1> : tensor<1x3x3x32xi8>
  %0 = qnn.imatmul %x, %c {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>}
      : (tensor<1x3xi8>, tensor<2x3xi8>) -> tensor<1x2xi32>
  %1 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
      : (tensor<1x3xi8>, tensor<2x3xi8>) -> tensor<1x2xi32>
  %2 = qnn.iconv2d %y, %f {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>,
          pad_value = #qnn.pad_value<plus_one>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
      : (tensor<1x4x4x32xi8>, tensor<1x3x3x32xi8>) -> tensor<1x4x4x1xi32>
  %3 = qnn.matmul %a, %b : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0, %1, %2, %3 : tensor<1x2xi32>, tensor<1x2xi32>, tensor<1x4x4x1xi32>, tensor<1x2xf32>
}
