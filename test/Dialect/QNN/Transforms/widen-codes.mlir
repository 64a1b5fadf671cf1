// RUN: qnn-opt %s --qnn-widen-codes | FileCheck %s

// Arguments, results, and everything between.
// CHECK-LABEL: func.func @types
// CHECK-SAME: (%[[X:.*]]: tensor<1x4xi8>) -> tensor<4x1xi8>
// CHECK: qnn.transpose %[[X]] {{.*}} : (tensor<1x4xi8>) -> tensor<4x1xi8>
func.func @types(%x: tensor<1x4xi1>) -> tensor<4x1xi1> {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x4xi1>) -> tensor<4x1xi1>
  return %0 : tensor<4x1xi1>
}

// CHECK-LABEL: func.func @encode
// CHECK: qnn.encode {{.*}} -> tensor<1x4xi8>
// CHECK: qnn.threshold {{.*}} -> tensor<1x4xi8>
func.func @encode(%x: tensor<1x4xf32>, %s: tensor<1x4xi16>, %t: tensor<4x3xi32>) -> (tensor<1x4xi4>, tensor<1x4xi2>) {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed>} : (tensor<1x4xf32>) -> tensor<1x4xi4>
  %1 = qnn.threshold %s, %t {code = #qnn.code<2, signed>, axis = 1} : (tensor<1x4xi16>, tensor<4x3xi32>) -> tensor<1x4xi2>
  return %0, %1 : tensor<1x4xi4>, tensor<1x4xi2>
}

// Bytes hold numbers: signed codes keep their sign, unsigned and bipolar ones
// have none, also behind shape ops.
// CHECK-LABEL: func.func @constants
// CHECK-DAG: arith.constant dense<{{\[}}[-1, 1, -2]]> : tensor<1x3xi8>
// CHECK-DAG: arith.constant dense<{{\[}}[3, 1, 2]]> : tensor<1x3xi8>
// CHECK-DAG: arith.constant dense<{{\[}}[1], [0], [1]]> : tensor<3x1xi8>
func.func @constants() -> (tensor<1x1xi32>, tensor<1x1xi32>, tensor<1x3xf32>) {
  %signed = arith.constant dense<[[3, 1, 2]]> : tensor<1x3xi2>
  %unsigned = arith.constant dense<[[3, 1, 2]]> : tensor<1x3xi2>
  %bipolar = arith.constant dense<[[1], [0], [1]]> : tensor<3x1xi1>
  %0 = qnn.imatmul %signed, %unsigned {lhs_code = #qnn.code<2, signed>, rhs_code = #qnn.code<2, unsigned>}
      : (tensor<1x3xi2>, tensor<1x3xi2>) -> tensor<1x1xi32>
  %1 = qnn.transpose %bipolar {permutation = array<i64: 1, 0>} : (tensor<3x1xi1>) -> tensor<1x3xi1>
  %2 = qnn.dequantize %1 {code = #qnn.code<1, bipolar>, scale = array<f32: 1.0>} : (tensor<1x3xi1>) -> tensor<1x3xf32>
  return %0, %0, %2 : tensor<1x1xi32>, tensor<1x1xi32>, tensor<1x3xf32>
}

// The value of padding is a code too.
// CHECK-LABEL: func.func @padding
// CHECK: qnn.pad {{.*}}value = -2 : i8
// CHECK: qnn.pad {{.*}}value = 1 : i8
func.func @padding(%x: tensor<1x3xi3>, %y: tensor<1x3xi1>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = qnn.pad %x {low = array<i64: 0, 0>, high = array<i64: 0, 1>, value = -2 : i3} : (tensor<1x3xi3>) -> tensor<1x4xi3>
  %1 = qnn.dequantize %0 {code = #qnn.code<3, signed>, scale = array<f32: 1.0>} : (tensor<1x4xi3>) -> tensor<1x4xf32>
  %2 = qnn.pad %y {low = array<i64: 0, 0>, high = array<i64: 0, 1>, value = true} : (tensor<1x3xi1>) -> tensor<1x4xi1>
  %3 = qnn.dequantize %2 {code = #qnn.code<1, bipolar>, scale = array<f32: 1.0>} : (tensor<1x4xi1>) -> tensor<1x4xf32>
  return %1, %3 : tensor<1x4xf32>, tensor<1x4xf32>
}
