//===- EmitCode.cpp - llvm dialect to assembly and objects ------*- C++ -*-===//
//
// In process, never through text: a model's weights are megabytes of constants.
//
//===----------------------------------------------------------------------===//

#include "qnn/Codegen/Codegen.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "qnn/Codegen/SplitModule.h"
#include "qnn/Target/Target.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace qnn;
using llvm::createStringError;

/// LLVM makes chains of additions short by adding their terms up in pairs. The
/// sums of a tile have no need of that, as there are as many as registers, and
/// terms that wait for their pair drive them out. It asks no attribute and no
/// option of a function, only its own of the command line.
static void keepChainsOfSums() {
  auto &options = llvm::cl::getRegisteredOptions();
  auto combiner = options.find("x86-machine-combiner");
  if (combiner != options.end())
    combiner->second->addOccurrence(0, combiner->first, "false");
}

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    keepChainsOfSums();
  });
}

static llvm::CodeGenOptLevel codeGenLevel(unsigned level) {
  switch (level) {
  case 0:
    return llvm::CodeGenOptLevel::None;
  case 1:
    return llvm::CodeGenOptLevel::Less;
  case 2:
    return llvm::CodeGenOptLevel::Default;
  default:
    return llvm::CodeGenOptLevel::Aggressive;
  }
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(TargetAttr target, unsigned optLevel) {
  initializeTargets();
  llvm::Triple triple(target.getTriple());
  std::string message;
  const llvm::Target *llvmTarget =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!llvmTarget)
    return createStringError("target '%s': %s", triple.str().c_str(),
                             message.c_str());
  llvm::TargetOptions options;
  // Rounding is part of the result: never a*b+c in one step unasked.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(llvmTarget->createTargetMachine(
      triple, target.getCpu(), target.getFeatures(), options, llvm::Reloc::PIC_,
      std::nullopt, codeGenLevel(optLevel)));
}

static bool countsBits(const llvm::Function &function) {
  return llvm::any_of(llvm::instructions(function), [](const auto &op) {
    auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&op);
    return call && call->getIntrinsicID() == llvm::Intrinsic::ctpop &&
           !call->getType()->isVectorTy();
  });
}

/// Iterations from which on a loop is not unrolled whole: shorter ones were
/// measured to be faster so.
static constexpr int64_t kLongLoop = 64;

/// A loop over numbers with a constant number of iterations. Unrolled, it would
/// leave the vectorizer the loop around it, whose elements lie far apart.
static bool isForVectors(const llvm::Loop &loop) {
  llvm::ICmpInst *compare = loop.getLatchCmpInst();
  auto *bound = compare
                    ? llvm::dyn_cast<llvm::ConstantInt>(compare->getOperand(1))
                    : nullptr;
  auto isVector = [](const llvm::Instruction &op) {
    return op.getType()->isVectorTy();
  };
  return bound && bound->getSExtValue() >= kLongLoop &&
         llvm::none_of(loop.blocks(), [&](const llvm::BasicBlock *block) {
           return llvm::any_of(*block, isVector);
         });
}

/// False for what takes long and finds nothing here: sums are in registers
/// already (qnn-promote-accumulators). Bits of single words are counted by an
/// instruction that vectors lack.
static bool isUseful(llvm::StringRef pass, const llvm::Any &unit) {
  if (pass == "LoopFullUnrollPass")
    if (auto *loop = llvm::any_cast<const llvm::Loop *>(&unit))
      return !isForVectors(**loop);
  if (pass == "SLPVectorizerPass")
    if (auto *function = llvm::any_cast<const llvm::Function *>(&unit))
      return !countsBits(**function);
  return pass != "LoopLoadEliminationPass";
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned level) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback(
      [](llvm::StringRef pass, llvm::Any unit) {
        return isUseful(pass, unit);
      });
  llvm::PipelineTuningOptions tuning;
  // Short loops are straight code before the vectorizer of loops sees them.
  tuning.SLPVectorization = true;
  llvm::PassBuilder builder(&machine, tuning, std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  const llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::OptimizationLevel wanted = levels[std::min(level, 3u)];
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(wanted)
                 : builder.buildPerModuleDefaultPipeline(wanted);
  passes.run(module, modules);
}

/// Bytes that the stack is aligned to where a function does not see to it.
static constexpr unsigned kStackBytes = 16;

