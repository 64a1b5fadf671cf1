// RUN: qnn-opt %s --qnn-keep-words --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-keep-words --qnn-loops-pipeline --split-input-file | FileCheck %s --check-prefix=LOOPS

#sign = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>

// The codes are read as floats, too; of the packs one is enough.
// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<6x40xf32> {qnn.name = "w", qnn.state = 3 : i64}
// CHECK-SAME: %[[WORDS:[a-z0-9]+]]: tensor<6x2xi32> {qnn.name = "w/words", qnn.quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>, qnn.state = 5 : i64, qnn.words_of = 0 : i64})
// CHECK-SAME: -> (tensor<6x40xf32> {qnn.name = "floats"}, tensor<6x40xf32> {qnn.state = 3 : i64}, tensor<6x40xf32> {qnn.state = 4 : i64},
// CHECK-SAME: tensor<32x2xi32> {qnn.name = "read"}, tensor<6x2xi32> {qnn.state = 5 : i64})
// CHECK: %[[OLD:.*]] = qnn.encode %[[W]]
// CHECK-NEXT: %[[FLOATS:.*]] = qnn.dequantize %[[OLD]]
// CHECK-NEXT: %[[READ:.*]] = qnn.pad %[[WORDS]]
// CHECK: %[[NEW:.*]], %[[NEWM:.*]] = qnn.momentum %[[W]]
// CHECK-NEXT: %[[CODES:.*]] = qnn.encode %[[NEW]] {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>}
// CHECK-NEXT: %[[PACKED:.*]] = qnn.pack %[[CODES]] {code = #qnn.code<1, bipolar>} : (tensor<6x40xi8>) -> tensor<6x2xi32>
// CHECK-NEXT: return %[[FLOATS]], %[[NEW]], %[[NEWM]], %[[READ]], %[[PACKED]]

// In the tile of the gradient, into the memory that they were read from.
// LOOPS-LABEL: func.func @step
// LOOPS-SAME: (%[[W:[a-z0-9]+]]: memref<6x40xf32> {qnn.name = "w"
// LOOPS-SAME: %[[WORDS:[a-z0-9]+]]: memref<6x2xi32> {qnn.name = "w/words"
// LOOPS: vector.transfer_write %[[NEW:.*]], %[[W]]
// LOOPS: arith.cmpf ogt, %[[NEW]]
// LOOPS: memref.store %{{.*}}, %[[WORDS]]
// LOOPS-NOT: memref.copy %{{.*}}, %[[WORDS]]
// LOOPS: return
func.func @step(%w: tensor<6x40xf32> {qnn.name = "w", qnn.state = 3}, %m: tensor<6x40xf32> {qnn.name = "w/velocity", qnn.state = 4},
    %x: tensor<6x5xf32>, %y: tensor<2x5x32xf32>, %rate: tensor<f32>)
    -> (tensor<6x40xf32> {qnn.name = "floats"}, tensor<6x40xf32> {qnn.state = 3}, tensor<6x40xf32> {qnn.state = 4}, tensor<32x2xi32> {qnn.name = "read"}) {
  %0 = qnn.encode %w {quantizer = #sign} : (tensor<6x40xf32>) -> tensor<6x40xi8>
  %1 = qnn.dequantize %0 {code = #qnn.code<1, bipolar>, scale = array<f32: 1.0>} : (tensor<6x40xi8>) -> tensor<6x40xf32>
  %2 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<6x40xi8>) -> tensor<6x2xi32>
  %3 = qnn.pad %2 {high = array<i64: 26, 0>, low = array<i64: 0, 0>, value = 0 : i32} : (tensor<6x2xi32>) -> tensor<32x2xi32>
  %g = qnn.f32_matmul %x, %y {channels = 5 : i64, out_channels = 40 : i64, kernel = #qnn.kernel<f32_fma, tile = [2, 32]>}
      : (tensor<6x5xf32>, tensor<2x5x32xf32>) -> tensor<6x40xf32>
  %new:2 = qnn.momentum %w, %g, %m, %rate {clip = 1.0 : f32}
      : (tensor<6x40xf32>, tensor<6x40xf32>, tensor<6x40xf32>, tensor<f32>) -> (tensor<6x40xf32>, tensor<6x40xf32>)
  return %1, %new#0, %new#1, %3 : tensor<6x40xf32>, tensor<6x40xf32>, tensor<6x40xf32>, tensor<32x2xi32>
}

// -----

#sign = #qnn.quantizer<bits = 1, encoding = bipolar>

// What stays as it is, and what is no state, is packed by the step.
// CHECK-LABEL: func.func @others
// CHECK-NOT: words
// CHECK: qnn.pack
// CHECK: qnn.pack
func.func @others(%w: tensor<2x32xf32> {qnn.state = 0}, %x: tensor<2x32xf32>)
    -> (tensor<2x32xf32> {qnn.state = 0}, tensor<2x1xi32>, tensor<2x1xi32>) {
  %0 = qnn.encode %w {quantizer = #sign} : (tensor<2x32xf32>) -> tensor<2x32xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<2x32xi8>) -> tensor<2x1xi32>
  %2 = qnn.encode %x {quantizer = #sign} : (tensor<2x32xf32>) -> tensor<2x32xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, bipolar>} : (tensor<2x32xi8>) -> tensor<2x1xi32>
  return %w, %1, %3 : tensor<2x32xf32>, tensor<2x1xi32>, tensor<2x1xi32>
}
