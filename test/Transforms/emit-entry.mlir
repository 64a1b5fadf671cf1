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

// Two threads: each has an arena, and fewer samples than threads stay on one.
// CHECK: module attributes {qnn.arena_bytes = 256 : i64
module attributes {qnn.arena_bytes = 100 : i64, qnn.batch = 0 : i64, qnn.threads = 2 : i64, qnn.model = {
    name = "h", inputs = [{name = "x", type = tensor<1x4xf32>}], outputs = [{name = "y", type = tensor<2xi64>}]}} {
  llvm.func @h(%x: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr) {
    llvm.return
  }
  // CHECK: llvm.func @h_run(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[N:.*]]: i64) -> i32
  // CHECK: %[[CTX:.*]] = llvm.alloca %{{.*}} x !llvm.struct<(ptr, ptr, ptr)>
  // CHECK: %[[ALL:.*]] = llvm.mlir.constant(2 : i64)
  // CHECK: %[[MANY:.*]] = llvm.icmp "sge" %[[N]], %[[ALL]]
  // CHECK: %[[USED:.*]] = llvm.select %[[MANY]], %[[ALL]], %{{.*}}
  // CHECK: llvm.call @qnn_parallel_for(%{{.*}}, %[[CTX]], %[[N]], %[[USED]])
  // CHECK: llvm.func internal @h_samples(%{{.*}}: !llvm.ptr, %[[B:.*]]: i64, %[[E:.*]]: i64, %[[T:.*]]: i64)
  // CHECK: %[[STRIDE:.*]] = llvm.mlir.constant(128 : i64)
  // CHECK: %[[PLACE:.*]] = llvm.mul %[[T]], %[[STRIDE]]
  // CHECK: %[[ARENA:.*]] = llvm.getelementptr %{{.*}}[%[[PLACE]]]
  // CHECK: llvm.br ^bb1(%[[B]] : i64)
  // CHECK: llvm.icmp "slt" %{{.*}}, %[[E]]
  // CHECK: llvm.call @h_sample(%{{.*}}, %{{.*}}, %[[ARENA]])
  // CHECK: llvm.mlir.global external constant @qnn_model_h()
  // CHECK: llvm.mlir.constant(256 : i64)
}

// -----

// expected-error @+1 {{expected attributes qnn.model and qnn.arena_bytes, made by earlier passes}}
module {
}

// -----

// expected-error @+1 {{expected a function @f in the llvm dialect}}
module attributes {qnn.arena_bytes = 0 : i64, qnn.model = {name = "f", inputs = [], outputs = []}} {
}
