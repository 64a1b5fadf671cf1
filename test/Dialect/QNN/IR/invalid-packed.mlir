// RUN: qnn-opt %s --split-input-file --verify-diagnostics

// The last dimension counts words of 32 codes of each bit-plane.
func.func @pack_words(%x: tensor<1x70xi8>) -> tensor<1x3xi32> {
  // expected-error @+1 {{'qnn.pack' op expected results of type 'tensor<1x6xi32>', but got 'tensor<1x3xi32>'}}
  %0 = qnn.pack %x {code = #qnn.code<2, unsigned>} : (tensor<1x70xi8>) -> tensor<1x3xi32>
  return %0 : tensor<1x3xi32>
}

// -----

// A scalar has no dimension to pack.
func.func @pack_scalar(%x: tensor<i8>) -> tensor<i32> {
  // expected-error @+1 {{'qnn.pack' op expected a rank of at least 1, but got 0}}
  %0 = qnn.pack %x {code = #qnn.code<2, unsigned>} : (tensor<i8>) -> tensor<i32>
  return %0 : tensor<i32>
}

// -----

// The code fits the elements.
func.func @pack_code(%x: tensor<1x70xi2>) -> tensor<1x9xi32> {
  // expected-error @+1 {{'qnn.pack' op expected elements of at least 3 bits, but got 2}}
  %0 = qnn.pack %x {code = #qnn.code<3, unsigned>} : (tensor<1x70xi2>) -> tensor<1x9xi32>
  return %0 : tensor<1x9xi32>
}

// -----

// The words of the true length.
func.func @unpack_words(%x: tensor<1x2xi32>) -> tensor<1x70xi8> {
  // expected-error @+1 {{'qnn.unpack' op expected 3 words for 70 codes, but got 2}}
  %0 = qnn.unpack %x {code = #qnn.code<1, bipolar>} : (tensor<1x2xi32>) -> tensor<1x70xi8>
  return %0 : tensor<1x70xi8>
}

// -----

// Other dimensions are those of the input.
func.func @unpack_rows(%x: tensor<2x3xi32>) -> tensor<1x70xi8> {
  // expected-error @+1 {{'qnn.unpack' op expected equal sizes but for the last dimension, but got 'tensor<2x3xi32>' and 'tensor<1x70xi8>'}}
  %0 = qnn.unpack %x {code = #qnn.code<1, bipolar>} : (tensor<2x3xi32>) -> tensor<1x70xi8>
  return %0 : tensor<1x70xi8>
}

// -----

// The code fits the elements.
func.func @unpack_code(%x: tensor<1x9xi32>) -> tensor<1x70xi2> {
  // expected-error @+1 {{'qnn.unpack' op expected elements of at least 3 bits, but got 2}}
  %0 = qnn.unpack %x {code = #qnn.code<3, unsigned>} : (tensor<1x9xi32>) -> tensor<1x70xi2>
  return %0 : tensor<1x70xi2>
}

// -----

// A window that fits.
func.func @pool_shape(%x: tensor<1x28x28x2xi32>) -> tensor<1x28x28x2xi32> {
  // expected-error @+1 {{'qnn.packed_max_pool2d' op expected result type 'tensor<1x14x14x2xi32>', but got 'tensor<1x28x28x2xi32>'}}
  %0 = qnn.packed_max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x28x28x2xi32>) -> tensor<1x28x28x2xi32>
  return %0 : tensor<1x28x28x2xi32>
}

// -----

// Strides are positive.
func.func @pool_strides(%x: tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32> {
  // expected-error @+1 {{'qnn.packed_max_pool2d' op expected strides from 1 to 2147483647, but got [0, 2]}}
  %0 = qnn.packed_max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 0, 2>} : (tensor<1x28x28x2xi32>) -> tensor<1x14x14x2xi32>
  return %0 : tensor<1x14x14x2xi32>
}

// -----

// The kernel is the op's.
func.func @kernel(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected a kernel of kind xnor_popcount, but got int8_dot}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<int8_dot, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Only bipolar codes have an xnor.
func.func @codes(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected bipolar codes, but got #qnn.code<1, unsigned> and #qnn.code<1, bipolar>}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, unsigned>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Activations have as many words as the channels take.
func.func @input(%x: tensor<3x3xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected input of shape [3, 2], but got [3, 3]}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x3xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// One block for each 32 output channels.
func.func @filter(%x: tensor<3x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected filter of shape [2, 2, 32], but got [1, 2, 32]}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<1x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// There is something to sum.
func.func @channels(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected at least 1 channel, but got 0}}
  %0 = qnn.xnor_matmul %x, %w {channels = 0 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Sums of each output channel.
func.func @result(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x64xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected a result of shape [3, 40], but got [3, 64]}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x64xi32>
  return %0 : tensor<3x64xi32>
}

// -----

// Sums are integers.
func.func @result_type(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xf32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected sums of type i8, i16 or i32, but got 'f32'}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xf32>
  return %0 : tensor<3x40xf32>
}

// -----

// Thresholds and the code that they make come together.
func.func @thresholds_without_code(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<2x1x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected thresholds and out_code together}}
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x1x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Thresholds in blocks, as the filter.
func.func @thresholds_shape(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<1x1x32xi32>) -> tensor<3x2xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected thresholds of type i32 and shape [2, levels, 32], but got 'tensor<1x1x32xi32>'}}
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<1x1x32xi32>) -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// -----

