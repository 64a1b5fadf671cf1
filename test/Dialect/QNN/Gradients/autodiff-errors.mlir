// RUN: qnn-opt %s --qnn-autodiff --split-input-file --verify-diagnostics

func.func @top_k(%w: tensor<4xf32> {qnn.parameter}) -> tensor<f32> {
  // expected-error @+1 {{'qnn.top_k' op has no gradient}}
  %v, %i = qnn.top_k %w {k = 2 : i64} : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xi64>)
  %0 = qnn.reduce %v {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Of what is no function of a parameter, no gradient is asked.
func.func @inactive(%w: tensor<2xf32> {qnn.parameter}, %x: tensor<4xf32>) -> tensor<f32> {
  %v, %i = qnn.top_k %x {k = 2 : i64} : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xi64>)
  %0 = qnn.mul %w, %v : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = qnn.reduce %0 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// expected-error @+1 {{'func.func' op expected a loss of type 'tensor<f32>' as the first result to differentiate}}
func.func @no_loss(%w: tensor<4xf32> {qnn.parameter}) -> tensor<4xf32> {
  return %w : tensor<4xf32>
}
