// RUN: qnn-opt %s --split-input-file --verify-diagnostics

func.func @reshape_elements(%x: tensor<2x3xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{'qnn.reshape' op expected a result of 6 elements, but got 5}}
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @reshape_type(%x: tensor<2x3xf32>) -> tensor<6xi32> {
  // expected-error @+1 {{'qnn.reshape' op expected result elements 'f32', but got 'i32'}}
  %0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<6xi32>
  return %0 : tensor<6xi32>
}

// -----

func.func @transpose_count(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{'qnn.transpose' op expected a permutation of 2 dimensions, but got [1, 0, 2]}}
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

func.func @transpose_twice(%x: tensor<2x3xf32>) -> tensor<3x3xf32> {
  // expected-error @+1 {{'qnn.transpose' op expected a permutation of 2 dimensions, but got [1, 1]}}
  %0 = qnn.transpose %x {permutation = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}

// -----

func.func @transpose_range(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{'qnn.transpose' op expected a permutation of 2 dimensions, but got [-1, 0]}}
  %0 = qnn.transpose %x {permutation = array<i64: -1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

func.func @transpose_result(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{expected results of type 'tensor<3x2xf32>', but got 'tensor<2x3xf32>'}}
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @concat_none() -> tensor<2xf32> {
  // expected-error @+1 {{'qnn.concat' op expected one operand or more, but got none}}
  %0 = qnn.concat {axis = 0} : () -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @concat_axis(%a: tensor<2x3xf32>) -> tensor<2x6xf32> {
  // expected-error @+1 {{'qnn.concat' op expected an axis from 0 to 1, but got 2}}
  %0 = qnn.concat %a, %a {axis = 2} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

func.func @concat_sizes(%a: tensor<2x3xf32>, %b: tensor<1x3xf32>) -> tensor<2x6xf32> {
  // expected-error @+1 {{'qnn.concat' op expected operands like 'tensor<2x3xf32>' except in dimension 1, but got 'tensor<1x3xf32>'}}
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

func.func @concat_elements(%a: tensor<2x3xi1>, %b: tensor<2x3xi8>) -> tensor<2x6xi1> {
  // expected-error @+1 {{'qnn.concat' op expected operands like 'tensor<2x3xi1>' except in dimension 1, but got 'tensor<2x3xi8>'}}
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<2x3xi1>, tensor<2x3xi8>) -> tensor<2x6xi1>
  return %0 : tensor<2x6xi1>
}

// -----

func.func @concat_rank(%a: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x6xf32> {
  // expected-error @+1 {{'qnn.concat' op expected operands like 'tensor<2x3xf32>' except in dimension 1, but got 'tensor<3xf32>'}}
  %0 = qnn.concat %a, %b {axis = 1} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

func.func @pad_count(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{'qnn.pad' op expected 2 low counts, but got 1}}
  %0 = qnn.pad %x {low = array<i64: 1>, high = array<i64: 0, 0>, value = 0.0 : f32} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

func.func @pad_negative(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // expected-error @+1 {{'qnn.pad' op expected high counts from 0 to 2147483647, but got [0, -1]}}
  %0 = qnn.pad %x {low = array<i64: 0, 0>, high = array<i64: 0, -1>, value = 0.0 : f32} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @pad_value(%x: tensor<2x3xi1>) -> tensor<2x4xi1> {
  // expected-error @+1 {{'qnn.pad' op expected a value of type 'i1', but got 'f32'}}
  %0 = qnn.pad %x {low = array<i64: 0, 0>, high = array<i64: 0, 1>, value = 0.0 : f32} : (tensor<2x3xi1>) -> tensor<2x4xi1>
  return %0 : tensor<2x4xi1>
}

// -----

func.func @slice_count(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{'qnn.slice' op expected 2 sizes, but got 1}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 0>, sizes = array<i64: 2>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @slice_steps(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{'qnn.slice' op expected 2 steps, but got 3}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 1, 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @slice_step_zero(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{'qnn.slice' op expected steps other than 0, but got [1, 0]}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @slice_offset(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  // expected-error @+1 {{'qnn.slice' op expected indices from 0 to 2 in dimension 1, but got 3 to 3}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 3>, sizes = array<i64: 2, 1>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// -----

func.func @slice_end(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // expected-error @+1 {{'qnn.slice' op expected indices from 0 to 2 in dimension 1, but got 1 to 3}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 1>, sizes = array<i64: 2, 2>, steps = array<i64: 1, 2>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @slice_begin(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // expected-error @+1 {{'qnn.slice' op expected indices from 0 to 2 in dimension 1, but got 0 to -1}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 0>, sizes = array<i64: 2, 2>, steps = array<i64: 1, -1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// (size - 1) * step overflows.
func.func @slice_overflow(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{'qnn.slice' op expected indices from 0 to 2 in dimension 1, but got 0 to 9223372036854775807}}
  %0 = qnn.slice %x {offsets = array<i64: 0, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 1, 9223372036854775807>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @unfold_rank(%x: tensor<3x4x4xf32>) -> tensor<4x12xf32> {
  // expected-error @+1 {{'qnn.unfold' op expected input to be a static tensor of rank 4, but got 'tensor<3x4x4xf32>'}}
  %0 = qnn.unfold %x {kernel = array<i64: 2, 2>} : (tensor<3x4x4xf32>) -> tensor<4x12xf32>
  return %0 : tensor<4x12xf32>
}

// -----

func.func @unfold_window(%x: tensor<1x3x4x4xf32>) -> tensor<4x12xf32> {
  // expected-error @+1 {{'qnn.unfold' op expected a window of at most 4x4 (the padded image), but got 5x2}}
  %0 = qnn.unfold %x {kernel = array<i64: 3, 2>, dilations = array<i64: 2, 1>} : (tensor<1x3x4x4xf32>) -> tensor<4x12xf32>
  return %0 : tensor<4x12xf32>
}