// No more levels than the code has.
func.func @thresholds_levels(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<2x2x32xi32>) -> tensor<3x2xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected 1 to 1 levels for #qnn.code<1, bipolar>, but got 2}}
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xi32>) -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// -----

// Codes in words.
func.func @words(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<2x1x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected a result of shape [3, 2], but got [3, 40]}}
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x1x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Codes in words or bytes.
func.func @bytes(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<2x1x32xi32>) -> tensor<3x40xi16> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected codes in words (i32) or bytes (i8), but got 'i16'}}
  %0 = qnn.xnor_matmul %x, %w, %t {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x1x32xi32>) -> tensor<3x40xi16>
  return %0 : tensor<3x40xi16>
}

// -----

// A matmul has rows.
func.func @rank(%x: tensor<1x3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected an input of rank 2 and a filter of rank 3, but got 'tensor<1x3x2xi32>' and 'tensor<2x2x32xi32>'}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<1x3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Groups divide the output channels.
func.func @groups(%x: tensor<1x8x8x3xi32>, %w: tensor<3x1x1x1x32xi32>) -> tensor<1x8x8x64xi32> {
  // expected-error @+1 {{'qnn.xnor_conv2d' op expected output channels that the groups divide, but got 64 in 3 groups}}
  %0 = qnn.xnor_conv2d %x, %w {channels = 20 : i64, out_channels = 64 : i64, groups = 3 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>} : (tensor<1x8x8x3xi32>, tensor<3x1x1x1x32xi32>) -> tensor<1x8x8x64xi32>
  return %0 : tensor<1x8x8x64xi32>
}

// -----

// Words of several groups are whole words.
func.func @group_words(%x: tensor<1x8x8x2xi32>, %w: tensor<2x1x1x1x32xi32>, %t: tensor<2x1x32xi32>) -> tensor<1x8x8x2xi32> {
  // expected-error @+1 {{'qnn.xnor_conv2d' op expected groups of a multiple of 32 output channels for a result in words, but got 20}}
  %0 = qnn.xnor_conv2d %x, %w, %t {channels = 20 : i64, out_channels = 40 : i64, groups = 2 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        out_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>}
      : (tensor<1x8x8x2xi32>, tensor<2x1x1x1x32xi32>, tensor<2x1x32xi32>) -> tensor<1x8x8x2xi32>
  return %0 : tensor<1x8x8x2xi32>
}

// -----

// The filter fits the padded image.
func.func @window(%x: tensor<1x2x8x1xi32>, %w: tensor<2x3x3x1x32xi32>) -> tensor<1x0x6x64xi32> {
  // expected-error @+1 {{'qnn.xnor_conv2d' op expected a window of at most 2x8 (the padded image), but got 3x3}}
  %0 = qnn.xnor_conv2d %x, %w {channels = 20 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>} : (tensor<1x2x8x1xi32>, tensor<2x3x3x1x32xi32>) -> tensor<1x0x6x64xi32>
  return %0 : tensor<1x0x6x64xi32>
}

// -----

// Pads are not negative.
func.func @pads(%x: tensor<1x8x8x1xi32>, %w: tensor<2x3x3x1x32xi32>) -> tensor<1x6x5x64xi32> {
  // expected-error @+1 {{'qnn.xnor_conv2d' op expected pads from 0 to 2147483647, but got [0, -1, 0, 0]}}
  %0 = qnn.xnor_conv2d %x, %w {channels = 20 : i64, out_channels = 64 : i64, pads = array<i64: 0, -1, 0, 0>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>} : (tensor<1x8x8x1xi32>, tensor<2x3x3x1x32xi32>) -> tensor<1x6x5x64xi32>
  return %0 : tensor<1x6x5x64xi32>
}

// -----

