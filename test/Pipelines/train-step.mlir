// A step allocates nothing and writes parameters in place: all that it needs are
// its arguments and the arena, in which the gradient of the filter has no place.
// (A copy into an argument is one of statistics.)

// RUN: qnn-opt %s --split-input-file --qnn-prepare-training --qnn-expand-quantizers --qnn-autodiff --qnn-emit-updates \
// RUN:   --qnn-channels-last-filters --qnn-graph-pipeline --qnn-integer-pipeline --qnn-packed-pipeline --qnn-keep-words --qnn-loops-pipeline \
// RUN:   | FileCheck %s --implicit-check-not=memref.alloc --implicit-check-not='memref.copy %{{[a-z0-9_]+}}, %arg{{[0-9]+}} : memref<{{[0-9]+x[0-9]+}}'

// Convolution, batch norm and product, of floats and of signs.
// CHECK-LABEL: func.func @images
// CHECK-SAME: memref<64x9x32xf32> {qnn.channels_last
// CHECK-SAME: memref<64x9x1xi32> {qnn.name = "filter/words"
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<{{[0-9]+}}xi8>)
// CHECK-NOT: to memref<64x288xf32>
// CHECK-NOT: to memref<64x9x32xf32>
// CHECK: memref.view %[[ARENA]]
// CHECK-NOT: to memref<64x288xf32>
// CHECK-NOT: to memref<64x9x32xf32>
// CHECK: return
#v3 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16>
#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
module attributes {qnn.target = #v3} {
func.func @images(%x: tensor<8x3x8x8xf32> {qnn.name = "image"}, %first: tensor<32x3x3x3xf32> {qnn.name = "first", qnn.parameter},
    %scale: tensor<32xf32> {qnn.name = "scale", qnn.parameter}, %bias: tensor<32xf32> {qnn.name = "bias", qnn.parameter},
    %mean: tensor<32xf32> {qnn.name = "mean", qnn.statistic}, %variance: tensor<32xf32> {qnn.name = "variance", qnn.statistic},
    %filter: tensor<64x32x3x3xf32> {qnn.name = "filter", qnn.parameter, qnn.clip = 1.0 : f32},
    %w: tensor<10x4096xf32> {qnn.name = "w", qnn.parameter, qnn.clip = 1.0 : f32}) -> (tensor<8x10xf32> {qnn.name = "logits"}) {
  %0 = qnn.conv2d %x, %first {pads = array<i64: 1, 1, 1, 1>} : (tensor<8x3x8x8xf32>, tensor<32x3x3x3xf32>) -> tensor<8x32x8x8xf32>
  %1 = qnn.batch_norm %0, %scale, %bias, %mean, %variance {epsilon = 1.0e-4 : f32, qnn.momentum = 0.9 : f32}
      : (tensor<8x32x8x8xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<8x32x8x8xf32>
  %2 = qnn.quantize %1 {quantizer = #sign} : (tensor<8x32x8x8xf32>) -> tensor<8x32x8x8xf32>
  %3 = qnn.quantize %filter {quantizer = #sign} : (tensor<64x32x3x3xf32>) -> tensor<64x32x3x3xf32>
  %4 = qnn.conv2d %2, %3 {pads = array<i64: 1, 1, 1, 1>} : (tensor<8x32x8x8xf32>, tensor<64x32x3x3xf32>) -> tensor<8x64x8x8xf32>
  %5 = qnn.relu %4 : (tensor<8x64x8x8xf32>) -> tensor<8x64x8x8xf32>
  %6 = qnn.reshape %5 : (tensor<8x64x8x8xf32>) -> tensor<8x4096xf32>
  %7 = qnn.quantize %w {quantizer = #sign} : (tensor<10x4096xf32>) -> tensor<10x4096xf32>
  %8 = qnn.matmul %6, %7 {transpose_rhs} : (tensor<8x4096xf32>, tensor<10x4096xf32>) -> tensor<8x10xf32>
  return %8 : tensor<8x10xf32>
}
}

// -----

// Recurrent layers, whose weights are read twice.
// CHECK-LABEL: func.func @words
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<{{[0-9]+}}xi8>)
// CHECK: memref.view %[[ARENA]]
// CHECK: return
func.func @words(%x: tensor<20x8x48xf32> {qnn.name = "x"}, %p: tensor<32x48xf32> {qnn.name = "p", qnn.parameter},
    %h: tensor<96x32xf32> {qnn.name = "h", qnn.parameter}, %w: tensor<5x32xf32> {qnn.name = "w", qnn.parameter}) -> (tensor<8x5xf32> {qnn.name = "logits"}) {
  %0 = qnn.reshape %x : (tensor<20x8x48xf32>) -> tensor<160x48xf32>
  %1 = qnn.matmul %0, %p {transpose_rhs} : (tensor<160x48xf32>, tensor<32x48xf32>) -> tensor<160x32xf32>
  %2 = qnn.matmul %1, %h {transpose_rhs} : (tensor<160x32xf32>, tensor<96x32xf32>) -> tensor<160x96xf32>
  %3 = qnn.reshape %2 : (tensor<160x96xf32>) -> tensor<20x8x96xf32>
  %all, %saved, %last = qnn.recurrent<gru> %3, %h : (tensor<20x8x96xf32>, tensor<96x32xf32>) -> (tensor<20x8x32xf32>, tensor<21x160x8xf32>, tensor<8x32xf32>)
  %4 = qnn.matmul %last, %w {transpose_rhs} : (tensor<8x32xf32>, tensor<5x32xf32>) -> tensor<8x5xf32>
  return %4 : tensor<8x5xf32>
}
