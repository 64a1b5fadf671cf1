//===- ImportPool.cpp - Max and average pooling ---------------------------===//

#include "Window.h"

using namespace mlir;
using namespace qnn;

template <typename OpTy>
static Value buildPool(NodeImporter &node, Value input,
                       const MovingWindow &window,
                       bool countIncludePad = false) {
  return node.create<OpTy>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.kernel = builder.getDenseI64ArrayAttr(window.kernel);
    properties.strides = builder.getDenseI64ArrayAttr(window.strides);
    properties.pads = builder.getDenseI64ArrayAttr(window.pads);
    properties.dilations = builder.getDenseI64ArrayAttr(window.dilations);
    if constexpr (std::is_same_v<OpTy, AvgPool2dOp>)
      if (countIncludePad)
        properties.count_include_pad = builder.getUnitAttr();
  });
}

static MovingWindow readPoolWindow(NodeImporter &node) {
  if (node.rank(0) != 3 && node.rank(0) != 4)
    node.notSupported("pooling over " + Twine(node.rank(0) - 2) +
                      " dimensions, expected 1 or 2");
  return readWindow(node, node.getInts("kernel_shape"));
}

static void importMaxPool(NodeImporter &node) {
  if (node.numOutputs() > 1)
    node.notSupported("the output of indices");
  MovingWindow window = readPoolWindow(node);
  Value input = to2d(node, node.input(0));
  Value result = buildPool<MaxPool2dOp>(node, input, window);
  node.define(0, from2d(node, result, node.rank(0)));
}

/// The model's own pads become a `qnn.pad`, and stay in the divisor; those that
/// ceil_mode adds never count.
static Value padBeforeCeil(NodeImporter &node, Value input,
                           MovingWindow &window) {
  SmallVector<int64_t> low = {0, 0, window.pads[0], window.pads[1]};
  SmallVector<int64_t> high = {0, 0, window.pads[2] - window.ceilPads[0],
                               window.pads[3] - window.ceilPads[1]};
  window.pads = {0, 0, window.ceilPads[0], window.ceilPads[1]};
  return node.create<PadOp>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.low = builder.getDenseI64ArrayAttr(low);
    properties.high = builder.getDenseI64ArrayAttr(high);
    properties.value = builder.getF32FloatAttr(0.0f);
  });
}

static void importAveragePool(NodeImporter &node) {
  MovingWindow window = readPoolWindow(node);
  Value input = to2d(node, node.input(0));
  bool countsPad = node.getInt("count_include_pad", 0) != 0;
  if (countsPad && (window.ceilPads[0] > 0 || window.ceilPads[1] > 0)) {
    input = padBeforeCeil(node, input, window);
    countsPad = false;
  }
  Value result = buildPool<AvgPool2dOp>(node, input, window, countsPad);
  node.define(0, from2d(node, result, node.rank(0)));
}

template <PoolKind kind>
static void importGlobalPool(NodeImporter &node) {
  if (node.rank(0) != 3 && node.rank(0) != 4)
    node.notSupported("pooling over " + Twine(node.rank(0) - 2) +
                      " dimensions, expected 1 or 2");
  Value input = to2d(node, node.input(0));
  Value result = node.create<GlobalPoolOp>(input, [&](auto &properties) {
    properties.kind = PoolKindAttr::get(node.getBuilder().getContext(), kind);
  });
  node.define(0, from2d(node, result, node.rank(0)));
}

void qnn::addPoolHandlers(HandlerTable &table) {
  table["AveragePool"] = importAveragePool;
  table["GlobalAveragePool"] = importGlobalPool<PoolKind::Average>;
  table["GlobalMaxPool"] = importGlobalPool<PoolKind::Max>;
  table["MaxPool"] = importMaxPool;
}
