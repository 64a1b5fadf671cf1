// RUN: qnn-opt %s --split-input-file --verify-diagnostics

func.func @surrogate_parameters(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.surrogate_grad' op surrogate window: expected 2 parameters, but got 1}}
  %0 = qnn.surrogate_grad<window> %x, %x {parameters = array<f32: 1.0>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @straight_through_types(%x: tensor<4xf32>, %y: tensor<3xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.straight_through' op expected input to be 'tensor<4xf32>', but got 'tensor<3xf32>'}}
  %0 = qnn.straight_through<identity> %x, %y : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @custom_argument(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.custom_gradient' op expected a region of one argument of type 'tensor<4xf32>', but got 'tensor<3xf32>'}}
  %0 = qnn.custom_gradient %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%g: tensor<3xf32>):
    qnn.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @custom_yield(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.custom_gradient' op expected a region that yields 'tensor<4xf32>', as the inputs are, but got 'tensor<4xf32>', 'tensor<4xf32>'}}
  %0 = qnn.custom_gradient %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%g: tensor<4xf32>):
    qnn.yield %g, %g : tensor<4xf32>, tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) -> tensor<4x3xf32> {
  // expected-error @+1 {{'qnn.broadcast' op expected an input that broadcasts to 'tensor<4x3xf32>', but got 'tensor<2x3xf32>'}}
  %0 = qnn.broadcast %x : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

func.func @one_hot(%i: tensor<3xi64>) -> tensor<4x5xf32> {
  // expected-error @+1 {{'qnn.one_hot' op expected a result of the labels' shape with one more dimension, but got 'tensor<4x5xf32>' of 'tensor<3xi64>'}}
  %0 = qnn.one_hot %i {on = 1.0 : f32, off = 0.0 : f32} : (tensor<3xi64>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// -----

func.func @dropout_rate(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.dropout' op expected a rate of at least 0 and less than 1, but got 1.000000e+00}}
  %0 = qnn.dropout %x {rate = 1.0 : f32, id = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dropout_key(%x: tensor<4xf32>, %k: tensor<3xi64>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.dropout' op operand #1 must be tensor<2xi64> (seed, step), but got 'tensor<3xi64>'}}
  %0 = qnn.dropout %x, %k {rate = 0.5 : f32, id = 0 : i64} : (tensor<4xf32>, tensor<3xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @conv_gradient(%g: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x9x9xf32> {
  // expected-error @+1 {{'qnn.conv2d_input_grad' op expected a gradient of 'tensor<1x4x7x7xf32>', but got 'tensor<1x4x6x6xf32>'}}
  %0 = qnn.conv2d_input_grad %g, %w : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x9x9xf32>
  return %0 : tensor<1x3x9x9xf32>
}

// -----

func.func @conv_groups(%x: tensor<1x4x6x6xf32>, %g: tensor<1x4x6x6xf32>) -> tensor<4x3x1x1xf32> {
  // expected-error @+1 {{'qnn.conv2d_filter_grad' op expected groups and a filter that fit 4 channels, but got 2 groups and 'tensor<4x3x1x1xf32>'}}
  %0 = qnn.conv2d_filter_grad %x, %g {groups = 2 : i64} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x1x1xf32>
  return %0 : tensor<4x3x1x1xf32>
}

// -----

func.func @pool(%x: tensor<1x4x6x6xf32>, %g: tensor<1x4x3x3xf32>) -> tensor<1x4x7x7xf32> {
  // expected-error @+1 {{'qnn.max_pool2d_grad' op expected a result as the input, 'tensor<1x4x6x6xf32>', but got 'tensor<1x4x7x7xf32>'}}
  %0 = qnn.max_pool2d_grad %x, %g {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x6x6xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x7x7xf32>
  return %0 : tensor<1x4x7x7xf32>
}

// -----

func.func @slice(%g: tensor<3xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{'qnn.slice_grad' op expected elements inside dimension 0 of size 5, but got 1 to 5}}
  %0 = qnn.slice_grad %g {offsets = array<i64: 1>, steps = array<i64: 2>} : (tensor<3xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @slice_rank(%g: tensor<3xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{'qnn.slice_grad' op expected a gradient, offsets and steps of rank 1, but got 1, 2 and 1}}
  %0 = qnn.slice_grad %g {offsets = array<i64: 1, 0>, steps = array<i64: 2>} : (tensor<3xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @gather_grad(%g: tensor<3x2xf32>, %i: tensor<4xi64>) -> tensor<9x2xf32> {
  // expected-error @+1 {{'qnn.gather_grad' op expected a gradient of 'tensor<4x2xf32>', but got 'tensor<3x2xf32>'}}
  %0 = qnn.gather_grad %g, %i : (tensor<3x2xf32>, tensor<4xi64>) -> tensor<9x2xf32>
  return %0 : tensor<9x2xf32>
}

// -----

func.func @batch_norm(%x: tensor<8x4xf32>, %c: tensor<3xf32>) -> tensor<8x4xf32> {
  // expected-error @+1 {{'qnn.batch_norm_train' op expected scale to be 'tensor<4xf32>', but got 'tensor<3xf32>'}}
  %0:4 = qnn.batch_norm_train %x, %c, %c {epsilon = 0.0 : f32} : (tensor<8x4xf32>, tensor<3xf32>, tensor<3xf32>)
      -> (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#0 : tensor<8x4xf32>
}

// -----

func.func @labels(%z: tensor<8x4xf32>, %l: tensor<7xi64>) -> tensor<f32> {
  // expected-error @+1 {{'qnn.softmax_cross_entropy' op expected labels to be 'tensor<8xi64>', but got 'tensor<7xi64>'}}
  %0 = qnn.softmax_cross_entropy %z, %l : (tensor<8x4xf32>, tensor<7xi64>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

func.func @recurrent_weights(%p: tensor<5x2x12xf32>, %w: tensor<12x4xf32>) -> tensor<5x2x4xf32> {
  // expected-error @+1 {{'qnn.recurrent' op expected a projection of [T, B, 4 H] and weights of [4 H, H], but got 'tensor<5x2x12xf32>' and 'tensor<12x4xf32>'}}
  %0:4 = qnn.recurrent<lstm> %p, %w : (tensor<5x2x12xf32>, tensor<12x4xf32>)
      -> (tensor<5x2x4xf32>, tensor<6x24x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return %0#0 : tensor<5x2x4xf32>
}

// -----

func.func @recurrent_states(%p: tensor<5x2x16xf32>, %w: tensor<16x4xf32>, %h: tensor<2x4xf32>) -> tensor<5x2x4xf32> {
  // expected-error @+1 {{'qnn.recurrent' op expected 2 initial states or none, but got 1}}
  %0:4 = qnn.recurrent<lstm> %p, %w initial(%h) : (tensor<5x2x16xf32>, tensor<16x4xf32>, tensor<2x4xf32>)
      -> (tensor<5x2x4xf32>, tensor<6x24x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return %0#0 : tensor<5x2x4xf32>
}

// -----

func.func @recurrent_cell(%p: tensor<5x2x4xf32>, %w: tensor<4x4xf32>) -> tensor<5x2x4xf32> {
  // expected-error @+1 {{'qnn.recurrent' op expected no quantizer of the cell state, which only an lstm has}}
  %0:3 = qnn.recurrent<rnn> %p, %w {cell_quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<5x2x4xf32>, tensor<4x4xf32>)
      -> (tensor<5x2x4xf32>, tensor<6x8x2xf32>, tensor<2x4xf32>)
  return %0#0 : tensor<5x2x4xf32>
}

// -----

func.func @recurrent_saved(%w: tensor<4x4xf32>, %s: tensor<6x4x2xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{'qnn.recurrent_grad' op expected saved values of [T + 1, 2 H, B] and weights of [1 H, H], but got 'tensor<6x4x2xf32>' and 'tensor<4x4xf32>'}}
  %0:4 = qnn.recurrent_grad<rnn> %w, %s : (tensor<4x4xf32>, tensor<6x4x2xf32>)
      -> (tensor<5x2x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x4xf32>)
  return %0#1 : tensor<4x4xf32>
}

// -----

func.func @update_types(%w: tensor<4xf32>, %g: tensor<3xf32>, %lr: tensor<f32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.sgd' op expected gradient and states to be 'tensor<4xf32>', but got 'tensor<3xf32>'}}
  %0 = qnn.sgd %w, %g, %lr : (tensor<4xf32>, tensor<3xf32>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @update_rate(%w: tensor<4xf32>, %lr: tensor<1xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.sgd' op operand #2 must be tensor of one 32-bit float, but got 'tensor<1xf32>'}}
  %0 = qnn.sgd %w, %w, %lr : (tensor<4xf32>, tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
