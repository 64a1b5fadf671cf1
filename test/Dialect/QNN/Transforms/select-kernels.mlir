// RUN: qnn-opt %s --qnn-select-kernels --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-select-kernels --split-input-file --remarks-filter-missed=qnn-select-kernels --remarks-filter-passed=qnn-select-kernels 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// A target that counts bits in words and has dot products of bytes.
#znver4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #znver4} {
// CHECK-LABEL: func @bipolar
func.func @bipolar(%a: tensor<16x64xi1>, %w: tensor<8x64xi1>) -> tensor<16x8xi32> {
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [14, 32]>
  // REMARK: Layer=MatMul_3, Remark="xnor_popcount: bipolar 1-bit weights, bipolar 1-bit activations: about {{[0-9]+}} cycles, lookup {{[0-9]+}}"
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<16x64xi1>, tensor<8x64xi1>) -> tensor<16x8xi32> loc("MatMul_3"("m.onnx":1:1))
  return %0 : tensor<16x8xi32>
}

// 2 x 2 planes of bits cost less than 8 dot products, 4 x 4 more.
// CHECK-LABEL: func @planes
func.func @planes(%a: tensor<16x64xi2>, %b: tensor<16x64xi4>, %v: tensor<64x64xi2>, %w: tensor<64x64xi4>) -> (tensor<16x64xi32>, tensor<16x64xi32>) {
  // CHECK: kernel = #qnn.kernel<bit_serial, tile = [14, 32]>
  // REMARK: bit_serial: ternary 2-bit weights, unsigned 2-bit activations: about {{[0-9]+}} cycles, lookup {{[0-9]+}}
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<2, ternary>} : (tensor<16x64xi2>, tensor<64x64xi2>) -> tensor<16x64xi32>
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32]>
  // REMARK: int8_dot: signed 4-bit weights, signed 4-bit activations: about {{[0-9]+}} cycles, lookup {{[0-9]+}}
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<4, signed>, rhs_code = #qnn.code<4, signed>} : (tensor<16x64xi4>, tensor<64x64xi4>) -> tensor<16x64xi32>
  return %0, %1 : tensor<16x64xi32>, tensor<16x64xi32>
}

// With more output channels to use a table for, lookups cost the least; those of
// 8-bit activations, too, which one instruction permutes in shorts.
// CHECK-LABEL: func @tables
func.func @tables(%a: tensor<16x192xi2>, %b: tensor<16x192xi8>, %w: tensor<1024x192xi1>) -> (tensor<16x1024xi32>, tensor<16x1024xi32>) {
  // CHECK: kernel = #qnn.kernel<lookup, tile = [8, 32]>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>} : (tensor<16x192xi2>, tensor<1024x192xi1>) -> tensor<16x1024xi32>
  // CHECK: kernel = #qnn.kernel<lookup, tile = [4, 32]>
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>} : (tensor<16x192xi8>, tensor<1024x192xi1>) -> tensor<16x1024xi32>
  return %0, %1 : tensor<16x1024xi32>, tensor<16x1024xi32>
}

// Two and more passes over such tables take longer than dot products.
// CHECK-LABEL: func @planes_of_tables
func.func @planes_of_tables(%a: tensor<64x256xi3>, %b: tensor<64x256xi8>, %v: tensor<256x256xi3>, %w: tensor<256x256xi2>) -> (tensor<64x256xi32>, tensor<64x256xi32>, tensor<64x256xi32>) {
  // CHECK: kernel = #qnn.kernel<int8_dot
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<3, unsigned>, rhs_code = #qnn.code<3, signed>} : (tensor<64x256xi3>, tensor<256x256xi3>) -> tensor<64x256xi32>
  // CHECK: kernel = #qnn.kernel<int8_dot
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, signed>} : (tensor<64x256xi8>, tensor<256x256xi2>) -> tensor<64x256xi32>
  // CHECK: kernel = #qnn.kernel<int8_dot
  %2 = qnn.imatmul %b, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>} : (tensor<64x256xi8>, tensor<256x256xi2>) -> tensor<64x256xi32>
  return %0, %1, %2 : tensor<64x256xi32>, tensor<64x256xi32>, tensor<64x256xi32>
}

