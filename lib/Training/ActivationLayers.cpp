//===- ActivationLayers.cpp - Elementwise functions, quantizers ---------===//

#include "LayerBuilder.h"

using namespace mlir;
using namespace qnn;

template <typename OpTy>
static Value unary(LayerBuilder &b, Fields &fields, StringRef key,
                   Value input) {
  fields.take(key);
  return b.create<OpTy>(input);
}

static Value clip(LayerBuilder &b, Value input, double low, double high) {
  return b.create<ClipOp>(input, [&](auto &properties) {
    properties.min = b.getBuilder().getF32FloatAttr(low);
    properties.max = b.getBuilder().getF32FloatAttr(high);
  });
}

/// clip(x, -m, m); the value is m, 1 where it is missing.
static Value hardTanh(LayerBuilder &b, Fields &fields, StringRef key,
                      Value input) {
  const llvm::json::Value *value = fields.take(key);
  double limit = value->getAsNumber().value_or(1);
  return clip(b, input, -limit, limit);
}

/// clip((x + 1) / 2, 0, 1)
static Value hardSigmoid(LayerBuilder &b, Fields &fields, StringRef key,
                         Value input) {
  fields.take(key);
  return b.create<HardSigmoidOp>(input, [&](auto &properties) {
    properties.alpha = b.getBuilder().getF32FloatAttr(0.5);
    properties.beta = b.getBuilder().getF32FloatAttr(0.5);
  });
}

static Value leakyRelu(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  double alpha = fields.take(key)->getAsNumber().value_or(0.01);
  return b.create<LeakyReluOp>(input, [&](auto &properties) {
    properties.alpha = b.getBuilder().getF32FloatAttr(alpha);
  });
}

static Value softmax(LayerBuilder &b, Fields &fields, StringRef key,
                     Value input) {
  fields.take(key);
  int64_t axis = shapeOf(input).size() - 1;
  return b.create<SoftmaxOp>(input, [&](auto &properties) {
    properties.axis = b.getBuilder().getI64IntegerAttr(axis);
  });
}

/// x * number
static Value scale(LayerBuilder &b, Fields &fields, StringRef key,
                   Value input) {
  return b.create<MulOp>({input, b.constant(float(fields.number(key, 1)))});
}

static Value quantizeLayer(LayerBuilder &b, Fields &fields, StringRef key,
                           Value input) {
  return b.quantize(fields.take(key), input, key);
}

/// The layer `sign` is the quantizer of that name.
static Value sign(LayerBuilder &b, Fields &fields, StringRef key, Value input) {
  fields.take(key);
  llvm::json::Value spec = "sign";
  return b.quantize(&spec, input, key);
}

void qnn::addActivationLayers(LayerTable &table) {
  table["hard_sigmoid"] = hardSigmoid;
  table["hard_tanh"] = hardTanh;
  table["leaky_relu"] = leakyRelu;
  table["quantize"] = quantizeLayer;
  table["relu"] = unary<ReluOp>;
  table["scale"] = scale;
  table["sigmoid"] = unary<SigmoidOp>;
  table["sign"] = sign;
  table["softmax"] = softmax;
  table["tanh"] = unary<TanhOp>;
}
