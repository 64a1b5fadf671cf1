//===- qnn-run.cpp - Runs a model -------------------------------*- C++ -*-===//

#include "Actions.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Driver/CommandLine.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Support/Files.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include <new>

using namespace qnn;
namespace cl = llvm::cl;

namespace {
enum class Engine { Native, Reference };
}

static cl::OptionCategory category("qnn-run options");

static cl::opt<std::string>
    modelPath(cl::Positional, cl::Required, cl::cat(category),
              cl::desc("MODEL.onnx|.onnxtxt|.mlir|.so"));
static cl::list<std::string>
    inputFiles("input", cl::cat(category), cl::value_desc("[NAME=]X.npy"),
               cl::desc("An input, .npy or .pb (ONNX tensor); once for each"));
static cl::list<std::string> outputFiles("output", cl::cat(category),
                                         cl::value_desc("[NAME=]Y.npy"),
                                         cl::desc("Where to write an output"));
static cl::list<std::string>
    expectFiles("expect", cl::cat(category), cl::value_desc("[NAME=]Y.npy"),
                cl::desc("What an output must be, .npy or .pb"));
static cl::opt<double> relative("rtol", cl::cat(category), cl::init(1e-4),
                                cl::desc("Relative tolerance of --expect and "
                                         "--compare (default 1e-4)"));
static cl::opt<double> absolute("atol", cl::cat(category), cl::init(1e-4),
                                cl::desc("Absolute tolerance (default 1e-4)"));
static cl::opt<std::string>
    dataset("dataset", cl::cat(category), cl::value_desc("KIND:PATH"),
            cl::desc("Labelled images: mnist:DIR, cifar10:DIR, records:DIR, "
                     "npz:FILE; prints the accuracy"));
static cl::opt<int64_t> limit("limit", cl::cat(category), cl::init(0),
                              cl::value_desc("N"),
                              cl::desc("Only the first N images"));
static cl::opt<int64_t> batch("batch", cl::cat(category), cl::init(1),
                              cl::value_desc("N"),
                              cl::desc("Samples of one run (default 1)"));
static cl::opt<float> scale("scale", cl::cat(category), cl::value_desc("S"),
                            cl::desc("Multiply pixels by S; without, bytes "
                                     "are divided by 255"));
static cl::opt<Engine> engine(
    "engine", cl::cat(category), cl::init(Engine::Native),
    cl::desc("What runs the model:"),
    cl::values(clEnumValN(Engine::Native, "native", "compiled code (default)"),
               clEnumValN(Engine::Reference, "reference",
                          "the reference evaluator, slow")));
static cl::opt<bool>
    compare("compare", cl::cat(category),
            cl::desc("Run native code and reference; show, layer by layer, "
                     "where they differ first. Input: as given, or random"));
static cl::opt<int64_t> repeat("repeat", cl::cat(category), cl::init(0),
                               cl::value_desc("N"),
                               cl::desc("Run N times and print the time. "
                                        "Input: as given, or random"));
static cl::opt<std::string>
    target("target", cl::cat(category), cl::init("native"),
           cl::value_desc("CPU"),
           cl::desc("Compile for a lesser CPU than this machine's"));
static const bool threadsIsFree = freeOptionName("threads");
static cl::opt<int64_t>
    threads("threads", cl::cat(category), cl::init(1), cl::value_desc("N"),
            cl::desc("Threads of the compiled code (default 1); "
                     "a .so has those that it was made "
                     "with"));
static cl::opt<std::string>
    tuning("tuning", cl::cat(category), cl::value_desc("FILE.json"),
           cl::desc("Kernels as qnn-bench --tune has measured them on the "
                    "target, not as estimated"));
static cl::opt<uint32_t> seed("seed", cl::cat(category), cl::init(1),
                              cl::desc("Seed of random input (default 1)"));
static cl::opt<bool> json("json", cl::cat(category),
                          cl::desc("Print results as JSON, an object a line"));
static cl::opt<char> optLevel("O", cl::cat(category), cl::Prefix, cl::init('3'),
                              cl::desc("Optimization by LLVM, -O0 to -O3 "
                                       "(default)"));

