//===- qnn-compile.cpp - ONNX to native code --------------------*- C++ -*-===//

#include "Emit.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Codegen/Codegen.h"
#include "qnn/Driver/CommandLine.h"
#include "qnn/Driver/Compare.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/Driver/Remarks.h"
#include "qnn/Support/Files.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

using namespace qnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("qnn-compile options");

static cl::opt<std::string> modelPath(cl::Positional, cl::Required,
                                      cl::cat(category),
                                      cl::desc("MODEL.onnx|.onnxtxt|.mlir"));
static cl::opt<std::string>
    outputPath("o", cl::cat(category), cl::value_desc("OUT"),
               cl::desc("Output; - for standard output (default: standard "
                        "output for text, else the model's name)"));
static cl::opt<EmitKind> emitKind(
    "emit", cl::cat(category), cl::init(EmitKind::Object),
    cl::desc("What to write:"),
    cl::values(clEnumValN(EmitKind::Import, "import",
                          "graph form, as it was read"),
               clEnumValN(EmitKind::Graph, "graph", "graph form, simplified"),
               clEnumValN(EmitKind::Integer, "integer", "integer form"),
               clEnumValN(EmitKind::Packed, "packed", "packed form"),
               clEnumValN(EmitKind::Loops, "loops", "loops and vectors"),
               clEnumValN(EmitKind::LLVM, "llvm", "llvm dialect"),
               clEnumValN(EmitKind::LLVMIR, "llvm-ir", "LLVM IR, optimized"),
               clEnumValN(EmitKind::Assembly, "asm", "assembly"),
               clEnumValN(EmitKind::Object, "obj", "OUT.o and OUT.h (default)"),
               clEnumValN(EmitKind::Library, "lib", "OUT.so and OUT.h"),
               clEnumValN(EmitKind::Program, "exe",
                          "OUT, a program that reads and writes .npy files")));
static cl::opt<std::string>
    target("target", cl::cat(category), cl::init("native"),
           cl::value_desc("CPU"),
           cl::desc("native, x86-64-v2, x86-64-v3, x86-64-v4, znver4, "
                    "aarch64, another name that an error lists, or "
                    "TRIPLE,CPU"));
static cl::opt<std::string>
    batch("batch", cl::cat(category), cl::init("1"),
          cl::value_desc("N|dynamic"),
          cl::desc("Samples of one run; dynamic: an argument of run"));
static cl::opt<std::string>
    name("name", cl::cat(category), cl::value_desc("NAME"),
         cl::desc("Name of the model in header and symbols (default: the "
                  "file's)"));
static cl::opt<std::string>
    report("report", cl::cat(category), cl::ValueOptional,
           cl::value_desc("FILE.json"),
           cl::desc("Print kernel, shape and size of each layer, or write "
                    "them to a file"));
static cl::opt<bool> remarks("remarks", cl::cat(category),
                             cl::desc("Print why each layer became what it "
                                      "is, on standard error"));
static cl::opt<bool>
    verify("verify", cl::cat(category),
           cl::desc("Before writing, run the code on random input and compare "
                    "it with the reference evaluator, layer by layer"));
static const bool threadsIsFree = freeOptionName("threads");
static cl::opt<int64_t>
    threads("threads", cl::cat(category), cl::init(1), cl::value_desc("N"),
            cl::desc("Threads of the compiled code (default 1); from 2 on an "
                     "object needs libqnn_runtime"));
static cl::opt<std::string>
    tuning("tuning", cl::cat(category), cl::value_desc("FILE.json"),
           cl::desc("Kernels as qnn-bench --tune has measured them on the "
                    "target, not as estimated"));
static cl::opt<char> optLevel("O", cl::cat(category), cl::Prefix, cl::init('3'),
                              cl::desc("Optimization by LLVM, -O0 to -O3 "
                                       "(default)"));

static llvm::Expected<int64_t> parseBatch() {
  int64_t number;
  if (batch == "dynamic")
    return 0;
  if (llvm::StringRef(batch).getAsInteger(10, number) || number < 1 ||
      number > maxBatch)
    return makeError("--batch: expected a number from 1 to " +
                     llvm::Twine(maxBatch) + " or 'dynamic', but got '" +
                     batch + "'");
  return number;
}

