// RUN: qnn-opt %s --qnn-fuse-epilogues --canonicalize | FileCheck %s

// The rounding of codes: bytes. Beyond the 10 channels scales are neutral.
// CHECK-LABEL: func.func @requantize
// CHECK: %[[S:.*]] = arith.constant dense<{{\[\[}}[5.000000e-01, {{.*}}, 1.000000e+00], [1.000000e+00, {{.*}}, -0.000000e+00]]]> : tensor<1x2x32xf32>
// CHECK: %[[R:.*]] = qnn.int8_matmul %{{.*}}, %{{.*}}, %[[S]] {{.*}}out_code = #qnn.code<8, signed>, {{.*}}scaled{{.*}} -> tensor<3x10xi8>
// CHECK: return %[[R]]
func.func @requantize(%x: tensor<3x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<3x10xi8> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<3x64xi8>, tensor<1x16x128xi8>) -> tensor<3x10xi32>
  %1 = qnn.requantize %0 {code = #qnn.code<8, signed>, scale = array<f32: 0.5>, bias = array<f32: 1.0>} : (tensor<3x10xi32>) -> tensor<3x10xi8>
  return %1 : tensor<3x10xi8>
}

// Codes that are only packed are stored as words.
// CHECK-LABEL: func.func @words
// CHECK: %[[R:.*]] = qnn.xnor_matmul {{.*}}out_code = #qnn.code<5, unsigned>{{.*}} -> tensor<3x5xi32>
// CHECK-NOT: qnn.pack
// CHECK: return %[[R]]
func.func @words(%x: tensor<3x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<3x5xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<1x2x32xi32>) -> tensor<3x10xi16>
  %1 = qnn.requantize %0 {code = #qnn.code<5, unsigned>, scale = array<f32: 0.5>, bias = array<f32: 1.0>} : (tensor<3x10xi16>) -> tensor<3x10xi8>
  %2 = qnn.pack %1 {code = #qnn.code<5, unsigned>} : (tensor<3x10xi8>) -> tensor<3x5xi32>
  return %2 : tensor<3x5xi32>
}

// Another rounding is another function.
// CHECK-LABEL: func.func @half_up
// CHECK: qnn.int8_matmul {{.*}} -> tensor<3x10xi32>
// CHECK: qnn.requantize
func.func @half_up(%x: tensor<3x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<3x10xi8> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<3x64xi8>, tensor<1x16x128xi8>) -> tensor<3x10xi32>
  %1 = qnn.requantize %0 {code = #qnn.code<8, signed>, scale = array<f32: 0.5>, bias = array<f32: 1.0>, rounding = #qnn.rounding<half_up>} : (tensor<3x10xi32>) -> tensor<3x10xi8>
  return %1 : tensor<3x10xi8>
}

// Floats: scale, bias, another tensor, relu. The second scale would be one
// rounding more.
// CHECK-LABEL: func.func @floats

// CHECK-DAG: %[[S:.*]] = arith.constant dense<{{\[\[}}[2.500000e-01, 5.000000e-01, {{.*}}], [3.000000e+00, 4.000000e+00, {{.*}}]]]>
// CHECK: %[[R:.*]] = qnn.int8_matmul %{{.*}}, %{{.*}}, %[[S]], %arg2 {{.*}}clip = array<f32: 0.000000e+00, 0x7F800000>, {{.*}}residual, {{.*}}scaled{{.*}} -> tensor<3x2xf32>
// CHECK: %[[M:.*]] = qnn.mul %[[R]]
// CHECK: return %[[M]]
func.func @floats(%x: tensor<3x64xi8>, %w: tensor<1x16x128xi8>, %other: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %bias = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 2 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<3x64xi8>, tensor<1x16x128xi8>) -> tensor<3x2xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 0.25, 0.5>, axis = 1} : (tensor<3x2xi32>) -> tensor<3x2xf32>
  %2 = qnn.bias_add %1, %bias {axis = 1} : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %3 = qnn.add %other, %2 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %4 = qnn.relu %3 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %5 = qnn.mul %4, %half : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  return %5 : tensor<3x2xf32>
}

