// RUN: qnn-opt %s --qnn-synthesise-thresholds --canonicalize | FileCheck %s
// RUN: qnn-opt %s --qnn-synthesise-thresholds --remarks-filter-missed=qnn-synthesise-thresholds 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: qnn-opt %s --qnn-synthesise-thresholds=max-evaluations=0 --canonicalize | FileCheck %s --check-prefix=SEARCH

#bipolar = #qnn.quantizer<bits = 1, encoding = bipolar>
#code1 = #qnn.code<1, bipolar>

// sign(0) is +1: 0.5 + v >= 0 from v = 0 on, -3 + v from v = 3 on; v is even or
// odd, but thresholds hold for all integers.
// CHECK-LABEL: func @sign
func.func @sign(%a: tensor<1x4xi1>) -> tensor<1x2xi1> {
  // CHECK-DAG: %[[T:.*]] = arith.constant dense<{{\[\[}}0], [3]]> : tensor<2x1xi32>
  // SEARCH: arith.constant dense<{{\[\[}}0], [3]]> : tensor<2x1xi32>
  // CHECK-DAG: %[[S:.*]] = qnn.imatmul
  // CHECK: %[[R:.*]] = qnn.threshold %[[S]], %[[T]] {axis = 1 : i64, code = #qnn.code<1, bipolar>} : (tensor<1x2xi32>, tensor<2x1xi32>) -> tensor<1x2xi1>
  // CHECK: return %[[R]]
  %w = arith.constant dense<true> : tensor<2x4xi1>
  %b = arith.constant dense<[0.5, -3.0]> : tensor<2xf32>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x4xi1>, tensor<2x4xi1>) -> tensor<1x2xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x2xi32>) -> tensor<1x2xf32>
  %2 = qnn.add %1, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = qnn.encode %2 {quantizer = #bipolar} : (tensor<1x2xf32>) -> tensor<1x2xi1>
  return %3 : tensor<1x2xi1>
}

// Channel 0 rises, 1 falls (its weights are negated), 2 is +1, 3 is -1.
// CHECK-LABEL: func @batch_norm
func.func @batch_norm(%a: tensor<1x3xi1>) -> tensor<1x4xi1> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}true, true, false], [false, false, true], [true, true, false], [true, true, false]]> : tensor<4x3xi1>
  // CHECK-DAG: %[[T:.*]] = arith.constant dense<{{\[\[}}2], [0], [-2147483648], [2147483647]]> : tensor<4x1xi32>
  // SEARCH-LABEL: func @batch_norm
  // SEARCH-DAG: arith.constant dense<{{\[\[}}true, true, false], [false, false, true], [true, true, false], [true, true, false]]> : tensor<4x3xi1>
  // SEARCH-DAG: arith.constant dense<{{\[\[}}2], [0], [-2147483648], [2147483647]]> : tensor<4x1xi32>
  // CHECK: %[[S:.*]] = qnn.imatmul %arg0, %[[W]]
  // CHECK: qnn.threshold %[[S]], %[[T]]
  %w = arith.constant dense<[[true, true, false], [true, true, false], [true, true, false], [true, true, false]]> : tensor<4x3xi1>
  %gamma = arith.constant dense<[2.0, -1.0, 0.0, 0.0]> : tensor<4xf32>
  %beta = arith.constant dense<[-1.0, 0.5, 0.0, -1.0]> : tensor<4xf32>
  %mean = arith.constant dense<[1.0, 0.0, 0.0, 0.0]> : tensor<4xf32>
  %var = arith.constant dense<1.0> : tensor<4xf32>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x3xi1>, tensor<4x3xi1>) -> tensor<1x4xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x4xi32>) -> tensor<1x4xf32>
  %2 = qnn.batch_norm %1, %gamma, %beta, %mean, %var {epsilon = 0.0 : f32} : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %3 = qnn.encode %2 {quantizer = #bipolar} : (tensor<1x4xf32>) -> tensor<1x4xi1>
  return %3 : tensor<1x4xi1>
}

