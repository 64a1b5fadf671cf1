// RUN: qnn-opt %s --qnn-describe-model --split-input-file --verify-diagnostics | FileCheck %s

// Names come from qnn.name where it is given.
// CHECK: module attributes {qnn.model =
// CHECK-SAME: inputs = [{name = "pixels", type = tensor<1x4xf32>}, {name = "input1", type = tensor<2xi64>}]
// CHECK-SAME: name = "f"
// CHECK-SAME: outputs = [{name = "logits", type = tensor<1x4xf32>}]
func.func @f(%x: tensor<1x4xf32> {qnn.name = "pixels"}, %i: tensor<2xi64>) -> (tensor<1x4xf32> {qnn.name = "logits"}) {
  return %x : tensor<1x4xf32>
}
func.func private @helper(tensor<?xf16>)

// -----

func.func @first() {
  return
}
// expected-error @+1 {{expected one public function, but @first is public too}}
func.func @second() {
  return
}

// -----

// expected-error @+1 {{expected one public function, but got none}}
module {
}

// -----

// expected-error @+1 {{expected every input to be a static tensor of f32, i8, i32 or i64, but got 'tensor<?xf32>'}}
func.func @open(%x: tensor<?xf32>) {
  return
}

// -----

// expected-error @+1 {{expected every output to be a static tensor of f32, i8, i32 or i64, but got 'tensor<4xf64>'}}
func.func @doubles(%x: tensor<4xf32>) -> tensor<4xf64> {
  %0 = arith.constant dense<0.0> : tensor<4xf64>
  return %0 : tensor<4xf64>
}
