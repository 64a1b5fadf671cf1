//===- ModelTrainStep.cpp - Steps as functions that a model runs *- C++ -*-===//
//
// Two models: the step that buildStep makes, and the network as it is for
// evaluation. Compiled code updates states in place; what the reference
// evaluator gives as results is copied into them. Compiled code also keeps
// packed weights, beside the states, which are the floats, and has filters with
// their channels last; all others see states as the network has them.
//
//===----------------------------------------------------------------------===//

#include "KeptWords.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Model.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/BuildStep.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/ADT/StringMap.h"
#include <cstring>
#include <functional>

using namespace mlir;
using namespace qnn;

namespace {
enum class Engine { Native, Reference };
using ModelOrError = llvm::Expected<std::unique_ptr<Model>>;

class ModelTrainStep : public TrainStep {
public:
  llvm::Error prepare(ModuleOp model, const TrainOptions &options,
                      Engine engine);

  int64_t batch() const override { return samples; }
  llvm::ArrayRef<StateView> states() const override {
    setChannelsLast(false);
    return views;
  }
  llvm::MutableArrayRef<StateView> editStates() override {
    setChannelsLast(false);
    wordsAreStale = true;
    return views;
  }
  int64_t peakBytes() const override;

  llvm::Expected<StepResult> run(llvm::ArrayRef<Array> inputs,
                                 llvm::ArrayRef<int64_t> labels,
                                 float learningRate, int64_t step,
                                 uint64_t seed) override;
  llvm::Expected<std::vector<Array>>
  evaluate(llvm::ArrayRef<Array> inputs) override;

private:
  llvm::Error prepareStep(ModuleOp model, const TrainOptions &options,
                          Engine engine);
  /// Chooses the forms in which the step has its states.
  llvm::Error adaptStates(const TrainOptions &options);
  /// Moves the elements of filters, as the step has them or the network.
  void setChannelsLast(bool last) const;
  /// Packs the weights, unless the words are those that a step has left.
  void packWords();
  void collectStates(func::FuncOp function);
  void addState(std::string name, bool isParameter, ArrayRef<int64_t> shape);
  /// Pointers to the inputs of `model`: states and `named` by name, else the
  /// next of `inputs`.
  llvm::SmallVector<const void *>
  pointersOf(const Model &model, ArrayRef<Array> inputs,
             const llvm::StringMap<const void *> &named);

  /// The evaluator reads them while it runs.
  OwningOpRef<ModuleOp> stepModule, evaluationModule;
  std::unique_ptr<Model> stepModel, evaluationModel;
  /// Called when `evaluationModel` is first wanted: steps need not wait for it.
  std::function<llvm::Error()> prepareEvaluation;
  std::vector<AlignedBuffer> memory;
  /// The order of a filter's elements changes between steps and readers.
  mutable std::vector<StateView> views;
  llvm::SmallVector<unsigned> filters; ///< views whose order it is
  mutable bool isChannelsLast = false;
  llvm::StringMap<unsigned> viewOf;
  std::vector<KeptWords> words;
  bool wordsAreStale = true;
  /// One for each output of the step, in order.
  std::vector<Array> results;
  int64_t samples = 0, steps = 1;
};
} // namespace

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

void ModelTrainStep::addState(std::string name, bool isParameter,
                              ArrayRef<int64_t> shape) {
  size_t bytes = sizeof(float);
  for (int64_t dim : shape)
    bytes *= dim;
  memory.emplace_back(bytes);
  std::memset(memory.back().data(), 0, bytes);
  viewOf[name] = views.size();
  views.emplace_back(std::move(name), isParameter, shape,
                     static_cast<float *>(memory.back().data()));
}

/// `function` is the step's, or the network: its arguments say it all.
void ModelTrainStep::collectStates(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto type = cast<RankedTensorType>(function.getArgumentTypes()[i]);
    bool isParameter = bool(function.getArgAttr(i, kParameterAttr));
    bool isState = isParameter || function.getArgAttr(i, kStatisticAttr) ||
                   function.getArgAttr(i, kStateAttr);
    if (isState)
      addState(nameOfInput(function, i), isParameter, type.getShape());
    else if (samples == 0 && !type.getShape().empty())
      samples = type.getShape().front();
  }
}