// Half to even: 0.5 stays at 0, 1.5 becomes 2, 2.5 stays at 2.
// CHECK-LABEL: func @ties
func.func @ties(%a: tensor<1x8xi1>) -> tensor<1x1xi2> {
  // CHECK: arith.constant dense<{{\[\[}}2, 3, 6]]> : tensor<1x3xi32>
  // SEARCH: arith.constant dense<{{\[\[}}2, 3, 6]]> : tensor<1x3xi32>
  %w = arith.constant dense<true> : tensor<1x8xi1>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x8xi1>, tensor<1x8xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 0.5>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.encode %1 {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x1xf32>) -> tensor<1x1xi2>
  return %2 : tensor<1x1xi2>
}

// Sums are transposed to channels first on the way, scales are per channel; at
// most 2^2 - 1 thresholds, fewer for a narrow code. Tiny and huge scales put
// thresholds at one sum, or out of reach.
// CHECK-LABEL: func @conv
func.func @conv(%a: tensor<1x2x2x4xi1>) -> tensor<1x3x2x2xi2> {
  // CHECK: arith.constant dense<{{\[\[}}-1, 2], [0, 1], [-2147483648, 2147483647]]> : tensor<3x2xi32>
  // CHECK: qnn.threshold {{.*}} {axis = 1 : i64, code = #qnn.code<2, signed, narrow>} : (tensor<1x3x2x2xi32>, tensor<3x2xi32>) -> tensor<1x3x2x2xi2>
  %w = arith.constant dense<true> : tensor<3x1x1x4xi1>
  %c = arith.constant dense<[[[0.0]], [[0.0]], [[1.0]]]> : tensor<3x1x1xf32>
  %0 = qnn.iconv2d %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x2x2x4xi1>, tensor<3x1x1x4xi1>) -> tensor<1x2x2x3xi32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xi32>) -> tensor<1x3x2x2xi32>
  %2 = qnn.dequantize %1 {scale = array<f32: 0.5, 1.0e30, 1.0e-30>, axis = 1} : (tensor<1x3x2x2xi32>) -> tensor<1x3x2x2xf32>
  %3 = qnn.sub %2, %c : (tensor<1x3x2x2xf32>, tensor<3x1x1xf32>) -> tensor<1x3x2x2xf32>
  %q = arith.constant dense<[[[0.51]], [[0.51]], [[1.51]]]> : tensor<3x1x1xf32>
  %4 = qnn.add %3, %q : (tensor<1x3x2x2xf32>, tensor<3x1x1xf32>) -> tensor<1x3x2x2xf32>
  %h = arith.constant dense<-0.51> : tensor<f32>
  %5 = qnn.add %4, %h : (tensor<1x3x2x2xf32>, tensor<f32>) -> tensor<1x3x2x2xf32>
  %6 = qnn.encode %5 {quantizer = #qnn.quantizer<bits = 2, encoding = signed, narrow = true>} : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xi2>
  return %6 : tensor<1x3x2x2xi2>
}

