// RUN: qnn-opt %s --qnn-expand-math | FileCheck %s
// RUN: qnn-opt %s --qnn-expand-math --convert-to-llvm --reconcile-unrealized-casts | FileCheck %s --check-prefix=LLVM

// No function is left that would become a call of libm. A fused product would
// be one where the CPU has none.
// CHECK-NOT: math.{{(exp|log|tanh|powf|fma|sin|cos)}}
// LLVM-NOT: llvm.call @
// LLVM-NOT: llvm.intr.{{(exp|log|tanh|pow|fma|sin|cos)}}

// CHECK-LABEL: @scalar
func.func @scalar(%x: f32, %y: f32) -> (f32, f32, f32, f32) {
  %0 = math.exp %x : f32
  %1 = math.log %x : f32
  %2 = math.tanh %x : f32
  %3 = math.powf %x, %y : f32
  return %0, %1, %2, %3 : f32, f32, f32, f32
}

// CHECK-LABEL: @vector
func.func @vector(%x: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>) {
  %0 = math.exp %x : vector<16xf32>
  %1 = math.tanh %x : vector<16xf32>
  return %0, %1 : vector<16xf32>, vector<16xf32>
}

// What CPUs have stays.
// CHECK-LABEL: @instructions
// CHECK: math.sqrt
// CHECK: math.roundeven
// CHECK: math.floor
// CHECK: math.trunc
// CHECK: math.copysign
// CHECK: math.ctpop
func.func @instructions(%x: f32, %i: i32) -> (f32, i32) {
  %0 = math.sqrt %x : f32
  %1 = math.roundeven %0 : f32
  %2 = math.floor %1 : f32
  %3 = math.trunc %2 : f32
  %4 = math.copysign %3, %x : f32
  %5 = math.ctpop %i : i32
  return %4, %5 : f32, i32
}
