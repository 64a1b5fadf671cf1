// RUN: qnn-opt %s --qnn-emit-entry --split-input-file --verify-diagnostics | FileCheck %s

// One sample: run calls it. The descriptor holds the sizes of qnn_runtime.h.
module attributes {qnn.arena_bytes = 192 : i64, qnn.model = {
    name = "f", inputs = [{name = "x", type = tensor<1x4xf32>}], outputs = [{name = "y", type = tensor<2xi64>}]}} {
  // CHECK: llvm.func internal @f_sample(%{{.*}}: !llvm.ptr {llvm.noalias, llvm.readonly}, %{{.*}}: !llvm.ptr {llvm.noalias}, %{{.*}}: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias})
  llvm.func @f(%x: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr) {
    llvm.return
  }
  // CHECK: llvm.func @f_run(%[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr, %[[A:.*]]: !llvm.ptr) -> i32
  // CHECK-NEXT: llvm.call @f_sample(%[[X]], %[[Y]], %[[A]])
  // CHECK: llvm.func internal @f_call(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i32
  // CHECK: llvm.mlir.global internal constant @f_inputs_0_name("x\00")
  // CHECK: @f_inputs_0_shape(dense<[1, 4]> : tensor<2xi64>)
  // CHECK: @f_outputs_0_shape(dense<2> : tensor<1xi64>)
  // CHECK: llvm.mlir.global external constant @qnn_model_f()
  // CHECK: llvm.mlir.constant(192 : i64)
  // CHECK: llvm.func weak @qnn_get_model() -> !llvm.ptr
}

// -----

// The batch is an argument: a loop advances inputs and outputs by their bytes,
// the arena is the same for all samples.
module attributes {qnn.arena_bytes = 0 : i64, qnn.batch = 0 : i64, qnn.model = {
    name = "g", inputs = [{name = "x", type = tensor<1x4xf32>}], outputs = [{name = "y", type = tensor<2xi64>}]}} {
  llvm.func @g(%x: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr) {
    llvm.return
  }
  // CHECK: llvm.func @g_run(%[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr, %[[A:.*]]: !llvm.ptr, %[[N:.*]]: i64) -> i32
  // CHECK: ^bb1(%[[I:.*]]: i64):
  // CHECK: llvm.icmp "slt" %[[I]], %[[N]]
  // CHECK: %[[XI:.*]] = llvm.getelementptr %[[X]][%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  // CHECK: %[[YI:.*]] = llvm.getelementptr %[[Y]][%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  // CHECK: llvm.call @g_sample(%[[XI]], %[[YI]], %[[A]])
}

// -----

// expected-error @+1 {{expected attributes qnn.model and qnn.arena_bytes, made by earlier passes}}
module {
}

// -----

// expected-error @+1 {{expected a function @f in the llvm dialect}}
module attributes {qnn.arena_bytes = 0 : i64, qnn.model = {name = "f", inputs = [], outputs = []}} {
}