/// Transposes each of the matrices of `rows` rows that `values` are.
static void transposeEach(MutableArrayRef<float> values, int64_t rows,
                          int64_t columns) {
  std::vector<float> matrix(rows * columns);
  for (auto at = values.begin(); at != values.end(); at += matrix.size()) {
    std::copy_n(at, matrix.size(), matrix.begin());
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c)
        at[c * rows + r] = matrix[r * columns + c];
  }
}

void ModelTrainStep::setChannelsLast(bool last) const {
  if (last == isChannelsLast)
    return;
  for (unsigned i : filters) {
    int64_t channels = views[i].shape[1];
    int64_t taps = views[i].shape[2] * views[i].shape[3];
    transposeEach(views[i].values(), last ? channels : taps,
                  last ? taps : channels);
  }
  isChannelsLast = last;
}

int64_t ModelTrainStep::peakBytes() const {
  const Model &model = stepModel ? *stepModel : *evaluationModel;
  int64_t bytes = model.arenaBytes();
  for (const StateView &view : views)
    bytes += sizeof(float) * view.size();
  for (const TensorInfo &input : model.inputs())
    if (!viewOf.count(input.name))
      bytes += elementCount(input) * elementSize(elementTypeOf(input.type));
  return bytes;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

/// Compiled code does not need its module any more.
static ModelOrError build(OwningOpRef<ModuleOp> &module,
                          const TrainOptions &options, Engine engine,
                          std::optional<Level> reached = std::nullopt) {
  if (engine == Engine::Reference)
    return evaluateModule(*module, "network");
  ModelOrError model = compileInProcess(*module, "network", options.target, 3,
                                        reached, options.threads);
  module = nullptr;
  return model;
}

static llvm::Error runOnFunctions(ModuleOp module, std::unique_ptr<Pass> pass) {
  PassManager pm(module.getContext());
  pm.addNestedPass<func::FuncOp>(std::move(pass));
  if (failed(pm.run(module)))
    return makeError("the step's states cannot be kept in other forms");
  return llvm::Error::success();
}

/// What is packed of the weights is known in packed form only.
llvm::Error ModelTrainStep::adaptStates(const TrainOptions &options) {
  if (auto error = runOnFunctions(*stepModule, createChannelsLastFilters()))
    return error;
  CompileOptions toWords;
  toWords.level = Level::Packed;
  toWords.target = options.target;
  toWords.threads = options.threads;
  if (llvm::Error error = compileModule(*stepModule, "network", toWords))
    return error;
  if (auto error = runOnFunctions(*stepModule, createKeepWords()))
    return error;
  func::FuncOp function = entryOf(*stepModule);
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    if (function.getArgAttr(i, kWordsOfAttr))
      words.emplace_back(function, i);
    if (function.getArgAttr(i, kChannelsLastAttr))
      filters.push_back(viewOf.lookup(nameOfInput(function, i)));
  }
  return llvm::Error::success();
}

llvm::Error ModelTrainStep::prepareStep(ModuleOp model,
                                        const TrainOptions &options,
                                        Engine engine) {
  steps = options.steps;
  auto step = buildStep(model, options);
  if (!step)
    return step.takeError();
  stepModule = std::move(*step);
  collectStates(entryOf(*stepModule));
  std::optional<Level> reached;
  if (engine == Engine::Native) {
    reached = Level::Packed;
    if (llvm::Error error = adaptStates(options))
      return error;
  }
  ModelOrError compiled = build(stepModule, options, engine, reached);
  if (!compiled)
    return compiled.takeError();
  stepModel = std::move(*compiled);
  for (const TensorInfo &output : stepModel->outputs())
    results.emplace_back(elementTypeOf(output.type), output.shape);
  return llvm::Error::success();
}

