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
