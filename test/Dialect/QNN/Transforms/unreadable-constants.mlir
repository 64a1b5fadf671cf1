// RUN: qnn-opt %s --qnn-integer-pipeline | FileCheck %s

// Constants without data, or of types that no pass evaluates, are like values
// that are not constant.

// CHECK-LABEL: func.func @missing
// CHECK: %[[M:.*]] = arith.constant dense_resource<missing>
// CHECK: qnn.mul {{.*}}, %[[M]]
func.func @missing(%x: tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32> {
  %m = arith.constant dense_resource<missing> : tensor<1x2x1x1xf32>
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %0 = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %1 = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<2x2x1x1xf32>) -> tensor<2x2x1x1xf32>
  %2 = qnn.conv2d %0, %1 : (tensor<1x2x3x3xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x3x3xf32>
  %3 = qnn.mul %2, %m : (tensor<1x2x3x3xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x3x3xf32>
  %4 = qnn.quantize %3 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  return %4 : tensor<1x2x3x3xf32>
}