static llvm::Error checkOptions() {
  auto refuse = [](const llvm::Twine &message) { return makeError(message); };
  if (batch < 1 || batch > maxBatch)
    return refuse("--batch: expected a number from 1 to " +
                  llvm::Twine(maxBatch) + ", but got " +
                  llvm::Twine(batch.getValue()));
  if (limit < 0 || (limit == 0 && limit.getNumOccurrences()))
    return refuse("--limit: expected a number from 1 on, but got " +
                  llvm::Twine(limit.getValue()));
  if (repeat < 0 || (repeat == 0 && repeat.getNumOccurrences()))
    return refuse("--repeat: expected a number from 1 on, but got " +
                  llvm::Twine(repeat.getValue()));
  if (llvm::Error error = checkThreads(threads))
    return error;
  if (optLevel < '0' || optLevel > '3')
    return refuse(llvm::Twine("-O: expected -O0 to -O3, but got '-O") +
                  llvm::Twine(optLevel) + "'");
  if (!dataset.empty() && !inputFiles.empty())
    return refuse("--dataset and --input: expected one of them, but got both");
  if (compare && repeat)
    return refuse("--compare and --repeat: expected one of them, but got both");
  if (!dataset.empty() && !(outputFiles.empty() && expectFiles.empty()))
    return refuse("--output and --expect: not together with --dataset");
  return llvm::Error::success();
}

static std::vector<NamedFile> parseFiles(const cl::list<std::string> &list) {
  std::vector<NamedFile> files;
  for (const std::string &argument : list)
    files.push_back(parseNamedFile(argument));
  return files;
}

/// What the options name; random where nothing is named and that makes sense.
static llvm::Expected<std::unique_ptr<InputSource>>
openInputs(const Model &model) {
  if (!dataset.empty()) {
    std::optional<float> factor;
    if (scale.getNumOccurrences())
      factor = scale;
    return DatasetInputs::create(model, dataset, limit, factor);
  }
  if (!inputFiles.empty())
    return openFiles(model, parseFiles(inputFiles));
  if (compare || repeat)
    return randomInputs(model, batch, seed);
  return fileError(modelPath, "no input: give --input or --dataset for " +
                                  describe(model.inputs()));
}

static llvm::Error act(Model &model, InputSource &inputs,
                       const RunOptions &options) {
  if (repeat)
    return measureTime(model, inputs, repeat, options);
  if (!dataset.empty())
    return measureAccuracy(model, static_cast<DatasetInputs &>(inputs),
                           options);
  return runOnce(model, inputs, options);
}

/// Runs a model that is read as IR. Inputs are checked before it is compiled.
static llvm::Error runModule(const RunOptions &options) {
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  auto module = loadModel(modelPath, context.get());
  if (!module)
    return module.takeError();
  auto reference = evaluateModule(**module, modelPath);
  if (!reference)
    return reference.takeError();
  auto inputs = openInputs(**reference);
  if (!inputs)
    return inputs.takeError();
  if (compare) {
    auto comparison =
        compareEngines(**module, modelPath, target, optLevel - '0', **inputs,
                       options.tolerance, threads, tuning);
    return comparison ? reportComparison(*comparison, options)
                      : comparison.takeError();
  }
  if (engine == Engine::Reference)
    return act(**reference, **inputs, options);
  auto compiled = compileInProcess(**module, modelPath, target, optLevel - '0',
                                   std::nullopt, threads, tuning);
  if (!compiled)
    return compiled.takeError();
  return act(**compiled, **inputs, options);
}

static llvm::Error runLibrary(const RunOptions &options) {
  if (compare || engine == Engine::Reference)
    return fileError(modelPath, "a compiled library has no reference; give "
                                "the model that it was made from");
  auto model = openLibrary(modelPath);
  if (!model)
    return model.takeError();
  auto inputs = openInputs(**model);
  if (!inputs)
    return inputs.takeError();
  return act(**model, **inputs, options);
}

static llvm::Error run() {
  if (llvm::Error error = checkOptions())
    return error;
  RunOptions options;
  options.batch = batch;
  options.json = json;
  options.tolerance = {relative, absolute};
  options.outputs = parseFiles(outputFiles);
  options.expectations = parseFiles(expectFiles);
  for (const NamedFile &file : options.outputs)
    if (llvm::Error error = checkWritable(file.path))
      return error;
  if (llvm::sys::path::extension(modelPath) == ".so")
    return runLibrary(options);
  return runModule(options);
}

static llvm::Error runInMemory() {
  try {
    return run();
  } catch (const std::bad_alloc &) {
    return makeError("out of memory");
  }
}

int main(int argc, char **argv) {
  mlir::registerPassManagerCLOptions();
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Runs a quantized neural network: compiled in process, compiled before "
      "(.so), or by the reference evaluator.\n\n"
      "  qnn-run MODEL.onnx --input x.npy --output y.npy\n"
      "  qnn-run MODEL.onnx --dataset mnist:DIR\n"
      "  qnn-run MODEL.onnx --compare\n");
  llvm::Error error = runInMemory();
  // What was printed before a failure is shown before its message, and a
  // failure to print it is the message only where there is no other.
  llvm::Error flushed = flushStandardOutput();
  if (!error)
    error = std::move(flushed);
  else
    llvm::consumeError(std::move(flushed));
  if (!error)
    return 0;
  printError(std::move(error));
  return 1;
}
