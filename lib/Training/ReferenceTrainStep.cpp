//===- ReferenceTrainStep.cpp - Steps on the reference evaluator --------===//

#include "qnn/Reference/Evaluator.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

static Tensor toTensor(const Array &array) {
  Tensor tensor;
  tensor.shape = array.shape;
  tensor.isFloat = array.type == ElementType::F32;
  int64_t size = array.size();
  if (tensor.isFloat)
    tensor.floats.assign(array.data<float>(), array.data<float>() + size);
  else
    for (int64_t i = 0; i < size; ++i)
      tensor.integers.push_back(array.integerAt(i));
  return tensor;
}

static Array toArray(const Tensor &tensor) {
  Array array(tensor.isFloat ? ElementType::F32 : ElementType::I64,
              tensor.shape);
  if (tensor.isFloat)
    llvm::copy(tensor.floats, array.data<float>());
  else
    llvm::copy(tensor.integers, array.data<int64_t>());
  return array;
}

static Tensor toTensor(const StateView &state) {
  Tensor tensor;
  tensor.shape = state.shape;
  tensor.floats.assign(state.data, state.data + state.size());
  return tensor;
}

namespace {
class ReferenceTrainStep : public TrainStep {
public:
  llvm::Error prepare(ModuleOp source, const TrainOptions &options) {
    model = source.clone();
    function = entryOf(*model);
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      bool isParameter = bool(function.getArgAttr(i, kParameterAttr));
      auto type = cast<RankedTensorType>(function.getArgumentTypes()[i]);
      if (!isParameter && !function.getArgAttr(i, kStatisticAttr)) {
        samples = type.getShape()[0];
        continue;
      }
      addState(function.getArgAttrOfType<StringAttr>(i, kNameAttr).str(),
               isParameter, type.getShape());
    }
    return llvm::Error::success();
  }

  int64_t batch() const override { return samples; }
  llvm::ArrayRef<StateView> states() const override { return views; }

  llvm::Expected<StepResult> run(llvm::ArrayRef<Array> inputs,
                                 llvm::ArrayRef<int64_t> labels,
                                 float learningRate, int64_t step,
                                 uint64_t seed) override {
    return makeError("the reference evaluator does not train yet");
  }

  llvm::Expected<std::vector<Array>>
  evaluate(llvm::ArrayRef<Array> inputs) override {
    SmallVector<Tensor> arguments;
    size_t input = 0, state = 0;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      arguments.push_back(function.getArgAttr(i, kParameterAttr) ||
                                  function.getArgAttr(i, kStatisticAttr)
                              ? toTensor(views[state++])
                              : toTensor(inputs[input++]));
    FailureOr<SmallVector<Tensor>> results = qnn::evaluate(function, arguments);
    if (failed(results))
      return makeError("the network cannot be evaluated");
    std::vector<Array> outputs;
    for (const Tensor &result : *results)
      outputs.push_back(toArray(result));
    return outputs;
  }

  int64_t peakBytes() const override {
    int64_t bytes = 0;
    for (const StateView &view : views)
      bytes += 4 * view.size();
    return bytes;
  }

private:
  void addState(std::string name, bool isParameter, ArrayRef<int64_t> shape) {
    StateView view{std::move(name), isParameter, SmallVector<int64_t>(shape)};
    memory.push_back(std::make_unique<float[]>(view.size()));
    view.data = memory.back().get();
    views.push_back(std::move(view));
  }

  OwningOpRef<ModuleOp> model;
  func::FuncOp function;
  std::vector<std::unique_ptr<float[]>> memory;
  std::vector<StateView> views;
  int64_t samples = 0;
};
} // namespace

llvm::Expected<std::unique_ptr<TrainStep>>
qnn::createReferenceTrainStep(ModuleOp model, const TrainOptions &options) {
  auto step = std::make_unique<ReferenceTrainStep>();
  if (llvm::Error error = step->prepare(model, options))
    return std::move(error);
  return step;
}
