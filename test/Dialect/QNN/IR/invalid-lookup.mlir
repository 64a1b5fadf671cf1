// RUN: qnn-opt %s --split-input-file --verify-diagnostics

func.func @activations(%x: tensor<1x64xi8>, %w: tensor<1x2x32xi32>) -> tensor<1x10xf32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected activations of type f32, without a code}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32]>}
      : (tensor<1x64xi8>, tensor<1x2x32xi32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// -----

func.func @weights(%x: tensor<1x64xf32>, %w: tensor<1x4x32xi32>) -> tensor<1x10xf32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected bipolar weights}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<2, ternary>,
          kernel = #qnn.kernel<lookup, tile = [4, 32]>}
      : (tensor<1x64xf32>, tensor<1x4x32xi32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// -----

func.func @words(%x: tensor<1x8x8x64xf32>, %w: tensor<1x3x3x2x32xi8>) -> tensor<1x6x6x10xf32> {
  // expected-error @+1 {{'qnn.lookup_conv2d' op expected weights in words of type i32}}
  %0 = qnn.lookup_conv2d %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32]>}
      : (tensor<1x8x8x64xf32>, tensor<1x3x3x2x32xi8>) -> tensor<1x6x6x10xf32>
  return %0 : tensor<1x6x6x10xf32>
}

// -----

func.func @steps(%x: tensor<1x64xf32>, %w: tensor<1x3x32xi32>) -> tensor<1x10xf32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected filter of shape [1, 2, 32], but got [1, 3, 32]}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32]>}
      : (tensor<1x64xf32>, tensor<1x3x32xi32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// -----

func.func @index_bits(%x: tensor<1x4xi32>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+2 {{expected a tile of a multiple of 32 output channels and an index of 4 to 8 bits, but got [4, 32, 9]}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 9]>}
      : (tensor<1x4xi32>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @memory_words(%x: tensor<99x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<99x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected rhs_code, and activations in bytes (i8) that are not bipolar, for tables in memory}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>}
      : (tensor<99x2xi32>, tensor<1x2x32xi32>) -> tensor<99x10xi32>
  return %0 : tensor<99x10xi32>
}

// -----

func.func @memory_signs(%x: tensor<99x64xi8>, %w: tensor<1x2x32xi32>) -> tensor<99x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected rhs_code, and activations in bytes (i8) that are not bipolar, for tables in memory}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>}
      : (tensor<99x64xi8>, tensor<1x2x32xi32>) -> tensor<99x10xi32>
  return %0 : tensor<99x10xi32>
}

// -----

func.func @memory_codes(%x: tensor<99x64xi8>, %w: tensor<1x8x32xi32>) -> tensor<99x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected codes whose sums of 32 channels fit 16 bits for tables in memory, but got #qnn.code<8, unsigned> and #qnn.code<4, signed>}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<4, signed>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>}
      : (tensor<99x64xi8>, tensor<1x8x32xi32>) -> tensor<99x10xi32>
  return %0 : tensor<99x10xi32>
}

// -----

func.func @memory_index(%x: tensor<99x64xi8>, %w: tensor<1x2x32xi32>) -> tensor<99x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected indices of 4 or 8 bits for tables in memory, but got 5}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [64, 32, 5]>}
      : (tensor<99x64xi8>, tensor<1x2x32xi32>) -> tensor<99x10xi32>
  return %0 : tensor<99x10xi32>
}

// -----

func.func @index_kernel(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x10xi32> {
  // expected-error @+2 {{expected a tile of two positive sizes, but got [4, 32, 4]}}
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32, 4]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @index_tile(%x: tensor<1x4xi32>, %w: tensor<1x8x16xi8>) -> tensor<1x10xi32> {
  // expected-error @+2 {{expected a tile of a multiple of 32 output channels and an index of 4 to 8 bits, but got [4, 16, 4]}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 16, 4]>}
      : (tensor<1x4xi32>, tensor<1x8x16xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @codes(%x: tensor<1x4xi32>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected activations of type f32, without a code}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 4]>}
      : (tensor<1x4xi32>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @index_activations(%x: tensor<1x64xf32>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected activations in words (i32) or bytes (i8), but got 'f32'}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 4]>}
      : (tensor<1x64xf32>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @lanes(%x: tensor<1x64xi8>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected weights of type i16 for indices of 5 bits, but got 'i8'}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 5]>}
      : (tensor<1x64xi8>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

// 64 channels are 3 groups of 24, in 3 bytes each.
func.func @index_steps(%x: tensor<1x4xi32>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected filter of shape [1, 9, 32], but got [1, 8, 32]}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 6]>}
      : (tensor<1x4xi32>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

func.func @index_of_floats(%x: tensor<1x64xf32>, %w: tensor<1x2x32xi32>) -> tensor<1x10xf32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected indices of 4 or 8 bits for tables in memory, but got 5}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [32, 32, 5]>}
      : (tensor<1x64xf32>, tensor<1x2x32xi32>) -> tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// -----

func.func @index_of_codes(%x: tensor<1x4xi32>, %w: tensor<1x8x32xi8>) -> tensor<1x10xi32> {
  // expected-error @+1 {{'qnn.lookup_matmul' op expected indices of 4 to 6 bits for codes, but got 8}}
  %0 = qnn.lookup_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<lookup, tile = [4, 32, 8]>}
      : (tensor<1x4xi32>, tensor<1x8x32xi8>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}
