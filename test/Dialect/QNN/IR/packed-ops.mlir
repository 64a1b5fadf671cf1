// RUN: qnn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @pack
func.func @pack(%x: tensor<2x3x70xi8>) -> tensor<2x3x70xi8> {
  // CHECK: qnn.pack %{{.*}} {code = #qnn.code<2, unsigned>} : (tensor<2x3x70xi8>) -> tensor<2x3x6xi32>
  %0 = qnn.pack %x {code = #qnn.code<2, unsigned>} : (tensor<2x3x70xi8>) -> tensor<2x3x6xi32>
  // CHECK: qnn.unpack %{{.*}} {code = #qnn.code<2, unsigned>} : (tensor<2x3x6xi32>) -> tensor<2x3x70xi8>
  %1 = qnn.unpack %0 {code = #qnn.code<2, unsigned>} : (tensor<2x3x6xi32>) -> tensor<2x3x70xi8>
  return %1 : tensor<2x3x70xi8>
}

// CHECK-LABEL: func.func @packed_max_pool2d
func.func @packed_max_pool2d(%x: tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32> {
  // CHECK: qnn.packed_max_pool2d %{{.*}} {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32>
  %0 = qnn.packed_max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32>
  return %0 : tensor<1x14x14x2xi32>
}

// Sums, narrow sums, words and bytes as results.
// CHECK-LABEL: func.func @xnor_matmul
func.func @xnor_matmul(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<2x1x32xi32>, %u: tensor<2x3x32xi32>)
    -> (tensor<3x40xi32>, tensor<3x40xi16>, tensor<3x2xi32>, tensor<3x40xi8>) {
  // CHECK: qnn.xnor_matmul %{{.*}}, %{{.*}} {channels = 64 : i64, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  %1 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi16>
  // CHECK: qnn.xnor_matmul %{{.*}}, %{{.*}}, %{{.*}} {{.*}}out_code = #qnn.code<1, bipolar>
  %2 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x1x32xi32>) -> tensor<3x2xi32>
  %3 = qnn.xnor_matmul %x, %w, %u {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<2, signed>,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x3x32xi32>) -> tensor<3x40xi8>
  return %0, %1, %2, %3 : tensor<3x40xi32>, tensor<3x40xi16>, tensor<3x2xi32>, tensor<3x40xi8>
}

// CHECK-LABEL: func.func @xnor_conv2d
func.func @xnor_conv2d(%x: tensor<1x8x8x2xi32>, %w: tensor<2x3x3x1x32xi32>) -> tensor<1x4x8x64xi32> {
  // CHECK: qnn.xnor_conv2d {{.*}}groups = 2 : i64{{.*}}pads = array<i64: 1, 1, 1, 1>{{.*}}strides = array<i64: 2, 1>
  %0 = qnn.xnor_conv2d %x, %w {channels = 20 : i64, out_channels = 64 : i64, groups = 2 : i64,
          pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 1>, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
      : (tensor<1x8x8x2xi32>, tensor<2x3x3x1x32xi32>) -> tensor<1x4x8x64xi32>
  return %0 : tensor<1x4x8x64xi32>
}

// CHECK-LABEL: func.func @bit_serial
func.func @bit_serial(%a: tensor<1x4xi32>, %v: tensor<1x6x32xi32>, %x: tensor<1x8x8x4xi32>, %w: tensor<2x3x3x2x32xi32>)
    -> (tensor<1x10xi32>, tensor<1x6x6x64xi32>) {
  // CHECK: qnn.bit_serial_matmul
  %0 = qnn.bit_serial_matmul %a, %v {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>,
          rhs_code = #qnn.code<3, signed>, kernel = #qnn.kernel<bit_serial, tile = [4, 32]>}
      : (tensor<1x4xi32>, tensor<1x6x32xi32>) -> tensor<1x10xi32>
  // CHECK: qnn.bit_serial_conv2d
  %1 = qnn.bit_serial_conv2d %x, %w {channels = 64 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<2, unsigned>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<bit_serial, tile = [4, 32]>}
      : (tensor<1x8x8x4xi32>, tensor<2x3x3x2x32xi32>) -> tensor<1x6x6x64xi32>
  return %0, %1 : tensor<1x10xi32>, tensor<1x6x6x64xi32>
}

// CHECK-LABEL: func.func @int8
func.func @int8(%a: tensor<1x64xi8>, %v: tensor<1x16x128xi8>, %x: tensor<1x8x8x3xi8>, %w: tensor<2x3x3x1x128xi8>)
    -> (tensor<1x10xi32>, tensor<1x6x6x64xi32>) {
  // CHECK: qnn.int8_matmul
  %0 = qnn.int8_matmul %a, %v {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>,
          rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x10xi32>
  // CHECK: qnn.int8_conv2d
  %1 = qnn.int8_conv2d %x, %w {channels = 3 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<8, signed>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<1x8x8x3xi8>, tensor<2x3x3x1x128xi8>) -> tensor<1x6x6x64xi32>
  return %0, %1 : tensor<1x10xi32>, tensor<1x6x6x64xi32>
}

// CHECK-LABEL: func.func @f32
func.func @f32(%a: tensor<1x64xf32>, %v: tensor<1x64x32xf32>, %x: tensor<1x8x8x3xf32>, %w: tensor<2x3x3x3x32xf32>)
    -> (tensor<1x10xf32>, tensor<1x6x6x64xf32>) {
  // CHECK: qnn.f32_matmul
  %0 = qnn.f32_matmul %a, %v {channels = 64 : i64, out_channels = 10 : i64, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<1x64xf32>, tensor<1x64x32xf32>) -> tensor<1x10xf32>
  // CHECK: qnn.f32_conv2d
  %1 = qnn.f32_conv2d %x, %w {channels = 3 : i64, out_channels = 64 : i64, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<1x8x8x3xf32>, tensor<2x3x3x3x32xf32>) -> tensor<1x6x6x64xf32>
  return %0, %1 : tensor<1x10xf32>, tensor<1x6x6x64xf32>
}

// CHECK-LABEL: func.func @turn_words
func.func @turn_words(%x: tensor<100x3xi32>) -> tensor<3x4x32xi32> {
  // CHECK: qnn.turn_words %{{.*}} : (tensor<100x3xi32>) -> tensor<3x4x32xi32>
  %0 = qnn.turn_words %x : (tensor<100x3xi32>) -> tensor<3x4x32xi32>
  return %0 : tensor<3x4x32xi32>
}

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<8x18x18x2xi32>) -> tensor<18x64x32xi32> {
  // CHECK: qnn.turn_windows %{{.*}} {kernel = array<i64: 3, 3>} : (tensor<8x18x18x2xi32>) -> tensor<18x64x32xi32>
  %0 = qnn.turn_windows %x {kernel = array<i64: 3, 3>} : (tensor<8x18x18x2xi32>) -> tensor<18x64x32xi32>
  return %0 : tensor<18x64x32xi32>
}
