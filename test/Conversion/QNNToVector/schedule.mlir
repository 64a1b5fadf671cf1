// RUN: qnn-opt %s --convert-qnn-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// One row of pixels, two blocks of channels, 25 words. A register of 512 bits
// holds 16 sums; the masks of both are one word of the result.
// CHECK-LABEL: func.func @matmul
// CHECK-SAME: (%[[X:.*]]: tensor<1x25xi32>, %[[W:.*]]: tensor<2x25x32xi32>, %[[T:.*]]: tensor<2x1x32xi32>)
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0> : vector<16xi32>
// CHECK-DAG: %[[K:.*]] = arith.constant dense<784> : vector<16xi32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK: %[[ROW:.*]] = tensor.collapse_shape %[[X]] {{.*}} into tensor<25xi32>
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x2xi32>
// CHECK: scf.for %[[BLOCK:.*]] = %[[C0]] to %c2 step %c1 iter_args(%[[DEST:.*]] = %[[EMPTY]])
// CHECK:   %[[SUMS:.*]]:2 = scf.for %[[S:.*]] = %[[C0]] to %c25 step %c1 iter_args(%[[A:.*]] = %[[ZERO]], %[[B:.*]] = %[[ZERO]]) -> (vector<16xi32>, vector<16xi32>)
// CHECK-DAG:   %[[V:.*]] = vector.transfer_read %[[W]][%[[BLOCK]], %[[S]], %[[C0]]], %{{.*}} {in_bounds = [true]}
// CHECK-DAG:   %[[U:.*]] = vector.transfer_read %[[W]][%[[BLOCK]], %[[S]], %[[C16]]], %{{.*}} {in_bounds = [true]}
// CHECK:       %[[WORD:.*]] = tensor.extract %[[ROW]][%[[S]]]
// CHECK:       %[[WORDS:.*]] = vector.broadcast %[[WORD]] : i32 to vector<16xi32>
// CHECK:       %[[D:.*]] = arith.xori %[[WORDS]], %[[V]]
// CHECK:       %[[COUNT:.*]] = math.ctpop %[[D]]
// CHECK:       arith.addi %[[A]], %[[COUNT]]
// CHECK:   %[[TWICE:.*]] = arith.shli %[[SUMS]]#0
// CHECK:   %[[SUM:.*]] = arith.subi %[[K]], %[[TWICE]]
// CHECK:   %[[LIMIT:.*]] = vector.transfer_read %[[T]][%[[BLOCK]], %[[C0]], %[[C0]]]
// CHECK:   %[[MASK:.*]] = arith.cmpi sge, %[[SUM]], %[[LIMIT]]
// CHECK:   vector.insert_strided_slice %[[MASK]], %{{.*}} : vector<16xi1> into vector<32xi1>
// CHECK:   %[[BITS:.*]] = vector.bitcast %{{.*}} : vector<32xi1> to vector<1xi32>
// CHECK:   %[[OUT:.*]] = vector.extract %[[BITS]][0]
// CHECK:   tensor.insert %[[OUT]] into %[[DEST]][%[[C0]], %[[BLOCK]]]
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
  func.func @matmul(%x: tensor<1x25xi32>, %w: tensor<2x25x32xi32>, %t: tensor<2x1x32xi32>) -> tensor<1x2xi32> {
    %0 = qnn.xnor_matmul %x, %w, %t {channels = 784 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>,
            rhs_code = #qnn.code<1, bipolar>, out_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [14, 32]>}
        : (tensor<1x25xi32>, tensor<2x25x32xi32>, tensor<2x1x32xi32>) -> tensor<1x2xi32>
    return %0 : tensor<1x2xi32>
  }
}

// -----

