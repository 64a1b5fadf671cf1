//===- qnn-bench.cpp - How fast, and how fast at best -----------*- C++ -*-===//

#include "Kernels.h"
#include "Model.h"
#include "Tune.h"
#include "qnn/Driver/CommandLine.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Support/Files.h"
#include "llvm/Support/CommandLine.h"

using namespace qnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("qnn-bench options");
static cl::SubCommand kernels("kernels",
                              "Times each kind of product against a ceiling");
static cl::SubCommand model("model", "Times a network and each of its layers");

static const bool threadsIsFree = freeOptionName("threads");
static cl::opt<std::string>
    filter("filter", cl::sub(kernels), cl::cat(category), cl::value_desc("RE"),
           cl::desc("Only the products whose name matches, such as 'conv 1x1 "
                    "packed'; without it, those of docs/benchmarks.md"));
static cl::opt<bool> list("list", cl::sub(kernels), cl::cat(category),
                          cl::desc("Print the names and measure nothing"));
static cl::opt<std::string>
    kernel("kernel", cl::sub(kernels), cl::cat(category), cl::value_desc("K"),
           cl::desc("This kernel instead of the compiler's choice, where it "
                    "applies: xnor_popcount, bit_serial, int8_dot, ..."));
static cl::opt<std::string>
    target("target", cl::sub(kernels), cl::sub(model), cl::cat(category),
           cl::init("native"), cl::value_desc("CPU"),
           cl::desc("Compile kernels and ceilings for a lesser CPU than this "
                    "machine's, such as x86-64-v3"));
static cl::opt<int64_t>
    threads("threads", cl::sub(kernels), cl::sub(model), cl::cat(category),
            cl::init(1), cl::value_desc("N"),
            cl::desc("Threads of the compiled code, and of the ceilings "
                     "(default 1)"));
static cl::opt<double> seconds("seconds", cl::sub(kernels), cl::sub(model),
                               cl::cat(category), cl::init(0.3),
                               cl::value_desc("S"),
                               cl::desc("Time for each product (default 0.3); "
                                        "the fastest run counts"));
static cl::opt<bool> json("json", cl::sub(kernels), cl::sub(model),
                          cl::cat(category),
                          cl::desc("Print one JSON object a line"));
static cl::opt<std::string>
    svg("svg", cl::sub(kernels), cl::cat(category), cl::value_desc("FILE"),
        cl::desc("Write a roofline picture of the rows"));
static cl::opt<std::string>
    tuning("tuning", cl::sub(kernels), cl::sub(model), cl::cat(category),
           cl::value_desc("FILE.json"),
           cl::desc("Kernels as --tune has measured them, not as estimated"));
static cl::opt<std::string>
    tune("tune", cl::sub(kernels), cl::sub(model), cl::cat(category),
         cl::value_desc("FILE.json"),
         cl::desc("Measure kernels and tiles of each product and write the "
                  "fastest to a tuning table, beside what it has already"));
static cl::opt<std::string> modelPath(cl::Positional, cl::Required,
                                      cl::sub(model), cl::cat(category),
                                      cl::desc("MODEL.onnx|.onnxtxt|.mlir"));
static cl::opt<int64_t>
    batch("batch", cl::sub(model), cl::cat(category), cl::init(1),
          cl::value_desc("N"),
          cl::desc("Samples of one run of the whole network (default 1); "
                   "layers are timed with one"));

static std::string kernelNames() {
  std::string names;
  for (uint32_t i = 0; auto kind = symbolizeKernelKind(i); ++i)
    names += (i ? ", " : "") + stringifyKernelKind(*kind).str();
  return names;
}

static llvm::Error checkOptions() {
  if (llvm::Error error = checkThreads(threads))
    return error;
  if (!(seconds >= 0 && seconds <= 3600))
    return makeError("--seconds: expected a number from 0 to 3600, but got " +
                     std::to_string(seconds));
  if (!tune.empty() && (list || !kernel.empty() || !svg.empty()))
    return makeError("--tune: not together with --list, --kernel or --svg");
  if (!tune.empty() && !tuning.empty())
    return makeError("--tune and --tuning: expected one of them, but got both");
  if (batch < 1 || batch > maxBatch)
    return makeError("--batch: expected a number from 1 to " +
                     llvm::Twine(maxBatch) + ", but got " +
                     llvm::Twine(batch.getValue()));
  return llvm::Error::success();
}

static MeasureOptions measureOptions() {
  MeasureOptions options;
  options.target = target;
  options.threads = threads;
  options.seconds = seconds;
  options.tuning = tuning;
  return options;
}

static llvm::Error runKernels() {
  KernelsOptions options;
  options.filter = filter;
  options.list = list;
  options.json = json;
  options.svg = svg;
  options.measure = measureOptions();
  if (!kernel.empty()) {
    options.measure.kernel = symbolizeKernelKind(kernel);
    if (!options.measure.kernel)
      return makeError("--kernel: unknown kernel '" + kernel +
                       "': expected one of " + kernelNames());
  }
  if (!tune.empty())
    return tuneKernels(options, tune);
  return benchKernels(options);
}

static llvm::Error runModel() {
  ModelOptions options;
  options.path = modelPath;
  options.batch = batch;
  options.json = json;
  options.measure = measureOptions();
  if (!tune.empty())
    return tuneModel(options, tune);
  return benchModel(options);
}

static llvm::Error run() {
  if (llvm::Error error = checkOptions())
    return error;
  if (kernels)
    return runKernels();
  if (model)
    return runModel();
  return makeError("expected a command, kernels or model; --help says more");
}

int main(int argc, char **argv) {
  cl::HideUnrelatedOptions(category);
  cl::HideUnrelatedOptions(category, kernels);
  cl::HideUnrelatedOptions(category, model);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Times compiled products and networks on this machine.\n\n"
      "  qnn-bench kernels                        every kind of product\n"
      "  qnn-bench kernels --filter 'matmul 1x1'  some of them\n"
      "  qnn-bench kernels --list --filter .      names of all\n"
      "  qnn-bench model MODEL.onnx               each layer of a network\n"
      "  qnn-bench model MODEL.onnx --tune FILE   measures kernels for "
      "--tuning=FILE\n\n"
      "Each row says how long the fastest of many runs took, and what share "
      "that is of a\nceiling measured in the same run: the most that this "
      "machine's instructions or\nmemory allow for such a product.\n");
  if (llvm::Error error = run()) {
    printError(std::move(error));
    return 1;
  }
  return 0;
}
