// What is trained becomes integer products and thresholds.
// RUN: qnn-opt %s --qnn-expand-quantizers=deploy --canonicalize --qnn-fold-constants=keep-quantizers \
// RUN:   --canonicalize --qnn-integerise --canonicalize --qnn-synthesise-thresholds --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @layers
// CHECK: %[[A:.*]] = qnn.encode %{{.*}} {quantizer = #qnn.quantizer<bits = 3, encoding = signed, narrow = true>}
// CHECK: %[[S:.*]] = qnn.imatmul %[[A]], %{{.*}} {lhs_code = #qnn.code<3, signed, narrow>, rhs_code = #qnn.code<3, signed, narrow>}
// CHECK-NEXT: %[[B:.*]] = qnn.threshold %[[S]], {{.*}} code = #qnn.code<3, signed, narrow>
// CHECK-NEXT: %[[T:.*]] = qnn.imatmul %[[B]], %{{.*}} {lhs_code = #qnn.code<3, signed, narrow>, rhs_code = #qnn.code<1, bipolar>}
// CHECK-NEXT: %[[C:.*]] = qnn.threshold %[[T]], {{.*}} code = #qnn.code<2, unsigned>
// CHECK-NEXT: %[[U:.*]] = qnn.imatmul %[[C]], %{{.*}} {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<3, signed, narrow>}
// CHECK-NEXT: qnn.dequantize %[[U]] {scale = array<f32: 0.111111119>}
func.func @layers(%x: tensor<1x8xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[0.3, -2.2, 1.5, 0.1, -0.4, 2.6, -1.1, 0.9], [-0.3, -2.2, 1.5, 0.1, -0.4, 2.6, -1.1, 0.9]]> : tensor<2x8xf32>
  %v = arith.constant dense<[[0.3, -0.2], [0.5, -0.2]]> : tensor<2x2xf32>
  %a = qnn.train_quantize<activation levels> %x {bits = 2} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %b = qnn.train_quantize<weight levels> %w {bits = 2} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %0 = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x8xf32>, tensor<2x8xf32>) -> tensor<1x2xf32>
  %c = qnn.train_quantize<activation levels> %0 {bits = 2} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %d = qnn.train_quantize<weight xnor> %v {axis = 0} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = qnn.matmul %c, %d {transpose_rhs} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %e = qnn.train_quantize<activation dorefa> %1 {bits = 2} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %g = qnn.train_quantize<weight dorefa> %v {bits = 2} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = qnn.matmul %e, %g {transpose_rhs} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}