// Without padding every column takes all taps: 28 of them are two tiles of 14,
// and 3 taps of 4 words are one loop of 12.
// CHECK-LABEL: func.func @conv
// CHECK: %[[X:.*]] = tensor.collapse_shape %{{.*}} : tensor<1x30x30x4xi32> into tensor<1x30x120xi32>
// CHECK: %[[W:.*]] = tensor.collapse_shape %{{.*}} : tensor<2x3x3x4x32xi32> into tensor<2x3x12x32xi32>
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c28 step %c1
// CHECK:   scf.for %[[COLUMN:.*]] = %c0 to %c28 step %c14
// CHECK:     scf.for %[[BLOCK:.*]] = %c0 to %c2 step %c1
// CHECK:       scf.for %[[KH:.*]] = %c0 to %c3 step %c1
// CHECK:         %[[IH:.*]] = arith.addi %[[ROW]], %[[KH]]
// CHECK:         scf.for %[[UNIT:.*]] = %c0 to %c12 step %c1
// CHECK-COUNT-2:   vector.transfer_read %[[W]][%[[BLOCK]], %[[KH]], %[[UNIT]], %{{.*}}]
// CHECK-COUNT-28:  math.ctpop
// CHECK-NOT:       math.ctpop
// CHECK:           scf.yield
// CHECK-COUNT-28: vector.transfer_write
// CHECK-NOT: scf.for
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
  func.func @conv(%x: tensor<1x30x30x4xi32>, %w: tensor<2x3x3x4x32xi32>) -> tensor<1x28x28x64xi32> {
    %0 = qnn.xnor_conv2d %x, %w {channels = 128 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>,
            rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [14, 32]>}
        : (tensor<1x30x30x4xi32>, tensor<2x3x3x4x32xi32>) -> tensor<1x28x28x64xi32>
    return %0 : tensor<1x28x28x64xi32>
  }
}

// -----

// Padding is not visited: rows of the filter from max(0, 1 - row) to
// min(3, 9 - row). Of 8 columns in two tiles the first has the tap 0 for its
// last 3 pixels only, the second the tap 2 for its first 3. The length of a sum
// follows rows and taps: 64 and 96 of each row.
// CHECK-LABEL: func.func @padding
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c8 step %c1
// CHECK:   %[[ABOVE:.*]] = arith.subi %c1, %[[ROW]]
// CHECK:   %[[FIRST:.*]] = arith.maxsi %[[ABOVE]], %c0
// CHECK:   %[[LOW:.*]] = arith.minsi %[[FIRST]], %c3
// CHECK:   %[[BELOW:.*]] = arith.subi %c9, %[[ROW]]
// CHECK:   %[[LAST:.*]] = arith.maxsi %[[BELOW]], %c0
// CHECK:   %[[HIGH:.*]] = arith.minsi %[[LAST]], %c3
// CHECK:   scf.for %{{.*}} = %[[LOW]] to %[[HIGH]] step %c1
// CHECK-COUNT-6: math.ctpop
// CHECK-NOT:   math.ctpop
// CHECK:     scf.for %{{.*}} = %c1 to %c3 step %c1
// CHECK-COUNT-8: math.ctpop
// CHECK-NOT:   math.ctpop
// CHECK:   %[[ROWS:.*]] = arith.subi %[[HIGH]], %[[LOW]]
// CHECK-DAG:   arith.muli %[[ROWS]], %c64
// CHECK-DAG:   arith.muli %[[ROWS]], %c96
// CHECK:   scf.for %{{.*}} = %[[LOW]] to %[[HIGH]] step %c1
// CHECK:     scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK-COUNT-14: math.ctpop
// CHECK-NOT:   math.ctpop
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
  func.func @padding(%x: tensor<1x8x8x1xi32>, %w: tensor<1x3x3x1x32xi32>) -> tensor<1x8x8x32xi16> {
    %0 = qnn.xnor_conv2d %x, %w {channels = 32 : i64, out_channels = 32 : i64, pads = array<i64: 1, 1, 1, 1>, lhs_code = #qnn.code<1, bipolar>,
            rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
        : (tensor<1x8x8x1xi32>, tensor<1x3x3x1x32xi32>) -> tensor<1x8x8x32xi16>
    return %0 : tensor<1x8x8x32xi16>
  }
}

// -----

