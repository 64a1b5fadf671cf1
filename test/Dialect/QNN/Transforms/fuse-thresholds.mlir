// RUN: qnn-opt %s --qnn-fuse-thresholds | FileCheck %s

// Every reader packs: words. Channels beyond the 2 never reach their threshold.
// CHECK-LABEL: func.func @words
// CHECK: %[[T:.*]] = arith.constant dense<{{\[\[}}[3, -5, 2147483647, {{.*}} : tensor<1x1x32xi32>
// CHECK: %[[W:.*]] = qnn.xnor_matmul %{{.*}}, %{{.*}}, %[[T]] {{.*}}out_code = #qnn.code<1, bipolar>{{.*}} -> tensor<1x1xi32>
// CHECK-NOT: qnn.pack
// CHECK: return %[[W]], %[[W]]
func.func @words(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> (tensor<1x1xi32>, tensor<1x1xi32>) {
  %t = arith.constant dense<[[3], [-5]]> : tensor<2x1xi32>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 2 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x2xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x2xi16>, tensor<2x1xi32>) -> tensor<1x2xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x2xi8>) -> tensor<1x1xi32>
  %3 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x2xi8>) -> tensor<1x1xi32>
  return %2, %3 : tensor<1x1xi32>, tensor<1x1xi32>
}

// Levels of a 2-bit code lie behind each other.
// CHECK-LABEL: func.func @planes
// CHECK: arith.constant dense<{{\[\[}}[1, 4, 2147483647, {{.*}}], [2, 5, 2147483647, {{.*}}], [3, 6, 2147483647, {{.*}} : tensor<1x3x32xi32>
// CHECK: qnn.xnor_matmul {{.*}}out_code = #qnn.code<2, unsigned>{{.*}} -> tensor<1x2xi32>
func.func @planes(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x2xi32> {
  %t = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 2 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x2xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<2, unsigned>, axis = 1} : (tensor<1x2xi16>, tensor<2x3xi32>) -> tensor<1x2xi8>
  %2 = qnn.pack %1 {code = #qnn.code<2, unsigned>} : (tensor<1x2xi8>) -> tensor<1x2xi32>
  return %2 : tensor<1x2xi32>
}

// Somebody reads bytes.
// CHECK-LABEL: func.func @bytes
// CHECK: %[[B:.*]] = qnn.xnor_matmul {{.*}}out_code = #qnn.code<1, bipolar>{{.*}} -> tensor<1x40xi8>
// CHECK: %[[P:.*]] = qnn.pack %[[B]]
// CHECK: return %[[B]], %[[P]]
func.func @bytes(%x: tensor<1x2xi32>, %w: tensor<2x2x32xi32>) -> (tensor<1x40xi8>, tensor<1x2xi32>) {
  %t = arith.constant dense<3> : tensor<40x1xi32>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x2xi32>, tensor<2x2x32xi32>) -> tensor<1x40xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x40xi16>, tensor<40x1xi32>) -> tensor<1x40xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x40xi8>) -> tensor<1x2xi32>
  return %1, %2 : tensor<1x40xi8>, tensor<1x2xi32>
}

// Thresholds that are not constant stay.
// CHECK-LABEL: func.func @computed
// CHECK: qnn.xnor_matmul {{.*}} -> tensor<1x40xi16>
// CHECK: qnn.threshold
func.func @computed(%x: tensor<1x2xi32>, %w: tensor<2x2x32xi32>, %t: tensor<40x1xi32>) -> tensor<1x40xi8> {
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x2xi32>, tensor<2x2x32xi32>) -> tensor<1x40xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x40xi16>, tensor<40x1xi32>) -> tensor<1x40xi8>
  return %1 : tensor<1x40xi8>
}

// Sums that somebody else reads stay.
// CHECK-LABEL: func.func @sums_used
// CHECK: qnn.xnor_matmul {{.*}} -> tensor<1x40xi16>
// CHECK: qnn.threshold
func.func @sums_used(%x: tensor<1x2xi32>, %w: tensor<2x2x32xi32>) -> (tensor<1x40xi16>, tensor<1x40xi8>) {
  %t = arith.constant dense<3> : tensor<40x1xi32>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 40 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<1x2xi32>, tensor<2x2x32xi32>) -> tensor<1x40xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 1} : (tensor<1x40xi16>, tensor<40x1xi32>) -> tensor<1x40xi8>
  return %0, %1 : tensor<1x40xi16>, tensor<1x40xi8>
}

// Words of the 20 channels of a group would begin inside a word.
// CHECK-LABEL: func.func @groups
// CHECK: qnn.xnor_conv2d {{.*}} -> tensor<1x8x8x40xi8>
// CHECK: qnn.pack
func.func @groups(%x: tensor<1x8x8x2xi32>, %w: tensor<2x1x1x1x32xi32>) -> tensor<1x8x8x2xi32> {
  %t = arith.constant dense<3> : tensor<40x1xi32>
  %0 = qnn.xnor_conv2d %x, %w {channels = 20 : i64, out_channels = 40 : i64, groups = 2 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<xnor_popcount, tile = [8, 32]>} : (tensor<1x8x8x2xi32>, tensor<2x1x1x1x32xi32>) -> tensor<1x8x8x40xi32>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 3} : (tensor<1x8x8x40xi32>, tensor<40x1xi32>) -> tensor<1x8x8x40xi8>
  %2 = qnn.pack %1 {code = #qnn.code<1, bipolar>} : (tensor<1x8x8x40xi8>) -> tensor<1x8x8x2xi32>
  return %2 : tensor<1x8x8x2xi32>
}

// Along the rows it is no threshold of a channel.
// CHECK-LABEL: func.func @other_axis
// CHECK: qnn.threshold
func.func @other_axis(%x: tensor<4x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<4x4xi8> {
  %t = arith.constant dense<3> : tensor<4x1xi32>
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<4x2xi32>, tensor<1x2x32xi32>) -> tensor<4x4xi16>
  %1 = qnn.threshold %0, %t {code = #qnn.code<1, bipolar>, axis = 0} : (tensor<4x4xi16>, tensor<4x1xi32>) -> tensor<4x4xi8>
  return %1 : tensor<4x4xi8>
}
