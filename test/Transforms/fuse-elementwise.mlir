// RUN: qnn-opt %s --allow-unregistered-dialect --qnn-fuse-elementwise | FileCheck %s

#same = affine_map<(i) -> (i)>

// Bytes are made where the numbers were last read, and not kept: they are computed where they are read.
// CHECK-LABEL: @near
// CHECK-COUNT-1: linalg.generic {{.*}} ins({{.*}} : tensor<16384xf32>, tensor<16384xf32>)
// CHECK-NOT: linalg.generic
func.func @near(%g: tensor<16384xf32>) -> tensor<16384xf32> {
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i8
  %floats = tensor.empty() : tensor<16384xf32>
  %bytes = tensor.empty() : tensor<16384xi8>
  %x = "test.product"() : () -> tensor<16384xf32>
  %holds = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%x : tensor<16384xf32>) outs(%bytes : tensor<16384xi8>) {
  ^bb0(%a: f32, %c: i8):
    %0 = arith.cmpf oge, %a, %zero : f32
    %1 = arith.extui %0 : i1 to i8
    linalg.yield %1 : i8
  } -> tensor<16384xi8>
  %masked = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel"]}
      ins(%holds, %g : tensor<16384xi8>, tensor<16384xf32>) outs(%floats : tensor<16384xf32>) {
  ^bb0(%a: i8, %b: f32, %c: f32):
    %0 = arith.cmpi ne, %a, %none : i8
    %1 = arith.select %0, %b, %zero : f32
    linalg.yield %1 : f32
  } -> tensor<16384xf32>
  return %masked : tensor<16384xf32>
}

// The same with a late reader: of x bytes are kept. Of y, which is there anyway, nothing is kept, and the half of z
// is no less than z. Small tensors do not matter.
// CHECK-LABEL: @far
// CHECK-SAME: %[[G:.*]]: tensor<16384xf32>
// CHECK: %[[X:.*]] = "test.product"()
// CHECK: %[[Y:.*]] = "test.product"()
// CHECK: %[[Z:.*]] = "test.product"()
// CHECK: %[[SMALL:.*]] = "test.product"()
// CHECK: %[[HOLDS:.*]] = linalg.generic {{.*}} ins(%[[X]] :
// CHECK-NOT: linalg.generic
// CHECK: "test.mark"
// CHECK: linalg.generic {{.*}} ins(%[[HOLDS]], %[[Y]], %[[Z]], %[[G]] :
// CHECK: "test.use"(%[[Y]])
// CHECK: linalg.generic {{.*}} ins(%[[SMALL]] :
// CHECK-NOT: linalg.generic
func.func @far(%g: tensor<16384xf32>) -> (tensor<16384xf32>, tensor<64xi8>) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1 : i8
  %none = arith.constant 0 : i8
  %floats = tensor.empty() : tensor<16384xf32>
  %bytes = tensor.empty() : tensor<16384xi8>
  %few = tensor.empty() : tensor<64xi8>
  %x = "test.product"() : () -> tensor<16384xf32>
  %y = "test.product"() : () -> tensor<16384xf32>
  %z = "test.product"() : () -> tensor<16384xf32>
  %small = "test.product"() : () -> tensor<64xf32>
  %x_holds = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%x : tensor<16384xf32>) outs(%bytes : tensor<16384xi8>) {
  ^bb0(%a: f32, %c: i8):
    %0 = arith.cmpf oge, %a, %zero : f32
    %1 = arith.extui %0 : i1 to i8
    linalg.yield %1 : i8
  } -> tensor<16384xi8>
  %y_holds = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%y : tensor<16384xf32>) outs(%bytes : tensor<16384xi8>) {
  ^bb0(%a: f32, %c: i8):
    %0 = arith.cmpf oge, %a, %zero : f32
    %1 = arith.extui %0 : i1 to i8
    linalg.yield %1 : i8
  } -> tensor<16384xi8>
  %z_half = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%z : tensor<16384xf32>) outs(%floats : tensor<16384xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.mulf %a, %half : f32
    linalg.yield %0 : f32
  } -> tensor<16384xf32>
  %small_holds = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%small : tensor<64xf32>) outs(%few : tensor<64xi8>) {
  ^bb0(%a: f32, %c: i8):
    %0 = arith.cmpf oge, %a, %zero : f32
    %1 = arith.extui %0 : i1 to i8
    linalg.yield %1 : i8
  } -> tensor<64xi8>
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  "test.mark"() : () -> ()
  %masked = linalg.generic {indexing_maps = [#same, #same, #same, #same, #same], iterator_types = ["parallel"]}
      ins(%x_holds, %y_holds, %z_half, %g : tensor<16384xi8>, tensor<16384xi8>, tensor<16384xf32>, tensor<16384xf32>)
      outs(%floats : tensor<16384xf32>) {
  ^bb0(%a: i8, %b: i8, %c: f32, %d: f32, %e: f32):
    %0 = arith.cmpi ne, %a, %none : i8
    %1 = arith.cmpi ne, %b, %none : i8
    %2 = arith.select %0, %c, %zero : f32
    %3 = arith.select %1, %d, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<16384xf32>
  "test.use"(%y) : (tensor<16384xf32>) -> ()
  %more = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
      ins(%small_holds : tensor<64xi8>) outs(%few : tensor<64xi8>) {
  ^bb0(%a: i8, %c: i8):
    %0 = arith.addi %a, %one : i8
    linalg.yield %0 : i8
  } -> tensor<64xi8>
  return %masked, %more : tensor<16384xf32>, tensor<64xi8>
}
