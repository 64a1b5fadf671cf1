// No object may need libm, also on the least CPU, which has no fused products.
// RUN: qnn-opt %s --qnn-expand-math --convert-vector-to-llvm --convert-func-to-llvm --convert-to-llvm --reconcile-unrealized-casts \
// RUN:   | sed 's/^module.*/module {/' | mlir-translate --mlir-to-llvmir | llc -mtriple=x86_64-unknown-linux-gnu -mcpu=x86-64-v2 -filetype=obj -o %t.o
// RUN: llvm-nm --undefined-only %t.o | count 0

// The first x86-64 cannot even round.
// RUN: sed 's/x86-64-v2/x86-64/' %s > %t.mlir
// RUN: qnn-opt %t.mlir --qnn-expand-math --convert-vector-to-llvm --convert-func-to-llvm --convert-to-llvm --reconcile-unrealized-casts \
// RUN:   | sed 's/^module.*/module {/' | mlir-translate --mlir-to-llvmir | llc -mtriple=x86_64-unknown-linux-gnu -mcpu=x86-64 -filetype=obj -o %t.o
// RUN: llvm-nm --undefined-only %t.o | count 0

module attributes {qnn.target = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v2", features = "", vector_bits = 128, registers = 16>} {

func.func @functions(%x: f32, %y: f32, %v: vector<16xf32>) -> (f32, f32, f32, f32, vector<16xf32>, vector<16xf32>) {
  %0 = math.exp %x : f32
  %1 = math.log %x : f32
  %2 = math.tanh %x : f32
  %3 = math.powf %x, %y : f32
  %4 = math.exp %v : vector<16xf32>
  %5 = math.tanh %v : vector<16xf32>
  return %0, %1, %2, %3, %4, %5 : f32, f32, f32, f32, vector<16xf32>, vector<16xf32>
}

func.func @instructions(%x: f32, %i: i32, %v: vector<16xf32>) -> (f32, i32, vector<16xf32>) {
  %0 = math.sqrt %x : f32
  %1 = math.roundeven %0 : f32
  %2 = math.floor %1 : f32
  %3 = math.trunc %2 : f32
  %4 = math.ceil %3 : f32
  %5 = math.copysign %4, %x : f32
  %6 = math.absf %5 : f32
  %7 = math.ctpop %i : i32
  %8 = math.roundeven %v : vector<16xf32>
  return %6, %7, %8 : f32, i32, vector<16xf32>
}

}
