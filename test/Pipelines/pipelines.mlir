// The stages one after the other are the pipeline of all.
// RUN: qnn-opt %s --qnn-graph-pipeline --qnn-integer-pipeline --qnn-packed-pipeline --qnn-loops-pipeline --qnn-llvm-pipeline -o %t.stages
// RUN: qnn-opt %s --qnn-pipeline -o %t.all
// RUN: diff %t.stages %t.all
// RUN: FileCheck %s < %t.all

// CHECK: llvm.func internal @net_sample
// CHECK: llvm.intr.ctpop
// CHECK: llvm.func @net_run
// CHECK: @qnn_model_net
#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
func.func @net(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]]> : tensor<2x3xf32>
  %0 = qnn.quantize %x {quantizer = #sign} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %1 = qnn.quantize %w {quantizer = #sign} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = qnn.matmul %0, %1 {transpose_rhs} : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}
