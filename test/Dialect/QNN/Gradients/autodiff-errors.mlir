// RUN: qnn-opt %s --qnn-autodiff --split-input-file --verify-diagnostics

// Of a gradient there is no gradient.
func.func @second(%w: tensor<4xf32> {qnn.parameter}) -> tensor<f32> {
  // expected-error @+1 {{'qnn.surrogate_grad' op has no gradient}}
  %v = qnn.surrogate_grad<approx_sign> %w, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %0 = qnn.reduce %v {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Of what is no function of a parameter, no gradient is asked.
func.func @inactive(%w: tensor<2xf32> {qnn.parameter}, %x: tensor<2xf32>) -> tensor<f32> {
  %v = qnn.surrogate_grad<approx_sign> %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %0 = qnn.mul %w, %v : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = qnn.reduce %0 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// expected-error @+1 {{'func.func' op expected a loss of type 'tensor<f32>' as the first result to differentiate}}
func.func @no_loss(%w: tensor<4xf32> {qnn.parameter}) -> tensor<4xf32> {
  return %w : tensor<4xf32>
}
