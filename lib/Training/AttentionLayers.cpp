//===- AttentionLayers.cpp - Layers of Transformers ---------------------===//
//
// All of them take sequences [batch, steps, width].
//
//===----------------------------------------------------------------------===//

#include "LayerBuilder.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

static void checkSequences(LayerBuilder &b, Value input) {
  if (shapeOf(input).size() != 3)
    b.fail("expected sequences [steps, width] as input");
}

static Value mean(LayerBuilder &b, Value value, int64_t axis, bool keep) {
  return b.create<ReduceOp>(value, [&](auto &properties) {
    Builder &builder = b.getBuilder();
    properties.kind =
        ReduceKindAttr::get(builder.getContext(), ReduceKind::Mean);
    properties.axes = builder.getDenseI64ArrayAttr(axis);
    if (keep)
      properties.keep_dims = builder.getUnitAttr();
  });
}

/// (x - mean) / sqrt(variance + epsilon) * scale + bias over the last
/// dimension.
static Value layerNorm(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  fields.take(key);
  int64_t last = shapeOf(input).size() - 1, width = shapeOf(input)[last];
  float epsilon = fields.number("epsilon", 1e-5);
  Value centred = b.create<SubOp>({input, mean(b, input, last, true)});
  Value square = b.create<MulOp>({centred, centred});
  Value variance = mean(b, square, last, true);
  Value deviation =
      b.create<SqrtOp>(b.create<AddOp>({variance, b.constant(epsilon)}));
  Value normal = b.create<DivOp>({centred, deviation});
  Value scale = b.parameter({"scale", {width}, "ones"});
  Value bias = b.parameter({"bias", {width}, "zeros"});
  return b.create<AddOp>({b.create<MulOp>({normal, scale}), bias});
}

/// Adds a learned vector for each step.
static Value position(LayerBuilder &b, Fields &fields, StringRef key,
                      Value input) {
  fields.take(key);
  checkSequences(b, input);
  ParameterSpec spec{"table",
                     {shapeOf(input)[1], shapeOf(input)[2]},
                     fields.text("init", "normal(0.02)")};
  return b.create<AddOp>({input, b.parameter(spec)});
}

static Value meanOverSteps(LayerBuilder &b, Fields &fields, StringRef key,
                           Value input) {
  fields.take(key);
  checkSequences(b, input);
  return mean(b, input, 1, false);
}

namespace {
/// Multi-head attention of a sequence to itself.
class Attention {
public:
  Attention(LayerBuilder &b, Fields &fields, StringRef key, Value input)
      : b(b), input(input), heads(fields.integer(key, 1, 1)),
        quantizer(fields.take("weights")), clip(fields.number("clip", 0)),
        causal(fields.flag("causal", false)) {
    checkSequences(b, input);
    width = shapeOf(input)[2];
    if (width % heads)
      b.fail("expected a number of heads that divides " + llvm::Twine(width));
  }

  Value build() {
    Value q = split(project("query", input));
    Value k = split(project("key", input));
    Value v = split(project("value", input));
    Value scores = b.create<MatmulOp>({q, k}, [&](auto &properties) {
      properties.transpose_rhs = b.getBuilder().getUnitAttr();
    });
    float factor = 1 / std::sqrt(float(width / heads));
    scores = b.create<MulOp>({scores, b.constant(factor)});
    if (causal)
      scores = b.create<AddOp>({scores, mask()});
    Value weights = b.create<SoftmaxOp>(scores, [&](auto &properties) {
      properties.axis = b.getBuilder().getI64IntegerAttr(3);
    });
    return project("output", join(b.create<MatmulOp>({weights, v})));
  }

private:
  Value project(const Twine &name, Value value) {
    std::string weightName = (name + "_weight").str();
    std::string biasName = (name + "_bias").str();
    ParameterSpec spec{weightName, {width, width}, "glorot_uniform"};
    spec.clip = clip;
    Value weight = b.quantize(quantizer, b.parameter(spec), "weights");
    Value product = b.create<MatmulOp>({value, weight}, [&](auto &properties) {
      properties.transpose_rhs = b.getBuilder().getUnitAttr();
    });
    Value bias = b.parameter({biasName, {width}, "zeros"});
    return b.create<BiasAddOp>({product, bias}, [&](auto &properties) {
      properties.axis = b.getBuilder().getI64IntegerAttr(2);
    });
  }
  Value swapMiddle(Value value) {
    return b.create<TransposeOp>(value, [&](auto &properties) {
      properties.permutation =
          b.getBuilder().getDenseI64ArrayAttr({0, 2, 1, 3});
    });
  }
  /// [batch, steps, width] to [batch, heads, steps, width / heads].
  Value split(Value value) {
    ArrayRef<int64_t> shape = shapeOf(value);
    return swapMiddle(
        b.reshape(value, {shape[0], shape[1], heads, width / heads}));
  }
  Value join(Value value) {
    ArrayRef<int64_t> shape = shapeOf(input);
    return b.reshape(swapMiddle(value), {shape[0], shape[1], width});
  }
  /// What later steps must not see.
  Value mask() {
    int64_t steps = shapeOf(input)[1];
    std::vector<float> numbers(steps * steps);
    for (int64_t row = 0; row < steps; ++row)
      for (int64_t column = row + 1; column < steps; ++column)
        numbers[row * steps + column] = -1e9f;
    return b.constant(numbers, {steps, steps});
  }

  LayerBuilder &b;
  Value input;
  int64_t heads, width = 0;
  const llvm::json::Value *quantizer;
  double clip;
  bool causal;
};
} // namespace

static Value attention(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  return Attention(b, fields, key, input).build();
}

void qnn::addAttentionLayers(LayerTable &table) {
  table["attention"] = attention;
  table["layer_norm"] = layerNorm;
  table["mean_over_steps"] = meanOverSteps;
  table["position"] = position;
}
