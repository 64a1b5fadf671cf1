//===- Native.h - Runs a function by the reference and compiled -*- C++ -*-===//

#ifndef QNN_TEST_UNIT_CONVERSION_NATIVE_H
#define QNN_TEST_UNIT_CONVERSION_NATIVE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Reference/Tensor.h"

/// A module with one function, `f`, on static tensors.
class Program {
public:
  explicit Program(llvm::StringRef text);

  /// The types of the arguments of `f`.
  llvm::SmallVector<mlir::RankedTensorType> argumentTypes();

  /// Interprets the module. Empty after a failure, which is reported.
  llvm::SmallVector<qnn::Tensor>
  interpret(llvm::ArrayRef<qnn::Tensor> arguments);

  /// Runs passes on the module; a failure is reported.
  void transform(llvm::function_ref<void(mlir::OpPassManager &)> addPasses);

  /// How many ops of the module have this name.
  unsigned count(llvm::StringRef name);

  /// Lowers the module, compiles it for this machine and runs it. Only once.
  llvm::SmallVector<qnn::Tensor>
  compileAndRun(llvm::ArrayRef<qnn::Tensor> arguments);

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

#endif // QNN_TEST_UNIT_CONVERSION_NATIVE_H
