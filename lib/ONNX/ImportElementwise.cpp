//===- ImportElementwise.cpp - Functions of single elements ---------------===//

#include "Importer.h"

#include "TensorData.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <limits>

using namespace mlir;
using namespace qnn;

template <typename OpTy>
static void importUnary(NodeImporter &node) {
  node.define(0, node.create<OpTy>(node.input(0)));
}

template <typename OpTy>
static void importBinary(NodeImporter &node) {
  node.define(0, node.create<OpTy>({node.input(0), node.input(1)}));
}

/// Any number of inputs, from left to right.
template <typename OpTy>
static Value combineInputs(NodeImporter &node) {
  Value result = node.input(0);
  for (int i = 1; i < node.numInputs(); ++i)
    result = node.create<OpTy>({result, node.input(i)});
  return result;
}

template <typename OpTy>
static void importVariadic(NodeImporter &node) {
  node.define(0, combineInputs<OpTy>(node));
}

static void importMean(NodeImporter &node) {
  Value sum = combineInputs<AddOp>(node);
  if (node.numInputs() > 1)
    sum = node.create<DivOp>({sum, node.splat(node.numInputs())});
  node.define(0, sum);
}

/// The exponent may be of another type than the base.
static void importPow(NodeImporter &node) {
  if (node.elementType(1) == onnx::TensorProto::FLOAT)
    return importBinary<PowOp>(node);
  Tensor exponent;
  SmallVector<float> numbers = node.floats(1, "an exponent that is not float");
  exponent.floats.assign(numbers.begin(), numbers.end());
  exponent.shape.assign(node.shape(1).begin(), node.shape(1).end());
  auto data = makeConstant(exponent, node.getBuilder().getContext());
  node.define(0, node.create<PowOp>({node.input(0), node.constantOp(data)}));
}

static void importReciprocal(NodeImporter &node) {
  node.define(0, node.create<DivOp>({node.splat(1.0f), node.input(0)}));
}

