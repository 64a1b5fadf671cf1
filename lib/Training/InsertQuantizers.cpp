//===- InsertQuantizers.cpp - Quantizers for a float network ------------===//

#include "qnn/Training/InsertQuantizers.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Reference/Tensor.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/Calibrate.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

namespace {
/// A product whose weights are a parameter, perhaps behind a transpose.
struct Layer {
  Operation *op;
  OpOperand *weight; ///< the use of the parameter
  std::string name;
  unsigned weights = 32, activations = 32, gradients = 32;
};

class Insertion {
public:
  Insertion(func::FuncOp function, const QuantizeSpec &spec)
      : function(function), builder(function.getContext()), spec(spec) {}
  llvm::Error run();

private:
  void findLayers();
  llvm::Error chooseBits();
  void quantizeWeights(Layer &layer);
  void quantizeInput(Layer &layer);
  void replaceBySign(Value value);
  void quantizeGradient(Layer &layer);
  Value addArgument(StringRef name, RankedTensorType type,
                    ArrayRef<NamedAttribute> attributes);
  Value randomKey();
  /// Of activations by an observed range, or with a key DoReFa's of gradients.
  Value trainQuantize(Layer &layer, Value input, ValueRange range, Value key,
                      unsigned bits);

  func::FuncOp function;
  OpBuilder builder;
  const QuantizeSpec &spec;
  SmallVector<Layer> layers;
  llvm::DenseMap<Value, Value> quantized; ///< inputs that layers share
  llvm::StringSet<> names;                ///< of the arguments that are added
  int64_t randomIds = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static OpOperand *weightOf(Operation &op) {
  if (!isa<MatmulOp, Conv2dOp>(op))
    return nullptr;
  OpOperand *operand = &op.getOpOperand(1);
  while (Operation *definition = operand->get().getDefiningOp()) {
    if (!isa<TransposeOp, ReshapeOp>(definition))
      return nullptr;
    operand = &definition->getOpOperand(0);
  }
  return operand;
}

/// The ONNX node's name, or the kind of the op and its number.
static std::string nameOf(Operation *op, size_t number) {
  if (auto loc = dyn_cast<NameLoc>(op->getLoc()))
    return loc.getName().str();
  return (op->getName().stripDialect() + llvm::Twine(number + 1)).str();
}

void Insertion::findLayers() {
  for (Operation &op : function.getBody().front()) {
    if (auto id = op.getAttrOfType<IntegerAttr>("id"))
      randomIds = std::max(randomIds, id.getInt() + 1);
    OpOperand *weight = weightOf(op);
    auto argument =
        weight ? dyn_cast<BlockArgument>(weight->get()) : BlockArgument();
    if (argument &&
        function.getArgAttr(argument.getArgNumber(), kParameterAttr))
      layers.push_back({&op, weight, nameOf(&op, layers.size())});
  }
}

llvm::Error Insertion::chooseBits() {
  for (auto [i, layer] : llvm::enumerate(layers)) {
    bool first = i == 0, last = i + 1 == layers.size();
    layer.weights = first ? spec.first : last ? spec.last : spec.weights;
    layer.activations = first && spec.first == 32 ? 32 : spec.activations;
    layer.gradients = spec.gradients;
  }
  for (const QuantizeSpec::Layers &some : spec.layers) {
    auto pattern = llvm::GlobPattern::create(some.pattern);
    if (!pattern)
      return makeError("--quantize: pattern '" + some.pattern +
                       "': " + llvm::toString(pattern.takeError()));
    bool any = false;
    for (Layer &layer : layers) {
      if (!pattern->match(layer.name))
        continue;
      any = true;
      layer.weights = some.weights.value_or(layer.weights);
      layer.activations = some.activations.value_or(layer.activations);
      layer.gradients = some.gradients.value_or(layer.gradients);
    }
    if (any)
      continue;
    std::string names;
    for (Layer &layer : layers)
      names += (names.empty() ? "" : ", ") + layer.name;
    return makeError("--quantize: no layer is called '" + some.pattern +
                     "'; there are: " + names);
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

static QuantizerAttr makeQuantizer(Builder &builder, unsigned bits,
                                   ArrayRef<float> scales, int64_t axis,
                                   Surrogate surrogate) {
  auto scaleAttr = scales.empty() ? DenseF32ArrayAttr()
                                  : builder.getDenseF32ArrayAttr(scales);
  return QuantizerAttr::get(builder.getContext(), bits,
                            bits == 1 ? Encoding::Bipolar : Encoding::Signed,
                            /*narrow=*/bits > 1, RoundingMode::HalfEven,
                            SignZero::PlusOne, scaleAttr, {},
                            scales.size() > 1 ? axis : -1, surrogate);
}

/// The dimension of the output channels of the parameter at `weight`; -1 where
/// a reshape hides it.
static int64_t channelAxis(Operation *product, OpOperand *weight) {
  int64_t rank = cast<RankedTensorType>(weight->get().getType()).getRank();
  auto matmul = dyn_cast<MatmulOp>(product);
  int64_t axis = matmul && !matmul.getTransposeRhs() ? rank - 1 : 0;
  if (matmul && rank != 2)
    return -1;
  for (Operation *op = weight->getOwner(); op != product;
       op = *op->getUsers().begin()) {
    auto transpose = dyn_cast<TransposeOp>(op);
    if (!transpose || !op->hasOneUse())
      return -1;
    // From the product up to the parameter there is one transpose at most.
    axis = transpose.getPermutation()[axis];
  }
  return axis;
}

/// For each index of `axis` the greatest magnitude that a parameter begins
/// with over `codes`; 1 where it is 0 or unknown.
static SmallVector<float> weightScales(func::FuncOp function,
                                       BlockArgument argument, int64_t axis,
                                       float codes) {
  auto type = cast<RankedTensorType>(argument.getType());
  int64_t channels = axis < 0 ? 1 : type.getDimSize(axis), inner = 1;
  for (int64_t dim : type.getShape().drop_front(axis + 1))
    inner *= dim;
  SmallVector<float> scales(channels, 0);
  if (auto value = function.getArgAttrOfType<ElementsAttr>(
          argument.getArgNumber(), kValueAttr))
    for (auto [i, x] : llvm::enumerate(Tensor::fromAttr(value).floats)) {
      float &scale = scales[axis < 0 ? 0 : int64_t(i) / inner % channels];
      scale = std::max(scale, std::abs(x) / codes);
    }
  for (float &scale : scales)
    if (!(scale > 0))
      scale = 1 / codes;
  return scales;
}

void Insertion::quantizeWeights(Layer &layer) {
  if (layer.weights == 32)
    return;
  auto argument = cast<BlockArgument>(layer.weight->get());
  SmallVector<float> scales;
  int64_t axis = channelAxis(layer.op, layer.weight);
  if (layer.weights == 1)
    function.setArgAttr(argument.getArgNumber(), kClipAttr,
                        builder.getF32FloatAttr(1));
  else
    scales =
        weightScales(function, argument, axis, (1 << (layer.weights - 1)) - 1);
  builder.setInsertionPoint(layer.weight->getOwner());
  layer.weight->set(
      QuantizeOp::create(builder, argument.getLoc(), argument,
                         makeQuantizer(builder, layer.weights, scales, axis,
                                       Surrogate::StraightThrough)));
}

//===----------------------------------------------------------------------===//
// Activations and gradients
//===----------------------------------------------------------------------===//

Value Insertion::addArgument(StringRef name, RankedTensorType type,
                             ArrayRef<NamedAttribute> attributes) {
  std::string unique = name.str();
  while (!names.insert(unique).second)
    unique += "_";
  SmallVector<NamedAttribute> all(attributes);
  all.push_back(builder.getNamedAttr(kNameAttr, builder.getStringAttr(unique)));
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, type, builder.getDictionaryAttr(all),
                                function.getLoc());
  return function.getArgument(index);
}

Value Insertion::trainQuantize(Layer &layer, Value input, ValueRange range,
                               Value key, unsigned bits) {
  return TrainQuantizeOp::create(
      builder, layer.op->getLoc(), input.getType(), input, range, key,
      key ? QuantizerRole::Gradient : QuantizerRole::Activation,
      key ? QuantizerMethod::DoReFa : QuantizerMethod::Observed,
      SignZero::PlusOne, std::nullopt, ArrayRef<float>(), bits,
      /*is_unsigned=*/false, /*axis=*/-1, FloatAttr(), DenseF32ArrayAttr(),
      key ? randomIds++ : 0);
}

/// The function whose result `value` is, but for steps that only move or choose
/// numbers; null where there is none.
static Operation *activationBefore(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isa<ReshapeOp, TransposeOp, MaxPool2dOp, PadOp, DropoutOp>(op))
    op = op->getOperand(0).getDefiningOp();
  bool isActivation =
      op &&
      isa<ReluOp, LeakyReluOp, TanhOp, ClipOp, SigmoidOp, HardSigmoidOp>(op);
  return isActivation ? op : nullptr;
}

void Insertion::replaceBySign(Value value) {
  Operation *op = activationBefore(value);
  if (!op)
    return;
  builder.setInsertionPoint(op);
  quantized.erase(op->getResult(0));
  op->getResult(0).replaceAllUsesWith(QuantizeOp::create(
      builder, op->getLoc(), op->getOperand(0),
      makeQuantizer(builder, 1, {}, -1, Surrogate::HardTanh)));
  op->erase();
}

void Insertion::quantizeInput(Layer &layer) {
  if (layer.activations == 32)
    return;
  Value input = layer.op->getOperand(0);
  if (layer.activations == 1)
    return replaceBySign(input);
  Value &result = quantized[input];
  if (!result) {
    Value range = addArgument(
        layer.name + ".input_range",
        RankedTensorType::get(2, builder.getF32Type()),
        {builder.getNamedAttr(kStatisticAttr, builder.getUnitAttr()),
         builder.getNamedAttr(kInitAttr, builder.getStringAttr(kFromData))});
    builder.setInsertionPoint(layer.op);
    result = trainQuantize(layer, input, range, Value(), layer.activations);
  }
  layer.op->setOperand(0, result);
}

Value Insertion::randomKey() {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, kKeyAttr))
      return function.getArgument(i);
  return addArgument("key", RankedTensorType::get(2, builder.getI64Type()),
                     builder.getNamedAttr(kKeyAttr, builder.getUnitAttr()));
}

void Insertion::quantizeGradient(Layer &layer) {
  if (layer.gradients == 32)
    return;
  Value result = layer.op->getResult(0);
  builder.setInsertionPointAfter(layer.op);
  Value op = trainQuantize(layer, result, {}, randomKey(), layer.gradients);
  result.replaceAllUsesExcept(op, op.getDefiningOp());
}

llvm::Error Insertion::run() {
  findLayers();
  if (layers.empty())
    return makeError("--quantize: the model has no products with weights");
  if (llvm::Error error = chooseBits())
    return error;
  for (Layer &layer : layers) {
    quantizeWeights(layer);
    quantizeInput(layer);
    quantizeGradient(layer);
  }
  return llvm::Error::success();
}

llvm::Error qnn::insertQuantizers(ModuleOp model, const QuantizeSpec &spec) {
  return Insertion(entryOf(model), spec).run();
}
