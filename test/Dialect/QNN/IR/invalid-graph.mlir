// RUN: qnn-opt %s --split-input-file --verify-diagnostics

// All shapes are static.
func.func @dynamic(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{operand #0 must be statically shaped ranked tensor of 32-bit float values, but got 'tensor<?x4xf32>'}}
  %0 = qnn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @quantize_axis(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{'qnn.quantize' op expected an axis from 0 to 1, but got 2}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 1.0, 2.0>, axis = 2>}
      : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantize_scales(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{'qnn.quantize' op expected 1 or 2 scales along dimension 1, but got 3}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 1.0, 2.0, 3.0>, axis = 1>}
      : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantize_zero_points(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{'qnn.quantize' op expected 1 or 2 zero points along dimension 1, but got 0}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 4, encoding = signed, zero_point = array<f32>, axis = 1>}
      : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_bits(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected 1 to 8 bits, but got 9}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 9, encoding = signed>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_bipolar(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected 1 bit for the bipolar encoding, but got 2}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 2, encoding = bipolar>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_ternary(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected 2 bits for the ternary encoding, but got 3}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 3, encoding = ternary>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_scale(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected positive finite scales, but got 0.0}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 2, encoding = signed, scale = array<f32: 0.0>>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_one_scale(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected one scale and zero point without an axis, but got 2 and 1}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 2, encoding = signed, scale = array<f32: 1.0, 2.0>>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantizer_bipolar_zero_point(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{expected no zero point for the bipolar encoding}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, zero_point = array<f32: 1.0>>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @quantize_result(%x: tensor<1x2xf32>) -> tensor<2x1xf32> {
  // expected-error @+1 {{'qnn.quantize' op expected results of type 'tensor<1x2xf32>', but got 'tensor<2x1xf32>'}}
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x2xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// -----

func.func @matmul_rank(%a: tensor<4xf32>, %b: tensor<4x2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'qnn.matmul' op expected operands of rank 2 or more, but got 'tensor<4xf32>' and 'tensor<4x2xf32>'}}
  %0 = qnn.matmul %a, %b : (tensor<4xf32>, tensor<4x2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @matmul_k(%a: tensor<1x4xf32>, %b: tensor<4x2xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.matmul' op expected rhs to have K = 4 as lhs has, but got 2}}
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @matmul_batch(%a: tensor<2x1x4xf32>, %b: tensor<3x4x2xf32>) -> tensor<2x1x2xf32> {
  // expected-error @+1 {{'qnn.matmul' op expected leading dimensions that broadcast, but got [2] and [3]}}
  %0 = qnn.matmul %a, %b : (tensor<2x1x4xf32>, tensor<3x4x2xf32>) -> tensor<2x1x2xf32>
  return %0 : tensor<2x1x2xf32>
}

// -----

func.func @matmul_result(%a: tensor<1x4xf32>, %b: tensor<4x2xf32>) -> tensor<1x3xf32> {
  // expected-error @+1 {{expected results of type 'tensor<1x2xf32>', but got 'tensor<1x3xf32>'}}
  %0 = qnn.matmul %a, %b : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// -----

func.func @conv2d_input_rank(%x: tensor<4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected input to be a static tensor of rank 4, but got 'tensor<4x8x8xf32>'}}
  %0 = qnn.conv2d %x, %w : (tensor<4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<4x6x6xf32>
  return %0 : tensor<4x6x6xf32>
}

// -----

func.func @conv2d_filter_rank(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected filter to be a static tensor of rank 4, but got 'tensor<4x4x3xf32>'}}
  %0 = qnn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_channels(%x: tensor<1x4x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected a filter of 4 channels (4 in 1 groups), but got 3}}
  %0 = qnn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_groups_input(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected groups that divide 4 input and 6 output channels, but got 3}}
  %0 = qnn.conv2d %x, %w {groups = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %0 : tensor<1x6x6x6xf32>
}

// -----

func.func @conv2d_groups_output(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected groups that divide 4 input and 6 output channels, but got 4}}
  %0 = qnn.conv2d %x, %w {groups = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %0 : tensor<1x6x6x6xf32>
}

// -----

func.func @conv2d_groups_zero(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected groups that divide 4 input and 6 output channels, but got 0}}
  %0 = qnn.conv2d %x, %w {groups = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %0 : tensor<1x6x6x6xf32>
}