/// The error function within 1.5e-7 (Abramowitz and Stegun, 7.1.26):
/// sign(x) * (1 - t * p(t) * exp(-x^2)) with t = 1 / (1 + 0.3275911 |x|).
static void importErf(NodeImporter &node) {
  Value x = node.input(0), one = node.splat(1.0f);
  Value magnitude = node.create<AbsOp>(x);
  Value t = node.create<DivOp>(
      {one,
       node.create<AddOp>(
           {node.create<MulOp>({magnitude, node.splat(0.3275911f)}), one})});
  Value sum = node.splat(1.061405429f);
  for (float factor :
       {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f})
    sum =
        node.create<AddOp>({node.create<MulOp>({sum, t}), node.splat(factor)});
  Value square = node.create<MulOp>({x, x});
  Value bell = node.create<ExpOp>(node.create<NegOp>(square));
  Value rest = node.create<MulOp>({node.create<MulOp>({sum, t}), bell});
  Value result = node.create<SubOp>({one, rest});
  node.define(0, node.create<MulOp>({node.create<SignOp>(x), result}));
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

static void importLeakyRelu(NodeImporter &node) {
  float alpha = node.getFloat("alpha", 0.01f);
  node.define(0, node.create<LeakyReluOp>(node.input(0), [&](auto &properties) {
    properties.alpha = node.getBuilder().getF32FloatAttr(alpha);
  }));
}

/// max(x, 0) + slope * min(x, 0): one of the two is always 0.
static void importPRelu(NodeImporter &node) {
  Value x = node.input(0), zero = node.splat(0.0f);
  Value negative = node.create<MinOp>({x, zero});
  Value scaled = node.create<MulOp>({negative, node.input(1)});
  node.define(0, node.create<AddOp>({node.create<MaxOp>({x, zero}), scaled}));
}

/// scale * max(x, 0) + slope * (e^(min(x, 0) * rate) - 1): again one of the two
/// is 0.
static void importExponential(NodeImporter &node, float scale, float slope,
                              float rate) {
  Value x = node.input(0), zero = node.splat(0.0f);
  auto times = [&](Value value, float factor) {
    return factor == 1.0f ? value
                          : node.create<MulOp>({value, node.splat(factor)});
  };
  Value negative = times(node.create<MinOp>({x, zero}), rate);
  Value fall =
      node.create<SubOp>({node.create<ExpOp>(negative), node.splat(1.0f)});
  Value rise = times(node.create<MaxOp>({x, zero}), scale);
  node.define(0, node.create<AddOp>({rise, times(fall, slope)}));
}

static void importElu(NodeImporter &node) {
  importExponential(node, 1.0f, node.getFloat("alpha", 1.0f), 1.0f);
}

static void importCelu(NodeImporter &node) {
  float alpha = node.getFloat("alpha", 1.0f);
  importExponential(node, 1.0f, alpha, 1.0f / alpha);
}

static void importSelu(NodeImporter &node) {
  float alpha = node.getFloat("alpha", 1.67326319f);
  float gamma = node.getFloat("gamma", 1.05070102f);
  importExponential(node, gamma, gamma * alpha, 1.0f);
}

/// x above alpha, else 0: a product with whether it is above. The maximum keeps
/// infinity away from the factor 0.
static void importThresholdedRelu(NodeImporter &node) {
  Value x = node.input(0), alpha = node.splat(node.getFloat("alpha", 1.0f));
  Value above =
      node.create<ReluOp>(node.create<SignOp>(node.create<SubOp>({x, alpha})));
  node.define(0, node.create<MulOp>({node.create<MaxOp>({x, alpha}), above}));
}

static Value hardSigmoid(NodeImporter &node, float alpha, float beta) {
  return node.create<HardSigmoidOp>(node.input(0), [&](auto &properties) {
    properties.alpha = node.getBuilder().getF32FloatAttr(alpha);
    properties.beta = node.getBuilder().getF32FloatAttr(beta);
  });
}

static void importHardSigmoid(NodeImporter &node) {
  node.define(0, hardSigmoid(node, node.getFloat("alpha", 0.2f),
                             node.getFloat("beta", 0.5f)));
}

static void importHardSwish(NodeImporter &node) {
  Value gate = hardSigmoid(node, 1.0f / 6.0f, 0.5f);
  node.define(0, node.create<MulOp>({node.input(0), gate}));
}

/// A bound is an attribute up to operator set 10, then an optional input.
static float clipBound(NodeImporter &node, StringRef name, int index,
                       float ifMissing) {
  if (node.hasInput(index))
    return node.scalar(index, name);
  return node.getFloat(name, ifMissing);
}

static void importClip(NodeImporter &node) {
  float greatest = std::numeric_limits<float>::max();
  float min = clipBound(node, "min", 1, -greatest);
  float max = clipBound(node, "max", 2, greatest);
  min = std::min(min, max); // bounds that cross: everything becomes max
  node.define(0, node.clip(node.input(0), min, max));
}

void qnn::addElementwiseHandlers(HandlerTable &table) {
  table["Abs"] = importUnary<AbsOp>;
  table["Add"] = importBinary<AddOp>;
  table["Ceil"] = importUnary<CeilOp>;
  table["Celu"] = importCelu;
  table["Clip"] = importClip;
  table["Div"] = importBinary<DivOp>;
  table["Elu"] = importElu;
  table["Erf"] = importErf;
  table["Exp"] = importUnary<ExpOp>;
  table["Floor"] = importUnary<FloorOp>;
  table["HardSigmoid"] = importHardSigmoid;
  table["HardSwish"] = importHardSwish;
  table["LeakyRelu"] = importLeakyRelu;
  table["Log"] = importUnary<LogOp>;
  table["Max"] = importVariadic<MaxOp>;
  table["Mean"] = importMean;
  table["Min"] = importVariadic<MinOp>;
  table["Mul"] = importBinary<MulOp>;
  table["Neg"] = importUnary<NegOp>;
  table["PRelu"] = importPRelu;
  table["Pow"] = importPow;
  table["Reciprocal"] = importReciprocal;
  table["Relu"] = importUnary<ReluOp>;
  table["Round"] = importUnary<RoundOp>;
  table["Selu"] = importSelu;
  table["Sigmoid"] = importUnary<SigmoidOp>;
  table["Sign"] = importUnary<SignOp>;
  table["Sqrt"] = importUnary<SqrtOp>;
  table["Sub"] = importBinary<SubOp>;
  table["Sum"] = importVariadic<AddOp>;
  table["Tanh"] = importUnary<TanhOp>;
  table["ThresholdedRelu"] = importThresholdedRelu;
}
