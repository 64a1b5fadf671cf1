// RUN: qnn-opt %s --qnn-propagate-layout --canonicalize | FileCheck %s

// Two layers: nothing but the transpose of the input is left.
// CHECK-LABEL: func @layers
func.func @layers(%x: tensor<1x3x4x4xf32>, %v: tensor<8x3x3x3xi1>, %w: tensor<8x3x3x8xi1>, %t: tensor<8x1xi32>) -> tensor<1x8x4x4xf32> {
  // CHECK: %[[T:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
  // CHECK: %[[E:.*]] = qnn.encode %[[T]]
  // CHECK: %[[S:.*]] = qnn.iconv2d %[[E]]
  // CHECK: %[[C:.*]] = qnn.threshold %[[S]], %arg3 {axis = 3 : i64, code = #qnn.code<1, bipolar>} : (tensor<1x4x4x8xi32>, tensor<8x1xi32>) -> tensor<1x4x4x8xi1>
  // CHECK: %[[R:.*]] = qnn.iconv2d %[[C]]
  // CHECK: %[[D:.*]] = qnn.dequantize %[[R]] {axis = 3 : i64
  // CHECK: %[[U:.*]] = qnn.relu %[[D]] : (tensor<1x4x4x8xf32>)
  // CHECK: qnn.transpose %[[U]] {permutation = array<i64: 0, 3, 1, 2>}
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xi1>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x4xi1>) -> tensor<1x4x4x3xi1>
  %2 = qnn.iconv2d %1, %v {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x4x3xi1>, tensor<8x3x3x3xi1>) -> tensor<1x4x4x8xi32>
  %3 = qnn.transpose %2 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x8xi32>) -> tensor<1x8x4x4xi32>
  %4 = qnn.threshold %3, %t {axis = 1, code = #qnn.code<1, bipolar>} : (tensor<1x8x4x4xi32>, tensor<8x1xi32>) -> tensor<1x8x4x4xi1>
  %5 = qnn.transpose %4 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x4xi1>) -> tensor<1x4x4x8xi1>
  %6 = qnn.iconv2d %5, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x4x8xi1>, tensor<8x3x3x8xi1>) -> tensor<1x4x4x8xi32>
  %7 = qnn.transpose %6 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x8xi32>) -> tensor<1x8x4x4xi32>
  %8 = qnn.dequantize %7 {scale = array<f32: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0>, axis = 1} : (tensor<1x8x4x4xi32>) -> tensor<1x8x4x4xf32>
  %9 = qnn.relu %8 : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %9 : tensor<1x8x4x4xf32>
}

// The columns (channel, row, column) of the weights become (row, column, channel).
// CHECK-LABEL: func @flatten
func.func @flatten(%x: tensor<1x1x3x2xi4>) -> tensor<1x2xi32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}0, 3, 1, 4, 2, 5], [6, 1, 7, 2, 0, 3]]> : tensor<2x6xi4>
  // CHECK-DAG: %[[R:.*]] = qnn.reshape %arg0 : (tensor<1x1x3x2xi4>) -> tensor<1x6xi4>
  // CHECK: qnn.imatmul %[[R]], %[[W]]
  %w = arith.constant dense<[[0, 1, 2, 3, 4, 5], [6, 7, 0, 1, 2, 3]]> : tensor<2x6xi4>
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x1x3x2xi4>) -> tensor<1x2x1x3xi4>
  %1 = qnn.reshape %0 : (tensor<1x2x1x3xi4>) -> tensor<1x6xi4>
  %2 = qnn.imatmul %1, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<4, unsigned>} : (tensor<1x6xi4>, tensor<2x6xi4>) -> tensor<1x2xi32>
  return %2 : tensor<1x2xi32>
}

// Rows that are not whole images: the weights see different pixels.
// CHECK-LABEL: func @flatten_rows
func.func @flatten_rows(%x: tensor<1x2x3x2xi4>, %w: tensor<2x6xi4>) -> tensor<2x2xi32> {
  // CHECK: qnn.transpose
  // CHECK: qnn.reshape
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x3x2xi4>) -> tensor<1x2x2x3xi4>
  %1 = qnn.reshape %0 : (tensor<1x2x2x3xi4>) -> tensor<2x6xi4>
  %2 = qnn.imatmul %1, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<4, unsigned>} : (tensor<2x6xi4>, tensor<2x6xi4>) -> tensor<2x2xi32>
  return %2 : tensor<2x2xi32>
}

