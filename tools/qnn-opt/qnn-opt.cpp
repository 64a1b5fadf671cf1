//===- qnn-opt.cpp - Runs passes on textual IR ------------------*- C++ -*-===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<qnn::QNNDialect, mlir::arith::ArithDialect,
                  mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Optimizer of quantized neural networks\n", registry));
}