// Relu before the sum of two tensors ends the epilogue.
// CHECK-LABEL: func.func @relu_first
// CHECK: %[[R:.*]] = qnn.f32_matmul %{{.*}} {{.*}}clip
// CHECK: qnn.add %[[R]]
func.func @relu_first(%x: tensor<3x64xf32>, %w: tensor<1x64x32xf32>, %other: tensor<3x10xf32>) -> tensor<3x10xf32> {
  %0 = qnn.f32_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<3x64xf32>, tensor<1x64x32xf32>) -> tensor<3x10xf32>
  %1 = qnn.relu %0 : (tensor<3x10xf32>) -> tensor<3x10xf32>
  %2 = qnn.add %1, %other : (tensor<3x10xf32>, tensor<3x10xf32>) -> tensor<3x10xf32>
  return %2 : tensor<3x10xf32>
}

// The transposes around a convolution move behind it, also that of the tensor
// that is added.
// CHECK-LABEL: func.func @conv
// CHECK: %[[R:.*]] = qnn.f32_conv2d %{{.*}}, %{{.*}}, %{{.*}}, %arg2 {{.*}}residual{{.*}} -> tensor<1x4x5x2xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[R]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK: return %[[T]]
func.func @conv(%x: tensor<1x4x5x3xf32>, %w: tensor<1x1x1x3x32xf32>, %other: tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32> {
  %bias = arith.constant dense<[[[[3.0]], [[4.0]]]]> : tensor<1x2x1x1xf32>
  %factor = arith.constant dense<[[[5.0]], [[6.0]]]> : tensor<2x1x1xf32>
  %0 = qnn.f32_conv2d %x, %w {channels = 3 : i64, out_channels = 2 : i64, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<1x4x5x3xf32>, tensor<1x1x1x3x32xf32>) -> tensor<1x4x5x2xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %2 = qnn.mul %1, %factor : (tensor<1x2x4x5xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x5xf32>
  %3 = qnn.add %2, %bias : (tensor<1x2x4x5xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x5xf32>
  %t = qnn.transpose %other {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %4 = qnn.add %3, %t : (tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xf32>
  return %4 : tensor<1x2x4x5xf32>
}

// A bias along another dimension stays, and so do sums that somebody reads.
// CHECK-LABEL: func.func @others
// CHECK: qnn.f32_matmul %{{.*}}, %{{.*}} {channels
// CHECK: qnn.bias_add
// CHECK: qnn.int8_matmul {{.*}} -> tensor<3x3xi32>
// CHECK: qnn.dequantize
func.func @others(%x: tensor<3x64xf32>, %w: tensor<1x64x32xf32>, %a: tensor<3x64xi8>, %b: tensor<1x16x128xi8>) -> (tensor<3x3xf32>, tensor<3x3xi32>, tensor<3x3xf32>) {
  %bias = arith.constant dense<[3.0, 4.0, 5.0]> : tensor<3xf32>
  %0 = qnn.f32_matmul %x, %w {channels = 64 : i64, out_channels = 3 : i64, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<3x64xf32>, tensor<1x64x32xf32>) -> tensor<3x3xf32>
  %1 = qnn.bias_add %0, %bias {axis = 0} : (tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>
  %2 = qnn.int8_matmul %a, %b {channels = 64 : i64, out_channels = 3 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<3x64xi8>, tensor<1x16x128xi8>) -> tensor<3x3xi32>
  %3 = qnn.dequantize %2 {scale = array<f32: 0.25>} : (tensor<3x3xi32>) -> tensor<3x3xf32>
  return %1, %2, %3 : tensor<3x3xf32>, tensor<3x3xi32>, tensor<3x3xf32>
}

// Codes that are dequantized for the sum only stay codes in memory: the loop
// behind the product reads them.
// CHECK-LABEL: func.func @codes
// CHECK: %[[S:.*]] = qnn.int8_matmul {{.*}} scaled{{.*}} -> tensor<3x10xf32>
// CHECK: qnn.add %[[S]]
func.func @codes(%x: tensor<3x64xi8>, %w: tensor<1x16x128xi8>, %other: tensor<3x10xi8>) -> tensor<3x10xf32> {
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<3x64xi8>, tensor<1x16x128xi8>) -> tensor<3x10xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 0.25>} : (tensor<3x10xi32>) -> tensor<3x10xf32>
  %2 = qnn.dequantize %other {code = #qnn.code<8, signed>, scale = array<f32: 0.5>} : (tensor<3x10xi8>) -> tensor<3x10xf32>
  %3 = qnn.add %1, %2 : (tensor<3x10xf32>, tensor<3x10xf32>) -> tensor<3x10xf32>
  return %3 : tensor<3x10xf32>
}
