//===- Pipelines.cpp - The way from graph form to LLVM ----------*- C++ -*-===//

#include "qnn/Pipelines/Pipelines.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Transforms/Passes.h"

using namespace mlir;

namespace qnn {

void buildGraphPipeline(OpPassManager &pm) {
  pm.addPass(createDecomposeTraining());
  // Integerisation still has to see how the weights were quantized.
  FoldConstantsOptions folding;
  folding.keepQuantizers = true;
  pm.addPass(createFoldConstants(folding));
  pm.addPass(createSimplify());
  pm.addPass(createFoldConstants(folding));
  pm.addPass(createCSEPass());
}

void buildIntegerPipeline(OpPassManager &pm, StringRef tuning) {
  // Pools go behind the quantizer first, so that the chain from sum to
  // quantizer is pointwise and becomes thresholds.
  pm.addPass(createMoveMaxPool());
  pm.addPass(createIntegerise());
  pm.addPass(createFoldConstants());
  pm.addPass(createSynthesiseThresholds());
  pm.addPass(createPropagateLayout());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createFoldConstants());
  pm.addPass(createMaterializePadding());
  pm.addPass(createNarrowAccumulators());
  pm.addPass(createCSEPass());
  SelectKernelsOptions kernels;
  kernels.tuning = tuning.str();
  pm.addPass(createSelectKernels(kernels));
}

void buildPackedPipeline(OpPassManager &pm) {
  pm.addPass(createWidenCodes());
  pm.addPass(createPackProducts());
  // Float convolutions are channels last only now.
  pm.addPass(createPropagateLayout());
  pm.addPass(createCanonicalizerPass());
  // Packing moves up to the thresholds first, so that they can store words.
  pm.addPass(createHoistPacking());
  pm.addPass(createFuseThresholds());
  pm.addPass(createFuseEpilogues());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createFoldConstants());
  pm.addPass(createCSEPass());
}

static void addBufferization(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createSplitDestinations());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  // Removes the copies of a buffer onto itself that slices leave.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createReturnBuffers());
  bufferization::BufferResultsToOutParamsPassOptions results;
  results.hoistStaticAllocs = true;
  results.modifyPublicFunctions = true;
  pm.addPass(bufferization::createBufferResultsToOutParamsPass(results));
}

void buildLoopsPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createUpdateInPlace());
  pm.addPass(createDescribeModel());
  pm.addNestedPass<func::FuncOp>(createConvertQNNToLinalg());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createRecompute());
  pm.addNestedPass<func::FuncOp>(createFuseElementwise());
  // Elementwise loops are whole now, and those behind a product part of it.
  pm.addPass(createConvertQNNToVector());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  addBufferization(pm);
  pm.addNestedPass<func::FuncOp>(createLowerCopies());
  pm.addNestedPass<func::FuncOp>(createMergeLoops());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createPromoteAccumulators());
  pm.addNestedPass<func::FuncOp>(createPrefetchStreams());
  pm.addPass(createOutlineParallel());
  pm.addPass(createOutlineLoops());
  pm.addPass(func::createDuplicateFunctionEliminationPass());
  pm.addNestedPass<func::FuncOp>(createStreamStores());
  pm.addPass(createPlanArena());
  pm.addPass(createCanonicalizerPass());
}

/// Functions go to threads, so most is done in them.
void buildLLVMPipeline(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createExpandMath());
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
  functions.addPass(createConvertVectorToLLVMPass());
  ConvertFuncToLLVMPassOptions pointers;
  pointers.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(pointers));
  pm.addPass(createConvertToLLVMPass());
  OpPassManager &lowered = pm.nest<LLVM::LLVMFuncOp>();
  lowered.addPass(createReconcileUnrealizedCastsPass());
  lowered.addPass(createCanonicalizerPass());
  lowered.addPass(createCSEPass());
  pm.addPass(createCallPool());
  pm.addPass(createEmitEntry());
}

void buildPipeline(OpPassManager &pm, Level level) {
  buildGraphPipeline(pm);
  if (level >= Level::Integer)
    buildIntegerPipeline(pm);
  if (level >= Level::Packed)
    buildPackedPipeline(pm);
  if (level >= Level::Loops)
    buildLoopsPipeline(pm);
  if (level >= Level::LLVM)
    buildLLVMPipeline(pm);
}

} // namespace qnn