// Three channels are one step of a dot product, and one of 32 pairs of bits.
// CHECK-LABEL: func @few_channels
func.func @few_channels(%a: tensor<16x3xi2>, %v: tensor<8x3xi2>) -> tensor<16x8xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<2, ternary>} : (tensor<16x3xi2>, tensor<8x3xi2>) -> tensor<16x8xi32>
  return %0 : tensor<16x8xi32>
}

// 16 channels of a group are half a word, and four dot products. A channel of
// its own for each group would be a word.
// CHECK-LABEL: func @groups
func.func @groups(%a: tensor<1x8x8x64xi1>, %v: tensor<64x3x3x16xi1>, %w: tensor<64x3x3x1xi1>) -> (tensor<1x6x6x64xi32>, tensor<1x6x6x64xi32>) {
  // CHECK: groups = 4 {{.*}}kernel = #qnn.kernel<xnor_popcount
  %0 = qnn.iconv2d %a, %v {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 4} : (tensor<1x8x8x64xi1>, tensor<64x3x3x16xi1>) -> tensor<1x6x6x64xi32>
  // CHECK: groups = 64 {{.*}}kernel = #qnn.kernel<int8_dot
  %1 = qnn.iconv2d %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, groups = 64} : (tensor<1x8x8x64xi1>, tensor<64x3x3x1xi1>) -> tensor<1x6x6x64xi32>
  return %0, %1 : tensor<1x6x6x64xi32>, tensor<1x6x6x64xi32>
}

// Few rows: the weights' bytes cost more to read than to multiply, the bits of
// tables' indices do not. Many rows: tables cost less than dot products, too.
// CHECK-LABEL: func @memory
func.func @memory(%a: tensor<1x4096xi8>, %b: tensor<64x4096xi8>, %w: tensor<4096x4096xi1>) -> (tensor<1x4096xi32>, tensor<64x4096xi32>) {
  // CHECK: kernel = #qnn.kernel<lookup
  // REMARK: lookup: bipolar 1-bit weights, signed 8-bit activations: about {{[0-9]+}} cycles, bit_serial {{[0-9]+}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4096xi8>, tensor<4096x4096xi1>) -> tensor<1x4096xi32>
  // CHECK: kernel = #qnn.kernel<lookup
  // REMARK: lookup: bipolar 1-bit weights, signed 8-bit activations: about {{[0-9]+}} cycles, int8_dot {{[0-9]+}}
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>} : (tensor<64x4096xi8>, tensor<4096x4096xi1>) -> tensor<64x4096xi32>
  return %0, %1 : tensor<1x4096xi32>, tensor<64x4096xi32>
}

// A kernel that is there already stays.
// CHECK-LABEL: func @chosen
func.func @chosen(%a: tensor<1x64xi1>, %w: tensor<8x64xi1>) -> tensor<1x8xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [1, 32]>
  %0 = qnn.imatmul %a, %w {kernel = #qnn.kernel<int8_dot, tile = [1, 32]>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x64xi1>, tensor<8x64xi1>) -> tensor<1x8xi32>
  return %0 : tensor<1x8xi32>
}

// CHECK-LABEL: func @float
func.func @float(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %v: tensor<2x2xf32>) -> tensor<1x2xf32> {
  // The reason of qnn-integerise is reported, and removed.
  // CHECK: qnn.matmul %arg0, %arg1 {transpose_rhs}
  // REMARK: kept float: activation has a zero point
  %0 = qnn.matmul %x, %w {transpose_rhs, qnn.kept_float = "activation has a zero point"} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  // REMARK: kept float: activation is not quantized
  %1 = qnn.matmul %0, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
}

// -----

// This CPU takes registers in halves, and permutes floats slowly.
#znver1 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver1", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #znver1} {
// CHECK-LABEL: func @halves
func.func @halves(%a: tensor<1x4096xi8>, %w: tensor<4096x4096xi2>) -> tensor<1x4096xi32> {
  // CHECK: kernel = #qnn.kernel<lookup, tile = [3, 32]>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<2, ternary>} : (tensor<1x4096xi8>, tensor<4096x4096xi2>) -> tensor<1x4096xi32>
  return %0 : tensor<1x4096xi32>
}

