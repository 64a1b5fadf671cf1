//===- ImportCompare.cpp - Comparisons, logic, choice ---------------------===//
//
// A truth value that is not constant is a number, 0 or 1. Comparisons are signs
// of differences, so they hold for all floats but NaN and two infinities of one
// sign. Where chooses by bounds: infinity on one side and minus infinity on the
// other, so what is not chosen does not matter, not even if it is infinite.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

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

/// max(min(x, b), min(y, -b)) with b = infinity where the condition holds, else
/// minus infinity.
static void importWhere(NodeImporter &node) {
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
