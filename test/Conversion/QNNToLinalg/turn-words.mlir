// RUN: qnn-opt %s --convert-qnn-to-linalg | FileCheck %s

// 32 words make 32 columns: the signs of each byte, 8 times.
// CHECK-LABEL: func.func @turn_words
// CHECK-COUNT-32: tensor.extract %arg0
// CHECK: %[[ROWS:.*]] = vector.from_elements
// CHECK: arith.trunci %{{.*}} : vector<32xi32> to vector<32xi8>
// CHECK: %[[MASK:.*]] = arith.cmpi slt, %{{.*}} : vector<32xi8>
// CHECK: vector.bitcast %[[MASK]] : vector<32xi1> to vector<1xi32>
// CHECK-COUNT-32: tensor.insert
func.func @turn_words(%x: tensor<32x3xi32>) -> tensor<3x1x32xi32> {
  %0 = qnn.turn_words %x : (tensor<32x3xi32>) -> tensor<3x1x32xi32>
  return %0 : tensor<3x1x32xi32>
}
