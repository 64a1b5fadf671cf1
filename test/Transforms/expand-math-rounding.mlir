// RUN: qnn-opt %s --qnn-expand-math | FileCheck %s

// A CPU without instructions for rounding.
module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64", features = "", vector_bits = 128, registers = 16>} {

// CHECK-LABEL: @roundeven
// CHECK-DAG: %[[BIG:.+]] = arith.constant 0x4B000000 : f32
// CHECK: %[[M:.+]] = math.absf %[[X:.+]] : f32
// CHECK: %[[SUM:.+]] = arith.addf %[[M]], %[[BIG]]
// CHECK: %[[R:.+]] = arith.subf %[[SUM]], %[[BIG]]
// CHECK: %[[S:.+]] = math.copysign %[[R]], %[[X]]
// CHECK: arith.select %{{.+}}, %[[S]], %[[X]]
func.func @roundeven(%x: f32) -> f32 {
  %0 = math.roundeven %x : f32
  return %0 : f32
}

// CHECK-LABEL: @floor
// CHECK-NOT: math.floor
// CHECK-NOT: math.trunc
// CHECK: arith.fptosi %{{.+}} : vector<4xf32> to vector<4xi32>
func.func @floor(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.floor %x : vector<4xf32>
  return %0 : vector<4xf32>
}

// Another type stays.
// CHECK-LABEL: @double
// CHECK: math.floor
func.func @double(%x: f64) -> f64 {
  %0 = math.floor %x : f64
  return %0 : f64
}

}
