//===- NormLayers.cpp - batch_norm --------------------------------------===//

#include "LayerBuilder.h"
#include "qnn/Training/BuildModel.h"

using namespace mlir;
using namespace qnn;

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
  double momentum = fields.number("momentum", 0.9);
  Value result = b.create<BatchNormOp>(
      {input, scale, bias, means, variances}, [&](auto &properties) {
        properties.epsilon = b.getBuilder().getF32FloatAttr(epsilon);
      });
  result.getDefiningOp()->setAttr(kMomentumAttr,
                                  b.getBuilder().getF32FloatAttr(momentum));
  return result;
}

void qnn::addNormLayers(LayerTable &table) { table["batch_norm"] = batchNorm; }