// Many pixels: tables in memory, those of 8 bits where there are output channels
// to share them. Few bits stay in words.
// CHECK-LABEL: func @in_memory
func.func @in_memory(%a: tensor<1024x1024xi8>, %b: tensor<1x14x14x256xi8>, %c: tensor<1024x1024xi4>, %v: tensor<4096x1024xi1>, %w: tensor<256x3x3x256xi1>) -> (tensor<1024x4096xi32>, tensor<1x12x12x256xi32>, tensor<1024x4096xi32>) {
  // CHECK: kernel = #qnn.kernel<lookup, tile = [16, 32, 8]>
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1024x1024xi8>, tensor<4096x1024xi1>) -> tensor<1024x4096xi32>
  // CHECK: kernel = #qnn.kernel<lookup, tile = [64, 32, 4]>
  %1 = qnn.iconv2d %b, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x14x14x256xi8>, tensor<256x3x3x256xi1>) -> tensor<1x12x12x256xi32>
  // CHECK: kernel = #qnn.kernel<lookup, tile = [3, 32]>
  %2 = qnn.imatmul %c, %v {lhs_code = #qnn.code<4, signed>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1024x1024xi4>, tensor<4096x1024xi1>) -> tensor<1024x4096xi32>
  return %0, %1, %2 : tensor<1024x4096xi32>, tensor<1x12x12x256xi32>, tensor<1024x4096xi32>
}
}

// -----

// Eight instructions count the bits of a register, two multiply its bytes, and
// three look up 128 sums of both.
#haswell = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "haswell", features = "", vector_bits = 256, registers = 16>
module attributes {qnn.target = #haswell} {
// CHECK-LABEL: func @sequence
func.func @sequence(%a: tensor<16x64xi2>, %b: tensor<16x64xi1>, %v: tensor<8x64xi2>, %w: tensor<8x64xi1>) -> (tensor<16x8xi32>, tensor<16x8xi32>) {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [2, 32]>
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<2, ternary>} : (tensor<16x64xi2>, tensor<8x64xi2>) -> tensor<16x8xi32>
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<16x64xi1>, tensor<8x64xi1>) -> tensor<16x8xi32>
  return %0, %1 : tensor<16x8xi32>, tensor<16x8xi32>
}

// CHECK-LABEL: func @signs
func.func @signs(%a: tensor<16x64xi1>, %w: tensor<512x64xi1>) -> tensor<16x512xi32> {
  // CHECK: kernel = #qnn.kernel<lookup, tile = [3, 32]>
  // REMARK: lookup: bipolar 1-bit weights, bipolar 1-bit activations: about {{[0-9]+}} cycles, xnor_popcount {{[0-9]+}}
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<16x64xi1>, tensor<512x64xi1>) -> tensor<16x512xi32>
  return %0 : tensor<16x512xi32>
}
}

// -----

// Threads: none where starting them takes longer than what they save, as many as
// there are for many tiles. A kernel that is there already keeps its own.
#znver4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #znver4, qnn.threads = 4 : i64} {
// CHECK-LABEL: func @threads
func.func @threads(%a: tensor<1x64xi1>, %b: tensor<64x1024xi1>, %v: tensor<64x64xi1>, %w: tensor<1024x1024xi1>) -> (tensor<1x64xi32>, tensor<64x1024xi32>, tensor<1x64xi32>) {
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [14, 32], threads = 1>
  // REMARK: xnor_popcount: bipolar 1-bit weights, bipolar 1-bit activations: about {{[0-9]+}} cycles, {{.*}}; threads: 1"
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x64xi1>, tensor<64x64xi1>) -> tensor<1x64xi32>
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [14, 32], threads = 4>
  // REMARK: xnor_popcount: bipolar 1-bit weights, bipolar 1-bit activations: about {{[0-9]+}} cycles, {{.*}}; threads: 4"
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<64x1024xi1>, tensor<1024x1024xi1>) -> tensor<64x1024xi32>
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>
  %2 = qnn.imatmul %a, %v {kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x64xi1>, tensor<64x64xi1>) -> tensor<1x64xi32>
  return %0, %1, %2 : tensor<1x64xi32>, tensor<64x1024xi32>, tensor<1x64xi32>
}

