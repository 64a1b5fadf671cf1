//===- Actions.cpp - What qnn-run does with a model -------------*- C++ -*-===//

#include "Actions.h"
#include "qnn/Driver/TensorFile.h"
#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>
#include <cstring>

using namespace qnn;
using namespace llvm;

static void printLine(json::Object object) {
  outs() << json::Value(std::move(object)) << "\n";
}

/// A number with as many digits as tell floats apart; `digits` for people.
static std::string text(double number, int digits = 9) {
  std::string result;
  raw_string_ostream(result) << format("%.*g", digits, number);
  return result;
}

/// JSON has no infinity.
static json::Value numberOrNull(double number) {
  return std::isfinite(number) ? json::Value(number) : json::Value(nullptr);
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// All samples, in batches; the outputs of all joined.
static Expected<std::vector<Array>> runAll(Model &model, InputSource &inputs,
                                           int64_t batch) {
  std::vector<Array> all;
  int64_t total = inputs.samples();
  for (const TensorInfo &info : model.outputs())
    all.emplace_back(elementTypeOf(info.type), batchedShape(info, total));
  for (int64_t first = 0; first < total; first += batch) {
    int64_t count = std::min(batch, total - first);
    auto outputs = model.run(inputs.read(first, count));
    if (!outputs)
      return outputs.takeError();
    for (auto [whole, part] : zip_equal(all, *outputs))
      std::memcpy(whole.bytes.data() + whole.bytes.size() / total * first,
                  part.bytes.data(), part.bytes.size());
  }
  return all;
}

static void printArray(const TensorInfo &info, const Array &array) {
  constexpr int64_t most = 16;
  outs() << "output '" << info.name << "' " << elementName(array.type) << " "
         << shapeName(array.shape) << ":";
  for (int64_t i = 0, e = std::min(array.size(), most); i < e; ++i)
    if (array.type == ElementType::F32)
      outs() << " " << text(array.at(i), 6);
    else
      outs() << " " << array.integerAt(i);
  outs() << (array.size() > most ? " ..." : "") << "\n";
}

static Error writeOutputs(const Model &model, ArrayRef<Array> results,
                          ArrayRef<NamedFile> files) {
  auto assigned = assignFiles(files, model.outputs(), "output", model.path());
  if (!assigned)
    return assigned.takeError();
  std::vector<OutputFile> contents;
  for (auto [file, index] : zip_equal(files, *assigned))
    contents.push_back({file.path, makeNpy(results[index])});
  return writeFiles(contents);
}

/// One expected output; `greatest` is the greatest difference.
static Error checkOutput(const TensorInfo &info, const Array &actual,
                         StringRef path, Tolerance tolerance,
                         double &greatest) {
  Expected<Array> expected = readTensorFile(path);
  if (!expected)
    return expected.takeError();
  if (expected->shape != actual.shape)
    return fileError(path, "output '" + info.name + "' has shape " +
                               shapeName(actual.shape) + ", but the file has " +
                               shapeName(expected->shape));
  greatest = std::max(greatest, greatestDifference(actual, *expected));
  auto difference = firstDifference(actual, *expected, tolerance);
  if (!difference)
    return Error::success();
  return fileError(path, "output '" + info.name + "' differs at " +
                             indexName(difference->index, actual.shape) +
                             ": got " + text(difference->actual) +
                             ", expected " + text(difference->expected) +
                             " (rtol " + text(tolerance.relative, 6) +
                             ", atol " + text(tolerance.absolute, 6) + ")");
}

static Error checkOutputs(const Model &model, ArrayRef<Array> results,
                          const RunOptions &options) {
  ArrayRef<NamedFile> files = options.expectations;
  auto assigned = assignFiles(files, model.outputs(), "output", model.path());
  if (!assigned)
    return assigned.takeError();
  double greatest = 0;
  for (auto [file, index] : zip_equal(files, *assigned))
    if (Error error = checkOutput(model.outputs()[index], results[index],
                                  file.path, options.tolerance, greatest))
      return error;
  if (options.json)
    printLine(json::Object{{"outputs", static_cast<int64_t>(files.size())},
                           {"max_difference", numberOrNull(greatest)}});
  else
    outs() << "as expected: " << files.size()
           << (files.size() == 1 ? " output" : " outputs")
           << ", greatest difference " << text(greatest, 6) << "\n";
  return Error::success();
}

Error qnn::runOnce(Model &model, InputSource &inputs,
                   const RunOptions &options) {
  auto results = runAll(model, inputs, options.batch);
  if (!results)
    return results.takeError();
  if (!options.outputs.empty())
    if (Error error = writeOutputs(model, *results, options.outputs))
      return error;
  if (!options.expectations.empty())
    return checkOutputs(model, *results, options);
  if (options.outputs.empty())
    for (auto [info, array] : zip_equal(model.outputs(), *results))
      printArray(info, array);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Accuracy
//===----------------------------------------------------------------------===//

namespace {
/// A line that counts, where standard error is a terminal.
class Progress {
public:
  explicit Progress(int64_t total)
      : total(total), shown(errs().is_displayed()) {}
  ~Progress() {
    if (shown)
      errs() << "\r\x1b[K";
  }
  void update(int64_t done) {
    int64_t percent = done * 100 / total;
    if (!shown || percent == last)
      return;
    last = percent;
    errs() << "\r" << std::string(percent / 4, '#')
           << std::string(25 - percent / 4, '.') << " " << done << "/" << total;
  }

private:
  int64_t total, last = -1;
  bool shown;
};
} // namespace

Error qnn::measureAccuracy(Model &model, DatasetInputs &inputs,
                           const RunOptions &options) {
  int64_t correct = 0, total = inputs.numImages();
  {
    Progress progress(inputs.samples());
    for (int64_t first = 0; first < inputs.samples(); first += options.batch) {
      int64_t count = std::min(options.batch, inputs.samples() - first);
      auto outputs = model.run(inputs.read(first, count));
      if (!outputs)
        return outputs.takeError();
      correct += inputs.countCorrect(outputs->front(), first);
      progress.update(first + count);
    }
  }
  double accuracy = static_cast<double>(correct) / total;
  if (options.json)
    printLine(json::Object{
        {"correct", correct}, {"total", total}, {"accuracy", accuracy}});
  else
    outs() << formatv("accuracy {0}/{1} ({2:f2} %)\n", correct, total,
                      100 * accuracy);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

Error qnn::measureTime(Model &model, InputSource &inputs, int64_t repeats,
                       const RunOptions &options) {
  using Clock = std::chrono::steady_clock;
  int64_t batch = std::min(options.batch, inputs.samples());
  std::vector<AlignedBuffer> buffers;
  std::vector<const void *> in;
  std::vector<void *> out;
  for (auto [info, array] : zip_equal(model.inputs(), inputs.read(0, batch))) {
    Array converted = array.converted(elementTypeOf(info.type));
    buffers.emplace_back(converted.bytes.size());
    std::memcpy(buffers.back().data(), converted.bytes.data(),
                converted.bytes.size());
    in.push_back(buffers.back().data());
  }
  for (const TensorInfo &info : model.outputs()) {
    buffers.emplace_back(batch * elementCount(info) * qnn_type_size(info.type));
    out.push_back(buffers.back().data());
  }
  std::vector<double> times;
  // Until caches and clock have settled: a tenth of the runs, at most 0.2 s.
  auto start = Clock::now();
  for (int64_t i = 0; i < repeats / 10 + 1; ++i) {
    if (Error error = model.runSamples(batch, in.data(), out.data()))
      return error;
    if (Clock::now() - start > std::chrono::milliseconds(200))
      break;
  }
  for (int64_t i = 0; i < repeats; ++i) {
    auto before = Clock::now();
    if (Error error = model.runSamples(batch, in.data(), out.data()))
      return error;
    times.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - before)
            .count());
  }
  llvm::sort(times);
  double least = times.front(), median = times[times.size() / 2];
  if (options.json)
    printLine(json::Object{{"runs", repeats},
                           {"batch", batch},
                           {"us_min", least},
                           {"us_median", median},
                           {"us_per_image", median / batch}});
  else
    outs() << formatv("{0} runs of batch {1}: least {2:f3} us, median {3:f3} "
                      "us, {4:f3} us an image\n",
                      repeats, batch, least, median, median / batch);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static void printTable(const Comparison &comparison) {
  size_t nameWidth = 5, opWidth = 2;
  for (const LayerComparison &layer : comparison.layers) {
    nameWidth = std::max(nameWidth, layer.name.size());
    opWidth = std::max(opWidth, layer.op.size());
  }
  for (const LayerComparison &layer : comparison.layers) {
    std::string result = layer.greatest == 0 && !layer.differs ? "equal"
                         : layer.differs
                             ? "DIFFERS"
                             : "within tolerance, greatest difference " +
                                   text(layer.greatest, 6);
    outs() << left_justify(layer.name, nameWidth) << "  "
           << left_justify(layer.op, opWidth) << "  " << result << "\n";
  }
}

static json::Object toJSON(const LayerComparison &layer) {
  return json::Object{{"layer", json::fixUTF8(layer.name)},
                      {"op", layer.op},
                      {"max_difference", numberOrNull(layer.greatest)},
                      {"differs", layer.differs}};
}

Error qnn::reportComparison(const Comparison &comparison,
                            const RunOptions &options) {
  if (options.json)
    for (const LayerComparison &layer : comparison.layers)
      printLine(toJSON(layer));
  else
    printTable(comparison);
  const LayerComparison *first = comparison.firstDifferent();
  if (!first) {
    if (!options.json)
      outs() << "native and reference agree on " << comparison.samples
             << (comparison.samples == 1 ? " sample\n" : " samples\n");
    return Error::success();
  }
  return makeError("first difference: " +
                   Twine(first->op == "output" ? "output '" : "layer '") +
                   first->name + "' (" + first->op + "), sample " +
                   Twine(first->sample) + ", element " + first->where +
                   ": native " + text(first->native) + ", reference " +
                   text(first->reference));
}
