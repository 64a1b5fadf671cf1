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
  node.define(0, node.create<ReduceOp>(node.input(0), [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.kind = ReduceKindAttr::get(builder.getContext(), kind);
    properties.axes = builder.getDenseI64ArrayAttr(axes);
    if (node.getInt("keepdims", 1))
      properties.keep_dims = builder.getUnitAttr();
  }));
}

void qnn::addReduceHandlers(HandlerTable &table) {
  table["ReduceMax"] = importReduce<ReduceKind::Max>;
  table["ReduceMean"] = importReduce<ReduceKind::Mean>;
  table["ReduceMin"] = importReduce<ReduceKind::Min>;
  table["ReduceSum"] = importReduce<ReduceKind::Sum>;
}
