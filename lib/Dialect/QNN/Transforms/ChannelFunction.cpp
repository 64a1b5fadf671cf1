//===- ChannelFunction.cpp - From a sum to the next code --------*- C++ -*-===//

#include "ChannelFunction.h"

#include "qnn/Arith/BatchNorm.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Reference/QuantizerSpec.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace qnn;

ChannelFunction::~ChannelFunction() {
  for (Step &step : steps)
    if (step.clone)
      step.clone->destroy();
}

//===----------------------------------------------------------------------===//
// Finding the ops
//===----------------------------------------------------------------------===//

/// Adds the ops that `value` depends on, operands first.
bool ChannelFunction::collect(Value value, std::string &why) {
  Operation *op = value.getDefiningOp();
  if (!op || stepOf.count(value))
    return op != nullptr;
  if (auto dequantize = dyn_cast<DequantizeOp>(op)) {
    if (source && source != dequantize)
      why = "two dequantized tensors meet before it";
    source = dequantize;
    return why.empty();
  }
  if (!isPointwise(op)) {
    why = (op->getName().getStringRef() + " stands before it").str();
    return false;
  }
  Step step{op, nullptr, {}, {}};
  for (Value operand : op->getOperands()) {
    std::optional<Constant> constant;
    if (std::optional<Tensor> tensor = constantTensor(operand))
      constant = Constant{std::move(*tensor), -1};
    else if (!collect(operand, why))
      return false;
    step.sources.push_back(constant ? -1 : stepOf.lookup_or(operand, -1));
    step.constants.push_back(std::move(constant));
  }
  stepOf[value] = steps.size();
  steps.push_back(std::move(step));
  return true;
}

DequantizeOp ChannelFunction::findSource(EncodeOp op, std::string &why) {
  encode = op;
  bool found = collect(op.getInput(), why) && source;
  if (!source)
    why.clear();
  if (!found)
    return {};
  for (Step &step : steps)
    if (shapeOf(step.original->getResult(0)) != shapeOf(source.getResult()))
      why = "a constant is larger than the tensor it changes";
  return why.empty() ? source : DequantizeOp();
}

bool ChannelFunction::hasOtherUsers() const {
  llvm::DenseSet<Operation *> members{EncodeOp(encode)};
  for (const Step &step : steps)
    members.insert(step.original);
  auto leaves = [&](Operation *op) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) {
      return !members.contains(user);
    });
  };
  return leaves(DequantizeOp(source)) ||
         llvm::any_of(steps,
                      [&](const Step &step) { return leaves(step.original); });
}

//===----------------------------------------------------------------------===//
// One channel's constants
//===----------------------------------------------------------------------===//

std::string ChannelFunction::bindConstant(Step &step, unsigned operand,
                                          int64_t axis) {
  std::optional<Constant> &constant = step.constants[operand];
  if (!constant)
    return "";
  std::string differs = "a constant differs within a channel";
  if (auto norm = dyn_cast<BatchNormOp>(step.original)) {
    constant->channelDim = 0;
    return axis == 1 ? "" : differs;
  }
  if (auto bias = dyn_cast<BiasAddOp>(step.original)) {
    constant->channelDim = 0;
    return axis == static_cast<int64_t>(bias.getAxis()) ? "" : differs;
  }
  ArrayRef<int64_t> shape = constant->tensor.shape;
  int64_t missing = shapeOf(source.getResult()).size() - shape.size();
  for (auto [dim, size] : llvm::enumerate(shape)) {
    if (size == 1)
      continue;
    if (missing + static_cast<int64_t>(dim) != axis)
      return differs;
    constant->channelDim = dim;
  }
  return "";
}

std::string ChannelFunction::bind(int64_t axis) {
  if (axis == 0)
    return "channels lie along dimension 0";
  QuantizerAttr quantizer = encode.getQuantizer();
  if ((axisOf(source) >= 0 && axisOf(source) != axis) ||
      (quantizer.isPerChannel() && quantizer.getAxis() != axis))
    return "scales differ within a channel";
  for (Step &step : steps) {
    for (unsigned i = 0; i < step.constants.size(); ++i)
      if (std::string why = bindConstant(step, i, axis); !why.empty())
        return why;
    step.clone = step.original->clone();
  }
  return "";
}

