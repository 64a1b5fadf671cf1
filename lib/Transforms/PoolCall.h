//===- PoolCall.h - Calls of the runtime's threads --------------*- C++ -*-===//

#ifndef QNN_LIB_TRANSFORMS_POOLCALL_H
#define QNN_LIB_TRANSFORMS_POOLCALL_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qnn {

/// An internal function `name` with the signature of a body of qnn_parallel_for
/// (context, begin, end, thread), with an entry block, at the end of `module`.
mlir::LLVM::LLVMFuncOp createPoolBody(mlir::ImplicitLocOpBuilder &b,
                                      mlir::ModuleOp module,
                                      llvm::StringRef name);

/// Calls qnn_parallel_for(body, context, count, threads) at `b`; the context is
/// a struct of `values` on the stack of the function that `b` is in.
void createPoolCall(mlir::ImplicitLocOpBuilder &b, mlir::LLVM::LLVMFuncOp body,
                    mlir::ValueRange values, mlir::Value count,
                    mlir::Value threads);

/// In a pool body: the values of the context.
llvm::SmallVector<mlir::Value> loadContext(mlir::ImplicitLocOpBuilder &b,
                                           mlir::Value context,
                                           mlir::TypeRange types);

} // namespace qnn

#endif // QNN_LIB_TRANSFORMS_POOLCALL_H