static llvm::Error checkOptions() {
  if (optLevel < '0' || optLevel > '3')
    return makeError(llvm::Twine("-O: expected -O0 to -O3, but got '-O") +
                     llvm::Twine(optLevel) + "'");
  if (llvm::Error error = checkThreads(threads))
    return error;
  if (report.getNumOccurrences() && levelOf(emitKind) < Level::Packed)
    return makeError("--report: needs --emit=packed or a later level");
  return llvm::Error::success();
}

static std::string outputOrDefault() {
  if (outputPath.getNumOccurrences())
    return outputPath;
  return isText(emitKind) ? "-" : llvm::sys::path::stem(modelPath).str();
}

/// Holds the code against the reference; the error names the first layer.
static llvm::Error verifyCode(mlir::ModuleOp module) {
  auto model = mlir::OwningOpRef<mlir::ModuleOp>(module.clone());
  auto reference = evaluateModule(*model, modelPath);
  if (!reference)
    return reference.takeError();
  std::unique_ptr<InputSource> inputs = randomInputs(**reference, 4, 1);
  auto comparison = compareEngines(*model, modelPath, target, optLevel - '0',
                                   *inputs, {1e-4, 1e-4}, threads, tuning);
  if (!comparison)
    return comparison.takeError();
  if (const LayerComparison *layer = comparison->firstDifferent())
    return fileError(modelPath, "layer '" + layer->name + "' (" + layer->op +
                                    ") differs from the reference at " +
                                    layer->where);
  return llvm::Error::success();
}

/// Lowers to the level of the output, collecting the report on the way.
static llvm::Error lower(mlir::ModuleOp module, CompileOptions options,
                         Report &collected) {
  if (emitKind == EmitKind::Import)
    return llvm::Error::success();
  Level last = levelOf(emitKind);
  if (last >= Level::Packed) {
    options.level = Level::Packed;
    if (llvm::Error error = compileModule(module, modelPath, options))
      return error;
    collected.layers = collectLayers(module);
    options.reached = Level::Packed;
    options.name.clear();
  }
  options.level = last;
  if (llvm::Error error = compileModule(module, modelPath, options))
    return error;
  if (last >= Level::Loops)
    collected.arenaBytes = getModelInfo(module).arenaBytes;
  return llvm::Error::success();
}

static llvm::Error writeReport(const Report &collected) {
  if (!report.getNumOccurrences())
    return llvm::Error::success();
  if (!report.empty())
    return writeFile(report, llvm::formatv("{0:2}\n", toJSON(collected)).str());
  // A table between the lines of text output would damage it.
  bool textOnOutput = isText(emitKind) && outputOrDefault() == "-";
  printTable(collected, textOnOutput ? llvm::errs() : llvm::outs());
  return flushStandardOutput();
}

static llvm::Error compile() {
  if (llvm::Error error = checkOptions())
    return error;
  llvm::Expected<int64_t> samples = parseBatch();
  if (!samples)
    return samples.takeError();
  std::string output = outputOrDefault();
  llvm::StringRef file = llvm::sys::path::filename(output);
  if (file == "." || file == ".." || file == "/")
    return fileError(output, "cannot write: expected the name of a file");
  std::vector<std::string> paths = outputPaths(emitKind, output);
  for (const std::string &path : paths)
    if (llvm::Error error = checkWritable(path))
      return error;
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  auto module = loadModel(modelPath, context.get());
  if (!module)
    return module.takeError();
  if (verify)
    if (llvm::Error error = verifyCode(**module))
      return error;
  if (remarks && failed(enableRemarks(*context, llvm::errs())))
    return makeError("remarks cannot be enabled");
  CompileOptions options;
  options.target = target;
  options.batch = *samples;
  options.name = name;
  options.threads = threads;
  options.tuning = tuning;
  Report collected;
  if (llvm::Error error = lower(**module, options, collected))
    return error;
  ErrorCollector errors(context.get(), modelPath);
  if (llvm::Error error =
          emit(**module, emitKind, optLevel - '0', paths, collected))
    return error;
  return writeReport(collected);
}

int main(int argc, char **argv) {
  mlir::registerAsmPrinterCLOptions();
  mlir::registerPassManagerCLOptions();
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Compiles a quantized neural network to native code.\n\n"
      "  qnn-compile MODEL.onnx -o OUT              OUT.o and OUT.h\n"
      "  qnn-compile MODEL.onnx --emit=packed -o -  prints a level of the "
      "IR\n");
  if (llvm::Error error = compile()) {
    printError(std::move(error));
    return 1;
  }
  return 0;
}
