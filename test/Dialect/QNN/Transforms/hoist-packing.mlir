// RUN: qnn-opt %s --qnn-hoist-packing | FileCheck %s

// CHECK-LABEL: func.func @pool
// CHECK: %[[P:.*]] = qnn.pack %{{.*}} : (tensor<1x4x4x40xi8>) -> tensor<1x4x4x2xi32>
// CHECK: qnn.packed_max_pool2d %[[P]] {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x4x2xi32>) -> tensor<1x2x2x2xi32>
func.func @pool(%x: tensor<1x4x4x40xi8>) -> tensor<1x2x2x2xi32> {
  %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x40xi8>) -> tensor<1x2x2x40xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x2x2x40xi8>) -> tensor<1x2x2x2xi32>
  return %1 : tensor<1x2x2x2xi32>
}

// The greatest of 2-bit codes is not the or of their planes, and bit 1 of a
// signed bit is -1.
// CHECK-LABEL: func.func @pool_of_numbers
// CHECK: qnn.imax_pool2d
// CHECK: qnn.pack
// CHECK: qnn.imax_pool2d
// CHECK: qnn.pack
func.func @pool_of_numbers(%x: tensor<1x4x4x32xi8>) -> (tensor<1x2x2x2xi32>, tensor<1x2x2x1xi32>) {
  %0 = qnn.imax_pool2d %x {code = #qnn.code<2, unsigned>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x32xi8>) -> tensor<1x2x2x32xi8>
  %1 = qnn.pack %0 {code = #qnn.code<2, unsigned>} : (tensor<1x2x2x32xi8>) -> tensor<1x2x2x2xi32>
  %2 = qnn.imax_pool2d %x {code = #qnn.code<1, signed>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x32xi8>) -> tensor<1x2x2x32xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, signed>} : (tensor<1x2x2x32xi8>) -> tensor<1x2x2x1xi32>
  return %1, %3 : tensor<1x2x2x2xi32>, tensor<1x2x2x1xi32>
}

// Codes that somebody else reads are needed as bytes.
// CHECK-LABEL: func.func @pool_used_twice
// CHECK: %[[X:.*]] = qnn.imax_pool2d
// CHECK: qnn.pack %[[X]]
func.func @pool_used_twice(%x: tensor<1x4x4x32xi8>) -> (tensor<1x2x2x32xi8>, tensor<1x2x2x1xi32>) {
  %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x32xi8>) -> tensor<1x2x2x32xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x2x2x32xi8>) -> tensor<1x2x2x1xi32>
  return %0, %1 : tensor<1x2x2x32xi8>, tensor<1x2x2x1xi32>
}

// Two readers that both want words.
// CHECK-LABEL: func.func @pool_packed_twice
// CHECK-COUNT-2: qnn.packed_max_pool2d
// CHECK-NOT: qnn.imax_pool2d
func.func @pool_packed_twice(%x: tensor<1x4x4x32xi8>) -> (tensor<1x2x2x1xi32>, tensor<1x2x2x1xi32>) {
  %0 = qnn.imax_pool2d %x {code = #qnn.code<1, bipolar>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x4x4x32xi8>) -> tensor<1x2x2x32xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x2x2x32xi8>) -> tensor<1x2x2x1xi32>
  %2 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x2x2x32xi8>) -> tensor<1x2x2x1xi32>
  return %1, %2 : tensor<1x2x2x1xi32>, tensor<1x2x2x1xi32>
}

// CHECK-LABEL: func.func @flatten_words
// CHECK: %[[P:.*]] = qnn.pack %{{.*}} : (tensor<1x2x2x64xi8>) -> tensor<1x2x2x4xi32>
// CHECK: qnn.reshape %[[P]] : (tensor<1x2x2x4xi32>) -> tensor<1x16xi32>
func.func @flatten_words(%x: tensor<1x2x2x64xi8>) -> tensor<1x16xi32> {
  %0 = qnn.reshape %x : (tensor<1x2x2x64xi8>) -> tensor<1x256xi8>
  %1 = qnn.pack %0 {code = #qnn.code<2, unsigned>} : (tensor<1x256xi8>) -> tensor<1x16xi32>
  return %1 : tensor<1x16xi32>
}

// CHECK-LABEL: func.func @flatten_pixel
// CHECK: %[[P:.*]] = qnn.pack %{{.*}} : (tensor<1x1x1x40xi8>) -> tensor<1x1x1x2xi32>
// CHECK: qnn.reshape %[[P]] : (tensor<1x1x1x2xi32>) -> tensor<1x2xi32>
func.func @flatten_pixel(%x: tensor<1x1x1x40xi8>) -> tensor<1x2xi32> {
  %0 = qnn.reshape %x : (tensor<1x1x1x40xi8>) -> tensor<1x40xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x40xi8>) -> tensor<1x2xi32>
  return %1 : tensor<1x2xi32>
}

// Words of 40 channels have bits to spare, those of 160 have not.
// CHECK-LABEL: func.func @flatten_cut
// CHECK: qnn.reshape
// CHECK: qnn.pack
func.func @flatten_cut(%x: tensor<1x2x2x40xi8>) -> tensor<1x5xi32> {
  %0 = qnn.reshape %x : (tensor<1x2x2x40xi8>) -> tensor<1x160xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x160xi8>) -> tensor<1x5xi32>
  return %1 : tensor<1x5xi32>
}

