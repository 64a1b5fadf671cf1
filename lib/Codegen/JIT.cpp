//===- JIT.cpp - Models compiled in process ---------------------*- C++ -*-===//
//
// The code that qnn-compile would write, in one object or several, is linked
// into the process by ORC, so that what runs here is what ships.
//
//===----------------------------------------------------------------------===//

#include "qnn/Codegen/Codegen.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

using namespace qnn;

struct JITModel::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  const qnn_model *model = nullptr;
};

JITModel::JITModel() : impl(std::make_unique<Impl>()) {}
JITModel::~JITModel() = default;
const qnn_model *JITModel::descriptor() const { return impl->model; }

static llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> createJIT() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  // memcpy and memset.
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  llvm::orc::JITDylib &main = (*jit)->getMainJITDylib();
  main.addGenerator(std::move(*process));
  llvm::orc::SymbolMap runtime = {
      {(*jit)->mangleAndIntern("qnn_parallel_for"),
       llvm::orc::ExecutorSymbolDef::fromPtr(&qnn_parallel_for)}};
  if (llvm::Error error =
          main.define(llvm::orc::absoluteSymbols(std::move(runtime))))
    return std::move(error);
  return jit;
}

llvm::Expected<std::unique_ptr<JITModel>>
JITModel::create(mlir::ModuleOp module, unsigned optLevel) {
  auto objects = emitObjects(module, optLevel);
  if (!objects)
    return objects.takeError();
  auto jit = createJIT();
  if (!jit)
    return jit.takeError();
  for (Object &object : *objects) {
    auto buffer = std::make_unique<llvm::SmallVectorMemoryBuffer>(
        std::move(object), "model.o", /*RequiresNullTerminator=*/false);
    if (llvm::Error error = (*jit)->addObjectFile(std::move(buffer)))
      return std::move(error);
  }
  auto symbol = (*jit)->lookup("qnn_model_" + getModelInfo(module).name);
  if (!symbol)
    return symbol.takeError();
  std::unique_ptr<JITModel> result(new JITModel());
  result->impl->model = symbol->toPtr<const qnn_model *>();
  result->impl->jit = std::move(*jit);
  return result;
}