/// Vectors as wide as the target's registers, where LLVM would choose half. A
/// stack that is aligned to them, too: LLVM sees to that only where it knows
/// before it gives out registers that some will be spilled, and a tile whose
/// spills lie across lines of the cache takes up to one and a half times as
/// long.
static void preferFullVectors(llvm::Module &module, TargetAttr target) {
  std::string bits = std::to_string(target.getVectorBits());
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("prefer-vector-width", bits);
    function.addFnAttr("min-legal-vector-width", bits);
    if (target.getVectorBits() / 8 > kStackBytes)
      function.addFnAttr("stackrealign");
    function.addFnAttr("target-cpu", target.getCpu());
    if (!target.getFeatures().empty())
      function.addFnAttr("target-features", target.getFeatures());
  }
}

static llvm::Expected<std::unique_ptr<llvm::Module>>
translate(mlir::ModuleOp module, llvm::LLVMContext &context,
          llvm::TargetMachine &machine) {
  std::unique_ptr<llvm::Module> llvmModule =
      mlir::translateModuleToLLVMIR(module, context, getModelInfo(module).name);
  if (!llvmModule)
    return createStringError("the module cannot be translated to LLVM IR");
  llvmModule->setTargetTriple(machine.getTargetTriple());
  llvmModule->setDataLayout(machine.createDataLayout());
  preferFullVectors(*llvmModule, getTarget(module));
  return llvmModule;
}

static llvm::Error emit(llvm::Module &module, llvm::TargetMachine &machine,
                        CodeKind kind, llvm::raw_pwrite_stream &os) {
  llvm::legacy::PassManager passes;
  auto fileType = kind == CodeKind::Assembly
                      ? llvm::CodeGenFileType::AssemblyFile
                      : llvm::CodeGenFileType::ObjectFile;
  if (machine.addPassesToEmitFile(passes, os, nullptr, fileType))
    return createStringError("target '%s' cannot emit this kind of file",
                             machine.getTargetTriple().str().c_str());
  passes.run(module);
  return llvm::Error::success();
}

llvm::Error qnn::emitCode(mlir::ModuleOp module, CodeKind kind,
                          unsigned optLevel, llvm::raw_pwrite_stream &os) {
  auto machine = createTargetMachine(getTarget(module), optLevel);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto llvmModule = translate(module, context, **machine);
  if (!llvmModule)
    return llvmModule.takeError();
  optimize(**llvmModule, **machine, optLevel);
  if (kind != CodeKind::LLVMIR)
    return emit(**llvmModule, **machine, kind, os);
  (*llvmModule)->print(os, nullptr);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// On threads
//===----------------------------------------------------------------------===//

/// Instructions below which a module is one part.
static constexpr int64_t kLeastOfPart = 2000;

/// One for each processor, while each has enough to do.
static unsigned partsOf(const llvm::Module &module) {
  int64_t most = countInstructions(module) / kLeastOfPart;
  int64_t threads = llvm::hardware_concurrency().compute_thread_count();
  return std::clamp<int64_t>(most, 1, threads);
}

static llvm::Error compile(llvm::Module &module, llvm::TargetMachine &machine,
                           unsigned optLevel, Object &object) {
  optimize(module, machine, optLevel);
  llvm::raw_svector_ostream os(object);
  return emit(module, machine, CodeKind::Object, os);
}

static llvm::Error compilePart(llvm::ArrayRef<char> bitcode, TargetAttr target,
                               unsigned optLevel, Object &object) {
  auto machine = createTargetMachine(target, optLevel);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  llvm::StringRef text(bitcode.data(), bitcode.size());
  auto part = llvm::parseBitcodeFile({text, "part"}, context);
  if (!part)
    return part.takeError();
  return compile(**part, **machine, optLevel, object);
}

static llvm::Error compileParts(llvm::ArrayRef<Object> parts, TargetAttr target,
                                unsigned optLevel,
                                llvm::MutableArrayRef<Object> objects) {
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(parts.size()));
  std::mutex mutex;
  llvm::Error errors = llvm::Error::success();
  for (size_t i = 0; i < parts.size(); ++i)
    pool.async([&, i] {
      llvm::Error error = compilePart(parts[i], target, optLevel, objects[i]);
      std::lock_guard<std::mutex> lock(mutex);
      errors = llvm::joinErrors(std::move(errors), std::move(error));
    });
  pool.wait();
  return errors;
}

llvm::Expected<std::vector<Object>> qnn::emitObjects(mlir::ModuleOp module,
                                                     unsigned optLevel) {
  auto machine = createTargetMachine(getTarget(module), optLevel);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto llvmModule = translate(module, context, **machine);
  if (!llvmModule)
    return llvmModule.takeError();
  unsigned count = partsOf(**llvmModule);
  std::vector<Object> objects(count);
  llvm::Error error =
      count == 1 ? compile(**llvmModule, **machine, optLevel, objects[0])
                 : compileParts(splitModule(**llvmModule, count),
                                getTarget(module), optLevel, objects);
  if (error)
    return std::move(error);
  return objects;
}
