//===- ImportSelect.cpp - Greatest elements and their indices -------------===//

#include "Importer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace qnn;

static Value buildArgMax(NodeImporter &node, Value input) {
  if (node.getInt("select_last_index", 0) != 0)
    node.notSupported("select_last_index; the first of equals is taken");
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  return node.create<ArgMaxOp>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.axis = builder.getI64IntegerAttr(axis);
    if (node.getInt("keepdims", 1))
      properties.keep_dims = builder.getUnitAttr();
  });
}

static void importArgMax(NodeImporter &node) {
  node.define(0, buildArgMax(node, node.input(0)));
}

static void importArgMin(NodeImporter &node) {
  node.define(0, buildArgMax(node, node.create<NegOp>(node.input(0))));
}

/// k is an attribute up to operator set 9.
static int64_t readK(NodeImporter &node) {
  if (!node.hasInput(1))
    return node.getInt("k", 0);
  SmallVector<int64_t> numbers = node.integers(1, "k");
  if (numbers.size() != 1)
    node.fail("expected one number for k, but got " + Twine(numbers.size()));
  return numbers.front();
}

/// The least elements are the greatest of -x. Another dimension than the last
/// is exchanged with it before and after.
static void importTopK(NodeImporter &node) {
  Value input = node.input(0);
  int64_t rank = node.rank(0), k = readK(node);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (k < 1)
    node.notSupported("k = " + Twine(k));
  bool least = node.getInt("largest", 1) == 0;
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[axis], permutation[rank - 1]);
  if (least)
    input = node.create<NegOp>(input);
  input = node.transpose(input, permutation);
  auto op = node.createOp<TopKOp>(input, [&](auto &properties) {
    properties.k = node.getBuilder().getI64IntegerAttr(k);
  });
  Value values = node.transpose(op.getValues(), permutation);
  if (least)
    values = node.create<NegOp>(values);
  node.define(0, values);
  node.define(1, node.transpose(op.getIndices(), permutation));
}

void qnn::addSelectHandlers(HandlerTable &table) {
  table["ArgMax"] = importArgMax;
  table["ArgMin"] = importArgMin;
  table["TopK"] = importTopK;
}