// No thread without a tile, however much it has to sum.
// CHECK-LABEL: func @tiles
func.func @tiles(%a: tensor<1x65536xi8>, %b: tensor<1x8192xi8>, %v: tensor<32x65536xi8>, %w: tensor<96x8192xi8>) -> (tensor<1x32xi32>, tensor<1x96xi32>) {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 1>
  %0 = qnn.imatmul %a, %v {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x65536xi8>, tensor<32x65536xi8>) -> tensor<1x32xi32>
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 3>
  %1 = qnn.imatmul %b, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x8192xi8>, tensor<96x8192xi8>) -> tensor<1x96xi32>
  return %0, %1 : tensor<1x32xi32>, tensor<1x96xi32>
}

// 7 rows of 2 tiles in a group: 5 of 14 are the most that the busiest of 3
// threads has, 4 that of 4. Depthwise, a block is 32 groups: 2 tiles.
// CHECK-LABEL: func @images
func.func @images(%a: tensor<1x7x28x64xi8>, %b: tensor<1x1x1x64xi8>, %v: tensor<32x3x3x64xi8>, %w: tensor<64x31x31x1xi8>) -> (tensor<1x7x28x32xi32>, tensor<1x1x1x64xi32>) {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 4>
  %0 = qnn.iconv2d %a, %v {pads = array<i64: 1, 1, 1, 1>, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x7x28x64xi8>, tensor<32x3x3x64xi8>) -> tensor<1x7x28x32xi32>
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 2>
  %1 = qnn.iconv2d %b, %w {groups = 64, pads = array<i64: 15, 15, 15, 15>, lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x1x1x64xi8>, tensor<64x31x31x1xi8>) -> tensor<1x1x1x64xi32>
  return %0, %1 : tensor<1x7x28x32xi32>, tensor<1x1x1x64xi32>
}
}

// -----

// Four blocks on three threads: two do them as soon.
#znver4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #znver4, qnn.threads = 3 : i64} {
// CHECK-LABEL: func @even
func.func @even(%a: tensor<1x8192xi8>, %w: tensor<128x8192xi8>) -> tensor<1x128xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 2>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x8192xi8>, tensor<128x8192xi8>) -> tensor<1x128xi32>
  return %0 : tensor<1x128xi32>
}
}

// -----

// Whole samples take all threads.
#znver4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #znver4, qnn.threads = 2 : i64, qnn.batch = 2 : i64} {
// CHECK-LABEL: func @samples
func.func @samples(%a: tensor<1x8192xi8>, %w: tensor<128x8192xi8>) -> tensor<1x128xi32> {
  // CHECK: kernel = #qnn.kernel<int8_dot, tile = [14, 32], threads = 1>
  %0 = qnn.imatmul %a, %w {lhs_code = #qnn.code<8, unsigned>, rhs_code = #qnn.code<8, signed>} : (tensor<1x8192xi8>, tensor<128x8192xi8>) -> tensor<1x128xi32>
  return %0 : tensor<1x128xi32>
}
}

// -----