// CHECK-LABEL: func.func @transpose
// CHECK: %[[P:.*]] = qnn.pack
// CHECK: qnn.transpose %[[P]] {permutation = array<i64: 1, 0, 2>} : (tensor<2x3x2xi32>) -> tensor<3x2x2xi32>
// CHECK: qnn.transpose
// CHECK: qnn.pack
func.func @transpose(%x: tensor<2x3x40xi8>) -> (tensor<3x2x2xi32>, tensor<40x2x1xi32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x3x40xi8>) -> tensor<3x2x40xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<3x2x40xi8>) -> tensor<3x2x2xi32>
  %2 = qnn.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x40xi8>) -> tensor<40x2x3xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, bipolar>} : (tensor<40x2x3xi8>) -> tensor<40x2x1xi32>
  return %1, %3 : tensor<3x2x2xi32>, tensor<40x2x1xi32>
}

// -1 is a word of zeros, +1 a word of ones where all of its bits are channels.
// CHECK-LABEL: func.func @pad
// CHECK: qnn.pad %{{.*}} value = 0 : i32} : (tensor<1x2x2x2xi32>)
// CHECK: qnn.pad %{{.*}} value = -1 : i32} : (tensor<1x2x2x1xi32>)
func.func @pad(%x: tensor<1x2x2x40xi8>, %y: tensor<1x2x2x32xi8>) -> (tensor<1x4x2x2xi32>, tensor<1x4x2x1xi32>) {
  %0 = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 0, 0>, value = 0 : i8} : (tensor<1x2x2x40xi8>) -> tensor<1x4x2x40xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x4x2x40xi8>) -> tensor<1x4x2x2xi32>
  %2 = qnn.pad %y {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 0, 0>, value = 1 : i8} : (tensor<1x2x2x32xi8>) -> tensor<1x4x2x32xi8>
  %3 = qnn.pack %2 {code = #qnn.code<1, bipolar>} : (tensor<1x4x2x32xi8>) -> tensor<1x4x2x1xi32>
  return %1, %3 : tensor<1x4x2x2xi32>, tensor<1x4x2x1xi32>
}

// CHECK-LABEL: func.func @pad_part_of_word
// CHECK: qnn.pad
// CHECK: qnn.pack
func.func @pad_part_of_word(%x: tensor<1x2x2x40xi8>) -> tensor<1x4x2x2xi32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 0, 0>, value = 1 : i8} : (tensor<1x2x2x40xi8>) -> tensor<1x4x2x40xi8>
  %1 = qnn.pack %0 {code = #qnn.code<1, bipolar>} : (tensor<1x4x2x40xi8>) -> tensor<1x4x2x2xi32>
  return %1 : tensor<1x4x2x2xi32>
}
