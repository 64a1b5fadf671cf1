// Rows of an image are prepared one for the next, so threads share parts of the
// rows, each with a buffer of its own: twice 4 of 9 here, and one is left.

// RUN: qnn-compile %s --emit=loops --target=x86-64-v3 --threads=2 -o - | FileCheck %s
// CHECK: func.func private @layer_loop0({{.*}}qnn.parallel = 2 : i64
// CHECK: memref.view
// CHECK: scf.for %[[ROW:.*]] =
// CHECK: llvm.x86.avx2.pshuf.b
// RUN: qnn-run %s --threads=2 --compare | FileCheck %s --check-prefix=AGREE
// RUN: qnn-run %s --threads=3 --batch=2 --compare | FileCheck %s --check-prefix=AGREE
// AGREE: native and reference agree
module @layer {
func.func @layer(%x: tensor<1x128x9x9xf32>) -> tensor<1x128x9x9xf32> {
  %q = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x128x9x9xf32>) -> tensor<1x128x9x9xf32>
  %w = arith.constant dense<1.0> : tensor<128x128x3x3xf32>
  %wq = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<128x128x3x3xf32>) -> tensor<128x128x3x3xf32>
  %0 = qnn.conv2d %q, %wq {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x128x9x9xf32>, tensor<128x128x3x3xf32>) -> tensor<1x128x9x9xf32>
  %1 = qnn.quantize %0 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x128x9x9xf32>) -> tensor<1x128x9x9xf32>
  return %1 : tensor<1x128x9x9xf32>
}
}
