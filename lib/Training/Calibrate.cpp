//===- Calibrate.cpp - Quantizers that begin with what they see ---------===//

#include "qnn/Training/Calibrate.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantizers/Observers.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Driver/Model.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/BuildStep.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"
#include <cmath>
#include <cstring>
#include <variant>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// First values
//===----------------------------------------------------------------------===//

namespace {
/// Numbers that a quantizer saw.
struct Seen {
  SmallVector<int64_t> shape;
  std::vector<float> values;
};

struct Moments {
  double magnitude = 0, mean = 0, deviation = 0;
  explicit Moments(ArrayRef<float> values) {
    for (float x : values) {
      magnitude += std::abs(x) / values.size();
      mean += double(x) / values.size();
    }
    for (float x : values)
      deviation += (x - mean) * (x - mean) / values.size();
    deviation = std::sqrt(deviation);
  }
};
} // namespace

/// The values of each index of dimension `axis`; all together for -1.
static std::vector<std::vector<float>> byChannel(const Seen &seen,
                                                 int64_t axis) {
  if (axis < 0)
    return {seen.values};
  int64_t inner = 1, count = seen.shape[axis];
  for (int64_t dim : ArrayRef(seen.shape).drop_front(axis + 1))
    inner *= dim;
  std::vector<std::vector<float>> channels(count);
  for (auto [i, x] : llvm::enumerate(seen.values))
    channels[int64_t(i) / inner % count].push_back(x);
  return channels;
}

/// A scale must not be 0.
static float positive(double x) { return x > 0 ? float(x) : 1.0f; }

static float firstStep(TrainQuantizeOp op, ArrayRef<float> values) {
  Encoding encoding =
      op.getIsUnsigned() ? Encoding::Unsigned : Encoding::Signed;
  int32_t most = codeMax(op.getBits(), encoding, false);
  return positive(learnedStepInit(values, std::max(most, int32_t(1))));
}

static std::vector<float> firstBasis(TrainQuantizeOp op) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  if (op.getRole() != QuantizerRole::Weight)
    return activationBasis(op.getBits());
  int64_t inputs = op.getInput().getType().getNumElements() / shape.front();
  return weightBasis(op.getBits(), inputs);
}

/// The numbers of each learned operand, for one channel.
static SmallVector<std::vector<float>>
firstValues(TrainQuantizeOp op, ArrayRef<float> values, ObservedRange range) {
  switch (op.getMethod()) {
  case QuantizerMethod::Observed:
    return {{range.min, range.max}};
  case QuantizerMethod::LSQ:
    return {{firstStep(op, values)}};
  case QuantizerMethod::PACT:
    return {{positive(range.max)}};
  case QuantizerMethod::Elastic:
    return {{op.getIsUnsigned() ? firstStep(op, values)
                                : positive(Moments(values).magnitude)},
            {0}};
  case QuantizerMethod::AdaBin:
    return {{positive(Moments(values).deviation)},
            {float(Moments(values).mean)}};
  case QuantizerMethod::LQNets:
    return {firstBasis(op)};
  case QuantizerMethod::ABCNet: {
    float bits = op.getBits();
    std::vector<float> scales(op.getBits(), 1 / bits), shifts;
    for (uint64_t i = 1; i <= op.getBits(); ++i)
      shifts.push_back(0.5f - i / (bits + 1));
    return {scales, shifts};
  }
  default:
    return {{1}, {1}};
  }
}

//===----------------------------------------------------------------------===//
// Observers
//===----------------------------------------------------------------------===//

namespace {
class Observer {
public:
  explicit Observer(const CalibrationPlan &plan) {
    if (plan.observer == "average")
      observer = AverageMinMaxObserver(plan.momentum);
    else if (plan.observer == "percentile")
      observer = PercentileObserver(plan.percentile);
  }

  void observe(ArrayRef<float> values) {
    if (auto *percentile = std::get_if<PercentileObserver>(&observer))
      return percentile->observe(sample(values));
    std::visit([&](auto &o) { o.observe(values); }, observer);
  }
  ObservedRange range() const {
    return std::visit([](auto &o) { return o.range(); }, observer);
  }

private:
  /// Percentiles keep what they see: of a batch at most so many numbers, evenly
  /// spaced.
  static std::vector<float> sample(ArrayRef<float> values) {
    constexpr size_t most = 1 << 16;
    size_t step = (values.size() + most - 1) / most;
    std::vector<float> result;
    for (size_t i = 0; i < values.size(); i += step)
      result.push_back(values[i]);
    return result;
  }

  std::variant<MinMaxObserver, AverageMinMaxObserver, PercentileObserver>
      observer;
};
} // namespace

static bool beginsWithData(func::FuncOp function, Value learned) {
  auto argument = dyn_cast<BlockArgument>(learned);
  auto init = argument ? function.getArgAttrOfType<StringAttr>(
                             argument.getArgNumber(), kInitAttr)
                       : StringAttr();
  return init && init.getValue() == kFromData;
}

/// The quantizers that begin with what they see.
static SmallVector<TrainQuantizeOp> quantizersOf(func::FuncOp function) {
  SmallVector<TrainQuantizeOp> ops;
  function.walk([&](TrainQuantizeOp op) {
    if (llvm::any_of(op.getLearned(),
                     [&](Value v) { return beginsWithData(function, v); }))
      ops.push_back(op);
  });
  return ops;
}

bool qnn::needsCalibration(ModuleOp model) {
  return !quantizersOf(entryOf(model)).empty();
}

