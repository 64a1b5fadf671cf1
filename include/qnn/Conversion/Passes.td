//===- Passes.td - Passes of lib/Conversion ----------------*- tablegen -*-===//

include "mlir/Pass/PassBase.td"

def ConvertQNNToLinalg : Pass<"convert-qnn-to-linalg"> {
  let summary = "lower every op but packed products to linalg, on tensors";
  let description = [{
    Ops of graph and shape form, conversions between floats, sums, codes and
    words, and pooling become `linalg.generic` (one body for each op, without
    fast-math flags, so that every step is rounded as in `Arith`), `tensor` ops,
    and for `qnn.pack`, `qnn.unpack` and `qnn.top_k` loops of `scf`. Codes must be
    bytes: the number modulo 256, for bipolar codes the bit. `qnn.pack` of a
    `qnn.encode` compares vectors of floats and keeps the mask: no byte is
    written.

    Packed products are left to `convert-qnn-to-vector`, and so are `qnn.encode` and
    `qnn.pack` of what a product or elementwise ops behind it make, with the mark
    `qnn.epilogue_pack`; any other op that is left is an error.

    ```mlir
    %0 = qnn.relu %x : (tensor<1x64xf32>) -> tensor<1x64xf32>
    ```
    becomes
    ```mlir
    %1 = tensor.empty() : tensor<1x64xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<1x64xf32>) outs(%1 : tensor<1x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %zero = arith.constant 0.0 : f32
      %2 = arith.maximumf %in, %zero : f32
      linalg.yield %2 : f32
    } -> tensor<1x64xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect"];
}

def ConvertQNNToVector : Pass<"convert-qnn-to-vector"> {
  let summary = "lower packed products to loops and vectors";
  let description = [{
    Every op of `PackedContractionOpInterface` becomes one loop nest on tensors:
    batch, output row, tiles of M columns, blocks of 32 output channels, then the
    filter's taps and the words (channels) of a tap. M x 32 sums stay in vectors
    of the target's registers (`qnn.target`), which the loops carry one by one.
    The inner product is that of the op's `#qnn.kernel`; a lookup of floats whose
    tile has a third number gets a nest of its own, where lanes are pixels and
    tables of sums are in memory. The outermost loops get the kernel's threads as
    attribute `qnn.threads`, where those were chosen. Thresholds are compared
    and packed before the store. An elementwise `linalg.generic` that alone reads
    a product's sums, floats or bytes becomes part of the nest, and stores its results
    instead; not so the update of a state where the function has `qnn.separate_update`.
    Encoders and packs marked `qnn.epilogue_pack`, of such a loop's floats or of the
    product's, store words in the nest; those that no product takes get loops.
    Anything else is left alone.

    ```mlir
    %0 = qnn.xnor_matmul %x, %w {channels = 784 : i64, out_channels = 64 : i64, lhs_code = #qnn.code<1, bipolar>, rhs_code = #qnn.code<1, bipolar>,
            kernel = #qnn.kernel<xnor_popcount, tile = [14, 32]>}
        : (tensor<1x25xi32>, tensor<2x25x32xi32>) -> tensor<1x64xi32>
    ```
    becomes, for registers of 512 bits (constants and what follows the words' loop left out),
    ```
    %1 = scf.for %block = %c0 to %c2 step %c1 iter_args(%d = %empty) -> (tensor<1x64xi32>) {
      %2:2 = scf.for %s = %c0 to %c25 step %c1 iter_args(%a = %zero, %b = %zero) -> (vector<16xi32>, vector<16xi32>) {
        %3 = vector.transfer_read %w[%block, %s, %c0], %c0_i32 {in_bounds = [true]} : tensor<2x25x32xi32>, vector<16xi32>
        %4 = vector.transfer_read %w[%block, %s, %c16], %c0_i32 {in_bounds = [true]} : tensor<2x25x32xi32>, vector<16xi32>
        %5 = tensor.extract %x[%s] : tensor<25xi32>
        %6 = vector.broadcast %5 : i32 to vector<16xi32>
        %7 = arith.xori %6, %3 : vector<16xi32>
        %8 = math.ctpop %7 : vector<16xi32>
        %9 = arith.addi %a, %8 : vector<16xi32>
        %10 = arith.xori %6, %4 : vector<16xi32>
        %11 = math.ctpop %10 : vector<16xi32>
        %12 = arith.addi %b, %11 : vector<16xi32>
        scf.yield %9, %12 : vector<16xi32>, vector<16xi32>
      }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect"];
}