// 10 channels of 32: the registers that hold none are not computed, the last
// is cut. Without a target registers have 128 bits, and bits are counted in
// bytes.
// CHECK-LABEL: func.func @part_of_block
// CHECK: iter_args({{.*}}) -> (vector<16xi8>, vector<16xi8>, vector<16xi8>)
// CHECK-COUNT-2: vector.transfer_write %{{.*}} : vector<4xi32>, tensor<1x10xi32>
// CHECK: vector.extract_strided_slice %{{.*}} {offsets = [0], sizes = [2], strides = [1]}
// CHECK: vector.transfer_write %{{.*}} : vector<2xi32>, tensor<1x10xi32>
func.func @part_of_block(%x: tensor<1x2xi32>, %w: tensor<1x2x32xi32>) -> tensor<1x10xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 64 : i64, out_channels = 10 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x2xi32>, tensor<1x2x32xi32>) -> tensor<1x10xi32>
  return %0 : tensor<1x10xi32>
}

// -----

// A byte counts the bits of 31 words: 124 words are 4 loops of 31.
// CHECK-LABEL: func.func @widen
// CHECK: scf.for %[[FIRST:.*]] = %c0 to %c124 step %c31 iter_args({{.*}}) -> (vector<4xi32>)
// CHECK:   %[[END:.*]] = arith.addi %[[FIRST]], %c31
// CHECK:   %[[BYTES:.*]] = scf.for %{{.*}} = %[[FIRST]] to %[[END]] step %c1 iter_args({{.*}}) -> (vector<16xi8>)
// CHECK:     %[[BITS:.*]] = math.ctpop %{{.*}} : vector<16xi8>
// CHECK:     arith.addi %{{.*}}, %[[BITS]] : vector<16xi8>
// CHECK:   %[[SHORTS:.*]] = llvm.call_intrinsic "llvm.x86.ssse3.pmadd.ub.sw.128"(%[[BYTES]]
// CHECK:   %[[WORDS:.*]] = llvm.call_intrinsic "llvm.x86.sse2.pmadd.wd"(%[[SHORTS]]
// CHECK:   arith.addi %{{.*}}, %[[WORDS]] : vector<4xi32>
func.func @widen(%x: tensor<1x124xi32>, %w: tensor<1x124x32xi32>) -> tensor<1x4xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 3968 : i64, out_channels = 4 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x124xi32>, tensor<1x124x32xi32>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}

// -----

// Weights of 12 blocks, 16 KB each, do not fit half of 256 KB: all rows take 6
// of them, then all rows the others. One pixel has registers for 4 blocks.
// CHECK-LABEL: func.func @ranges
// CHECK: scf.for %[[RANGE:.*]] = %c0 to %c12 step %c6
// CHECK:   scf.for %{{.*}} = %c0 to %c16 step %c4
// CHECK:     %[[END:.*]] = arith.addi %[[RANGE]], %c6
// CHECK:     scf.for %{{.*}} = %[[RANGE]] to %[[END]] step %c1
func.func @ranges(%x: tensor<16x128xi32>, %w: tensor<12x128x32xi32>) -> tensor<16x384xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 4096 : i64, out_channels = 384 : i64, lhs_code = #qnn.code<1, bipolar>,
          rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<16x128xi32>, tensor<12x128x32xi32>) -> tensor<16x384xi32>
  return %0 : tensor<16x384xi32>
}

// -----

