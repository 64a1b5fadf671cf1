// RUN: qnn-opt %s --split-input-file --verify-diagnostics

// sign(0) = 0 has no code.
func.func @encode_sign_zero(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected sign_zero plus_one or minus_one, but got zero}}
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = zero>} : (tensor<1x4xf32>) -> tensor<1x4xi1>
  return
}

// -----

func.func @encode_shape(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected shape [1, 4] of the result, but got [4, 1]}}
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x4xf32>) -> tensor<4x1xi1>
  return
}

// -----

func.func @encode_width(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected elements of the result to have at least 4 bits, but got 2}}
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned>} : (tensor<1x4xf32>) -> tensor<1x4xi2>
  return
}

// -----

func.func @encode_scales(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected 4 numbers in scale, but got 3}}
  %0 = qnn.encode %x {quantizer = #qnn.quantizer<bits = 4, encoding = unsigned, scale = array<f32: 1.0, 1.0, 1.0>, axis = 1>} : (tensor<1x4xf32>) -> tensor<1x4xi4>
  return
}

// -----

func.func @dequantize_shape(%x: tensor<1x4xi32>) {
  // expected-error@+1 {{expected shape [1, 4] of the result, but got [4]}}
  %0 = qnn.dequantize %x {scale = array<f32: 1.0>} : (tensor<1x4xi32>) -> tensor<4xf32>
  return
}

// -----

func.func @dequantize_scales(%x: tensor<1x4xi32>) {
  // expected-error@+1 {{expected 1 numbers in scale, but got 4}}
  %0 = qnn.dequantize %x {scale = array<f32: 1.0, 1.0, 1.0, 1.0>} : (tensor<1x4xi32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_zero_points(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected 2 numbers in zero_point, but got 1}}
  %0 = qnn.dequantize %x {scale = array<f32: 1.0, 1.0>, zero_point = array<f32: 0.0>, axis = 1} : (tensor<1x2xi32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @dequantize_axis(%x: tensor<1x4xi32>) {
  // expected-error@+1 {{expected an axis from -1 to 1, but got 2}}
  %0 = qnn.dequantize %x {scale = array<f32: 1.0>, axis = 2} : (tensor<1x4xi32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_width(%x: tensor<1x4xi2>) {
  // expected-error@+1 {{expected elements of the input to have at least 3 bits, but got 2}}
  %0 = qnn.dequantize %x {code = #qnn.code<3, signed>, scale = array<f32: 1.0>} : (tensor<1x4xi2>) -> tensor<1x4xf32>
  return
}

// -----

func.func @imatmul_rank(%a: tensor<1x1x4xi1>, %w: tensor<2x4xi1>) {
  // expected-error@+1 {{expected rank 2 of lhs, but got 3}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x1x4xi1>, tensor<2x4xi1>) -> tensor<1x2xi32>
  return
}

// -----

func.func @imatmul_k(%a: tensor<1x4xi1>, %w: tensor<4x2xi1>) {
  // expected-error@+1 {{expected rows of 4 codes in rhs, but got 2}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4xi1>, tensor<4x2xi1>) -> tensor<1x2xi32>
  return
}

// -----

func.func @imatmul_shape(%a: tensor<1x4xi1>, %w: tensor<2x4xi1>) {
  // expected-error@+1 {{expected shape [1, 2] of the result, but got [2, 1]}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4xi1>, tensor<2x4xi1>) -> tensor<2x1xi32>
  return
}

// -----

func.func @imatmul_width(%a: tensor<1x4xi1>, %w: tensor<2x4xi1>) {
  // expected-error@+1 {{expected elements of rhs to have at least 2 bits, but got 1}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<2, ternary>} : (tensor<1x4xi1>, tensor<2x4xi1>) -> tensor<1x2xi32>
  return
}

// -----

func.func @iconv2d_rank(%x: tensor<4x4x2xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected rank 4 of the input, but got 3}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<4x4x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x2x2x2xi32>
  return
}

// -----

// The input is channels last: this one is not.
func.func @iconv2d_channels(%x: tensor<1x2x4x4xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected 4 channels in the filter, but got 2}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x2x4x4xi1>, tensor<2x3x3x2xi1>) -> tensor<1x2x2x2xi32>
  return
}

// -----

func.func @iconv2d_groups(%x: tensor<1x4x4x3xi1>, %w: tensor<2x3x3x3xi1>) {
  // expected-error@+1 {{expected groups that divide 3 input and 2 output channels, but got 2}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 2} : (tensor<1x4x4x3xi1>, tensor<2x3x3x3xi1>) -> tensor<1x2x2x2xi32>
  return
}

// -----

func.func @iconv2d_pads(%x: tensor<1x4x4x2xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected 4 numbers in pads, but got 2}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, pads = array<i64: 1, 1>} : (tensor<1x4x4x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x2x2x2xi32>
  return
}

// -----

func.func @iconv2d_stride(%x: tensor<1x4x4x2xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected numbers of at least 1 in strides, but got 0}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, strides = array<i64: 0, 1>} : (tensor<1x4x4x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x2x2x2xi32>
  return
}

