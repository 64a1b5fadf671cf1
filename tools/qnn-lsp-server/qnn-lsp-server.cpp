//===- qnn-lsp-server.cpp - Language server for .mlir files -----*- C++ -*-===//

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<qnn::QNNDialect, mlir::arith::ArithDialect,
                  mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