/// The part of `tensor` at `index` of dimension `dim`, which keeps size 1.
static Tensor sliceAt(const Tensor &tensor, int64_t dim, int64_t index) {
  Tensor slice;
  slice.shape = tensor.shape;
  slice.shape[dim] = 1;
  // All other dimensions have size 1.
  slice.floats.push_back(tensor.floats[index]);
  return slice;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static float channelOf(std::optional<ArrayRef<float>> numbers, int64_t channel,
                       float missing) {
  if (!numbers)
    return missing;
  return (*numbers)[numbers->size() == 1 ? 0 : channel];
}

int32_t ChannelFunction::maxLevel() const {
  CodeAttr code = EncodeOp(encode).getQuantizer().getCode();
  return code.isBipolar() ? 1 : code.getMax() - code.getMin();
}

std::vector<int32_t> ChannelFunction::levels(int64_t channel,
                                             ArrayRef<int32_t> sums) {
  SmallVector<int64_t> shape(shapeOf(source.getResult()).size(), 1);
  shape[0] = sums.size();
  auto type =
      RankedTensorType::get(shape, Float32Type::get(source.getContext()));
  Tensor input = Tensor::zeros(type);
  float scale = channelOf(source.getScale(), channel, 1);
  float zeroPoint = channelOf(source.getZeroPoint(), channel, 0);
  for (auto [value, sum] : llvm::zip(input.floats, sums))
    value = decode(sum, scale, zeroPoint);

  SmallVector<Tensor> values;
  for (Step &step : steps) {
    SmallVector<Tensor> operands, results;
    for (auto [from, constant] : llvm::zip(step.sources, step.constants)) {
      if (!constant)
        operands.push_back(from < 0 ? input : values[from]);
      else if (constant->channelDim < 0)
        operands.push_back(constant->tensor);
      else
        operands.push_back(
            sliceAt(constant->tensor, constant->channelDim, channel));
    }
    step.clone->getResult(0).setType(type);
    if (failed(evaluateOp(step.clone, operands, results)))
      llvm::report_fatal_error("pointwise op without evaluation");
    values.push_back(std::move(results[0]));
  }

  QuantizerAttr quantizer = encode.getQuantizer();
  CodeAttr code = quantizer.getCode();
  QuantizerSpec spec = specOf(quantizer);
  std::vector<int32_t> levels;
  levels.reserve(sums.size());
  for (float x : values.empty() ? input.floats : values.back().floats) {
    int32_t number = quantizeToNumber(x, quantizer.getScaleOf(channel),
                                      quantizer.getZeroPointOf(channel), spec);
    levels.push_back(code.isBipolar() ? number > 0 : number - code.getMin());
  }
  return levels;
}

//===----------------------------------------------------------------------===//
// What is known without evaluation
//===----------------------------------------------------------------------===//

bool ChannelFunction::isMonotone() const {
  return llvm::all_of(steps, [](const Step &step) {
    auto data = llvm::count(step.constants, std::nullopt);
    if (data != 1)
      return false;
    Operation *op = step.original;
    if (auto leaky = dyn_cast<LeakyReluOp>(op))
      return leaky.getAlpha().convertToFloat() >= 0.0f;
    if (isa<DivOp>(op))
      return step.constants[1].has_value();
    return op->hasTrait<Increasing>() ||
           isa<NegOp, BatchNormOp, BiasAddOp, AddOp, SubOp, MulOp, MinOp,
               MaxOp>(op);
  });
}

std::optional<ChannelFunction::Line>
ChannelFunction::line(int64_t channel) const {
  DequantizeOp dequantize = source;
  QuantizerAttr quantizer = EncodeOp(encode).getQuantizer();
  double slope = channelOf(dequantize.getScale(), channel, 1);
  double offset = -slope * channelOf(dequantize.getZeroPoint(), channel, 0);
  for (const Step &step : steps) {
    if (llvm::count(step.constants, std::nullopt) != 1)
      return std::nullopt;
    auto constant = [&](unsigned operand) -> double {
      const Constant &c = *step.constants[operand];
      return c.tensor.floats[c.channelDim < 0 ? 0 : channel];
    };
    Operation *op = step.original;
    unsigned other = op->getNumOperands() == 2 && step.constants[0] ? 0 : 1;
    if (auto norm = dyn_cast<BatchNormOp>(op)) {
      double factor = batchNormFactor(static_cast<float>(constant(1)),
                                      static_cast<float>(constant(4)),
                                      norm.getEpsilon().convertToFloat());
      slope *= factor;
      offset = (offset - constant(3)) * factor + constant(2);
    } else if (isa<BiasAddOp, AddOp>(op)) {
      offset += constant(other);
    } else if (isa<SubOp>(op)) {
      bool negated = other == 0;
      slope = negated ? -slope : slope;
      offset = negated ? constant(0) - offset : offset - constant(1);
    } else if (isa<NegOp>(op)) {
      slope = -slope;
      offset = -offset;
    } else if (isa<MulOp>(op)) {
      slope *= constant(other);
      offset *= constant(other);
    } else if (isa<DivOp>(op) && other == 1) {
      slope /= constant(1);
      offset /= constant(1);
    } else if (isa<RoundOp>(op) && &step == &steps.back() &&
               quantizer.getScaleOf(channel) == 1.0f) {
      // The quantizer rounds anyhow.
    } else if (!isa<ReluOp, ClipOp, MinOp, MaxOp>(op)) {
      return std::nullopt;
    }
  }
  double scale = quantizer.getScaleOf(channel);
  return Line{slope / scale,
              offset / scale + quantizer.getZeroPointOf(channel)};
}