// Products of floats: bits where both operands are signs, tables where the
// weights are and it pays, constants or computed.
#v4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32>
#sign = #qnn.quantizer<bits = 1, encoding = bipolar>
module attributes {qnn.target = #v4, qnn.threads = 2 : i64} {
// CHECK-LABEL: func @computed_signs
func.func @computed_signs(%x: tensor<64x512xf32>, %w: tensor<512x128xf32>) -> (tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>) {
  %p = qnn.quantize %x {quantizer = #sign} : (tensor<64x512xf32>) -> tensor<64x512xf32>
  %q = qnn.quantize %w {quantizer = #sign} : (tensor<512x128xf32>) -> tensor<512x128xf32>
  // CHECK: kernel = #qnn.kernel<xnor_popcount, tile = [{{[0-9]+}}, 32], threads = 2>
  %0 = qnn.matmul %p, %q : (tensor<64x512xf32>, tensor<512x128xf32>) -> tensor<64x128xf32>
  // CHECK: kernel = #qnn.kernel<lookup, tile = [32, 32, 4], threads = 2>
  %1 = qnn.matmul %x, %q : (tensor<64x512xf32>, tensor<512x128xf32>) -> tensor<64x128xf32>
  // CHECK: kernel = #qnn.kernel<f32_fma, tile = [14, 32], threads = 2>
  %2 = qnn.matmul %x, %w : (tensor<64x512xf32>, tensor<512x128xf32>) -> tensor<64x128xf32>
  return %0, %1, %2 : tensor<64x128xf32>, tensor<64x128xf32>, tensor<64x128xf32>
}

// Codes of one bit, before they are bytes.
// CHECK-LABEL: func @codes
func.func @codes(%x: tensor<4x40xf32>, %w: tensor<128x40xi1>) -> tensor<4x128xf32> {
  %q = qnn.dequantize %w {code = #qnn.code<1, bipolar>, scale = array<f32: 0.5>} : (tensor<128x40xi1>) -> tensor<128x40xf32>
  // CHECK: qnn.matmul {{.*}}kernel = #qnn.kernel<lookup
  %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<4x40xf32>, tensor<128x40xf32>) -> tensor<4x128xf32>
  return %0 : tensor<4x128xf32>
}

// One magnitude; zeros are no signs.
// CHECK-LABEL: func @constant_signs
func.func @constant_signs(%x: tensor<4x4xf32>) -> (tensor<4x128xf32>, tensor<4x128xf32>) {
  %w = arith.constant dense<-0.5> : tensor<4x128xf32>
  %v = arith.constant dense<0.0> : tensor<4x128xf32>
  // CHECK: qnn.matmul {{.*}}kernel = #qnn.kernel<lookup
  %0 = qnn.matmul %x, %w : (tensor<4x4xf32>, tensor<4x128xf32>) -> tensor<4x128xf32>
  // CHECK: qnn.matmul {{.*}}kernel = #qnn.kernel<f32_fma
  %1 = qnn.matmul %x, %v : (tensor<4x4xf32>, tensor<4x128xf32>) -> tensor<4x128xf32>
  return %0, %1 : tensor<4x128xf32>, tensor<4x128xf32>
}

// No kernel does it.
// CHECK-LABEL: func @batched
func.func @batched(%x: tensor<2x4x8xf32>, %y: tensor<2x8x4xf32>) -> tensor<2x4x4xf32> {
  // CHECK: qnn.matmul %arg0, %arg1 :
  %0 = qnn.matmul %x, %y : (tensor<2x4x8xf32>, tensor<2x8x4xf32>) -> tensor<2x4x4xf32>
  return %0 : tensor<2x4x4xf32>
}

// Few rows by a matrix that would have to be laid out.
// CHECK-LABEL: func @few_rows
func.func @few_rows(%x: tensor<3x8xf32>, %y: tensor<8x64xf32>) -> tensor<3x64xf32> {
  // CHECK: qnn.matmul %arg0, %arg1 :
  %0 = qnn.matmul %x, %y : (tensor<3x8xf32>, tensor<8x64xf32>) -> tensor<3x64xf32>
  return %0 : tensor<3x64xf32>
}
}

// -----

// Weights that the last cache holds: reading them does not hide what is counted
// again and again, and that tables of bytes look up at once. Those of 512 output
// channels are near enough.
#znver4 = #qnn.target<triple = "x86_64-unknown-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>
module attributes {qnn.target = #znver4} {
// CHECK-LABEL: func @last_cache
func.func @last_cache(%a: tensor<1x4096xi2>, %b: tensor<1x4096xi4>, %u: tensor<512x4096xi1>, %v: tensor<4096x4096xi1>, %w: tensor<4096x4096xi4>) -> (tensor<1x512xi32>, tensor<1x4096xi32>, tensor<1x4096xi32>) {
  // CHECK: kernel = #qnn.kernel<bit_serial
  %0 = qnn.imatmul %a, %u {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4096xi2>, tensor<512x4096xi1>) -> tensor<1x512xi32>
  // CHECK: kernel = #qnn.kernel<lookup
  %1 = qnn.imatmul %a, %v {lhs_code = #qnn.code<2, unsigned>, rhs_code = #qnn.code<1, bipolar>} : (tensor<1x4096xi2>, tensor<4096x4096xi1>) -> tensor<1x4096xi32>
  // CHECK: kernel = #qnn.kernel<lookup
  %2 = qnn.imatmul %b, %w {lhs_code = #qnn.code<4, unsigned>, rhs_code = #qnn.code<4, signed>} : (tensor<1x4096xi4>, tensor<4096x4096xi4>) -> tensor<1x4096xi32>
  return %0, %1, %2 : tensor<1x512xi32>, tensor<1x4096xi32>, tensor<1x4096xi32>
}
}
