//===- qnn-lsp-server.cpp - Language server for .mlir files -----*- C++ -*-===//

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "qnn/Pipelines/Pipelines.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  qnn::registerAllDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