// 14 rows 4 KB apart would share a set of the cache: those of a tile are copied
// to where each is a line further, and read there for all blocks.
// CHECK-LABEL: func.func @rows_apart
// CHECK: %[[X:.*]] = tensor.collapse_shape %{{.*}} into tensor<28672xf32>
// CHECK: scf.for %{{.*}} = %c0 to %c28 step %c14
// CHECK:   %[[COPY:.*]] = tensor.empty() : tensor<14560xf32>
// CHECK:   %[[ROWS:.*]] = scf.for %{{.*}} = %c0 to %c14 step %c1 iter_args(%{{.*}} = %[[COPY]])
// CHECK:     scf.for %{{.*}} = %c0 to %c1024 step %c16
// CHECK:       %[[LINE:.*]] = vector.transfer_read %[[X]]
// CHECK:       vector.transfer_write %[[LINE]]
// CHECK:   scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK:     tensor.extract %[[ROWS]]
// CHECK-NOT: tensor.extract %[[X]]
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
  func.func @rows_apart(%x: tensor<28x1024xf32>, %w: tensor<2x1024x32xf32>) -> tensor<28x64xf32> {
    %0 = qnn.f32_matmul %x, %w {channels = 1024 : i64, out_channels = 64 : i64, kernel = #qnn.kernel<f32_fma, tile = [14, 32]>}
        : (tensor<28x1024xf32>, tensor<2x1024x32xf32>) -> tensor<28x64xf32>
    return %0 : tensor<28x64xf32>
  }
}

// -----

// CHECK-LABEL: func.func @blocks_at_once
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK:   scf.for {{.*}} -> (vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>)
module attributes {qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
  func.func @blocks_at_once(%x: tensor<1x4xi32>, %w: tensor<8x4x32xi32>) -> tensor<1x256xi32> {
    %0 = qnn.xnor_matmul %x, %w {channels = 128 : i64, out_channels = 256 : i64, lhs_code = #qnn.code<1, bipolar>,
            rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [14, 32]>}
        : (tensor<1x4xi32>, tensor<8x4x32xi32>) -> tensor<1x256xi32>
    return %0 : tensor<1x256xi32>
  }
}

// -----

// Dilated taps and groups have loops of their own.
// CHECK-LABEL: func.func @groups
// CHECK: scf.for %[[GROUP:.*]] = %c0 to %c2 step %c1
// CHECK:   scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK:     scf.for %{{.*}} = %c0 to %c3 step %c1
// CHECK:       scf.for %{{.*}} = %c0 to %c5 step %c1
// CHECK:         tensor.extract %{{.*}} : tensor<1x8x80xi32>
func.func @groups(%x: tensor<1x8x8x10xi32>, %w: tensor<2x2x3x5x32xi32>) -> tensor<1x7x4x8xi32> {
  %0 = qnn.xnor_conv2d %x, %w {channels = 160 : i64, out_channels = 8 : i64, groups = 2 : i64, dilations = array<i64: 1, 2>,
          lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>, kernel = #qnn.kernel<xnor_popcount, tile = [1, 32]>}
      : (tensor<1x8x8x10xi32>, tensor<2x2x3x5x32xi32>) -> tensor<1x7x4x8xi32>
  return %0 : tensor<1x7x4x8xi32>
}

// -----

// The outermost loops, those of the last tile's blocks of channels too, say how
// many threads the kernel has.
module attributes {qnn.threads = 4 : i64, qnn.target = #qnn.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "", vector_bits = 512, registers = 32>} {
// CHECK-LABEL: func.func @threads
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK-NOT: qnn.threads
// CHECK: {{^}}    } {qnn.threads = 3 : i64}
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK-NOT: qnn.threads
// CHECK: {{^}}    } {qnn.threads = 3 : i64}
// CHECK-NOT: qnn.threads
// CHECK: return
func.func @threads(%x: tensor<11x8xi32>, %w: tensor<2x8x32xi32>) -> tensor<11x64xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 256 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32], threads = 3>}
      : (tensor<11x8xi32>, tensor<2x8x32xi32>) -> tensor<11x64xi32>
  return %0 : tensor<11x64xi32>
}

// Not chosen: nothing to say.
// CHECK-LABEL: func.func @any_threads
// CHECK-NOT: qnn.threads
// CHECK: return
func.func @any_threads(%x: tensor<11x8xi32>, %w: tensor<2x8x32xi32>) -> tensor<11x64xi32> {
  %0 = qnn.xnor_matmul %x, %w {channels = 256 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
          kernel = #qnn.kernel<xnor_popcount, tile = [4, 32]>}
      : (tensor<11x8xi32>, tensor<2x8x32xi32>) -> tensor<11x64xi32>
  return %0 : tensor<11x64xi32>
}
}
