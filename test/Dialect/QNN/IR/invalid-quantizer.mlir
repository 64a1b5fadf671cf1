// RUN: qnn-opt %s --split-input-file --verify-diagnostics

func.func @bits(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 2 to 8 bits, but got 9}}
  %0 = qnn.train_quantize<activation moons> %x {bits = 9} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @one_bit(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 2 to 8 bits, but got 1}}
  %0 = qnn.train_quantize<weight fixed_point> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @one_bit_lsq(%x: tensor<8x64xf32>, %s: tensor<1xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 2 to 8 bits, but got 1}}
  %0 = qnn.train_quantize<activation lsq> %x learned(%s) : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @lq_bits(%x: tensor<8x64xf32>, %s: tensor<5xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 1 to 4 bits, but got 5}}
  %0 = qnn.train_quantize<activation lq_nets> %x learned(%s) {bits = 5} : (tensor<8x64xf32>, tensor<5xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @scale(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected a positive scale, but got -1.000000e+00 : f32}}
  %0 = qnn.train_quantize<weight sign> %x {scale = -1.0 : f32} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @range(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected a range of low and high, but got array<f32: 1.000000e+00, 1.000000e+00>}}
  %0 = qnn.train_quantize<weight linear> %x {range = array<f32: 1.0, 1.0>} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @axis(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected an axis from 0 to 1, but got 2}}
  %0 = qnn.train_quantize<weight xnor> %x {axis = 2} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @weight_only(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected another role for method xnor, but got activation}}
  %0 = qnn.train_quantize<activation xnor> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @activation_only(%x: tensor<8x64xf32>, %s: tensor<1xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected another role for method pact, but got weight}}
  %0 = qnn.train_quantize<weight pact> %x learned(%s) : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @no_gradients(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected another role for method sign, but got gradient}}
  %0 = qnn.train_quantize<gradient sign> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @missing(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 1 learned operands, but got 0}}
  %0 = qnn.train_quantize<activation lsq> %x {bits = 4} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @superfluous(%x: tensor<8x64xf32>, %s: tensor<1xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 0 learned operands, but got 1}}
  %0 = qnn.train_quantize<weight sign> %x learned(%s) : (tensor<8x64xf32>, tensor<1xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @channels(%x: tensor<8x64xf32>, %s: tensor<64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected learned operands of 8 numbers, but got 64}}
  %0 = qnn.train_quantize<weight lsq> %x learned(%s) {axis = 0, bits = 4} : (tensor<8x64xf32>, tensor<64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @no_key(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected a key, as the method is stochastic}}
  %0 = qnn.train_quantize<weight stochastic_sign> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @key(%x: tensor<8x64xf32>, %s: tensor<2xi64>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected no key, as the method is not stochastic}}
  %0 = qnn.train_quantize<weight sign> %x key(%s) : (tensor<8x64xf32>, tensor<2xi64>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @key_type(%x: tensor<8x64xf32>, %s: tensor<1xi64>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected the key to be seed and step, tensor<2xi64>, but got 'tensor<1xi64>'}}
  %0 = qnn.train_quantize<weight stochastic_sign> %x key(%s) : (tensor<8x64xf32>, tensor<1xi64>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @elastic(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected 1 to 2 learned operands, but got 0}}
  %0 = qnn.train_quantize<activation elastic> %x : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @parameters(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op expected a surrogate for its parameters}}
  %0 = qnn.train_quantize<activation sign> %x {surrogate_parameters = array<f32: 1.0>} : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// -----

func.func @surrogate(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  // expected-error @+1 {{'qnn.train_quantize' op surrogate tanh: expected 1 parameters, but got 0}}
  %0 = qnn.train_quantize<activation sign> %x surrogate(tanh) : (tensor<8x64xf32>) -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}
