// RUN: qnn-opt %s --qnn-move-max-pool | FileCheck %s
// RUN: qnn-opt %s --qnn-move-max-pool --remarks-filter-missed=qnn-move-max-pool 2>&1 | FileCheck %s --check-prefix=REMARK

#q = #qnn.quantizer<bits = 2, encoding = unsigned>

// CHECK-LABEL: func @direct
func.func @direct(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK: %[[Q:.*]] = qnn.quantize %arg0 {{.*}} -> tensor<1x2x4x4xf32>
  // CHECK: %[[P:.*]] = qnn.max_pool2d %[[Q]] {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} {{.*}} -> tensor<1x2x2x2xf32>
  // CHECK: return %[[P]]
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.quantize %0 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// CHECK-LABEL: func @chain
func.func @chain(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK: %[[N:.*]] = qnn.batch_norm %arg0, {{.*}} -> tensor<1x2x4x4xf32>
  // CHECK: %[[M:.*]] = qnn.mul %[[N]], {{.*}} -> tensor<1x2x4x4xf32>
  // CHECK: %[[R:.*]] = qnn.relu %[[M]] : (tensor<1x2x4x4xf32>)
  // CHECK: %[[Q:.*]] = qnn.quantize %[[R]]
  // CHECK: qnn.max_pool2d %[[Q]]
  %one = arith.constant dense<1.0> : tensor<2xf32>
  // A scale of 0 makes a constant, which does not fall.
  %gamma = arith.constant dense<[0.0, 2.0]> : tensor<2xf32>
  %two = arith.constant dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.batch_norm %0, %gamma, %one, %one, %one {epsilon = 0.0 : f32} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %2 = qnn.mul %1, %two : (tensor<1x2x2x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2x2xf32>
  %3 = qnn.relu %2 : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %4 = qnn.quantize %3 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %4 : tensor<1x2x2x2xf32>
}

// One negative scale is enough.
// CHECK-LABEL: func @falls
func.func @falls(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK: qnn.max_pool2d %arg0
  // CHECK: qnn.batch_norm
  // REMARK: max pool stays before the quantizer: qnn.batch_norm may fall
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %gamma = arith.constant dense<[-1.0, 2.0]> : tensor<2xf32>
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.batch_norm %0, %gamma, %one, %one, %one {epsilon = 0.0 : f32} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %2 = qnn.quantize %1 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %2 : tensor<1x2x2x2xf32>
}

// c - x falls, x - c does not.
// CHECK-LABEL: func @subtracted_from
func.func @subtracted_from(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK: qnn.max_pool2d %arg0
  %one = arith.constant dense<1.0> : tensor<f32>
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.sub %one, %0 : (tensor<f32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %2 = qnn.quantize %1 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %2 : tensor<1x2x2x2xf32>
}

// A constant that differs between pixels does not commute with a window.
// CHECK-LABEL: func @per_pixel
func.func @per_pixel(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK: qnn.max_pool2d %arg0
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.add %0, %c : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %2 = qnn.quantize %1 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %2 : tensor<1x2x2x2xf32>
}

// With a second user of the pool nothing is gained.
// CHECK-LABEL: func @two_users
func.func @two_users(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) {
  // CHECK: qnn.max_pool2d %arg0
  %0 = qnn.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = qnn.quantize %0 {quantizer = #q} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %0, %1 : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
}
