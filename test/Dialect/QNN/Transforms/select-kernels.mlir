// RUN: qnn-opt %s --qnn-select-kernels | FileCheck %s
// RUN: qnn-opt %s --qnn-select-kernels --remarks-filter-missed=qnn-select-kernels --remarks-filter-passed=qnn-select-kernels 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @bipolar
func.func @bipolar(%a: tensor<1x64xi1>, %w: tensor<8x64xi1>) -> tensor<1x8xi32> {
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [{{[0-9]+}}, 32]>
  // REMARK: Layer=MatMul_3, Remark="xnor_popcount: bipolar 1-bit weights, bipolar 1-bit activations"
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x64xi1>, tensor<8x64xi1>) -> tensor<1x8xi32> loc("MatMul_3"("m.onnx":1:1))
  return %0 : tensor<1x8xi32>
}

// CHECK-LABEL: func @bit_serial
func.func @bit_serial(%a: tensor<1x64xi4>, %w: tensor<8x64xi2>) -> tensor<1x8xi32> {
  // CHECK: kernel = #qnn.kernel<bit_serial, tile = [{{[0-9]+}}, 32]>
  // REMARK: bit_serial: ternary 2-bit weights, unsigned 4-bit activations
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<2, ternary>} : (tensor<1x64xi4>, tensor<8x64xi2>) -> tensor<1x8xi32>
  return %0 : tensor<1x8xi32>
}

// 3 x 3 = 9 pairs of planes are more than 8.
// CHECK-LABEL: func @too_many_planes
func.func @too_many_planes(%a: tensor<1x64xi3>, %w: tensor<8x64xi3>) -> tensor<1x8xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [{{[0-9]+}}, 32]>
  // REMARK: int8_dot: signed 3-bit weights, signed 3-bit activations: too many bits for bit-planes
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<3, signed>, rhs_code = #qnn.code<3, signed>} : (tensor<1x64xi3>, tensor<8x64xi3>) -> tensor<1x8xi32>
  return %0 : tensor<1x8xi32>
}

// CHECK-LABEL: func @groups
func.func @groups(%a: tensor<1x4x4x64xi1>, %v: tensor<64x3x3x32xi1>, %w: tensor<64x3x3x16xi1>) -> (tensor<1x2x2x64xi32>, tensor<1x2x2x64xi32>) {
  // Two groups of 32 channels fill words, four groups of 16 do not.
  // CHECK: groups = 2 {{.*}} kernel = #qnn.kernel<xnor_popcount
  // CHECK: groups = 4 {{.*}} kernel = #qnn.kernel<int8_dot
  // REMARK: int8_dot: bipolar 1-bit weights, bipolar 1-bit activations: channels of a group do not fill words
  %0 = qnn.iconv2d %a, %v {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 2} : (tensor<1x4x4x64xi1>, tensor<64x3x3x32xi1>) -> tensor<1x2x2x64xi32>
  %1 = qnn.iconv2d %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 4} : (tensor<1x4x4x64xi1>, tensor<64x3x3x16xi1>) -> tensor<1x2x2x64xi32>
  return %0, %1 : tensor<1x2x2x64xi32>, tensor<1x2x2x64xi32>
}

// A kernel that is there already stays.
// CHECK-LABEL: func @chosen
func.func @chosen(%a: tensor<1x64xi1>, %w: tensor<8x64xi1>) -> tensor<1x8xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [1, 32]>
  %0 = qnn.imatmul %a, %w {kernel = #qnn.kernel<int8_dot, tile = [1, 32]>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x64xi1>, tensor<8x64xi1>) -> tensor<1x8xi32>
  return %0 : tensor<1x8xi32>
}

// CHECK-LABEL: func @float
func.func @float(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %v: tensor<2x2xf32>) -> tensor<1x2xf32> {
  // The reason of qnn-integerise is reported, and removed.
  // CHECK: qnn.matmul %arg0, %arg1 {transpose_rhs}
  // REMARK: kept float: activation has a zero point
  %0 = qnn.matmul %x, %w {transpose_rhs, qnn.kept_float = "activation has a zero point"} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  // REMARK: kept float: activation is not quantized
  %1 = qnn.matmul %0, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
