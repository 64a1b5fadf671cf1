//===- Compile.cpp - From a file to any level of the IR ---------*- C++ -*-===//

#include "qnn/Driver/Compile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/ONNX/Import.h"
#include "qnn/Reference/Tensor.h"
#include "qnn/Support/Files.h"
#include "qnn/Target/Target.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace qnn;

std::unique_ptr<MLIRContext> qnn::createContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  // One function is compiled at a time: threads would only reorder messages.
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Fails unless `path` is a readable file that is not empty.
static llvm::Error checkReadable(StringRef path) {
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(path, status))
    return fileError(path, code.message());
  if (llvm::sys::fs::is_directory(status))
    return fileError(path, "is a directory, expected a model");
  if (llvm::sys::fs::is_regular_file(status) && status.getSize() == 0)
    return fileError(path, "the file is empty");
  if (std::error_code code =
          llvm::sys::fs::access(path, llvm::sys::fs::AccessMode::Exist))
    return fileError(path, code.message());
  return llvm::Error::success();
}

/// Parser and verifier let resources pass whose data are missing or too short.
static LogicalResult checkResources(ModuleOp module) {
  WalkResult result = module.walk([](arith::ConstantOp op) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue());
    if (!resource || Tensor::canRead(resource))
      return WalkResult::advance();
    op.emitOpError("expected a resource with the data of ") << op.getType();
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

llvm::Expected<OwningOpRef<ModuleOp>> qnn::loadModel(StringRef path,
                                                     MLIRContext *context) {
  StringRef extension = llvm::sys::path::extension(path);
  bool isONNX = extension == ".onnx" || extension == ".onnxtxt";
  if (!isONNX && extension != ".mlir" && extension != ".mlirbc")
    return fileError(path, "unknown kind of file '" + extension +
                               "', expected .onnx, .onnxtxt or .mlir");
  if (llvm::Error error = checkReadable(path))
    return std::move(error);
  ErrorCollector errors(context, path);
  OwningOpRef<ModuleOp> module;
  if (isONNX) {
    FailureOr<OwningOpRef<ModuleOp>> imported = importONNX(path, context);
    if (succeeded(imported))
      module = std::move(*imported);
  } else {
    module = parseSourceFile<ModuleOp>(path, ParserConfig(context));
    if (module && failed(checkResources(*module)))
      module = nullptr;
  }
  if (!module)
    return errors.take("cannot be read");
  return module;
}

llvm::Expected<func::FuncOp> qnn::getEntry(ModuleOp module, StringRef path) {
  func::FuncOp entry;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    if (entry)
      return fileError(path, "expected one public function, but got '" +
                                 entry.getName() + "' and '" +
                                 function.getName() + "'");
    entry = function;
  }
  if (!entry)
    return fileError(path, "expected one public function, but got none");
  return entry;
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

std::string qnn::makeIdentifier(StringRef text) {
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(0, "m_");
  return name;
}

static void addStages(OpPassManager &pm, const CompileOptions &options) {
  auto buildInteger = [&](OpPassManager &pm) {
    buildIntegerPipeline(pm, options.tuning);
  };
  const std::function<void(OpPassManager &)> stages[] = {
      buildGraphPipeline, buildInteger, buildPackedPipeline, buildLoopsPipeline,
      buildLLVMPipeline};
  int first = options.reached ? static_cast<int>(*options.reached) + 1 : 0;
  for (int i = first; i <= static_cast<int>(options.level); ++i)
    stages[i](pm);
}

llvm::Error qnn::compileModule(ModuleOp module, StringRef path,
                               const CompileOptions &options) {
  MLIRContext *context = module.getContext();
  llvm::Expected<TargetAttr> target = parseTarget(context, options.target);
  if (!target)
    return target.takeError();
  module->setAttr(kTargetAttr, *target);
  if (options.batch != 1)
    module->setAttr(kBatchAttr, IntegerAttr::get(IntegerType::get(context, 64),
                                                 options.batch));
  if (options.threads != 1)
    module->setAttr(
        kThreadsAttr,
        IntegerAttr::get(IntegerType::get(context, 64), options.threads));
  if (!options.name.empty()) {
    llvm::Expected<func::FuncOp> entry = getEntry(module, path);
    if (!entry)
      return entry.takeError();
    entry->setName(makeIdentifier(options.name));
  }
  ErrorCollector errors(context, path);
  PassManager pm(context);
  // Fails where a tool has not registered MLIR's options: then there are none.
  (void)applyPassManagerCLOptions(pm);
  addStages(pm, options);
  // Once for all passes, which takes a third of their time otherwise.
  pm.enableVerifier(false);
  if (failed(pm.run(module)) || failed(verify(module)))
    return errors.take("cannot be compiled");
  return llvm::Error::success();
}

llvm::Error qnn::checkThreads(int64_t threads) {
  if (threads >= 1 && threads <= QNN_MAX_THREADS)
    return llvm::Error::success();
  return makeError("--threads: expected a number from 1 to " +
                   llvm::Twine(int64_t(QNN_MAX_THREADS)) + ", but got " +
                   llvm::Twine(threads));
}

llvm::Error qnn::checkRunnable(TargetAttr target) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  llvm::Triple triple(target.getTriple());
  if (triple.getArch() != host.getArch())
    return makeError("code for " + triple.getArchName() +
                     " cannot run on this machine (" + host.getArchName() +
                     ")");
  llvm::InitializeNativeTarget();
  std::string message;
  const llvm::Target *llvmTarget =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!llvmTarget)
    return makeError(message);
  std::unique_ptr<llvm::MCSubtargetInfo> info(llvmTarget->createMCSubtargetInfo(
      triple, target.getCpu(), target.getFeatures()));
  for (auto &[feature, present] : llvm::sys::getHostCPUFeatures())
    if (!present && info->checkFeatures("+" + feature.str()))
      return makeError("code for CPU '" + target.getCpu() +
                       "' cannot run on this machine: it lacks " + feature);
  return llvm::Error::success();
}