// CHECK-LABEL: func @pad_and_concat
func.func @pad_and_concat(%x: tensor<1x4x4x2xi1>, %y: tensor<1x4x4x3xi1>) -> tensor<1x6x4x5xi1> {
  // CHECK: %[[C:.*]] = qnn.concat %arg0, %arg1 {axis = 3 : i64}
  // CHECK: qnn.pad %[[C]] {high = array<i64: 0, 2, 0, 0>, low = array<i64: 0, 0, 0, 0>
  // CHECK-NOT: qnn.transpose
  %false = arith.constant false
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xi1>) -> tensor<1x2x4x4xi1>
  %1 = qnn.transpose %y {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x3xi1>) -> tensor<1x3x4x4xi1>
  %2 = qnn.concat %0, %1 {axis = 1} : (tensor<1x2x4x4xi1>, tensor<1x3x4x4xi1>) -> tensor<1x5x4x4xi1>
  %3 = qnn.pad %2 {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 2, 0>, value = false} : (tensor<1x5x4x4xi1>) -> tensor<1x5x6x4xi1>
  %4 = qnn.transpose %3 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x5x6x4xi1>) -> tensor<1x6x4x5xi1>
  return %4 : tensor<1x6x4x5xi1>
}

// Constants are transposed with the tensor they change.
// CHECK-LABEL: func @elementwise
func.func @elementwise(%x: tensor<1x2x2x3xf32>, %y: tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  // CHECK: %[[C:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00]]]]> : tensor<1x1x1x3xf32>
  // CHECK: %[[A:.*]] = qnn.add %arg0, %arg1
  // CHECK: qnn.mul %[[A]], %[[C]]
  // CHECK-NOT: qnn.transpose
  %c = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x3x2x2xf32>
  %1 = qnn.transpose %y {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x3x2x2xf32>
  %2 = qnn.add %0, %1 : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %3 = qnn.mul %2, %c : (tensor<1x3x2x2xf32>, tensor<3x1x1xf32>) -> tensor<1x3x2x2xf32>
  %4 = qnn.transpose %3 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x2xf32>) -> tensor<1x2x2x3xf32>
  return %4 : tensor<1x2x2x3xf32>
}

