//===- ImportCompare.cpp - Comparisons, logic, choice ---------------------===//
//
// A truth value that is not constant is a number, 0 or 1. Comparisons are signs
// of differences, so they hold for all floats but NaN and two infinities of one
// sign. Where chooses by bounds: infinity on one side and minus infinity on the
// other, so what is not chosen does not matter, not even if it is infinite.
// Where that chooses between two numbers by the sign of x is the quantizer of
// one bit, as exporters write it that have no op for it.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "mlir/IR/Matchers.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace qnn;
using onnx::TensorProto;

static void defineTruth(NodeImporter &node, Value value) {
  node.defineNumbers(0, value, TensorProto::BOOL);
}

static Value negate(NodeImporter &node, Value truth) {
  return node.create<SubOp>({node.splat(1.0f), truth});
}

/// 1 where a > b.
static Value isGreater(NodeImporter &node, Value a, Value b) {
  return node.create<ReluOp>(node.create<SignOp>(node.create<SubOp>({a, b})));
}

static void importGreater(NodeImporter &node) {
  defineTruth(node, isGreater(node, node.input(0), node.input(1)));
}

static void importLess(NodeImporter &node) {
  defineTruth(node, isGreater(node, node.input(1), node.input(0)));
}

static void importGreaterOrEqual(NodeImporter &node) {
  defineTruth(node,
              negate(node, isGreater(node, node.input(1), node.input(0))));
}

static void importLessOrEqual(NodeImporter &node) {
  defineTruth(node,
              negate(node, isGreater(node, node.input(0), node.input(1))));
}

static void importEqual(NodeImporter &node) {
  Value difference = node.create<SubOp>({node.input(0), node.input(1)});
  Value differs = node.create<AbsOp>(node.create<SignOp>(difference));
  defineTruth(node, negate(node, differs));
}

static void importNot(NodeImporter &node) {
  defineTruth(node, negate(node, node.numbers(0)));
}

template <typename OpTy>
static void importLogic(NodeImporter &node) {
  defineTruth(node, node.create<OpTy>({node.numbers(0), node.numbers(1)}));
}

//===----------------------------------------------------------------------===//
// Signs
//===----------------------------------------------------------------------===//

namespace {
/// A truth value that says on which side of 0 x lies.
struct SignTest {
  Value x;
  bool ofPositive;    ///< x > 0, else x < 0
  bool isNot = false; ///< it says that x does not

  bool isOfPositive() const { return ofPositive != isNot; }
};
} // namespace

static std::optional<SignTest> readSignTest(Value truth) {
  bool isNot = false;
  if (auto negated = truth.getDefiningOp<SubOp>();
      negated && matchPattern(negated.getLhs(), m_OneFloat())) {
    isNot = true;
    truth = negated.getRhs();
  }
  auto relu = truth.getDefiningOp<ReluOp>();
  auto sign = relu ? relu.getInput().getDefiningOp<SignOp>() : SignOp();
  auto difference = sign ? sign.getInput().getDefiningOp<SubOp>() : SubOp();
  if (!difference)
    return std::nullopt;
  if (matchPattern(difference.getRhs(), m_AnyZeroFloat()))
    return SignTest{difference.getLhs(), true, isNot};
  if (matchPattern(difference.getLhs(), m_AnyZeroFloat()))
    return SignTest{difference.getRhs(), false, isNot};
  return std::nullopt;
}

/// The number of a constant of one element, else 0.
static float oneNumber(NodeImporter &node, int index) {
  std::optional<Tensor> tensor = node.constant(index);
  bool isOne = tensor && tensor->isFloat && tensor->floats.size() == 1;
  return isOne ? tensor->floats[0] : 0.0f;
}

/// s where x is positive, -s where it is negative, and one of them for 0.
static Value importAsSign(NodeImporter &node) {
  float chosen = oneNumber(node, 1), otherwise = oneNumber(node, 2);
  if (chosen == 0.0f || chosen != -otherwise || !std::isfinite(chosen))
    return {};
  std::optional<SignTest> test = readSignTest(node.numbers(0));
  if (!test || test->isOfPositive() != (chosen > 0.0f))
    return {};
  int64_t rank = std::max(node.rank(1), node.rank(2));
  if (rank > static_cast<int64_t>(shapeOf(test->x).size()))
    return {};
  float scale = std::abs(chosen), ofZero = test->isNot ? chosen : otherwise;
  Builder &builder = node.getBuilder();
  return node.quantize(
      test->x, QuantizerAttr::get(
                   builder.getContext(), 1, Encoding::Bipolar,
                   /*narrow=*/false, RoundingMode::HalfEven,
                   ofZero > 0 ? SignZero::PlusOne : SignZero::MinusOne,
                   scale == 1.0f ? DenseF32ArrayAttr()
                                 : builder.getDenseF32ArrayAttr(scale),
                   /*zero_point=*/{}, /*axis=*/-1, Surrogate::StraightThrough));
}

/// max(min(x, b), min(y, -b)) with b = infinity where the condition holds, else
/// minus infinity.
static void importWhere(NodeImporter &node) {
  if (Value sign = importAsSign(node))
    return node.define(0, sign);
  Value infinity = node.splat(std::numeric_limits<float>::infinity());
  Value centred = node.create<SubOp>({node.numbers(0), node.splat(0.5f)});
  Value bound = node.create<MulOp>({centred, infinity});
  Value chosen = node.create<MinOp>({node.input(1), bound});
  Value otherwise =
      node.create<MinOp>({node.input(2), node.create<NegOp>(bound)});
  node.define(0, node.create<MaxOp>({chosen, otherwise}));
}

void qnn::addCompareHandlers(HandlerTable &table) {
  table["And"] = importLogic<MinOp>;
  table["Equal"] = importEqual;
  table["Greater"] = importGreater;
  table["GreaterOrEqual"] = importGreaterOrEqual;
  table["Less"] = importLess;
  table["LessOrEqual"] = importLessOrEqual;
  table["Not"] = importNot;
  table["Or"] = importLogic<MaxOp>;
  table["Where"] = importWhere;
}
