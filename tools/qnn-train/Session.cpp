//===- Session.cpp - One run of qnn-train -------------------------------===//

#include "Session.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Model.h"
#include "qnn/ONNX/Export.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/Calibrate.h"
#include "qnn/Training/Config.h"
#include "qnn/Training/Fields.h"
#include "qnn/Training/InitialValues.h"
#include "qnn/Training/InsertQuantizers.h"
#include "qnn/Training/Log.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Training/Presets.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace qnn;
using namespace llvm;

volatile std::sig_atomic_t qnn::interrupted = 0;

static std::string joined(StringRef folder, StringRef file) {
  SmallString<128> path(folder);
  sys::path::append(path, file);
  return path.str().str();
}

namespace {
class Session {
public:
  explicit Session(const SessionOptions &options) : options(options) {}
  Error run();

private:
  Error readConfig(ArrayRef<std::string> sets);
  Error readDescription(ArrayRef<std::string> sets);
  Error setVocabulary();
  Error importNetwork(StringRef path);
  Error buildNetwork();
  Error prepareStep();
  Error calibrateQuantizers();
  Error resume(Trainer &trainer);
  Error train();
  Error finish(Trainer &trainer);
  Error exportAndCompare(json::Object &result);
  int64_t countParameters() const;
  Error findRate();
  void say(const Twine &text) {
    if (options.json)
      return;
    outs() << text << "\n";
    outs().flush(); // to be seen in a file or pipe before the first epoch ends
  }

  const SessionOptions &options;
  std::string text, file; ///< of the description
  json::Object config;
  Plan plan;
  std::optional<TrainingData> data;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> model;
  std::unique_ptr<TrainStep> step;
  std::unique_ptr<Teacher> teacher;
};
} // namespace

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Text and name of what the user starts from.
static Expected<std::pair<std::string, std::string>>
findDescription(StringRef start) {
  if (const Preset *preset = findPreset(start))
    return std::pair(preset->text.str(), ("preset " + start).str());
  if (sys::path::extension(start) == ".toml") {
    Expected<std::string> text = readFile(start);
    if (!text)
      return text.takeError();
    return std::pair(std::move(*text), start.str());
  }
  SmallVector<StringRef> names;
  for (const Preset &preset : presets())
    names.push_back(preset.name);
  return makeError("'" + start +
                   "' is neither a preset nor a .toml, .onnx or "
                   ".mlir file; presets: " +
                   join(names, " ") + suggestion(start, names));
}

/// Whether training starts from a network rather than from a description.
static bool isModelFile(StringRef path) {
  StringRef extension = sys::path::extension(path);
  return extension == ".onnx" || extension == ".onnxtxt" ||
         extension == ".mlir" || extension == ".mlirbc";
}

/// Sets `key` of table `section`.
static void setField(json::Object &config, StringRef section, StringRef key,
                     json::Value value) {
  json::Value &table = config[section.str()];
  if (!table.getAsObject())
    table = json::Object();
  (*table.getAsObject())[key.str()] = std::move(value);
}

/// The description itself: from a checkpoint, a model file, or TOML.
Error Session::readConfig(ArrayRef<std::string> sets) {
  if (!options.resume.empty()) {
    file = joined(options.resume, "last.npz");
    auto meta = readMeta(file);
    if (!meta)
      return meta.takeError();
    config = std::move(meta->config);
    return Error::success();
  }
  file = options.start;
  if (!isModelFile(options.start)) {
    auto found = findDescription(options.start);
    if (!found)
      return found.takeError();
    std::tie(text, file) = *found;
  }
  auto loaded = loadConfig(text, file, sets);
  if (!loaded)
    return loaded.takeError();
  config = std::move(*loaded);
  if (isModelFile(options.start)) {
    config["start"] = options.start;
    config["quantize"] = options.quantize;
  }
  return Error::success();
}

Error Session::readDescription(ArrayRef<std::string> sets) {
  if (Error error = readConfig(sets))
    return error;
  auto set = [&](StringRef key, std::optional<int64_t> value) {
    if (value)
      setField(config, "training", key, *value);
  };
  set("epochs", options.epochs);
  set("max_steps", options.maxSteps);
  set("batch", options.batch);
  set("seed", options.seed);
  if (!options.data.empty())
    setField(config, "data", "source", options.data);
  if (!options.teacher.empty()) {
    json::Object teacher;
    if (const json::Object *training = config.getObject("training"))
      if (const json::Object *found = training->getObject("teacher"))
        teacher = *found;
    teacher["model"] = options.teacher;
    setField(config, "training", "teacher", std::move(teacher));
  }
  Expected<Plan> read = readPlan(config, file);
  if (!read)
    return read.takeError();
  plan = std::move(*read);
  plan.step.threads = options.threads;
  plan.step.evaluateOnly = plan.epochs == 0 && !options.findRate;
  return Error::success();
}

