//===- Registration.cpp - Dialects and passes of the compiler ---*- C++ -*-===//
//
// The one place that lists what the pipelines use, instead of MLIR's InitAll.
//
//===----------------------------------------------------------------------===//

#include "qnn/Pipelines/Pipelines.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/Extensions/AllExtensions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/AllocationOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Transforms/Passes.h"

using namespace mlir;

void qnn::registerAllDialects(DialectRegistry &registry) {
  registry
      .insert<QNNDialect, affine::AffineDialect, arith::ArithDialect,
              bufferization::BufferizationDialect, cf::ControlFlowDialect,
              func::FuncDialect, linalg::LinalgDialect, LLVM::LLVMDialect,
              math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
              tensor::TensorDialect, ub::UBDialect, vector::VectorDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  // Without it buffer-results-to-out-params copies all results, silently.
  memref::registerAllocationOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  vector::registerBufferizableOpInterfaceExternalModels(registry);
  func::registerAllExtensions(registry);
  // Without these convert-to-llvm leaves ops behind, silently.
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  index::registerConvertIndexToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerReferenceModels(registry);
}

namespace {
struct IntegerPipelineOptions : PassPipelineOptions<IntegerPipelineOptions> {
  Option<std::string> tuning{
      *this, "tuning",
      llvm::cl::desc("Kernels that were measured, as of qnn-select-kernels")};
};
} // namespace

void qnn::registerAllPasses() {
  registerDialectPasses();
  registerGradientPasses();
  registerConversionPasses();
  registerGenericPasses();
  registerTransformsPasses();
  bufferization::registerBufferizationPasses();
  func::registerFuncPasses();
  memref::registerMemRefPasses();
  mlir::registerLinalgPasses();
  mlir::registerConversionPasses();
  PassPipelineRegistration<>("qnn-graph-pipeline", "Graph form, simplified",
                             buildGraphPipeline);
  PassPipelineRegistration<IntegerPipelineOptions>(
      "qnn-integer-pipeline", "Graph form to integer form, kernels chosen",
      [](OpPassManager &pm, const IntegerPipelineOptions &options) {
        buildIntegerPipeline(pm, options.tuning);
      });
  PassPipelineRegistration<>("qnn-packed-pipeline",
                             "Integer form to packed form",
                             buildPackedPipeline);
  PassPipelineRegistration<>(
      "qnn-loops-pipeline",
      "Packed form to loops and vectors on memrefs, one arena",
      buildLoopsPipeline);
  PassPipelineRegistration<>("qnn-llvm-pipeline", "Loops to the llvm dialect",
                             buildLLVMPipeline);
  PassPipelineRegistration<>(
      "qnn-pipeline", "All of the way from graph form to the llvm dialect",
      [](OpPassManager &pm) { buildPipeline(pm, Level::LLVM); });
}