//===----------------------------------------------------------------------===//
// Calibration
//===----------------------------------------------------------------------===//

namespace {
class Calibration {
public:
  Calibration(TrainStep &step, const CalibrationPlan &plan) : plan(plan) {
    for (StateView &state : step.editStates())
      states[state.name] = &state;
  }
  llvm::Error run(ModuleOp model, const Samples &samples, int64_t batch,
                  const TrainOptions &options);

private:
  StateView *stateOf(func::FuncOp function, Value argument) {
    auto name = function.getArgAttrOfType<StringAttr>(
        cast<BlockArgument>(argument).getArgNumber(), kNameAttr);
    return name ? states.lookup(name) : nullptr;
  }
  void fill(func::FuncOp function, TrainQuantizeOp op, const Seen &seen,
            ObservedRange range);
  void fillWeight(func::FuncOp function, TrainQuantizeOp op);
  /// Makes `function` return the inputs of `ops`, which let them pass.
  void showInputs(func::FuncOp function, ArrayRef<TrainQuantizeOp> ops);
  std::vector<Array> inputsOf(const Model &model, Array sample);

  const CalibrationPlan &plan;
  llvm::StringMap<StateView *> states;
};
} // namespace

void Calibration::fill(func::FuncOp function, TrainQuantizeOp op,
                       const Seen &seen, ObservedRange range) {
  auto channels = byChannel(seen, op.getChannelAxis());
  for (auto [c, values] : llvm::enumerate(channels)) {
    auto first = firstValues(op, values, range);
    for (auto [i, learned] : llvm::enumerate(op.getLearned())) {
      StateView *state = beginsWithData(function, learned)
                             ? stateOf(function, learned)
                             : nullptr;
      if (state)
        llvm::copy(first[i], state->values().begin() + c * first[i].size());
    }
  }
}

/// Of weights there is nothing to observe.
void Calibration::fillWeight(func::FuncOp function, TrainQuantizeOp op) {
  const StateView *state = stateOf(function, op.getInput());
  Seen seen{state->shape, state->values().vec()};
  MinMaxObserver observer;
  observer.observe(seen.values);
  fill(function, op, seen, observer.range());
}

void Calibration::showInputs(func::FuncOp function,
                             ArrayRef<TrainQuantizeOp> ops) {
  Operation *terminator = function.getBody().front().getTerminator();
  while (function.getNumResults() > 0)
    (void)function.eraseResult(0);
  terminator->setOperands({});
  Builder builder(function.getContext());
  for (size_t i = 0; i < ops.size(); ++i) {
    TrainQuantizeOp op = ops[i];
    op.getResult().replaceAllUsesWith(op.getInput());
    auto name = builder.getStringAttr("seen" + std::to_string(i));
    (void)function.insertResult(
        i, op.getInput().getType(),
        builder.getDictionaryAttr(builder.getNamedAttr(kNameAttr, name)));
    terminator->insertOperands(i, op.getInput());
  }
}

std::vector<Array> Calibration::inputsOf(const Model &model, Array sample) {
  std::vector<Array> inputs;
  for (const TensorInfo &info : model.inputs()) {
    if (const StateView *state = states.lookup(info.name)) {
      Array array(ElementType::F32, state->shape);
      llvm::copy(state->values(), array.data<float>());
      inputs.push_back(std::move(array));
    } else if (info.name == "key") {
      inputs.emplace_back(ElementType::I64, ArrayRef<int64_t>{2});
    } else {
      inputs.push_back(std::move(sample));
    }
  }
  return inputs;
}

llvm::Error Calibration::run(ModuleOp model, const Samples &samples,
                             int64_t batch, const TrainOptions &options) {
  OwningOpRef<ModuleOp> copy = model.clone();
  func::FuncOp function = entryOf(*copy);
  SmallVector<TrainQuantizeOp> ops = quantizersOf(function);
  for (TrainQuantizeOp op : ops)
    if (isa<BlockArgument>(op.getInput()) && stateOf(function, op.getInput()))
      fillWeight(function, op);
  llvm::erase_if(ops, [&](TrainQuantizeOp op) {
    return isa<BlockArgument>(op.getInput()) &&
           stateOf(function, op.getInput());
  });
  if (ops.empty())
    return llvm::Error::success();
  showInputs(function, ops);
  auto evaluation = buildEvaluation(*copy);
  if (!evaluation)
    return evaluation.takeError();
  auto compiled = compileInProcess(**evaluation, "calibration", options.target,
                                   3, std::nullopt, options.threads);
  if (!compiled)
    return compiled.takeError();
  std::vector<Observer> observers(ops.size(), Observer(plan));
  std::vector<Seen> seen(ops.size());
  for (int64_t i = 0; i < plan.batches && i * batch < samples.size(); ++i) {
    Batch part = samples.inOrder(i * batch, batch);
    auto outputs = (*compiled)->run(inputsOf(**compiled, part.input));
    if (!outputs)
      return outputs.takeError();
    for (auto [j, output] : llvm::enumerate(*outputs)) {
      ArrayRef<float> values(output.data<float>(), output.size());
      observers[j].observe(values);
      if (i == 0)
        seen[j] = {output.shape, values.vec()};
    }
  }
  for (auto [j, op] : llvm::enumerate(ops))
    fill(function, op, seen[j], observers[j].range());
  return llvm::Error::success();
}

llvm::Error qnn::calibrate(ModuleOp model, TrainStep &step,
                           const Samples &samples, const CalibrationPlan &plan,
                           const TrainOptions &options) {
  return Calibration(step, plan).run(model, samples, step.batch(), options);
}
