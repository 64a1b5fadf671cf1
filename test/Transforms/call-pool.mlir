// RUN: qnn-opt %s --qnn-call-pool --split-input-file --verify-diagnostics | FileCheck %s

// Arguments go through a struct on the stack, at the start of the function also
// where the call is in a loop.
module {
  // CHECK: llvm.func @qnn_parallel_for(!llvm.ptr, !llvm.ptr, i64, i64)
  // CHECK-LABEL: llvm.func @f(
  // CHECK-SAME: %[[X:.*]]: !llvm.ptr, %[[K:.*]]: i64)
  // CHECK: %[[CTX:.*]] = llvm.alloca %{{.*}} x !llvm.struct<(ptr, i64)>
  // CHECK: llvm.br ^bb1
  // CHECK: ^bb1:
  // CHECK: %[[COUNT:.*]] = llvm.mlir.constant(8 : i64)
  // CHECK: %[[N:.*]] = llvm.mlir.constant(2 : i64)
  // CHECK: %[[P0:.*]] = llvm.getelementptr %[[CTX]][0, 0]
  // CHECK: llvm.store %[[X]], %[[P0]]
  // CHECK: %[[P1:.*]] = llvm.getelementptr %[[CTX]][0, 1]
  // CHECK: llvm.store %[[K]], %[[P1]]
  // CHECK: %[[BODY:.*]] = llvm.mlir.addressof @f_loop0_thread
  // CHECK: llvm.call @qnn_parallel_for(%[[BODY]], %[[CTX]], %[[COUNT]], %[[N]])
  // CHECK-NOT: llvm.call @f_loop0(
  llvm.func @f(%x: !llvm.ptr, %k: i64) {
    llvm.br ^bb1
  ^bb1:
    %c0 = llvm.mlir.constant(0 : i64) : i64
    %c8 = llvm.mlir.constant(8 : i64) : i64
    llvm.call @f_loop0(%x, %k, %c0, %c8, %c0) : (!llvm.ptr, i64, i64, i64, i64) -> ()
    llvm.return
  }
  // CHECK: llvm.func internal @f_loop0(
  llvm.func @f_loop0(%x: !llvm.ptr, %k: i64, %begin: i64, %end: i64, %thread: i64) attributes {qnn.parallel = 2 : i64} {
    llvm.return
  }
  // CHECK: llvm.func internal @f_loop0_thread(%[[CTX:.*]]: !llvm.ptr, %[[B:.*]]: i64, %[[E:.*]]: i64, %[[T:.*]]: i64)
  // CHECK: %[[X:.*]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
  // CHECK: %[[K:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i64
  // CHECK: llvm.call @f_loop0(%[[X]], %[[K]], %[[B]], %[[E]], %[[T]])
}

// -----

// expected-error @+1 {{expected calls as only uses, but got llvm.mlir.addressof}}
llvm.func @g(%begin: i64, %end: i64, %thread: i64) attributes {qnn.parallel = 2 : i64} {
  %0 = llvm.mlir.addressof @g : !llvm.ptr
  llvm.return
}
