// RUN: qnn-opt %s --split-input-file --qnn-channels-last-filters | FileCheck %s
// RUN: qnn-opt %s --split-input-file --qnn-channels-last-filters --qnn-graph-pipeline --qnn-integer-pipeline --qnn-packed-pipeline --qnn-keep-words \
// RUN:   | FileCheck %s --check-prefix=PACKED
// RUN: qnn-opt %s --split-input-file --qnn-channels-last-filters --qnn-graph-pipeline --qnn-integer-pipeline --qnn-packed-pipeline --qnn-keep-words \
// RUN:   --qnn-loops-pipeline | FileCheck %s --check-prefix=LOOPS

#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #v3} {

// Forward and backward read the filter as it was; the update has rows, and the
// surrogate before it.
// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<64x9x32xf32> {qnn.channels_last, qnn.name = "w", qnn.state = 0 : i64}
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x9x32xf32> {qnn.channels_last, qnn.name = "w/velocity", qnn.state = 1 : i64}
// CHECK-SAME: -> (tensor<4x64x6x6xf32>, tensor<64x9x32xf32> {qnn.state = 0 : i64}, tensor<64x9x32xf32> {qnn.state = 1 : i64})
// CHECK: %[[R:.*]] = qnn.reshape %[[W]] : (tensor<64x9x32xf32>) -> tensor<64x3x3x32xf32>
// CHECK: %[[F:.*]] = qnn.transpose %[[R]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK: qnn.quantize %[[F]]
// CHECK: %[[D:.*]] = qnn.conv2d_filter_grad
// CHECK: %[[T:.*]] = qnn.transpose %[[D]] {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[G:.*]] = qnn.reshape %[[T]] : (tensor<64x3x3x32xf32>) -> tensor<64x9x32xf32>
// CHECK: %[[S:.*]] = qnn.surrogate_grad<window> %[[W]], %[[G]]
// CHECK-NOT: qnn.surrogate_grad
// CHECK: %[[NEW:.*]], %[[NEWM:.*]] = qnn.momentum %[[W]], %[[S]], %[[M]]
// CHECK: return %{{.*}}, %[[NEW]], %[[NEWM]]

// The product's columns are taps and channels, and the words of the weights are
// a state, packed of the rows as they are.
// PACKED-LABEL: func.func @step
// PACKED-SAME: %[[W:[a-z0-9]+]]: tensor<64x9x32xf32> {qnn.channels_last
// PACKED-SAME: %[[WORDS:[a-z0-9]+]]: tensor<64x9x1xi32> {qnn.name = "w/words"
// PACKED-NOT: qnn.encode %[[W]]
// PACKED: %[[P:.*]] = qnn.lookup_matmul {{.*}} -> tensor<64x288xf32>
// PACKED: %[[G:.*]] = qnn.reshape %[[P]] : (tensor<64x288xf32>) -> tensor<64x9x32xf32>
// PACKED-NOT: qnn.transpose
// PACKED: %[[NEW:.*]], %{{.*}} = qnn.momentum %[[W]]
// PACKED-NEXT: %[[C:.*]] = qnn.encode %[[NEW]]
// PACKED-NEXT: qnn.pack %[[C]] {{.*}} -> tensor<64x9x1xi32>

// No memory for the gradient.
// LOOPS-LABEL: func.func @step
// LOOPS-NOT: memref<64x288xf32>
// LOOPS: vector.transfer_write %[[NEW:[a-z0-9_]+]], %{{.*}} : vector<8xf32>, memref<64x9x32xf32>
// LOOPS: arith.cmpf oge, %[[NEW]]
// LOOPS-NOT: memref<64x288xf32>
// LOOPS: memref.store %{{.*}} : memref<64x9x1xi32>
// LOOPS-NOT: memref<64x288xf32>
func.func @step(%w: tensor<64x32x3x3xf32> {qnn.name = "w", qnn.state = 0}, %m: tensor<64x32x3x3xf32> {qnn.name = "w/velocity", qnn.state = 1},
    %x: tensor<4x32x6x6xf32>, %d: tensor<4x64x6x6xf32>, %rate: tensor<f32>)
    -> (tensor<4x64x6x6xf32>, tensor<64x32x3x3xf32> {qnn.state = 0}, tensor<64x32x3x3xf32> {qnn.state = 1}) {
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<4x32x6x6xf32>) -> tensor<4x32x6x6xf32>
  %q = qnn.quantize %w {quantizer = #sign} : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  %y = qnn.conv2d %p, %q {pads = array<i64: 1, 1, 1, 1>} : (tensor<4x32x6x6xf32>, tensor<64x32x3x3xf32>) -> tensor<4x64x6x6xf32>
  %g = qnn.conv2d_filter_grad %p, %d {pads = array<i64: 1, 1, 1, 1>} : (tensor<4x32x6x6xf32>, tensor<4x64x6x6xf32>) -> tensor<64x32x3x3xf32>
  %s = qnn.surrogate_grad<window> %w, %g {parameters = array<f32: -1.0, 1.0>} : (tensor<64x32x3x3xf32>, tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  %new:2 = qnn.momentum %w, %s, %m, %rate : (tensor<64x32x3x3xf32>, tensor<64x32x3x3xf32>, tensor<64x32x3x3xf32>, tensor<f32>) -> (tensor<64x32x3x3xf32>, tensor<64x32x3x3xf32>)
  return %y, %new#0, %new#1 : tensor<4x64x6x6xf32>, tensor<64x32x3x3xf32>, tensor<64x32x3x3xf32>
}

}

// -----

// Channels that fill no words; floats that are read; what is no filter.
// CHECK-LABEL: func.func @others
// CHECK-NOT: channels_last
// CHECK-NOT: qnn.transpose
// CHECK: return
func.func @others(%a: tensor<8x33x1x1xf32> {qnn.state = 0}, %b: tensor<8x32x1x1xf32> {qnn.state = 1}, %c: tensor<8x32xf32> {qnn.state = 2},
    %x: tensor<1x32x2x2xf32>, %ga: tensor<8x33x1x1xf32>, %gb: tensor<8x32x1x1xf32>, %gc: tensor<8x32xf32>, %rate: tensor<f32>)
    -> (tensor<1x8x2x2xf32>, tensor<8x33x1x1xf32> {qnn.state = 0}, tensor<8x32x1x1xf32> {qnn.state = 1}, tensor<8x32xf32> {qnn.state = 2}) {
  %0 = qnn.conv2d %x, %b : (tensor<1x32x2x2xf32>, tensor<8x32x1x1xf32>) -> tensor<1x8x2x2xf32>
  %1 = qnn.sgd %a, %ga, %rate : (tensor<8x33x1x1xf32>, tensor<8x33x1x1xf32>, tensor<f32>) -> tensor<8x33x1x1xf32>
  %2 = qnn.sgd %b, %gb, %rate : (tensor<8x32x1x1xf32>, tensor<8x32x1x1xf32>, tensor<f32>) -> tensor<8x32x1x1xf32>
  %3 = qnn.sgd %c, %gc, %rate : (tensor<8x32xf32>, tensor<8x32xf32>, tensor<f32>) -> tensor<8x32xf32>
  return %0, %1, %2, %3 : tensor<1x8x2x2xf32>, tensor<8x33x1x1xf32>, tensor<8x32x1x1xf32>, tensor<8x32xf32>
}