// -(-2) does not fit two bits: the weights get three.
// CHECK-LABEL: func @widened
func.func @widened(%a: tensor<1x2xi1>) -> tensor<1x2xi1> {
  // CHECK-DAG: arith.constant dense<{{\[\[}}2, -1], [-2, 1]]> : tensor<2x2xi3>
  // CHECK: qnn.imatmul {{.*}}rhs_code = #qnn.code<3, signed>} : (tensor<1x2xi1>, tensor<2x2xi3>)
  %w = arith.constant dense<[[-2, 1], [-2, 1]]> : tensor<2x2xi2>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #qnn.code<2, signed>} : (tensor<1x2xi1>, tensor<2x2xi2>) -> tensor<1x2xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x2xi32>) -> tensor<1x2xf32>
  %s = arith.constant dense<[-1.0, 1.0]> : tensor<2xf32>
  %2 = qnn.mul %1, %s : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = qnn.encode %2 {quantizer = #bipolar} : (tensor<1x2xf32>) -> tensor<1x2xi1>
  return %3 : tensor<1x2xi1>
}

// Any function of one sum will do, also x * sigmoid(x) above its minimum.
// CHECK-LABEL: func @two_paths
func.func @two_paths(%a: tensor<1x1xi1>) -> tensor<1x1xi2> {
  // CHECK: arith.constant dense<{{\[\[}}1, 2147483647, 2147483647]]>
  // Binary search needs ops that are known to be monotone.
  // SEARCH-LABEL: func @two_paths
  // SEARCH: qnn.encode
  %w = arith.constant dense<true> : tensor<1x1xi1>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x1xi1>, tensor<1x1xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.sigmoid %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.mul %1, %2 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %4 = qnn.encode %3 {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x1xf32>) -> tensor<1x1xi2>
  return %4 : tensor<1x1xi2>
}

// More than 4 bits: a line. relu is what an unsigned code does anyway.
// CHECK-LABEL: func @requantize
func.func @requantize(%a: tensor<1x2xi8>) -> tensor<1x2xi8> {
  // CHECK: qnn.requantize {{.*}} {axis = 1 : i64, bias = array<f32: 2.000000e+00, 4.000000e+00>, code = #qnn.code<8, unsigned>, scale = array<f32: 2.500000e-01, -5.000000e-01>}
  %w = arith.constant dense<3> : tensor<2x2xi8>
  %s = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>} : (tensor<1x2xi8>, tensor<2x2xi8>) -> tensor<1x2xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 0.125>} : (tensor<1x2xi32>) -> tensor<1x2xf32>
  %2 = qnn.mul %1, %s : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = qnn.bias_add %2, %b {axis = 1} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %4 = qnn.relu %3 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %5 = qnn.encode %4 {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, scale = array<f32: 0.5>>} : (tensor<1x2xf32>) -> tensor<1x2xi8>
  return %5 : tensor<1x2xi8>
}

