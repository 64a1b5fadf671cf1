//===- qnn-opt.cpp - Runs passes on textual IR ------------------*- C++ -*-===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "qnn/Pipelines/Pipelines.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  qnn::registerAllDialects(registry);
  qnn::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Optimizer of quantized neural networks\n", registry));
}