/// A description that has the variable `vocabulary` learns from the data how
/// large it is.
Error Session::setVocabulary() {
  if (!data->vocabulary || text.empty())
    return Error::success();
  auto toml = parseToml(text, file);
  const json::Object *variables = toml ? toml->getObject("set") : nullptr;
  if (!toml)
    return toml.takeError();
  if (!variables || !variables->get("vocabulary"))
    return Error::success();
  std::vector<std::string> sets = options.sets;
  sets.push_back("vocabulary=" + std::to_string(data->vocabulary));
  return readDescription(sets);
}

/// The network of a file, for the plan's batch.
Error Session::importNetwork(StringRef path) {
  auto loaded = loadModel(path, context.get());
  if (!loaded)
    return loaded.takeError();
  mlir::func::FuncOp entry = entryOf(**loaded);
  if (!entry)
    return fileError(path, "expected one public function, but got none");
  bool trainable = any_of(seq(entry.getNumArguments()), [&](unsigned i) {
    return bool(entry.getArgAttr(i, kParameterAttr));
  });
  if (!trainable)
    if (Error error = makeTrainable(**loaded))
      return fileError(path, toString(std::move(error)));
  std::string quantize = config.getString("quantize").value_or("").str();
  if (!quantize.empty()) {
    auto spec = parseQuantizeSpec(quantize);
    if (!spec)
      return spec.takeError();
    if (Error error = insertQuantizers(**loaded, *spec))
      return error;
  }
  auto batched = withBatch(**loaded, plan.batch);
  if (!batched)
    return fileError(path, toString(batched.takeError()));
  model = std::move(*batched);
  return Error::success();
}

Error Session::buildNetwork() {
  context = createContext();
  if (auto start = config.getString("start"))
    return importNetwork(*start);
  const json::Object *layers = config.getObject("model");
  if (!layers)
    return fileError(file, "no [model]");
  auto built = buildModel(*layers, plan.batch, file, context.get());
  if (!built)
    return built.takeError();
  model = std::move(*built);
  return Error::success();
}

/// Fails where a network has not one input and one output, each with a batch.
static Error checkForm(mlir::ModuleOp model) {
  mlir::func::FuncOp entry = entryOf(model);
  int64_t inputs = count_if(seq(entry.getNumArguments()), [&](unsigned i) {
    return !entry.getArgAttr(i, kParameterAttr) &&
           !entry.getArgAttr(i, kStatisticAttr) &&
           !entry.getArgAttr(i, kKeyAttr);
  });
  if (inputs != 1 || entry.getNumResults() != 1)
    return makeError("a network with one input and one output can be trained, "
                     "but this has " +
                     Twine(inputs) + " and " + Twine(entry.getNumResults()));
  for (mlir::Type type :
       {entry.getArgumentTypes().front(), entry.getResultTypes().front()})
    if (mlir::cast<mlir::RankedTensorType>(type).getRank() < 2)
      return makeError("input and output of a network that is trained have a "
                       "batch and at least one more dimension");
  return Error::success();
}

/// Fails where samples do not fit the network's input or labels its output.
static Error checkFit(mlir::ModuleOp model, const Dataset &data,
                      StringRef source) {
  mlir::func::FuncOp entry = entryOf(model);
  auto type =
      mlir::cast<mlir::RankedTensorType>(entry.getArgumentTypes().front());
  ArrayRef<int64_t> expected = type.getShape().drop_front();
  if (expected != data.imageShape())
    return makeError("the network takes samples of " + shapeName(expected) +
                     ", but '" + source + "' has " +
                     shapeName(data.imageShape()));
  bool isIndex = data.images.type == ElementType::I64;
  if (isIndex != type.getElementType().isInteger(64))
    return makeError(Twine("the network takes ") +
                     (isIndex ? "floats" : "indices") + ", but '" + source +
                     "' has " + (isIndex ? "indices" : "floats"));
  auto output =
      mlir::cast<mlir::RankedTensorType>(entry.getResultTypes().front());
  int64_t classes = output.getShape().back();
  int64_t rows = output.getNumElements() / type.getShape().front() / classes;
  if (rows != data.labelsPerSample())
    return makeError("the network gives " + Twine(rows) +
                     " predictions a sample, but '" + source + "' has " +
                     Twine(data.labelsPerSample()) + " labels");
  return checkLabels(data, std::max<int64_t>(classes, 2), source);
}