// Of the sums -1 and 1 the line misses the relu by one level: no line.
// CHECK-LABEL: func @relu_of_few_sums
func.func @relu_of_few_sums(%a: tensor<1x1xi1>) -> tensor<1x1xi8> {
  // CHECK: qnn.encode
  %w = arith.constant dense<true> : tensor<1x1xi1>
  %b = arith.constant dense<2.0> : tensor<1xf32>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x1xi1>, tensor<1x1xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.relu %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.bias_add %2, %b {axis = 1} : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %4 = qnn.encode %3 {quantizer = #qnn.quantizer<bits = 8, encoding = signed>} : (tensor<1x1xf32>) -> tensor<1x1xi8>
  return %4 : tensor<1x1xi8>
}

// The network's input has no sums before it, and no remark.
// CHECK-LABEL: func @input
func.func @input(%x: tensor<1x2xf32>) -> tensor<1x2xi1> {
  // CHECK: qnn.encode
  %0 = qnn.encode %x {quantizer = #bipolar} : (tensor<1x2xf32>) -> tensor<1x2xi1>
  return %0 : tensor<1x2xi1>
}

//===----------------------------------------------------------------------===//
// Left alone
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @rises_and_falls
func.func @rises_and_falls(%a: tensor<1x4xi1>) -> tensor<1x1xi2> {
  // CHECK: qnn.encode
  // REMARK: kept float before the quantizer: the function between rises and falls
  %w = arith.constant dense<true> : tensor<1x4xi1>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.abs %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 2, encoding = unsigned>} : (tensor<1x1xf32>) -> tensor<1x1xi2>
  return %3 : tensor<1x1xi2>
}

// The second user wants the sums as they are.
// CHECK-LABEL: func @falls_with_two_users
func.func @falls_with_two_users(%a: tensor<1x4xi1>) -> (tensor<1x1xi1>, tensor<1x1xf32>) {
  // CHECK: qnn.encode
  // REMARK: kept float before the quantizer: a channel falls, and its sums have other users
  %w = arith.constant dense<true> : tensor<1x4xi1>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.neg %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.encode %2 {quantizer = #bipolar} : (tensor<1x1xf32>) -> tensor<1x1xi1>
  return %3, %1 : tensor<1x1xi1>, tensor<1x1xf32>
}

// CHECK-LABEL: func @falls_beyond_8_bits
func.func @falls_beyond_8_bits(%a: tensor<1x1xi1>) -> tensor<1x1xi1> {
  // CHECK: qnn.encode
  // REMARK: its negated weights exceed 8 bits
  %w = arith.constant dense<-128> : tensor<1x1xi8>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #qnn.code<8, signed>} : (tensor<1x1xi1>, tensor<1x1xi8>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.neg %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.encode %2 {quantizer = #bipolar} : (tensor<1x1xf32>) -> tensor<1x1xi1>
  return %3 : tensor<1x1xi1>
}

// CHECK-LABEL: func @per_pixel
func.func @per_pixel(%a: tensor<1x2x2x4xi1>) -> tensor<1x1x2x2xi1> {
  // CHECK: qnn.encode
  // REMARK: kept float before the quantizer: a constant differs within a channel
  %w = arith.constant dense<true> : tensor<1x1x1x4xi1>
  %c = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %0 = qnn.iconv2d %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x2x2x4xi1>, tensor<1x1x1x4xi1>) -> tensor<1x2x2x1xi32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x1xi32>) -> tensor<1x1x2x2xi32>
  %2 = qnn.dequantize %1 {scale = array<f32: 1.0>} : (tensor<1x1x2x2xi32>) -> tensor<1x1x2x2xf32>
  %3 = qnn.add %2, %c : (tensor<1x1x2x2xf32>, tensor<2xf32>) -> tensor<1x1x2x2xf32>
  %4 = qnn.encode %3 {quantizer = #bipolar} : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xi1>
  return %4 : tensor<1x1x2x2xi1>
}

// CHECK-LABEL: func @residual
func.func @residual(%a: tensor<1x4xi1>, %b: tensor<1x4xi1>) -> tensor<1x1xi1> {
  // CHECK: qnn.encode
  // REMARK: kept float before the quantizer: two dequantized tensors meet before it
  %w = arith.constant dense<true> : tensor<1x4xi1>
  %0 = qnn.imatmul %a, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  %1 = qnn.imatmul %b, %w {lhs_code = #code1, rhs_code = #code1} : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x1xi32>
  %2 = qnn.dequantize %0 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %3 = qnn.dequantize %1 {scale = array<f32: 1.0>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %4 = qnn.add %2, %3 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %5 = qnn.encode %4 {quantizer = #bipolar} : (tensor<1x1xf32>) -> tensor<1x1xi1>
  return %5 : tensor<1x1xi1>
}

// relu needs a bound at 0, which a signed code does not have.
// CHECK-LABEL: func @bound
func.func @bound(%a: tensor<1x2xi8>) -> tensor<1x1xi8> {
  // CHECK: qnn.encode
  // REMARK: kept float before the quantizer: the function between has bounds that the code does not have
  %w = arith.constant dense<3> : tensor<1x2xi8>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>} : (tensor<1x2xi8>, tensor<1x2xi8>) -> tensor<1x1xi32>
  %1 = qnn.dequantize %0 {scale = array<f32: 0.125>} : (tensor<1x1xi32>) -> tensor<1x1xf32>
  %2 = qnn.relu %1 : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.encode %2 {quantizer = #qnn.quantizer<bits = 8, encoding = signed>} : (tensor<1x1xf32>) -> tensor<1x1xi8>
  return %3 : tensor<1x1xi8>
}
