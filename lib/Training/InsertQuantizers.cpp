//===- InsertQuantizers.cpp - Quantizers for a float network ------------===//

#include "qnn/Training/InsertQuantizers.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Reference/Tensor.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/ModelForm.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

llvm::Expected<QuantizeSpec> qnn::parseQuantizeSpec(StringRef text) {
  QuantizeSpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts) {
    auto [key, value] = part.split('=');
    unsigned *bits = key == "weights"       ? &spec.weights
                     : key == "activations" ? &spec.activations
                     : key == "first"       ? &spec.first
                     : key == "last"        ? &spec.last
                                            : nullptr;
    if (!bits || value.getAsInteger(10, *bits) ||
        (*bits != 32 && (*bits < 1 || *bits > 8)))
      return makeError("--quantize: expected weights, activations, first or "
                       "last with 1 to 8 or 32 bits, but got '" +
                       part + "'");
  }
  return spec;
}

static QuantizerAttr makeQuantizer(Builder &builder, unsigned bits,
                                   Encoding encoding, float scale,
                                   Surrogate surrogate) {
  auto scaleAttr =
      scale == 1 ? DenseF32ArrayAttr() : builder.getDenseF32ArrayAttr(scale);
  return QuantizerAttr::get(builder.getContext(), bits, encoding,
                            /*narrow=*/bits > 1 && encoding == Encoding::Signed,
                            RoundingMode::HalfEven, SignZero::PlusOne,
                            scaleAttr, {}, -1, surrogate);
}

static Value quantize(OpBuilder &builder, Value value,
                      QuantizerAttr quantizer) {
  return QuantizeOp::create(builder, value.getLoc(), value, quantizer);
}

/// The greatest magnitude that a parameter begins with; 1 where it is unknown.
static float greatestOf(func::FuncOp function, BlockArgument argument) {
  auto value = function.getArgAttrOfType<ElementsAttr>(argument.getArgNumber(),
                                                       kValueAttr);
  float greatest = 0;
  if (value)
    for (float x : Tensor::fromAttr(value).floats)
      greatest = std::max(greatest, std::abs(x));
  return greatest > 0 ? greatest : 1;
}

/// The weights of a product: a parameter, perhaps transposed.
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

static void quantizeWeight(func::FuncOp function, OpOperand &weight,
                           unsigned bits) {
  if (bits == 32)
    return;
  auto argument = cast<BlockArgument>(weight.get());
  OpBuilder builder(weight.getOwner());
  float scale = 1;
  if (bits == 1)
    function.setArgAttr(argument.getArgNumber(), kClipAttr,
                        builder.getF32FloatAttr(1));
  else
    scale = greatestOf(function, argument) / ((1 << (bits - 1)) - 1);
  weight.set(
      quantize(builder, argument,
               makeQuantizer(builder, bits,
                             bits == 1 ? Encoding::Bipolar : Encoding::Signed,
                             scale, Surrogate::StraightThrough)));
}

static void quantizeActivation(Operation &op, unsigned bits) {
  OpBuilder builder(&op);
  Value input = op.getOperand(0);
  Value result;
  if (bits == 1) {
    result = quantize(
        builder, input,
        makeQuantizer(builder, 1, Encoding::Bipolar, 1, Surrogate::HardTanh));
  } else {
    Value clipped = ClipOp::create(builder, op.getLoc(), input,
                                   llvm::APFloat(0.0f), llvm::APFloat(1.0f));
    result = quantize(builder, clipped,
                      makeQuantizer(builder, bits, Encoding::Unsigned,
                                    1.0f / ((1 << bits) - 1),
                                    Surrogate::StraightThrough));
  }
  op.getResult(0).replaceAllUsesWith(result);
  op.erase();
}

llvm::Error qnn::insertQuantizers(ModuleOp model, const QuantizeSpec &spec) {
  func::FuncOp function = entryOf(model);
  SmallVector<OpOperand *> weights;
  SmallVector<Operation *> activations;
  for (Operation &op : function.getBody().front()) {
    OpOperand *weight = weightOf(op);
    if (weight && isa<BlockArgument>(weight->get()))
      weights.push_back(weight);
    if (isa<ReluOp, LeakyReluOp, TanhOp, ClipOp, SigmoidOp, HardSigmoidOp>(op))
      activations.push_back(&op);
  }
  if (weights.empty())
    return makeError("--quantize: the model has no products with weights");
  for (auto [i, weight] : llvm::enumerate(weights))
    quantizeWeight(function, *weight,
                   i == 0                    ? spec.first
                   : i + 1 == weights.size() ? spec.last
                                             : spec.weights);
  if (spec.activations != 32)
    for (Operation *op : activations)
      quantizeActivation(*op, spec.activations);
  return llvm::Error::success();
}