static Error checkFit(mlir::ModuleOp model, const TrainingData &data,
                      StringRef source) {
  if (Error error = checkForm(model))
    return error;
  if (Error error = checkFit(model, data.train.dataset(), source))
    return error;
  return checkFit(model, data.test.dataset(), source);
}

/// Steps of the whole training. --max-steps that only cuts a run short does not
/// count: what changes over the training must not depend on where it was cut.
static int64_t countSteps(const Plan &plan, const TrainingData &data) {
  if (plan.scheduleInSteps && plan.maxSteps)
    return plan.maxSteps;
  return plan.epochs * (data.train.size() / plan.batch);
}

Error Session::prepareStep() {
  plan.step.steps = countSteps(plan, *data);
  if (plan.scheduleInSteps && plan.schedule.length == 0)
    plan.schedule.length = plan.step.steps;
  auto created = options.reference ? createReferenceTrainStep(*model, plan.step)
                                   : createTrainStep(*model, plan.step);
  if (!created)
    return created.takeError();
  step = std::move(*created);
  if (!plan.teacher.empty() && !plan.step.evaluateOnly) {
    auto loaded = Teacher::load(plan.teacher, *model, plan.step);
    if (!loaded)
      return loaded.takeError();
    teacher = std::move(*loaded);
  }
  return initialize(*model, *step, plan.seed);
}

