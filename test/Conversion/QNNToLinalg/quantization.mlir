// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// A quotient, never a product with the inverse; NaN becomes the least number.
// CHECK-LABEL: @encode
// CHECK: ^bb0(%[[X:.+]]: f32,
// CHECK: %[[Q:.+]] = arith.divf %[[X]],
// CHECK: %[[R:.+]] = math.roundeven %[[Q]]
// CHECK: %[[MIN:.+]] = arith.constant -8.0
// CHECK: %[[ABOVE:.+]] = arith.cmpf ogt, %[[R]], %[[MIN]]
// CHECK: arith.select %[[ABOVE]], %[[R]], %[[MIN]]
// CHECK: arith.constant 7.0
// CHECK: arith.cmpf olt
// CHECK: arith.fptosi %{{.+}} : f32 to i32
// CHECK: arith.trunci %{{.+}} : i32 to i8
func.func @encode(%x: tensor<2x3xf32>) -> tensor<2x3xi8> {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.3>>}
      : (tensor<2x3xf32>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
}

// CHECK-LABEL: @encode_sign
// CHECK: %[[BIT:.+]] = arith.cmpf ogt
// CHECK-NEXT: arith.extui %[[BIT]] : i1 to i8
func.func @encode_sign(%x: tensor<2x3xf32>) -> tensor<2x3xi8> {
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>}
      : (tensor<2x3xf32>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
}

// CHECK-LABEL: @dequantize_channels
// CHECK: %[[SCALE:.+]] = arith.constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %[[SCALE]] : tensor<3x2xi32>, tensor<2xf32>)
// CHECK: arith.sitofp
// CHECK-NOT: arith.subf
// CHECK: arith.mulf
func.func @dequantize_channels(%x: tensor<3x2xi32>) -> tensor<3x2xf32> {
  %0 = qnn.dequantize %x {scale = array<f32: 0.5, 0.25>, axis = 1} : (tensor<3x2xi32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// CHECK-LABEL: @threshold
// CHECK-COUNT-3: arith.cmpi sge
// CHECK: linalg.yield
func.func @threshold(%x: tensor<3x2xi32>, %t: tensor<2x3xi32>) -> tensor<3x2xi8> {
  %0 = qnn.threshold %x, %t {code = #qnn.code<2, unsigned>, axis = 1} : (tensor<3x2xi32>, tensor<2x3xi32>) -> tensor<3x2xi8>
  return %0 : tensor<3x2xi8>
}

// Too many levels to write out: a reduction over them.
// CHECK-LABEL: @threshold_many
// CHECK: linalg.fill ins(%{{.+}} : i8)
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
func.func @threshold_many(%x: tensor<3x2xi32>, %t: tensor<2x31xi32>) -> tensor<3x2xi8> {
  %0 = qnn.threshold %x, %t {code = #qnn.code<5, signed>, axis = 1} : (tensor<3x2xi32>, tensor<2x31xi32>) -> tensor<3x2xi8>
  return %0 : tensor<3x2xi8>
}
