//===- Passes.td - Passes on upstream dialects ------------------*- tablegen -*-===//

#ifndef QNN_TRANSFORMS_PASSES
#define QNN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def DescribeModel : Pass<"qnn-describe-model", "::mlir::ModuleOp"> {
  let summary = "records the entry function's signature on the module";
  let description = [{
    Puts the name, inputs and outputs of the one public function into the module
    attribute `qnn.model`, before bufferization changes the signature. Names come
    from the argument and result attributes `qnn.name`. Fails where there is no
    public function or more than one, or a type is not a static tensor of f32,
    i8, i32 or i64.

    ```mlir
    module {
      func.func @f(%x: tensor<1x4xf32> {qnn.name = "image"}) -> tensor<1x4xf32> { return %x : tensor<1x4xf32> }
    }
    // becomes
    module attributes {qnn.model = {inputs = [{name = "image", type = tensor<1x4xf32>} ], name = "f",
                                    outputs = [{name = "output0", type = tensor<1x4xf32>} ]}} {
      func.func @f(%x: tensor<1x4xf32> {qnn.name = "image"}) -> tensor<1x4xf32> { return %x : tensor<1x4xf32> }
    }
    ```
  }];
}

def ExpandMath : Pass<"qnn-expand-math"> {
  let summary = "replaces math functions by arithmetic, so that no libm is called";
  let description = [{
    Exponentials, logarithms, powers and hyperbolic functions become polynomials
    of f32, scalar or vector (error of exp and tanh below 1e-6), which also
    vectorise. Products and sums stay apart, so that all targets give the same
    bits. What CPUs have as an instruction stays: square root, floor, ceiling,
    truncation, rounding to even, absolute value, copysign, popcount. For a
    target without instructions for it (`x86-64`), rounding is expanded, too.

    ```mlir
    func.func @f(%x: f32) -> f32 {
      %0 = math.exp %x : f32 // becomes arith ops and a math.floor
      return %0 : f32
    }
    ```
  }];
  let dependentDialects = ["::qnn::QNNDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def MergeLoops : Pass<"qnn-merge-loops", "::mlir::func::FuncOp"> {
  let summary = "one loop over dimensions that all buffers walk in one go";
  let description = [{
    Neighbouring loops of a `linalg.generic` become one where every operand has
    their dimensions side by side, or none of them: rows of eight pixels are
    too short for vectors, images are not. Inputs lose dimensions of size 1
    that they are broadcast along.

    ```mlir
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (c)>,
                                     affine_map<(n, c, h, w) -> (n, c, h, w)>], ...}
        ins(%x, %bias : memref<2x3x4x4xf32>, memref<3xf32>) outs(%y : memref<2x3x4x4xf32>)
    // becomes
    linalg.generic {indexing_maps = [affine_map<(n, c, p) -> (n, c, p)>, affine_map<(n, c, p) -> (c)>,
                                     affine_map<(n, c, p) -> (n, c, p)>], ...}
        ins(%x1, %bias : memref<2x3x16xf32>, memref<3xf32>) outs(%y1 : memref<2x3x16xf32>)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect"];
}

def LowerCopies : Pass<"qnn-lower-copies", "::mlir::func::FuncOp"> {
  let summary = "turns copies of strided buffers into loops";
  let description = [{
    A `memref.copy` between contiguous buffers becomes a memcpy; any other would
    become a call of a runtime function, which an object must not need. Those
    become `linalg.generic` here.

    ```mlir
    func.func @f(%x: memref<4x2xf32, strided<[8, 1]>>, %y: memref<4x2xf32>) {
      memref.copy %x, %y : memref<4x2xf32, strided<[8, 1]>> to memref<4x2xf32>
      return
    }
    // becomes
    func.func @f(%x: memref<4x2xf32, strided<[8, 1]>>, %y: memref<4x2xf32>) {
      linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                      iterator_types = ["parallel", "parallel"]}
          ins(%x : memref<4x2xf32, strided<[8, 1]>>) outs(%y : memref<4x2xf32>) {
      ^bb0(%in: f32, %out: f32):
        linalg.yield %in : f32
      }
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def Recompute : Pass<"qnn-recompute", "::mlir::func::FuncOp"> {
  let summary = "what the backward part of a step reads is computed again, or kept as bytes";
  let description = [{
    A tensor that an elementwise `linalg.generic` of few cheap operations makes is computed again for its late
    readers, and fused there, where what it is made of is in memory anyway: the result of a
    batch normalization, whose input is kept; signs; quantized weights. Where a loop knows of a tensor but how a
    comparison came out (windows of quantizers, relu, random masks), the comparison is made early, and bytes
    are kept. No bit of a result changes.

    ```mlir
    %1 = linalg.generic ins(%x, %mean : ...) { arith.subf }
    "use"(%1) : ...
    ... // much later
    %2 = linalg.generic ins(%1, %g : ...) { arith.mulf }
    %3 = linalg.generic ins(%x, %g : ...) { arith.addf }
    // becomes
    %1 = linalg.generic ins(%x, %mean : ...) { arith.subf }
    "use"(%1) : ...
    ...
    %4 = linalg.generic ins(%x, %mean : ...) { arith.subf }
    %2 = linalg.generic ins(%4, %g : ...) { arith.mulf }
    %3 = linalg.generic ins(%x, %g : ...) { arith.addf }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseElementwise : Pass<"qnn-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "elementwise loops become part of the loop that reads them";
  let description = [{
    As `linalg-fuse-elementwise-ops`: a `linalg.generic` whose result has one reader is computed there. But where the
    reader is late, and what the loop reads would be kept in memory for it, of more bytes than the result has,
    the result is kept instead: of a step, comparisons that `qnn-recompute` made early.

    ```mlir
    %0 = linalg.generic ins(%x : tensor<4xf32>) ... { arith.addf }
    %1 = linalg.generic ins(%0 : tensor<4xf32>) ... { arith.mulf }
    // becomes
    %1 = linalg.generic ins(%x : tensor<4xf32>) ... { arith.addf, arith.mulf }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def SplitDestinations : Pass<"qnn-split-destinations", "::mlir::func::FuncOp"> {
  let summary = "a buffer of its own for each result, from where it is written on";
  let description = [{
    A `tensor.empty` with several uses, as CSE makes them, becomes one for each, before the
    op that uses it: results that have nothing to do with each other would share a buffer, which
    lives from the first to the last of them. So does a `linalg.fill` for each op that writes to
    what it filled.

    ```mlir
    %0 = tensor.empty() : tensor<4xf32>
    %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    %2 = linalg.exp ins(%1 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    // becomes
    %0 = tensor.empty() : tensor<4xf32>
    %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    %2 = tensor.empty() : tensor<4xf32>
    %3 = linalg.exp ins(%1 : tensor<4xf32>) outs(%2 : tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

def ReturnBuffers : Pass<"qnn-return-buffers", "::mlir::func::FuncOp"> {
  let summary = "each result of a function is a whole buffer of its own";
  let description = [{
    A buffer that is returned as it is becomes an argument (`buffer-results-to-out-params`), so its elements
    are computed where the caller wants them. Of a result that is another shape of a buffer
    the buffer is made in the result's shape; a buffer that two results are is copied for the second.

    ```mlir
    %0 = memref.alloc() : memref<2x6xf32>
    "write"(%0) : (memref<2x6xf32>) -> ()
    %1 = memref.expand_shape %0 [[0], [1, 2]] output_shape [2, 2, 3] : memref<2x6xf32> into memref<2x2x3xf32>
    return %1 : memref<2x2x3xf32>
    // becomes
    %0 = memref.alloc() : memref<2x2x3xf32>
    %1 = memref.collapse_shape %0 [[0], [1, 2]] : memref<2x2x3xf32> into memref<2x6xf32>
    "write"(%1) : (memref<2x6xf32>) -> ()
    return %0 : memref<2x2x3xf32>
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def PlanArena : Pass<"qnn-plan-arena", "::mlir::ModuleOp"> {
  let summary = "places every buffer of the entry function in one arena argument";
  let description = [{
    Each `memref.alloc` of static size becomes a `memref.view` into a new last
    argument `memref<Nxi8>`. Buffers whose lifetimes overlap get disjoint, 64-byte
    aligned places (first fit, largest first). N is recorded as `qnn.arena_bytes`
    on the module. Fails on an allocation of dynamic size.

    ```mlir
    func.func @f(%x: memref<16xf32>) {
      %0 = memref.alloc() : memref<16xf32>
      memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
      return
    }
    // becomes
    func.func @f(%x: memref<16xf32>, %arena: memref<64xi8>) {
      %c0 = arith.constant 0 : index
      %0 = memref.view %arena[%c0][] : memref<64xi8> to memref<16xf32>
      memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def OutlineParallel : Pass<"qnn-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "moves loops that may run on threads into functions";
  let description = [{
    Where the module attribute `qnn.threads` is N, 2 or more, the outermost loops
    of the public function whose iterations write disjoint parts of buffers, seen
    from the indices, and whose work is worth the start of threads become private
    functions with the attribute `qnn.parallel = N`. They take what the loop uses,
    a range of iterations and the number of a thread, below N. The call runs all
    iterations; `qnn-call-pool` splits it. Buffers that the loop allocates become
    parts of one buffer, a part for each thread. Nothing is done where `qnn.batch`
    is N or more: then threads run whole samples.

    A loop with the attribute `qnn.threads = M`, and those in it, have at most M
    threads: the loops of a product whose `#qnn.kernel` says so. The attribute is
    removed from all loops.

    Where the iterations cannot be shared evenly (7 rows on 2 threads), loops
    within, over what is disjoint in another dimension of the same buffers, are cut
    into parts, and the range counts these.

    ```mlir
    module attributes {qnn.threads = 2} {
      func.func @f(%x: memref<64xf32>, %y: memref<64xf32>) {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c64 = arith.constant 64 : index
        scf.for %i = %c0 to %c64 step %c1 {
          %0 = memref.load %x[%i] : memref<64xf32>
          memref.store %0, %y[%i] : memref<64xf32>
        }
        return
      }
    }
    // becomes
    module attributes {qnn.threads = 2} {
      func.func @f(%x: memref<64xf32>, %y: memref<64xf32>) {
        %c0 = arith.constant 0 : index
        %c64 = arith.constant 64 : index
        call @f_loop0(%x, %y, %c0, %c64, %c0) : (memref<64xf32>, memref<64xf32>, index, index, index) -> ()
        return
      }
      func.func private @f_loop0(%x: memref<64xf32> {llvm.noalias}, %y: memref<64xf32> {llvm.noalias},
                                 %begin: index, %end: index, %thread: index) attributes {qnn.parallel = 2 : i64} {
        %c1 = arith.constant 1 : index
        scf.for %i = %begin to %end step %c1 {
          %0 = memref.load %x[%i] : memref<64xf32>
          memref.store %0, %y[%i] : memref<64xf32>
        }
        return
      }
    }
    ```
  }];
  let options = [
    Option<"minWork", "min-work", "double", /*default=*/"16384",
           "Operations below which a loop stays on one thread">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

def OutlineLoops : Pass<"qnn-outline-loops", "::mlir::ModuleOp"> {
  let summary = "moves the loops of a large function into functions";
  let description = [{
    Where the public function has `min-ops` operations or more, each loop on its
    top level becomes a private function that takes what the loop uses, and is not
    inlined. Buffers that the loop allocates are allocated by the caller. Smaller
    functions stay as they are. `duplicate-function-elimination` then leaves one
    of equal functions.

    ```mlir
    func.func @f(%x: memref<64xf32>, %y: memref<64xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      scf.for %i = %c0 to %c64 step %c1 {
        %0 = memref.load %x[%i] : memref<64xf32>
        memref.store %0, %y[%i] : memref<64xf32>
      }
      return
    }
    // becomes, with min-ops=1
    func.func @f(%x: memref<64xf32>, %y: memref<64xf32>) {
      call @f_part0(%x, %y) : (memref<64xf32>, memref<64xf32>) -> ()
      return
    }
    func.func private @f_part0(%x: memref<64xf32> {llvm.noalias}, %y: memref<64xf32> {llvm.noalias})
        attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["noinline"]} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      scf.for %i = %c0 to %c64 step %c1 {
        %0 = memref.load %x[%i] : memref<64xf32>
        memref.store %0, %y[%i] : memref<64xf32>
      }
      return
    }
    ```
  }];
  let options = [
    Option<"minOps", "min-ops", "int64_t", /*default=*/"2000",
           "Operations below which a function stays as it is">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect"];
}

def CallPool : Pass<"qnn-call-pool", "::mlir::ModuleOp"> {
  let summary = "calls parallel loops through the runtime's threads";
  let description = [{
    Works on the llvm dialect. A call of a function with the attribute
    `qnn.parallel = N` stores its arguments into a struct on the stack and calls
    `qnn_parallel_for` of `qnn_runtime.h` with a function that loads them, so the
    range of iterations is run in parts by at most N threads.

    ```mlir
    llvm.func @f(%x: !llvm.ptr, %count: i64) {
      %c0 = llvm.mlir.constant(0 : i64) : i64
      llvm.call @f_loop0(%x, %c0, %count, %c0) : (!llvm.ptr, i64, i64, i64) -> ()
      llvm.return
    }
    // becomes
    llvm.func @f(%x: !llvm.ptr, %count: i64) {
      %one = llvm.mlir.constant(1 : i64) : i64
      %context = llvm.alloca %one x !llvm.struct<(ptr)> : (i64) -> !llvm.ptr
      %field = llvm.getelementptr %context[0, 0] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr)>
      llvm.store %x, %field : !llvm.ptr, !llvm.ptr
      %threads = llvm.mlir.constant(2 : i64) : i64
      %body = llvm.mlir.addressof @f_loop0_thread : !llvm.ptr
      llvm.call @qnn_parallel_for(%body, %context, %count, %threads) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
      llvm.return
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def EmitEntry : Pass<"qnn-emit-entry", "::mlir::ModuleOp"> {
  let summary = "adds the C entry points and the descriptor of a model";
  let description = [{
    Works on the llvm dialect. The function of one sample becomes internal, with
    noalias arguments; around it come `NAME_run`, typed pointers and a loop over
    the batch, the constant `qnn_model_NAME` and the weak function
    `qnn_get_model`: the interface of `qnn_runtime.h`. Reads `qnn.model`,
    `qnn.arena_bytes` and `qnn.batch` (runs of the sample function in one call;
    0: an argument says; missing: 1) from the module. Where `qnn.threads` is N, 2
    or more, and the batch an argument or at least N, the samples are split over
    threads by `qnn_parallel_for`, and the arena becomes N times as large.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def UpdateInPlace : Pass<"qnn-update-in-place", "::mlir::func::FuncOp"> {
  let summary = "makes states that a step takes and gives one memory";
  let description = [{
    A result with the attribute `qnn.state = N` is the next value of the argument
    with the same attribute. The argument becomes a memref that the function
    reads and, at its end, writes; the result goes. All other tensor arguments
    are marked as not writable.

    ```mlir
    func.func @step(%w: tensor<4xf32> {qnn.state = 0}, %x: tensor<4xf32>) -> (tensor<4xf32> {qnn.state = 0}) {
      %0 = qnn.add %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    // becomes
    func.func @step(%w: memref<4xf32> {qnn.state = 0}, %x: tensor<4xf32> {bufferization.writable = false}) {
      %old = bufferization.to_tensor %w restrict writable : memref<4xf32> to tensor<4xf32>
      %0 = qnn.add %old, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      bufferization.materialize_in_destination %0 in restrict writable %w : (tensor<4xf32>, memref<4xf32>) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def PromoteAccumulators : Pass<"qnn-promote-accumulators", "::mlir::func::FuncOp"> {
  let summary = "keeps sums of loops in registers";
  let description = [{
    A loop that reads and writes one element of a buffer of its own (`memref.alloc`)
    in each turn carries it as a value instead. A sum of floats that a loop so
    carries may be reordered (`reassoc`), which vectorises it.

    ```mlir
    scf.for %i = %c0 to %c64 step %c1 {
      %x = memref.load %in[%i] : memref<64xf32>
      %old = memref.load %sum[%c0] : memref<1xf32>
      %new = arith.addf %old, %x : f32
      memref.store %new, %sum[%c0] : memref<1xf32>
    }
    // becomes
    %start = memref.load %sum[%c0] : memref<1xf32>
    %total = scf.for %i = %c0 to %c64 step %c1 iter_args(%old = %start) -> (f32) {
      %x = memref.load %in[%i] : memref<64xf32>
      %new = arith.addf %old, %x fastmath<reassoc> : f32
      scf.yield %new : f32
    }
    memref.store %total, %sum[%c0] : memref<1xf32>
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def PrefetchStreams : Pass<"qnn-prefetch-streams", "::mlir::func::FuncOp"> {
  let summary = "fetches what is read once ahead of its use";
  let description = [{
    A constant or a buffer that does not fit the target's second-level cache, and is
    not read again by any loop around, is a stream from memory: weights of a product
    of one row, what a recurrent layer saved. What the iterations 1 KB ahead read
    (256 bytes, of what fits the last cache of targets with 512 bits) is asked for,
    line by line, of the innermost loop that reads that much.

    ```mlir
    %w = memref.get_global @weights : memref<128x1024x128xi8>
    scf.for %block = %c0 to %c128 step %c1 {
      scf.for %step = %c0 to %c1024 step %c1 {
        %0 = vector.load %w[%block, %step, %c0] : memref<128x1024x128xi8>, vector<32xi8>
        "use"(%0) : (vector<32xi8>) -> ()
      }
    }
    // becomes, in the inner loop
    %ahead = arith.addi %step, %c8 : index
    memref.prefetch %w[%block, %ahead, %c0], read, locality<3>, data : memref<128x1024x128xi8>
    %0 = vector.load %w[%block, %step, %c0] : memref<128x1024x128xi8>, vector<32xi8>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def StreamStores : Pass<"qnn-stream-stores", "::mlir::func::FuncOp"> {
  let summary = "lines of great results are stored past the caches";
  let description = [{
    Stores that fill whole lines of a buffer greater than the target's last cache, which their loops do not read, become
    non-temporal: an ordinary store would read the line from memory first. The buffers are those of the arena, and
    arguments, which are asked for their alignment. The function ends with a fence, for the sake of other threads. Targets
    without such a fence are left alone.

    ```mlir
    func.func @f(%y: memref<4096x4096xf32> {llvm.align = 64 : i64}, %x: vector<16xf32>) {
      scf.for %i = %c0 to %c4096 step %c1 {
        vector.transfer_write %x, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<4096x4096xf32>
      }
      return
    }
    // becomes
    func.func @f(%y: memref<4096x4096xf32> {llvm.align = 64 : i64}, %x: vector<16xf32>) {
      scf.for %i = %c0 to %c4096 step %c1 {
        vector.store %x, %y[%i, %c0] {alignment = 64 : i64, nontemporal = true}
            : memref<4096x4096xf32>, vector<16xf32>
      }
      llvm.call_intrinsic "llvm.x86.sse.sfence"() : () -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

#endif // QNN_TRANSFORMS_PASSES
