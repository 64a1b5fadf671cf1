//===- ExportShape.cpp - Shape ops --------------------------------------===//

#include "Exporter.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace qnn;

std::string Exporter::transpose(Operation *op, const std::string &input,
                                ArrayRef<int64_t> permutation) {
  std::string output = helper(op, "Transpose", {input});
  set(*graph.mutable_node(graph.node_size() - 1), "perm", permutation);
  return output;
}

/// The batch is open: where it stays in front, Reshape copies it.
static LogicalResult exportReshape(Exporter &e, Operation *op) {
  auto reshape = cast<ReshapeOp>(op);
  auto from = cast<RankedTensorType>(reshape.getInput().getType());
  auto to = cast<RankedTensorType>(reshape.getType());
  SmallVector<int64_t> shape(to.getShape());
  if (from.getRank() > 0 && to.getRank() > 0 &&
      from.getShape()[0] == to.getShape()[0])
    shape[0] = 0;
  e.node(op, "Reshape",
         {e.nameOf(reshape.getInput()), e.constant("shape", shape)});
  return success();
}

static LogicalResult exportTranspose(Exporter &e, Operation *op) {
  auto transpose = cast<TransposeOp>(op);
  Exporter::set(e.node(op, "Transpose", {e.nameOf(transpose.getInput())}),
                "perm", transpose.getPermutation());
  return success();
}

static LogicalResult exportConcat(Exporter &e, Operation *op) {
  SmallVector<std::string> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(e.nameOf(operand));
  Exporter::set(e.node(op, "Concat", inputs), "axis",
                int64_t(cast<ConcatOp>(op).getAxis()));
  return success();
}

static LogicalResult exportPad(Exporter &e, Operation *op) {
  auto pad = cast<PadOp>(op);
  auto value = dyn_cast<FloatAttr>(pad.getValue());
  if (!value)
    return op->emitOpError("expected padding of floats to export");
  SmallVector<int64_t> counts(pad.getLow());
  llvm::append_range(counts, pad.getHigh());
  e.node(op, "Pad",
         {e.nameOf(pad.getInput()), e.constant("pads", counts),
          e.constant("pad", {}, float(value.getValueAsDouble()))});
  return success();
}

/// ONNX's ends are exclusive; going down to the first element it is a number
/// that no index reaches.
static LogicalResult exportSlice(Exporter &e, Operation *op) {
  auto slice = cast<SliceOp>(op);
  SmallVector<int64_t> ends, axes;
  for (auto [i, offset] : llvm::enumerate(slice.getOffsets())) {
    int64_t step = slice.getSteps()[i];
    int64_t last = offset + (slice.getSizes()[i] - 1) * step;
    int64_t end = step > 0 ? last + 1 : last - 1;
    ends.push_back(end < 0 ? std::numeric_limits<int64_t>::min() + 1 : end);
    axes.push_back(i);
  }
  e.node(op, "Slice",
         {e.nameOf(slice.getInput()), e.constant("starts", slice.getOffsets()),
          e.constant("ends", ends), e.constant("axes", axes),
          e.constant("steps", slice.getSteps())});
  return success();
}

static LogicalResult exportGather(Exporter &e, Operation *op) {
  Exporter::set(
      e.node(op, "Gather",
             {e.nameOf(op->getOperand(0)), e.nameOf(op->getOperand(1))}),
      "axis", int64_t(0));
  return success();
}

void qnn::addShapeExporters(OpExporterTable &table) {
  table["qnn.concat"] = exportConcat;
  table["qnn.gather"] = exportGather;
  table["qnn.pad"] = exportPad;
  table["qnn.reshape"] = exportReshape;
  table["qnn.slice"] = exportSlice;
  table["qnn.transpose"] = exportTranspose;
}
