//===- ProductLayers.cpp - dense, conv ----------------------------------===//

#include "LayerBuilder.h"

using namespace mlir;
using namespace qnn;

/// The weight of a product: an argument, behind its quantizer.
static Value weight(LayerBuilder &b, Fields &fields, ArrayRef<int64_t> shape) {
  ParameterSpec spec{"weight", SmallVector<int64_t>(shape),
                     fields.text("init", "glorot_uniform")};
  spec.clip = fields.number("clip", 0);
  const llvm::json::Value *quantizer = fields.take("weights");
  // Glorot's scale of learning rates in BinaryConnect and BinaryNet:
  // 1 / sqrt(1.5 / (inputs + outputs)).
  const llvm::json::Value *scale = fields.take("lr_scale");
  if (scale && scale->getAsString() == StringRef("glorot")) {
    int64_t area = 1;
    for (int64_t dim : shape.drop_front(2))
      area *= dim;
    spec.rateScale = std::sqrt((shape[0] + shape[1]) * area / 1.5);
  } else if (scale) {
    spec.rateScale = fields.number("lr_scale", 1);
  }
  return b.quantize(quantizer, b.parameter(spec), "weights");
}

/// Divides by the square root of the number of inputs of each output
/// (BinaryConnect without batch normalization).
static Value divideByFanIn(LayerBuilder &b, Fields &fields, Value value,
                           int64_t fanIn) {
  if (!fields.flag("divide_by_sqrt_fan_in", false))
    return value;
  return b.create<MulOp>({value, b.constant(1.0f / std::sqrt(float(fanIn)))});
}

static Value dense(LayerBuilder &b, Fields &fields, StringRef key,
                   Value input) {
  int64_t units = fields.integer(key, 0, 1);
  ArrayRef<int64_t> shape = shapeOf(input);
  bool flattens = fields.flag("flatten", true);
  if (flattens && shape.size() > 2) {
    int64_t inputs = 1;
    for (int64_t dim : shape.drop_front())
      inputs *= dim;
    input = b.reshape(input, {shape[0], inputs});
    shape = shapeOf(input);
  }
  int64_t inputs = shape.back();
  Value w = weight(b, fields, {units, inputs});
  Value product = b.create<MatmulOp>({input, w}, [&](auto &properties) {
    properties.transpose_rhs = b.getBuilder().getUnitAttr();
  });
  Value sum = b.biasAdd(product, fields, true, shape.size() - 1);
  return divideByFanIn(b, fields, sum, inputs);
}

/// `same`, `valid`, one number, or [top, left, bottom, right]. `same` is
/// TensorFlow's: the result has ceil(size / stride) pixels, the odd one of the
/// padding is at the end.
static SmallVector<int64_t> padding(Fields &fields, ArrayRef<int64_t> image,
                                    ArrayRef<int64_t> kernel,
                                    ArrayRef<int64_t> strides) {
  const llvm::json::Value *value = fields.take("padding");
  if (!value || value->getAsString() == StringRef("valid"))
    return {0, 0, 0, 0};
  if (value->getAsString() != StringRef("same"))
    return fields.integers("padding", {}, 4);
  SmallVector<int64_t> pads(4);
  for (int d = 0; d < 2; ++d) {
    int64_t result = (image[d] + strides[d] - 1) / strides[d];
    int64_t total =
        std::max<int64_t>((result - 1) * strides[d] + kernel[d] - image[d], 0);
    pads[d] = total / 2;
    pads[d + 2] = total - total / 2;
  }
  return pads;
}

static Value conv(LayerBuilder &b, Fields &fields, StringRef key, Value input) {
  int64_t channels = fields.integer(key, 0, 1);
  ArrayRef<int64_t> shape = shapeOf(input);
  if (shape.size() != 4)
    b.fail("expected images [channels, height, width] as input");
  SmallVector<int64_t> kernel = fields.integers("kernel", {3, 3}, 2);
  SmallVector<int64_t> strides = fields.integers("stride", {1, 1}, 2);
  int64_t groups = fields.integer("groups", 1, 1);
  if (kernel.size() != 2 || strides.size() != 2 || strides[0] < 1 ||
      strides[1] < 1)
    b.fail("kernel and stride: expected one or two numbers");
  if (shape[1] % groups || channels % groups)
    b.fail("groups: expected a divisor of " + llvm::Twine(shape[1]) + " and " +
           llvm::Twine(channels));
  SmallVector<int64_t> pads =
      padding(fields, shape.drop_front(2), kernel, strides);
  std::string value = fields.choice("pad_value", {"zero", "one", "minus_one"});
  int64_t fanIn = shape[1] / groups * kernel[0] * kernel[1];
  Value w =
      weight(b, fields, {channels, shape[1] / groups, kernel[0], kernel[1]});
  Builder &builder = b.getBuilder();
  Value result = b.create<Conv2dOp>({input, w}, [&](auto &properties) {
    properties.strides = builder.getDenseI64ArrayAttr(strides);
    properties.pads = builder.getDenseI64ArrayAttr(pads);
    properties.groups = builder.getI64IntegerAttr(groups);
    properties.pad_value = PadValueAttr::get(
        builder.getContext(), value == "one"    ? PadValue::PlusOne
                              : value == "zero" ? PadValue::Zero
                                                : PadValue::MinusOne);
  });
  Value sum = b.biasAdd(result, fields, true, 1);
  return divideByFanIn(b, fields, sum, fanIn);
}

template <typename OpTy>
static Value pool(LayerBuilder &b, Fields &fields, StringRef key, Value input) {
  ArrayRef<int64_t> shape = shapeOf(input);
  if (shape.size() != 4)
    b.fail("expected images [channels, height, width] as input");
  SmallVector<int64_t> kernel = fields.integers(key, {2, 2}, 2);
  SmallVector<int64_t> strides = fields.integers("stride", kernel, 2);
  if (kernel.size() != 2 || strides.size() != 2 || strides[0] < 1 ||
      strides[1] < 1)
    b.fail("expected one or two numbers");
  SmallVector<int64_t> pads =
      padding(fields, shape.drop_front(2), kernel, strides);
  Builder &builder = b.getBuilder();
  return b.create<OpTy>(input, [&](auto &properties) {
    properties.kernel = builder.getDenseI64ArrayAttr(kernel);
    properties.strides = builder.getDenseI64ArrayAttr(strides);
    properties.pads = builder.getDenseI64ArrayAttr(pads);
  });
}

static Value globalPool(LayerBuilder &b, Fields &fields, StringRef key,
                        Value input) {
  fields.take(key);
  Value pooled = b.create<GlobalPoolOp>(input, [&](auto &properties) {
    properties.kind =
        PoolKindAttr::get(b.getBuilder().getContext(), PoolKind::Average);
  });
  ArrayRef<int64_t> shape = shapeOf(pooled);
  return b.reshape(pooled, {shape[0], shape[1]});
}

void qnn::addProductLayers(LayerTable &table) {
  table["avg_pool"] = pool<AvgPool2dOp>;
  table["conv"] = conv;
  table["dense"] = dense;
  table["global_avg_pool"] = globalPool;
  table["max_pool"] = pool<MaxPool2dOp>;
}