// -----

func.func @conv2d_strides_count(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected 2 strides, but got 1}}
  %0 = qnn.conv2d %x, %w {strides = array<i64: 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_strides_zero(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected strides from 1 to 2147483647, but got [1, 0]}}
  %0 = qnn.conv2d %x, %w {strides = array<i64: 1, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_pads_count(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected 4 pads, but got 2}}
  %0 = qnn.conv2d %x, %w {pads = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_pads_negative(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected pads from 0 to 2147483647, but got [1, 1, -1, 1]}}
  %0 = qnn.conv2d %x, %w {pads = array<i64: 1, 1, -1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

// Attributes whose products would overflow.
func.func @conv2d_dilations_huge(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected dilations from 1 to 2147483647, but got [1, 9223372036854775807]}}
  %0 = qnn.conv2d %x, %w {dilations = array<i64: 1, 9223372036854775807>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_window(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected a window of at most 8x8 (the padded image), but got 9x3}}
  %0 = qnn.conv2d %x, %w {dilations = array<i64: 4, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_empty_filter(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x0x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{'qnn.conv2d' op expected kernel sizes from 1 to 2147483647, but got [0, 3]}}
  %0 = qnn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x0x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @conv2d_result(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x8x8xf32> {
  // expected-error @+1 {{expected results of type 'tensor<1x4x6x6xf32>', but got 'tensor<1x4x8x8xf32>'}}
  %0 = qnn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}

// -----

func.func @batch_norm_rank(%x: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.batch_norm' op expected input of rank 2 or more, but got 'tensor<4xf32>'}}
  %0 = qnn.batch_norm %x, %c, %c, %c, %c {epsilon = 0.0 : f32}
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @batch_norm_channels(%x: tensor<1x4xf32>, %c: tensor<4xf32>, %d: tensor<3xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.batch_norm' op expected mean to hold 4 numbers (one per channel), but got 3}}
  %0 = qnn.batch_norm %x, %c, %c, %d, %c {epsilon = 0.0 : f32}
      : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @batch_norm_parameter_rank(%x: tensor<1x4xf32>, %c: tensor<4xf32>, %d: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.batch_norm' op expected variance to be a static tensor of rank 1, but got 'tensor<1x4xf32>'}}
  %0 = qnn.batch_norm %x, %c, %c, %c, %d {epsilon = 0.0 : f32}
      : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @batch_norm_epsilon(%x: tensor<1x4xf32>, %c: tensor<4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.batch_norm' op expected a finite epsilon of 0 or more, but got -1.000000e+00 : f32}}
  %0 = qnn.batch_norm %x, %c, %c, %c, %c {epsilon = -1.0 : f32}
      : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @bias_add_axis(%x: tensor<1x4xf32>, %c: tensor<4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.bias_add' op expected an axis from 0 to 1, but got -1}}
  %0 = qnn.bias_add %x, %c {axis = -1} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @bias_add_channels(%x: tensor<1x4xf32>, %c: tensor<3xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'qnn.bias_add' op expected bias to hold 4 numbers (one per channel), but got 3}}
  %0 = qnn.bias_add %x, %c {axis = 1} : (tensor<1x4xf32>, tensor<3xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @max_pool_rank(%x: tensor<8x8xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{'qnn.max_pool2d' op expected input to be a static tensor of rank 4, but got 'tensor<8x8xf32>'}}
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<8x8xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

func.func @max_pool_kernel(%x: tensor<1x1x8x8xf32>) -> tensor<1x1x4x4xf32> {
  // expected-error @+1 {{'qnn.max_pool2d' op expected 2 kernel sizes, but got 3}}
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2, 2>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// -----

func.func @max_pool_kernel_zero(%x: tensor<1x1x8x8xf32>) -> tensor<1x1x4x4xf32> {
  // expected-error @+1 {{'qnn.max_pool2d' op expected kernel sizes from 1 to 2147483647, but got [2, 0]}}
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 0>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// -----

// A window of padding only has no greatest element.
func.func @max_pool_pads(%x: tensor<1x1x8x8xf32>) -> tensor<1x1x9x9xf32> {
  // expected-error @+1 {{'qnn.max_pool2d' op expected pads smaller than the window of 2x2, but got [0, 2, 0, 0]}}
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, pads = array<i64: 0, 2, 0, 0>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x9x9xf32>
  return %0 : tensor<1x1x9x9xf32>
}

// -----

func.func @avg_pool_window(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32> {
  // expected-error @+1 {{'qnn.avg_pool2d' op expected a window of at most 4x4 (the padded image), but got 5x4}}
  %0 = qnn.avg_pool2d %x {kernel = array<i64: 5, 4>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// -----

func.func @global_pool_rank(%x: tensor<1x8xf32>) -> tensor<1x1xf32> {
  // expected-error @+1 {{'qnn.global_pool' op expected input to be a static tensor of rank 4, but got 'tensor<1x8xf32>'}}
  %0 = qnn.global_pool %x {kind = #qnn.pool_kind<max>} : (tensor<1x8xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----

func.func @reduce_none(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{'qnn.reduce' op expected one axis or more, but got none}}
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<sum>, axes = array<i64>} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @reduce_axis(%x: tensor<1x8xf32>) -> tensor<1xf32> {
  // expected-error @+1 {{'qnn.reduce' op expected an axis from 0 to 1, but got 2}}
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<sum>, axes = array<i64: 2>} : (tensor<1x8xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

func.func @reduce_order(%x: tensor<1x8xf32>) -> tensor<f32> {
  // expected-error @+1 {{'qnn.reduce' op expected ascending unique axes, but got [1, 1]}}
  %0 = qnn.reduce %x {kind = #qnn.reduce_kind<sum>, axes = array<i64: 1, 1>} : (tensor<1x8xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

func.func @softmax_axis(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{'qnn.softmax' op expected an axis from 0 to 1, but got 2}}
  %0 = qnn.softmax %x {axis = 2} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @softmax_scalar(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{'qnn.softmax' op expected a tensor of rank 1 or more, but got rank 0}}
  %0 = qnn.softmax %x {axis = 0} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

func.func @argmax_axis(%x: tensor<1x8xf32>) -> tensor<1xi64> {
  // expected-error @+1 {{'qnn.argmax' op expected an axis from 0 to 1, but got -1}}
  %0 = qnn.argmax %x {axis = -1} : (tensor<1x8xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// -----

func.func @argmax_empty(%x: tensor<1x0xf32>) -> tensor<1xi64> {
  // expected-error @+1 {{'qnn.argmax' op expected one element or more along dimension 1, but got 0}}
  %0 = qnn.argmax %x {axis = 1} : (tensor<1x0xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// -----

func.func @top_k_rank(%x: tensor<f32>) -> tensor<i64> {
  // expected-error @+1 {{'qnn.top_k' op expected input of rank 1 or more, but got 'tensor<f32>'}}
  %0, %1 = qnn.top_k %x {k = 1} : (tensor<f32>) -> (tensor<f32>, tensor<i64>)
  return %1 : tensor<i64>
}

// -----

func.func @top_k_k(%x: tensor<1x8xf32>) -> tensor<1x9xi64> {
  // expected-error @+1 {{'qnn.top_k' op expected k from 1 to 8, but got 9}}
  %0, %1 = qnn.top_k %x {k = 9} : (tensor<1x8xf32>) -> (tensor<1x9xf32>, tensor<1x9xi64>)
  return %1 : tensor<1x9xi64>
}

// -----

func.func @relu_result(%x: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{'qnn.relu' op expected results of type 'tensor<4xf32>', but got 'tensor<5xf32>'}}
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @clip_order(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.clip' op expected min to be at most max, but got min = 1.}}
  %0 = qnn.clip %x {min = 1.0 : f32, max = 0.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @clip_nan(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'qnn.clip' op expected min to be at most max}}
  %0 = qnn.clip %x {min = 0x7FC00000 : f32, max = 0.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @broadcast(%a: tensor<2x4xf32>, %b: tensor<3xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{'qnn.add' op expected shapes that broadcast, but got 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = qnn.add %a, %b : (tensor<2x4xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// A required attribute that is missing is an error, not a crash.
func.func @missing_attribute(%x: tensor<1x8xf32>) -> tensor<1xi64> {
  // expected-error @+1 {{'qnn.argmax' op requires attribute 'axis'}}
  %0 = "qnn.argmax"(%x) : (tensor<1x8xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}