// The pool needs channels first, so there is a transpose anyway.
// CHECK-LABEL: func @needed
func.func @needed(%x: tensor<1x2x2x3xf32>) -> (tensor<1x3x2x2xf32>, tensor<1x3x1x1xf32>) {
  // CHECK: %[[T:.*]] = qnn.transpose %arg0
  // CHECK: qnn.relu %[[T]]
  // CHECK: qnn.global_pool %[[T]]
  // CHECK-NOT: qnn.transpose
  // CHECK: return
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x3x2x2xf32>
  %1 = qnn.relu %0 : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %2 = qnn.global_pool %0 {kind = #qnn.pool_kind<average>} : (tensor<1x3x2x2xf32>) -> tensor<1x3x1x1xf32>
  return %1, %2 : tensor<1x3x2x2xf32>, tensor<1x3x1x1xf32>
}

// Only one operand is transposed.
// CHECK-LABEL: func @one_operand
func.func @one_operand(%x: tensor<1x2x2x3xf32>, %y: tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32> {
  // CHECK: %[[T:.*]] = qnn.transpose %arg0
  // CHECK: qnn.add %[[T]], %arg1
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x3x2x2xf32>
  %1 = qnn.add %0, %y : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  return %1 : tensor<1x3x2x2xf32>
}

// A product's result meets codes that the network's input encodes: the codes
// have one layout, and so has the sum that is encoded again.
// CHECK-LABEL: func @residual
func.func @residual(%x: tensor<1x2x4x4xf32>, %w: tensor<2x1x1x2xi8>) -> tensor<1x2x4x4xf32> {
  // CHECK: %[[X:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK: %[[A:.*]] = qnn.encode %[[X]] {{.*}} -> tensor<1x4x4x2xi8>
  // CHECK: %[[S:.*]] = qnn.iconv2d %[[A]]
  // CHECK: %[[Y:.*]] = qnn.dequantize %[[S]] {{.*}} -> tensor<1x4x4x2xf32>
  // CHECK: %[[B:.*]] = qnn.bias_add %[[Y]], %{{.*}} {axis = 3 : i64}
  // CHECK: %[[D:.*]] = qnn.dequantize %[[A]] {axis = 3 : i64
  // CHECK: %[[R:.*]] = qnn.add %[[B]], %[[D]]
  // CHECK: %[[C:.*]] = qnn.encode %[[R]] {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, scale = array<f32: 1.000000e+00, 2.000000e+00>, axis = 3>}
  // CHECK: %[[F:.*]] = qnn.dequantize %[[C]]
  // CHECK: qnn.transpose %[[F]] {permutation = array<i64: 0, 3, 1, 2>}
  %b = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xi8>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xi8>) -> tensor<1x4x4x2xi8>
  %2 = qnn.iconv2d %1, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x4x4x2xi8>, tensor<2x1x1x2xi8>) -> tensor<1x4x4x2xi32>
  %3 = qnn.transpose %2 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xi32>) -> tensor<1x2x4x4xi32>
  %4 = qnn.dequantize %3 {scale = array<f32: 0.5>} : (tensor<1x2x4x4xi32>) -> tensor<1x2x4x4xf32>
  %5 = qnn.bias_add %4, %b {axis = 1} : (tensor<1x2x4x4xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %6 = qnn.dequantize %0 {code = #qnn.code<8, unsigned>, scale = array<f32: 1.0, 2.0>, axis = 1} : (tensor<1x2x4x4xi8>) -> tensor<1x2x4x4xf32>
  %7 = qnn.add %5, %6 : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %8 = qnn.encode %7 {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned, scale = array<f32: 1.0, 2.0>, axis = 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xi8>
  %9 = qnn.dequantize %8 {code = #qnn.code<8, unsigned>, scale = array<f32: 1.0>} : (tensor<1x2x4x4xi8>) -> tensor<1x2x4x4xf32>
  return %9 : tensor<1x2x4x4xf32>
}

// Both products' results are codes.
// CHECK-LABEL: func @two_codes
func.func @two_codes(%x: tensor<1x4x4x2xi8>, %y: tensor<1x4x4x2xi8>) -> tensor<1x4x4x2xi8> {
  // CHECK-NOT: qnn.transpose
  // CHECK: return
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xi8>) -> tensor<1x2x4x4xi8>
  %1 = qnn.transpose %y {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xi8>) -> tensor<1x2x4x4xi8>
  %2 = qnn.dequantize %0 {code = #qnn.code<8, signed>, scale = array<f32: 0.5>} : (tensor<1x2x4x4xi8>) -> tensor<1x2x4x4xf32>
  %3 = qnn.dequantize %1 {code = #qnn.code<8, signed>, scale = array<f32: 0.25>} : (tensor<1x2x4x4xi8>) -> tensor<1x2x4x4xf32>
  %4 = qnn.add %2, %3 : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %5 = qnn.encode %4 {quantizer = #qnn.quantizer<bits = 8, encoding = signed>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xi8>
  %6 = qnn.transpose %5 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xi8>) -> tensor<1x4x4x2xi8>
  return %6 : tensor<1x4x4x2xi8>
}

// Somebody reads the codes as they are: they are not transposed back and forth.
// CHECK-LABEL: func @codes_read
func.func @codes_read(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xi8>, tensor<1x4x4x2xi8>) {
  // CHECK: %[[C:.*]] = qnn.encode %arg0
  // CHECK: %[[T:.*]] = qnn.transpose %[[C]]
  // CHECK: return %[[C]], %[[T]]
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 8, encoding = unsigned>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xi8>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xi8>) -> tensor<1x4x4x2xi8>
  return %0, %1 : tensor<1x2x4x4xi8>, tensor<1x4x4x2xi8>
}

// Batch norm of a product is its three steps, channels last.
// CHECK-LABEL: func @batch_norm
func.func @batch_norm(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<{{\[\[\[\[}}3.000000e+00, 4.000000e+00]]]]> : tensor<1x1x1x2xf32>
  // CHECK-DAG: %[[F:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e-01, 1.000000e+00]]]]> : tensor<1x1x1x2xf32>
  // CHECK-DAG: %[[M:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e+00, 6.000000e+00]]]]> : tensor<1x1x1x2xf32>
  // CHECK: %[[D:.*]] = qnn.sub %arg0, %[[M]]
  // CHECK: %[[P:.*]] = qnn.mul %[[D]], %[[F]]
  // CHECK: %[[R:.*]] = qnn.add %[[P]], %[[B]]
  // CHECK: return %[[R]]
  %scale = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %bias = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %mean = arith.constant dense<[5.0, 6.0]> : tensor<2xf32>
  %variance = arith.constant dense<4.0> : tensor<2xf32>
  %0 = qnn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = qnn.batch_norm %0, %scale, %bias, %mean, %variance {epsilon = 0.0 : f32} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  return %2 : tensor<1x4x4x2xf32>
}
