//===- NormLayers.cpp - Normalization -----------------------------------===//

#include "LayerBuilder.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Training/BuildModel.h"

using namespace mlir;
using namespace qnn;

/// Ordinary, or shift-based, where each factor is a power of two (AP2).
/// `momentum` is Keras's: running = momentum * running + (1 - momentum) *
/// batch.
static Value batchNorm(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  fields.take(key);
  if (shapeOf(input).size() < 2)
    b.fail("expected channels in dimension 1 of the input");
  int64_t channels = shapeOf(input)[1];
  std::string init = fields.text("init", "ones");
  Value scale = b.parameter({"scale", {channels}, init});
  Value bias = b.parameter({"bias", {channels}, "zeros"});
  ParameterSpec mean{"mean", {channels}, "zeros"};
  ParameterSpec variance{"variance", {channels}, "ones"};
  mean.isStatistic = variance.isStatistic = true;
  Value means = b.parameter(mean), variances = b.parameter(variance);
  double epsilon = fields.number("epsilon", 1e-5);
  bool isShift = key == "shift_batch_norm";
  double momentum = fields.number("momentum", isShift ? 0.875 : 0.9);
  Value result = b.create<BatchNormOp>(
      {input, scale, bias, means, variances}, [&](auto &properties) {
        properties.epsilon = b.getBuilder().getF32FloatAttr(epsilon);
      });
  Operation *op = result.getDefiningOp();
  op->setAttr(kMomentumAttr, b.getBuilder().getF32FloatAttr(momentum));
  if (isShift)
    op->setAttr(kShiftAttr, b.getBuilder().getUnitAttr());
  return result;
}

/// (x - mean) / deviation, of the input; one number, or one for each channel.
static Value normalize(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  auto perChannel = [&](StringRef name) {
    SmallVector<float> numbers;
    for (double number : fields.numbers(name))
      numbers.push_back(number);
    SmallVector<int64_t> shape;
    if (numbers.size() > 1) {
      if (shapeOf(input).size() < 2 ||
          int64_t(numbers.size()) != shapeOf(input)[1])
        b.fail(name + ": expected one number, or one for each channel");
      shape.assign(shapeOf(input).size(), 1);
      shape[1] = numbers.size();
    }
    return b.constant(numbers.empty() ? SmallVector<float>{1} : numbers, shape);
  };
  Value centred = b.create<SubOp>({input, perChannel(key)});
  if (!fields.has("deviation"))
    return centred;
  return b.create<DivOp>({centred, perChannel("deviation")});
}

void qnn::addNormLayers(LayerTable &table) {
  table["batch_norm"] = batchNorm;
  table["normalize"] = normalize;
  table["shift_batch_norm"] = batchNorm;
}
