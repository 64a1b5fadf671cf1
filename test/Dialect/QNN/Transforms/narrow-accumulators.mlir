// RUN: qnn-opt %s --qnn-narrow-accumulators | FileCheck %s
// RUN: qnn-opt %s --qnn-narrow-accumulators=min-width=8 | FileCheck %s --check-prefix=NARROW

// 60 products of ±1 fit 8 bits; the packed form wants 16.
// CHECK-LABEL: func @bipolar
// NARROW-LABEL: func @bipolar
func.func @bipolar(%x: tensor<1x60xi1>) -> tensor<1x1xf32> {
  // CHECK: qnn.imatmul {{.*}} -> tensor<1x1xi16>
  // NARROW: qnn.imatmul {{.*}} -> tensor<1x1xi8>
  %w = arith.constant dense<true> : tensor<1x60xi1>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x60xi1>, tensor<1x60xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// Codes of 8 bits times 100: the weights prove that 128 * 100 * 2 fits 16 bits,
// though the greatest weights would not.
// CHECK-LABEL: func @proven
func.func @proven(%x: tensor<1x2xi8>) -> tensor<1x1xf32> {
  // CHECK: qnn.imatmul {{.*}} -> tensor<1x1xi16>
  %w = arith.constant dense<[[100, 100]]> : tensor<1x2xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>} : (tensor<1x2xi8>, tensor<1x2xi8>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -128 * 127 * 3 does not fit.
// CHECK-LABEL: func @too_wide
func.func @too_wide(%x: tensor<1x3xi8>) -> tensor<1x1xf32> {
  // CHECK: qnn.imatmul {{.*}} -> tensor<1x1xi32>
  %w = arith.constant dense<127> : tensor<1x3xi8>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>} : (tensor<1x3xi8>, tensor<1x3xi8>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// The caller wants 32 bits.
// CHECK-LABEL: func @returned
func.func @returned(%x: tensor<1x4xi1>) -> tensor<1x1xi32> {
  // CHECK: qnn.imatmul {{.*}} -> tensor<1x1xi32>
  %w = arith.constant dense<true> : tensor<1x4xi1>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

// Nothing is known of the weights.
// CHECK-LABEL: func @unknown
func.func @unknown(%x: tensor<1x4xi1>, %w: tensor<1x4xi1>) -> tensor<1x1xf32> {
  // CHECK: qnn.imatmul {{.*}} -> tensor<1x1xi32>
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
