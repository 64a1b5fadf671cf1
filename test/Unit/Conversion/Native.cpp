//===- Native.cpp - Runs a function by the reference and compiled ---------===//

#include "Native.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Pipelines/Pipelines.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Transforms/Passes.h"
#include "llvm/Support/TargetSelect.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace qnn;

Program::Program(llvm::StringRef text) {
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.disableMultithreading();
  module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module);
}

static func::FuncOp functionOf(ModuleOp module) {
  return *module.getOps<func::FuncOp>().begin();
}

void Program::transform(function_ref<void(OpPassManager &)> addPasses) {
  PassManager pm(&context);
  addPasses(pm);
  EXPECT_TRUE(succeeded(pm.run(*module)));
}

unsigned Program::count(llvm::StringRef name) {
  unsigned found = 0;
  module->walk(
      [&](Operation *op) { found += op->getName().getStringRef() == name; });
  return found;
}

llvm::SmallVector<RankedTensorType> Program::argumentTypes() {
  return llvm::map_to_vector(
      functionOf(*module).getArgumentTypes(),
      [](Type type) { return cast<RankedTensorType>(type); });
}

llvm::SmallVector<Tensor> Program::interpret(ArrayRef<Tensor> arguments) {
  auto results = evaluate(functionOf(*module), arguments);
  EXPECT_TRUE(succeeded(results));
  return succeeded(results) ? *results : SmallVector<Tensor>();
}

/// The stages of the loops and llvm pipelines without arena and entry points.
static void buildLowering(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createConvertQNNToLinalg());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createLinalgElementwiseOpFusionPass());
  pm.addPass(createConvertQNNToVector());
  // Without it loops carry what they do not change, and types of buffers are
  // asked for along all of them.
  pm.addPass(createCanonicalizerPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  bufferization::BufferResultsToOutParamsPassOptions results;
  results.modifyPublicFunctions = true;
  pm.addPass(bufferization::createBufferResultsToOutParamsPass(results));
  pm.addNestedPass<func::FuncOp>(createLowerCopies());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addPass(createExpandMath());
  pm.addPass(createConvertVectorToSCFPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  ConvertFuncToLLVMPassOptions pointers;
  pointers.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(pointers));
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

//===----------------------------------------------------------------------===//
// Tensors as bytes
//===----------------------------------------------------------------------===//

static std::vector<char> toBytes(const Tensor &tensor, Type element) {
  unsigned size = element.getIntOrFloatBitWidth() / 8;
  std::vector<char> bytes(tensor.size() * size);
  for (int64_t i = 0; i < tensor.size(); ++i)
    memcpy(bytes.data() + i * size,
           tensor.isFloat ? static_cast<const void *>(&tensor.floats[i])
                          : &tensor.integers[i],
           size);
  return bytes;
}

/// Integers as the reference has them: codes (i8) from 0 up, others signed.
static Tensor fromBytes(const std::vector<char> &bytes, RankedTensorType type) {
  Tensor tensor = Tensor::zeros(type);
  unsigned size = type.getElementTypeBitWidth() / 8;
  for (int64_t i = 0; i < tensor.size(); ++i)
    memcpy(tensor.isFloat ? static_cast<void *>(&tensor.floats[i])
                          : &tensor.integers[i],
           bytes.data() + i * size, size);
  if (size > 1)
    for (int64_t &number : tensor.integers)
      number = llvm::SignExtend64(number, 8 * size);
  return tensor;
}

llvm::SmallVector<Tensor> Program::compileAndRun(ArrayRef<Tensor> arguments) {
  SmallVector<RankedTensorType> types = argumentTypes();
  for (Type type : functionOf(*module).getResultTypes())
    types.push_back(cast<RankedTensorType>(type));
  std::vector<std::vector<char>> buffers;
  for (auto [i, type] : llvm::enumerate(types))
    buffers.push_back(
        toBytes(i < arguments.size() ? arguments[i] : Tensor::zeros(type),
                type.getElementType()));

  PassManager pm(&context);
  buildLowering(pm);
  if (failed(pm.run(*module))) {
    ADD_FAILURE() << "lowering failed";
    return {};
  }
  static bool initialized = llvm::InitializeNativeTarget() ||
                            llvm::InitializeNativeTargetAsmPrinter();
  EXPECT_FALSE(initialized);
  auto optimize = makeOptimizingTransformer(2, 0, nullptr);
  ExecutionEngineOptions options;
  options.transformer = optimize;
  auto engine = ExecutionEngine::create(*module, options);
  if (!engine) {
    ADD_FAILURE() << llvm::toString(engine.takeError());
    return {};
  }
  std::vector<char *> pointers;
  for (std::vector<char> &buffer : buffers)
    pointers.push_back(buffer.data());
  SmallVector<void *> packed;
  for (char *&pointer : pointers)
    packed.push_back(&pointer);
  if (llvm::Error error = (*engine)->invokePacked("f", packed)) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    return {};
  }
  SmallVector<Tensor> results;
  for (size_t i = arguments.size(); i < types.size(); ++i)
    results.push_back(fromBytes(buffers[i], types[i]));
  return results;
}