/// Not where a checkpoint has what is found.
Error Session::calibrateQuantizers() {
  if (!options.resume.empty() || !needsCalibration(*model))
    return Error::success();
  return calibrate(*model, *step, data->train, plan.calibration, plan.step);
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

Error Session::resume(Trainer &trainer) {
  std::string path = joined(options.resume, "last.npz");
  auto meta = readMeta(path);
  if (!meta)
    return meta.takeError();
  trainer.progress = meta->progress;
  plan.seed = meta->seed;
  return readStates(path, step->editStates());
}

static Error createFolder(StringRef folder) {
  if (std::error_code code = sys::fs::create_directories(folder))
    return fileError(folder, code.message());
  return Error::success();
}

Error Session::train() {
  std::string folder = options.resume.empty() ? options.folder : options.resume;
  if (!folder.empty())
    if (Error error = createFolder(folder))
      return error;
  bool sequences = data->train.dataset().labelsPerSample() > 1;
  bool bar = errs().is_displayed() && !options.json;
  Log log(outs(), options.json, bar, folder, sequences);
  Trainer trainer(plan, *step, *data, log);
  trainer.folder = folder;
  trainer.config = config;
  trainer.teacher = teacher.get();
  trainer.interrupted = &interrupted;
  if (!options.resume.empty())
    if (Error error = resume(trainer))
      return error;
  if (Error error = log.open(trainer.progress.epoch))
    return error;
  say(formatv("{0} samples for training, {1} for validation, {2} for test; "
              "{3} parameters",
              data->train.size(), data->validation.size(), data->test.size(),
              countParameters()));
  Expected<StopReason> reason = trainer.run();
  log.clearBar();
  if (!reason)
    return reason.takeError();
  if (*reason == StopReason::Interrupted) {
    say(folder.empty() ? "interrupted; no checkpoint was asked for (--dir)"
                       : "interrupted; continue with --resume=" + folder);
    return Error::success();
  }
  if (*reason == StopReason::EarlyStopping)
    say(formatv("stopped early: no better {0} for {1} epochs, best in epoch "
                "{2}",
                plan.monitor, plan.patience, trainer.progress.bestEpoch + 1));
  return finish(trainer);
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

int64_t Session::countParameters() const {
  int64_t count = 0;
  for (const StateView &state : step->states())
    count += state.isParameter ? state.size() : 0;
  return count;
}

/// The best states where there are some, the test set, and the files.
Error Session::finish(Trainer &trainer) {
  // Without an epoch of this run what lies there is of another one.
  std::string best = joined(trainer.folder, "best.npz");
  if (!trainer.folder.empty() && trainer.progress.bestEpoch >= 0 &&
      sys::fs::exists(best))
    if (Error error = readStates(best, step->editStates()))
      return error;
  Expected<Score> score = trainer.evaluate(data->test);
  if (!score)
    return score.takeError();
  if (interrupted)
    return Error::success();
  json::Object result{{"test_loss", score->meanLoss()},
                      {"test_accuracy", score->accuracy()},
                      {"test_correct", score->correct},
                      {"test_total", score->count},
                      {"peak_bytes", step->peakBytes()},
                      {"best_epoch", trainer.progress.bestEpoch + 1},
                      {"steps", trainer.progress.step}};
  say(formatv("test: loss {0:f4}, accuracy {1}/{2} ({3:f2} %)",
              score->meanLoss(), score->correct, score->count,
              100 * score->accuracy()));
  if (!options.output.empty())
    if (Error error = exportAndCompare(result))
      return error;
  if (options.json)
    outs() << json::Value(std::move(result)) << "\n";
  return Error::success();
}

/// How many of the test samples two engines label alike.
static Expected<int64_t> countEqual(TrainStep &step, Model &compiled,
                                    const Samples &samples) {
  int64_t equal = 0;
  for (int64_t first = 0; first < samples.size(); first += step.batch()) {
    Batch batch = samples.inOrder(first, step.batch());
    auto expected = step.evaluate(batch.input);
    if (!expected)
      return expected.takeError();
    auto actual = compiled.run(batch.input);
    if (!actual)
      return actual.takeError();
    int64_t rows = batch.labels.size() / step.batch();
    int64_t width = expected->front().size() / batch.labels.size();
    for (int64_t i = 0; i < batch.count; ++i) {
      bool same = true;
      for (int64_t r = i * rows; r < (i + 1) * rows; ++r)
        same &= predictedLabel({expected->front().data<float>() + r * width,
                                size_t(width)}) ==
                predictedLabel(
                    {actual->front().data<float>() + r * width, size_t(width)});
      equal += same;
    }
  }
  return equal;
}

/// Writes the trained network, compiles what was written, and holds it against
/// the graph that was trained.
Error Session::exportAndCompare(json::Object &result) {
  auto frozen = freeze(*model, step->states());
  if (!frozen)
    return frozen.takeError();
  if (Error error = exportONNX(**frozen, options.output))
    return error;
  say("wrote " + options.output);
  auto read = loadModel(options.output, context.get());
  if (!read)
    return read.takeError();
  auto compiled = compileInProcess(**read, options.output, "native", 3);
  if (!compiled)
    return compiled.takeError();
  auto equal = countEqual(*step, **compiled, data->test);
  if (!equal)
    return equal.takeError();
  result["compiled_equal"] = *equal;
  say(formatv("compiled network: equal predictions {0}/{1}", *equal,
              data->test.size()));
  return Error::success();
}

Error Session::findRate() {
  constexpr double low = 1e-6, high = 1;
  int64_t steps = plan.maxSteps ? plan.maxSteps : 100;
  auto curve =
      findLearningRate(plan, *step, *data, low, high, steps, teacher.get());
  if (!curve)
    return curve.takeError();
  for (auto [rate, loss] : *curve)
    if (options.json)
      outs() << json::Value(json::Object{{"rate", rate}, {"loss", loss}})
             << "\n";
    else
      outs() << formatv("rate {0:e2}  loss {1:f4}\n", rate, loss);
  double rate = suggestedRate(*curve);
  if (options.json)
    outs() << json::Value(json::Object{{"suggested_rate", rate}}) << "\n";
  else
    outs() << formatv("suggested rate: {0:e1}\n", rate);
  return Error::success();
}

Error Session::run() {
  if (Error error = readDescription(options.sets))
    return error;
  if (options.printGraph) {
    if (Error error = buildNetwork())
      return error;
    model->print(outs());
    return flushStandardOutput();
  }
  if (!options.output.empty())
    if (Error error = checkWritable(options.output))
      return error;
  if (!StringRef(plan.data.source).contains(':'))
    return makeError("no data: give --data=" +
                     (plan.data.source.empty() ? "KIND" : plan.data.source) +
                     ":PATH");
  auto loaded = loadTrainingData(plan);
  if (!loaded)
    return loaded.takeError();
  data.emplace(std::move(*loaded));
  if (Error error = setVocabulary())
    return error;
  if (Error error = buildNetwork())
    return error;
  if (Error error = checkFit(*model, *data, plan.data.source))
    return error;
  if (Error error = prepareStep())
    return error;
  if (Error error = calibrateQuantizers())
    return error;
  if (Error error = options.findRate ? findRate() : train())
    return error;
  return flushStandardOutput();
}

Error qnn::runSession(const SessionOptions &options) {
  return Session(options).run();
}
