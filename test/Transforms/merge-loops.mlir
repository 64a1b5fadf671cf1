// RUN: qnn-opt %s --qnn-merge-loops | FileCheck %s

#all = affine_map<(n, c, h, w) -> (n, c, h, w)>
#channel = affine_map<(n, c, h, w) -> (c)>
#plane = affine_map<(n, c, h, w) -> (n, c)>
#turned = affine_map<(n, c, h, w) -> (n, h, w, c)>

// CHECK: #[[$N_C_P:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK: #[[$C:.*]] = affine_map<(d0, d1, d2) -> (d1)>
// CHECK: #[[$ALL:.*]] = affine_map<(d0) -> (d0)>

// Channels stay a loop of their own.
// CHECK-LABEL: @bias
// CHECK-DAG: %[[X:.*]] = memref.collapse_shape %arg0 {{\[\[}}0], [1], [2, 3]] : memref<2x3x4x5xf32> into memref<2x3x20xf32>
// CHECK-DAG: %[[Y:.*]] = memref.collapse_shape %arg2 {{\[\[}}0], [1], [2, 3]]
// CHECK: linalg.generic {indexing_maps = [#[[$N_C_P]], #[[$C]], #[[$N_C_P]]]
// CHECK-SAME: ins(%[[X]], %arg1 : memref<2x3x20xf32>, memref<3xf32>) outs(%[[Y]] : memref<2x3x20xf32>)
func.func @bias(%x: memref<2x3x4x5xf32>, %b: memref<3xf32>, %y: memref<2x3x4x5xf32>) {
  linalg.generic {indexing_maps = [#all, #channel, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %b : memref<2x3x4x5xf32>, memref<3xf32>) outs(%y : memref<2x3x4x5xf32>) {
  ^bb0(%a: f32, %c: f32, %d: f32):
    %0 = arith.addf %a, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// CHECK-LABEL: @broadcast
// CHECK-DAG: %[[B:.*]] = memref.collapse_shape %arg1 {{\[\[}}0, 1, 2]] : memref<3x1x1xf32> into memref<3xf32>
// CHECK-DAG: %[[S:.*]] = memref.collapse_shape %arg2 [] : memref<1x1xf32> into memref<f32>
// CHECK: linalg.generic {indexing_maps = [#[[$N_C_P]], #[[$C]], #[[$NONE:.*]], #[[$N_C_P]]]
// CHECK-SAME: ins(%{{.*}}, %[[B]], %[[S]] : memref<2x3x20xf32>, memref<3xf32>, memref<f32>)
func.func @broadcast(%x: memref<2x3x4x5xf32>, %b: memref<3x1x1xf32>, %s: memref<1x1xf32>, %y: memref<2x3x4x5xf32>) {
  linalg.generic {indexing_maps = [#all, affine_map<(n, c, h, w) -> (c, 0, 0)>, affine_map<(n, c, h, w) -> (0, 0)>, #all],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %b, %s : memref<2x3x4x5xf32>, memref<3x1x1xf32>, memref<1x1xf32>) outs(%y : memref<2x3x4x5xf32>) {
  ^bb0(%a: f32, %c: f32, %e: f32, %d: f32):
    %0 = arith.addf %a, %c : f32
    %1 = arith.mulf %0, %e : f32
    linalg.yield %1 : f32
  }
  return
}

// CHECK-LABEL: @elementwise
// CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ALL]]]
// CHECK-SAME: memref<120xf32>
func.func @elementwise(%x: memref<2x3x4x5xf32>, %y: memref<2x3x4x5xf32>) {
  linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : memref<2x3x4x5xf32>) outs(%y : memref<2x3x4x5xf32>) {
  ^bb0(%a: f32, %d: f32):
    %0 = arith.negf %a : f32
    linalg.yield %0 : f32
  }
  return
}

// Of a sum only the loops over its terms merge.
// CHECK-LABEL: @sum
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME: ins(%{{.*}} : memref<2x3x20xf32>) outs(%arg1 : memref<2x3xf32>)
func.func @sum(%x: memref<2x3x4x5xf32>, %y: memref<2x3xf32>) {
  linalg.generic {indexing_maps = [#all, #plane], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%x : memref<2x3x4x5xf32>) outs(%y : memref<2x3xf32>) {
  ^bb0(%a: f32, %d: f32):
    %0 = arith.addf %a, %d : f32
    linalg.yield %0 : f32
  }
  return
}

// Height and width stay side by side when channels move.
// CHECK-LABEL: @turned
// CHECK: ins(%{{.*}} : memref<2x20x3xf32>) outs(%{{.*}} : memref<2x3x20xf32>)
func.func @turned(%x: memref<2x4x5x3xf32>, %y: memref<2x3x4x5xf32>) {
  linalg.generic {indexing_maps = [#turned, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : memref<2x4x5x3xf32>) outs(%y : memref<2x3x4x5xf32>) {
  ^bb0(%a: f32, %d: f32):
    linalg.yield %a : f32
  }
  return
}

// Rows of a view do not lie one behind the other.
// CHECK-LABEL: @view
// CHECK: iterator_types = ["parallel", "parallel"]
func.func @view(%x: memref<4x4xf32, strided<[8, 1]>>, %y: memref<4x4xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<4x4xf32, strided<[8, 1]>>) outs(%y : memref<4x4xf32>) {
  ^bb0(%a: f32, %d: f32):
    linalg.yield %a : f32
  }
  return
}
