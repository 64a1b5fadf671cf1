// RUN: qnn-opt %s --canonicalize | FileCheck %s

// Bits beyond the 3 codes are 0; word 0 has bits 0, word 1 bits 1.
// CHECK-LABEL: func.func @pack_constant
// CHECK: arith.constant dense<{{\[}}[3, 5]]> : tensor<1x2xi32>
// CHECK-NOT: qnn.pack
func.func @pack_constant() -> tensor<1x2xi32> {
  %c = arith.constant dense<[[3, 1, 2]]> : tensor<1x3xi8>
  %0 = qnn.pack %c {code = #qnn.code<2, unsigned>} : (tensor<1x3xi8>) -> tensor<1x2xi32>
  return %0 : tensor<1x2xi32>
}

// CHECK-LABEL: func.func @pack_unpack
// CHECK-SAME: (%[[X:.*]]: tensor<1x3xi32>)
// CHECK: return %[[X]]
func.func @pack_unpack(%x: tensor<1x3xi32>) -> tensor<1x3xi32> {
  %0 = qnn.unpack %x {code = #qnn.code<1, bipolar>} : (tensor<1x3xi32>) -> tensor<1x70xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x70xi8>) -> tensor<1x3xi32>
  return %1 : tensor<1x3xi32>
}

// Another code has other planes.
// CHECK-LABEL: func.func @pack_unpack_other_code
// CHECK: qnn.unpack
// CHECK: qnn.pack
func.func @pack_unpack_other_code(%x: tensor<1x3xi32>) -> tensor<1x6xi32> {
  %0 = qnn.unpack %x {code = #qnn.code<1, bipolar>} : (tensor<1x3xi32>) -> tensor<1x70xi8>
  %1 = qnn.pack %0 {code = #qnn.code<2, unsigned>} : (tensor<1x70xi8>) -> tensor<1x6xi32>
  return %1 : tensor<1x6xi32>
}