// Floats have no codes.
func.func @float_codes(%x: tensor<1x64xf32>, %w: tensor<1x64x32xf32>) -> tensor<1x10xf32> {
  // expected-error @+1 {{'qnn.f32_matmul' op expected no codes of operands for floats}}
  %0 = qnn.f32_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, signed>, kernel = #qnn.kernel<f32_fma, tile = [4, 32]>}
      : (tensor<1x64xf32>, tensor<1x64x32xf32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// -----

// Integers have codes.
func.func @no_codes(%x: tensor<1x64xi8>, %w: tensor<1x16x128xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.int8_matmul' op expected lhs_code and rhs_code}}
  %0 = qnn.int8_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, kernel = #qnn.kernel<int8_dot, tile = [4, 32]>}
      : (tensor<1x64xi8>, tensor<1x16x128xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

// Factors and offsets of each block.
func.func @scales_shape(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<1x2x32xf32>) -> tensor<3x40xf32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected scales of type f32 and shape [2, 2, 32], but got 'tensor<1x2x32xf32>'}}
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<1x2x32xf32>) -> tensor<3x40xf32>
  return %0 : tensor<3x40xf32>
}

// -----

// Scaled sums are floats.
func.func @scaled_result(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<2x2x32xf32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected sums of type f32, but got 'i32'}}
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xf32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

// Rounding to -1, 0 and 1 makes no bipolar code.
func.func @scaled_bipolar(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<2x2x32xf32>) -> tensor<3x40xi8> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected thresholds for bipolar codes, but got scales}}
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled,
        out_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xf32>) -> tensor<3x40xi8>
  return %0 : tensor<3x40xi8>
}

// -----

// What is added has the shape of the result.
func.func @residual_shape(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<2x2x32xf32>, %r: tensor<3x1xf32>) -> tensor<3x40xf32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected a residual of type f32 and shape [3, 40], but got 'tensor<3x1xf32>'}}
  %0 = qnn.xnor_matmul %x, %w, %s, %r {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled, residual,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xf32>, tensor<3x1xf32>) -> tensor<3x40xf32>
  return %0 : tensor<3x40xf32>
}

// -----

// The operand of a residual.
func.func @residual_missing(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<2x2x32xf32>) -> tensor<3x40xf32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected 2 operands of the epilogue, but got 1}}
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled, residual,
        kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xf32>) -> tensor<3x40xf32>
  return %0 : tensor<3x40xf32>
}

// -----

// Bounds in order.
func.func @clip(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>, %s: tensor<2x2x32xf32>) -> tensor<3x40xf32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected clip to be a lower and an upper bound, but got}}
  %0 = qnn.xnor_matmul %x, %w, %s {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, scaled,
        clip = array<f32: 6.0, 0.0>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>, tensor<2x2x32xf32>) -> tensor<3x40xf32>
  return %0 : tensor<3x40xf32>
}

// -----

// Bounds of sums that are not scaled.
func.func @clip_of_sums(%x: tensor<3x2xi32>, %w: tensor<2x2x32xi32>) -> tensor<3x40xi32> {
  // expected-error @+1 {{'qnn.xnor_matmul' op expected scaled with residual or clip}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
        clip = array<f32: 0.0, 6.0>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>} : (tensor<3x2xi32>, tensor<2x2x32xi32>) -> tensor<3x40xi32>
  return %0 : tensor<3x40xi32>
}

// -----

func.func @turn_words_type(%x: tensor<33x3xi32>) -> tensor<3x1x32xi32> {
  // expected-error @+1 {{'qnn.turn_words' op expected result type 'tensor<3x2x32xi32>', but got 'tensor<3x1x32xi32>'}}
  %0 = qnn.turn_words %x : (tensor<33x3xi32>) -> tensor<3x1x32xi32>
  return %0 : tensor<3x1x32xi32>
}

// -----

func.func @turn_words_rank(%x: tensor<33xi32>) -> tensor<3x1x32xi32> {
  // expected-error @+1 {{'qnn.turn_words' op expected rows of words, but got 'tensor<33xi32>'}}
  %0 = qnn.turn_words %x : (tensor<33xi32>) -> tensor<3x1x32xi32>
  return %0 : tensor<3x1x32xi32>
}

// -----

func.func @windows_type(%x: tensor<1x9x9x1xi32>) -> tensor<4x1x32xi32> {
  // expected-error @+1 {{'qnn.turn_windows' op expected result type 'tensor<4x2x32xi32>', but got 'tensor<4x1x32xi32>'}}
  %0 = qnn.turn_windows %x {kernel = array<i64: 2, 2>} : (tensor<1x9x9x1xi32>) -> tensor<4x1x32xi32>
  return %0 : tensor<4x1x32xi32>
}