llvm::Error ModelTrainStep::prepare(ModuleOp model, const TrainOptions &options,
                                    Engine engine) {
  auto evaluation = buildEvaluation(model);
  if (!evaluation)
    return evaluation.takeError();
  evaluationModule = std::move(*evaluation);
  prepareEvaluation = [this, options, engine]() -> llvm::Error {
    return build(evaluationModule, options, engine).moveInto(evaluationModel);
  };
  if (!options.evaluateOnly)
    return prepareStep(model, options, engine);
  collectStates(entryOf(model));
  return prepareEvaluation();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

SmallVector<const void *>
ModelTrainStep::pointersOf(const Model &model, ArrayRef<Array> inputs,
                           const llvm::StringMap<const void *> &named) {
  SmallVector<const void *> pointers;
  for (const TensorInfo &input : model.inputs()) {
    auto state = viewOf.find(input.name);
    auto scalar = named.find(input.name);
    if (state != viewOf.end()) {
      pointers.push_back(views[state->second].values().data());
    } else if (scalar != named.end()) {
      pointers.push_back(scalar->second);
    } else {
      pointers.push_back(inputs.front().bytes.data());
      inputs = inputs.drop_front();
    }
  }
  return pointers;
}

void ModelTrainStep::packWords() {
  if (wordsAreStale)
    for (KeptWords &kept : words)
      kept.pack(views[viewOf.lookup(kept.weights())].values());
  wordsAreStale = false;
}

llvm::Expected<StepResult> ModelTrainStep::run(llvm::ArrayRef<Array> inputs,
                                               llvm::ArrayRef<int64_t> labels,
                                               float learningRate, int64_t step,
                                               uint64_t seed) {
  int64_t next = step + 1;
  int64_t key[2] = {static_cast<int64_t>(seed), step};
  float progress =
      std::min(1.0, double(step) / std::max<int64_t>(1, steps - 1));
  setChannelsLast(true);
  packWords();
  llvm::StringMap<const void *> named{{"labels", labels.data()},
                                      {"learning_rate", &learningRate},
                                      {"step", &next},
                                      {"progress", &progress},
                                      {"key", key}};
  for (const KeptWords &kept : words)
    named[kept.name()] = kept.data();
  SmallVector<const void *> in = pointersOf(*stepModel, inputs, named);
  SmallVector<void *> out;
  for (Array &result : results)
    out.push_back(result.bytes.data());
  if (llvm::Error error = stepModel->runSamples(1, in.data(), out.data()))
    return std::move(error);
  for (auto [info, result] : llvm::zip_equal(stepModel->outputs(), results)) {
    auto state = viewOf.find(info.name);
    if (state != viewOf.end())
      std::memcpy(views[state->second].values().data(), result.bytes.data(),
                  result.bytes.size());
  }
  return StepResult{results[0].at(0), results[1].integerAt(0)};
}

llvm::Expected<std::vector<Array>>
ModelTrainStep::evaluate(llvm::ArrayRef<Array> inputs) {
  if (!evaluationModel)
    if (llvm::Error error = prepareEvaluation())
      return std::move(error);
  setChannelsLast(false);
  int64_t key[2] = {0, 0};
  SmallVector<const void *> in =
      pointersOf(*evaluationModel, inputs, {{"key", key}});
  std::vector<Array> outputs;
  SmallVector<void *> out;
  for (const TensorInfo &output : evaluationModel->outputs())
    outputs.emplace_back(elementTypeOf(output.type), output.shape);
  for (Array &output : outputs)
    out.push_back(output.bytes.data());
  if (llvm::Error error = evaluationModel->runSamples(1, in.data(), out.data()))
    return std::move(error);
  return outputs;
}

static llvm::Expected<std::unique_ptr<TrainStep>>
create(ModuleOp model, const TrainOptions &options, Engine engine) {
  auto step = std::make_unique<ModelTrainStep>();
  if (llvm::Error error = step->prepare(model, options, engine))
    return std::move(error);
  return step;
}

llvm::Expected<std::unique_ptr<TrainStep>>
qnn::createReferenceTrainStep(ModuleOp model, const TrainOptions &options) {
  return create(model, options, Engine::Reference);
}

llvm::Expected<std::unique_ptr<TrainStep>>
qnn::createTrainStep(ModuleOp model, const TrainOptions &options) {
  return create(model, options, Engine::Native);
}
