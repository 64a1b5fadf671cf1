//===- qnn-train.cpp - Trains a network -------------------------*- C++ -*-===//

#include "Names.h"
#include "Session.h"
#include "qnn/Driver/CommandLine.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/Presets.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <csignal>
#include <new>
#include <unistd.h>

using namespace qnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("qnn-train options");

static cl::opt<std::string>
    start(cl::Positional, cl::cat(category),
          cl::desc("PRESET|CONFIG.toml|MODEL.onnx|MODEL.mlir"));
static cl::opt<std::string>
    data("data", cl::cat(category), cl::value_desc("KIND:PATH"),
         cl::desc("mnist:DIR, cifar10:DIR, imdb:DIR, records:DIR, digits:FILE, "
                  "text:FILE or npz:FILE"));
static cl::list<std::string>
    sets("set", cl::cat(category), cl::value_desc("KEY=VALUE"),
         cl::desc("Change a variable of the description (bits=2), choose "
                  "variant=NAME, or set a path (optimizer.name=sgd)"));
static cl::list<std::string>
    quantize("quantize", cl::cat(category), cl::value_desc("weights=B,..."),
             cl::desc("Put quantizers into a float .onnx or .mlir: bits of "
                      "weights, activations, gradients, and weights of the "
                      "first and last layer (first=, last=; without: float). "
                      "Again with NAME:weights=B,... for layers whose name is "
                      "like NAME (* and ? stand for letters)"));
static cl::opt<std::string>
    teacher("teacher", cl::cat(category), cl::value_desc("MODEL.onnx"),
            cl::desc("Learn from the outputs of this network, too; weight and "
                     "temperature: --set training.teacher.weight=0.5, "
                     ".temperature=4"));
static cl::opt<int64_t> epochs("epochs", cl::cat(category), cl::value_desc("N"),
                               cl::desc("Most epochs"));
static cl::opt<int64_t> maxSteps("max-steps", cl::cat(category),
                                 cl::value_desc("N"),
                                 cl::desc("Most steps over all epochs"));
static cl::opt<int64_t> batch("batch", cl::cat(category), cl::value_desc("N"),
                              cl::desc("Samples of a step"));
static cl::opt<int64_t> seed("seed", cl::cat(category), cl::value_desc("S"),
                             cl::desc("Key of all random numbers"));
static const bool threadsIsFree = freeOptionName("threads");
static cl::opt<unsigned> threads("threads", cl::cat(category), cl::init(1),
                                 cl::value_desc("N"),
                                 cl::desc("Threads of a step; any number "
                                          "gives the same bits (default 1)"));
static cl::opt<std::string>
    resume("resume", cl::cat(category), cl::value_desc("DIR"),
           cl::desc("Continue the run of which DIR holds the checkpoint"));
static cl::opt<std::string>
    folder("dir", cl::cat(category), cl::value_desc("DIR"),
           cl::desc("Where checkpoints (last.npz, best.npz) and logs (log.csv, "
                    "log.jsonl) go; with -o OUT.onnx by default OUT.train"));
static cl::opt<std::string>
    output("o", cl::cat(category), cl::value_desc("OUT.onnx"),
           cl::desc("Write the trained network with QONNX's quantizers"));
static cl::opt<bool> json("json", cl::cat(category),
                          cl::desc("Print an object a line: of each epoch, "
                                   "and of the test at the end"));
static cl::opt<bool>
    findRate("find-lr", cl::cat(category),
             cl::desc("Raise the learning rate step by step, print the losses "
                      "and a rate to use; trains nothing"));
static cl::opt<bool>
    printGraph("print-graph", cl::cat(category),
               cl::desc("Print the network in graph form, and stop"));
static cl::opt<bool>
    printPreset("print-preset", cl::cat(category),
                cl::desc("Print the preset, as a beginning for your own .toml, "
                         "and stop"));
static cl::opt<bool>
    list("list", cl::cat(category),
         cl::desc("List what a description may name: presets, layers, "
                  "quantizers, surrogates, optimizers, ..., and stop"));
static cl::opt<bool>
    reference("reference", cl::cat(category),
              cl::desc("Run on the reference evaluator: slow, for checks"));

/// What `--help` says behind the options.
static std::string overview() {
  std::string text =
      R"(Trains a quantized network and writes it as ONNX for qnn-compile.

  qnn-train digits --data=digits:digits.csv.gz -o digits.onnx
  qnn-train mlp-mnist --data=mnist:DIR --set bits=2 --epochs=20 --dir=run
  qnn-train --resume=run --epochs=40
  qnn-train float.onnx --quantize weights=1,activations=1 --data=mnist:DIR \
            --teacher=float.onnx
  qnn-train float.onnx --quantize weights=8,activations=8,first=8,last=8 \
            --data=mnist:DIR --epochs=0 -o int8.onnx     # calibration only
  qnn-train mlp-mnist --print-preset > mine.toml

Presets, each a description that --print-preset shows:
)";
  for (const Preset &preset : presets())
    text +=
        llvm::formatv("  {0,-12} {1}\n", preset.name, titleOf(preset)).str();
  return text;
}

static void interrupt(int) {
  // A second time ends the program at once.
  if (interrupted)
    _exit(130);
  interrupted = 1;
}

template <typename T>
static std::optional<T> given(const cl::opt<T> &option) {
  return option.getNumOccurrences() ? std::optional<T>(option) : std::nullopt;
}

static llvm::Error run() {
  if (list) {
    printNames(llvm::outs());
    return flushStandardOutput();
  }
  if (start.empty() && resume.empty())
    return makeError("nothing to train: give a preset, a .toml, .onnx or .mlir "
                     "file, or --resume=DIR; --help lists the presets");
  if (!resume.empty() && (!start.empty() || !sets.empty() || !quantize.empty()))
    return makeError("--resume continues a run as it is described in its "
                     "checkpoint: no other network, --set or --quantize");
  if (printPreset) {
    const Preset *preset = findPreset(start);
    if (!preset)
      return makeError("'" + start + "' is not a preset");
    llvm::outs() << preset->text;
    return flushStandardOutput();
  }
  if (threads < 1 || threads > 1024)
    return makeError("--threads: expected a number from 1 to 1024");
  SessionOptions options;
  options.start = start;
  options.sets.assign(sets.begin(), sets.end());
  options.data = data;
  options.quantize = llvm::join(quantize, ";");
  options.teacher = teacher;
  options.output = output;
  options.folder = folder;
  if (folder.empty() && !output.empty()) {
    llvm::SmallString<128> path(output);
    llvm::sys::path::replace_extension(path, "train");
    options.folder = path.str().str();
  }
  options.resume = resume;
  options.epochs = given(epochs);
  options.maxSteps = given(maxSteps);
  options.batch = given(batch);
  options.seed = given(seed);
  options.threads = threads;
  options.json = json;
  options.findRate = findRate;
  options.printGraph = printGraph;
  options.reference = reference;
  return runSession(options);
}

int main(int argc, char **argv) {
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, overview());
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  try {
    llvm::Error error = run();
    if (!error)
      return 0;
    printError(std::move(error));
  } catch (const std::bad_alloc &) {
    printError(makeError("not enough memory"));
  }
  return 1;
}
