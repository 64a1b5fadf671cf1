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

def EmitEntry : Pass<"qnn-emit-entry", "::mlir::ModuleOp"> {
  let summary = "adds the C entry points and the descriptor of a model";
  let description = [{
    Works on the llvm dialect. The function of one sample becomes internal, with
    noalias arguments; around it come `NAME_run`, typed pointers and a loop over
    the batch, the constant `qnn_model_NAME` and the weak function
    `qnn_get_model`: the interface of `qnn_runtime.h`. Reads `qnn.model`,
    `qnn.arena_bytes` and `qnn.batch` (runs of the sample function in one call;
    0: an argument says; missing: 1) from the module.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // QNN_TRANSFORMS_PASSES