// -----

func.func @iconv2d_shape(%x: tensor<1x4x4x2xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected shape [1, 2, 2, 2] of the result, but got [1, 4, 4, 2]}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4x4x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x4x4x2xi32>
  return
}

// -----

func.func @iconv2d_window(%x: tensor<1x2x4x2xi1>, %w: tensor<2x3x3x2xi1>) {
  // expected-error@+1 {{expected a window within the padded input, but got 3 over 2}}
  %0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x2x4x2xi1>, tensor<2x3x3x2xi1>) -> tensor<1x1x2x2xi32>
  return
}

// -----

func.func @threshold_count(%x: tensor<1x2xi32>, %t: tensor<2x4xi32>) {
  // expected-error@+1 {{expected 1 to 3 thresholds per channel, but got 4}}
  %0 = qnn.threshold %x, %t {code = #qnn.code<2, unsigned>, axis = 1} : (tensor<1x2xi32>, tensor<2x4xi32>) -> tensor<1x2xi2>
  return
}

// -----

// One bit has one step, though from -1 to +1 it is two.
func.func @threshold_count_bipolar(%x: tensor<1x2xi32>, %t: tensor<2x2xi32>) {
  // expected-error@+1 {{expected 1 to 1 thresholds per channel, but got 2}}
  %0 = qnn.threshold %x, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x2xi32>, tensor<2x2xi32>) -> tensor<1x2xi1>
  return
}

// -----

func.func @threshold_channels(%x: tensor<1x3xi32>, %t: tensor<2x1xi32>) {
  // expected-error@+1 {{expected thresholds of 3 channels, but got 2}}
  %0 = qnn.threshold %x, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x3xi32>, tensor<2x1xi32>) -> tensor<1x3xi1>
  return
}

// -----

func.func @threshold_axis(%x: tensor<1x2xi32>, %t: tensor<2x1xi32>) {
  // expected-error@+1 {{expected an axis from 0 to 1, but got -1}}
  %0 = qnn.threshold %x, %t {code = #qnn.code<1, bipolar>, axis = -1} : (tensor<1x2xi32>, tensor<2x1xi32>) -> tensor<1x2xi1>
  return
}

// -----

func.func @threshold_order(%x: tensor<1x2xi32>) {
  %t = arith.constant dense<[[0, 0], [5, 4]]> : tensor<2x2xi32>
  // expected-error@+1 {{expected ascending thresholds of channel 1, but got 4 after 5}}
  %0 = qnn.threshold %x, %t {code = #qnn.code<2, ternary>, axis = 1} : (tensor<1x2xi32>, tensor<2x2xi32>) -> tensor<1x2xi2>
  return
}

// -----

func.func @requantize_bias(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected 2 numbers in bias, but got 1}}
  %0 = qnn.requantize %x {code = #qnn.code<8, signed>, scale = array<f32: 1.0, 1.0>, bias = array<f32: 0.0>, axis = 1} : (tensor<1x2xi32>) -> tensor<1x2xi8>
  return
}

// -----

func.func @requantize_width(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected elements of the result to have at least 8 bits, but got 4}}
  %0 = qnn.requantize %x {code = #qnn.code<8, signed>, scale = array<f32: 1.0>, bias = array<f32: 0.0>} : (tensor<1x2xi32>) -> tensor<1x2xi4>
  return
}

// -----

func.func @imax_pool2d_kernel(%x: tensor<1x4x4x2xi1>) {
  // expected-error@+1 {{expected 2 numbers in kernel, but got 1}}
  %0 = qnn.imax_pool2d %x {kernel = array<i64: 2>} : (tensor<1x4x4x2xi1>) -> tensor<1x3x3x2xi1>
  return
}

// -----

func.func @imax_pool2d_type(%x: tensor<1x4x4x2xi1>) {
  // expected-error@+1 {{expected elements 'i1' of the result, but got 'i8'}}
  %0 = qnn.imax_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x4x4x2xi1>) -> tensor<1x3x3x2xi8>
  return
}

// -----

func.func @imax_pool2d_shape(%x: tensor<1x4x4x2xi1>) {
  // expected-error@+1 {{expected shape [1, 2, 2, 2] of the result, but got [1, 3, 3, 2]}}
  %0 = qnn.imax_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x4x2xi1>) -> tensor<1x3x3x2xi1>
  return
}

// -----

func.func @kernel_threads(%a: tensor<2x5xi1>, %w: tensor<3x5xi1>) {
  // expected-error@+1 {{expected a positive number of threads, but got -1}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32], threads = -1>} : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi16>
  return
}

// -----

func.func @kernel_threads_number(%a: tensor<2x5xi1>, %w: tensor<3x5xi1>) {
  // expected-error@+2 {{expected integer value}}
  // expected-error@+1 {{failed to parse QNN_KernelAttr parameter 'threads' which is to be a `int64_t`}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32], threads = all>} : (tensor<2x5xi1>, tensor<3x5xi1>) -> tensor<2x3xi16>
  return
}
