//===- Run.h - Evaluates a function given as text ---------------*- C++ -*-===//

#ifndef QNN_TEST_UNIT_REFERENCE_RUN_H
#define QNN_TEST_UNIT_REFERENCE_RUN_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Reference/Evaluator.h"
#include <gtest/gtest.h>

/// A module with one function, and the words of the last diagnostic.
struct Program {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string diagnostic;

  explicit Program(llvm::StringRef text) {
    mlir::DialectRegistry registry;
    registry.insert<qnn::QNNDialect, mlir::arith::ArithDialect,
                    mlir::func::FuncDialect>();
    qnn::registerReferenceModels(registry);
    context.appendDialectRegistry(registry);
    context.getDiagEngine().registerHandler(
        [this](mlir::Diagnostic &d) { diagnostic = d.str(); });
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << diagnostic;
  }

  mlir::func::FuncOp function() {
    return *module->getOps<mlir::func::FuncOp>().begin();
  }

  llvm::FailureOr<llvm::SmallVector<qnn::Tensor>>
  tryRun(llvm::ArrayRef<qnn::Tensor> arguments = {},
         qnn::Observer observer = nullptr) {
    return qnn::evaluate(function(), arguments, observer);
  }

  llvm::SmallVector<qnn::Tensor>
  run(llvm::ArrayRef<qnn::Tensor> arguments = {}) {
    auto results = tryRun(arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostic;
    return succeeded(results) ? *results : llvm::SmallVector<qnn::Tensor>();
  }
};

inline qnn::Tensor floats(llvm::ArrayRef<int64_t> shape,
                          std::vector<float> values) {
  qnn::Tensor tensor;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.floats = std::move(values);
  return tensor;
}

#endif // QNN_TEST_UNIT_REFERENCE_RUN_H
