// RUN: qnn-opt %s --allow-unregistered-dialect --qnn-recompute | FileCheck %s

#same = affine_map<(i, j) -> (i, j)>
#channel = affine_map<(i, j) -> (j)>

// A step in small: what is behind the line of marks is read late.

// CHECK-LABEL: @step
// CHECK-SAME: %[[X:.*]]: tensor<64x128xf32>, %[[MEAN:.*]]: tensor<128xf32>, %[[G:.*]]: tensor<64x128xf32>
func.func @step(%x: tensor<64x128xf32>, %mean: tensor<128xf32>, %g: tensor<64x128xf32>) -> (tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>) {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %empty = tensor.empty() : tensor<64x128xf32>

  // The deviation from a mean is read early by something unknown.
  // CHECK: %[[CENTERED:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]] :
  // CHECK: "test.use"(%[[CENTERED]])
  %centered = linalg.generic {indexing_maps = [#same, #channel, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean : tensor<64x128xf32>, tensor<128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<64x128xf32>
  "test.use"(%centered) : (tensor<64x128xf32>) -> ()

  // A random mask becomes bytes.
  // CHECK: %[[RANDOM:.*]] = "test.random"()
  // CHECK: %[[KEPT:.*]] = linalg.generic {{.*}} ins(%[[RANDOM]] : tensor<64x128xf32>) outs(%{{.*}} : tensor<64x128xi8>)
  // CHECK-NEXT: ^bb0(%[[U:.*]]: f32, %{{.*}}: i8):
  // CHECK-NEXT: %[[HOLDS:.*]] = arith.cmpf oge, %[[U]]
  // CHECK-NEXT: arith.extui %[[HOLDS]] : i1 to i8
  // CHECK: %[[MASK:.*]] = linalg.generic {{.*}} ins(%[[KEPT]] : tensor<64x128xi8>)
  // CHECK: arith.cmpi ne
  // CHECK: "test.use"(%[[MASK]])
  %random = "test.random"() : () -> tensor<64x128xf32>
  %mask = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%random : tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.cmpf oge, %a, %zero : f32
    %1 = arith.select %0, %two, %zero : f32
    linalg.yield %1 : f32
  } -> tensor<64x128xf32>
  "test.use"(%mask) : (tensor<64x128xf32>) -> ()

  // What is read late by a comparison only is compared where it was last read.
  // CHECK: %[[Y:.*]] = "test.product"()
  // CHECK-NEXT: "test.use"(%[[Y]])
  // CHECK: %[[INSIDE:.*]] = linalg.generic {{.*}} ins(%[[Y]] : tensor<64x128xf32>) outs(%{{.*}} : tensor<64x128xi8>)
  %y = "test.product"() : () -> tensor<64x128xf32>
  "test.use"(%y) : (tensor<64x128xf32>) -> ()

  // What only a tensor that goes can make stays.
  // CHECK: %[[Z:.*]] = "test.product"()
  // CHECK: %[[TWICE:.*]] = linalg.generic {{.*}} ins(%[[Z]]
  %z = "test.product"() : () -> tensor<64x128xf32>
  %twice = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.addf %a, %a : f32
    linalg.yield %0 : f32
  } -> tensor<64x128xf32>
  "test.use"(%twice) : (tensor<64x128xf32>) -> ()

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
  "test.mark"() : () -> ()

  // CHECK: "test.mark"
  // CHECK: %[[AGAIN:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]] :
  // CHECK: linalg.generic {{.*}} ins(%[[AGAIN]], %[[G]] :
  %0 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%centered, %g : tensor<64x128xf32>, tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.mulf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<64x128xf32>

  // CHECK: %[[MASK_AGAIN:.*]] = linalg.generic {{.*}} ins(%[[KEPT]] : tensor<64x128xi8>)
  // CHECK: linalg.generic {{.*}} ins(%[[MASK_AGAIN]], %[[G]] :
  %2 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%mask, %g : tensor<64x128xf32>, tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.mulf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<64x128xf32>

  // CHECK: linalg.generic {{.*}} ins(%[[INSIDE]], %[[G]] : tensor<64x128xi8>, tensor<64x128xf32>)
  // CHECK-NEXT: ^bb0(%[[BYTE:.*]]: i8, %[[GRAD:[^:]*]]: f32
  // CHECK: %[[IS_INSIDE:.*]] = arith.cmpi ne, %[[BYTE]]
  // CHECK: arith.select %[[IS_INSIDE]], %[[GRAD]]
  %3 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%y, %g : tensor<64x128xf32>, tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.cmpf ole, %a, %two : f32
    %4 = arith.cmpf oge, %a, %zero : f32
    %5 = arith.andi %1, %4 : i1
    %6 = arith.select %5, %b, %zero : f32
    linalg.yield %6 : f32
  } -> tensor<64x128xf32>

  // CHECK: linalg.generic {{.*}} ins(%[[TWICE]], %[[G]] :
  %7 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%twice, %g : tensor<64x128xf32>, tensor<64x128xf32>) outs(%empty : tensor<64x128xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.mulf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<64x128xf32>
  return %0, %2, %3, %7 : tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>
}
