//===- ImportReduce.cpp - Sums, means and extremes over dimensions --------===//

#include "Importer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace qnn;

/// The axes are an attribute in older operator sets, then an optional input.
static SmallVector<int64_t> readAxes(NodeImporter &node) {
  if (node.hasInput(1))
    return node.integers(1, "the axes");
  return node.getInts("axes");
}

template <ReduceKind kind>
static void importReduce(NodeImporter &node) {
  int64_t rank = node.rank(0);
  SmallVector<int64_t> axes = node.normalizeAxes(readAxes(node), rank);
  if (axes.empty() && node.getInt("noop_with_empty_axes", 0))
    return node.forward(0);
  if (axes.empty())
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (axes.empty()) // a scalar is its own sum, mean and extreme
    return node.forward(0);
  node.define(0, node.reduce(node.input(0), kind, axes,
                             node.getInt("keepdims", 1) != 0));
}

//===----------------------------------------------------------------------===//
// Functions of sums
//===----------------------------------------------------------------------===//

/// The dimensions of a reduction that is more than a sum.
static SmallVector<int64_t> someAxes(NodeImporter &node) {
  int64_t rank = node.rank(0);
  SmallVector<int64_t> axes = node.normalizeAxes(readAxes(node), rank);
  if (axes.empty() && node.getInt("noop_with_empty_axes", 0))
    node.notSupported("noop_with_empty_axes without axes");
  if (rank == 0)
    node.notSupported("an input of rank 0");
  return axes.empty() ? llvm::to_vector(llvm::seq<int64_t>(0, rank)) : axes;
}

static Value sum(NodeImporter &node, Value input) {
  return node.reduce(input, ReduceKind::Sum, someAxes(node),
                     node.getInt("keepdims", 1) != 0);
}

static Value sumOfSquares(NodeImporter &node) {
  Value x = node.input(0);
  return sum(node, node.create<MulOp>({x, x}));
}

static void importReduceL1(NodeImporter &node) {
  node.define(0, sum(node, node.create<AbsOp>(node.input(0))));
}

static void importReduceL2(NodeImporter &node) {
  node.define(0, node.create<SqrtOp>(sumOfSquares(node)));
}

static void importReduceLogSum(NodeImporter &node) {
  node.define(0, node.create<LogOp>(sum(node, node.input(0))));
}

/// log(sum(exp(x - m))) + m with m = max(x), so that no exponential overflows.
static void importReduceLogSumExp(NodeImporter &node) {
  Value x = node.input(0);
  Value greatest = node.reduce(x, ReduceKind::Max, someAxes(node), true);
  Value difference = node.create<SubOp>({x, greatest});
  Value logarithm =
      node.create<LogOp>(sum(node, node.create<ExpOp>(difference)));
  greatest = node.reshape(greatest, shapeOf(logarithm));
  node.define(0, node.create<AddOp>({logarithm, greatest}));
}

static void importReduceSumSquare(NodeImporter &node) {
  node.define(0, sumOfSquares(node));
}

void qnn::addReduceHandlers(HandlerTable &table) {
  table["ReduceL1"] = importReduceL1;
  table["ReduceL2"] = importReduceL2;
  table["ReduceLogSum"] = importReduceLogSum;
  table["ReduceLogSumExp"] = importReduceLogSumExp;
  table["ReduceMax"] = importReduce<ReduceKind::Max>;
  table["ReduceMean"] = importReduce<ReduceKind::Mean>;
  table["ReduceMin"] = importReduce<ReduceKind::Min>;
  table["ReduceSum"] = importReduce<ReduceKind::Sum>;
  table["ReduceSumSquare"] = importReduceSumSquare;
}
