//===- IntegerOps.cpp - Verifiers of the integer form -----------*- C++ -*-===//
//
// Each check names the value it wants and the value it found. Shapes of
// products are checked here and not inferred, because the width of a result is
// a choice (qnn-narrow-accumulators), not a consequence of the operands.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/IR/QNN.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Checks that several ops share
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleaveComma(shape, os);
  os << ']';
  return text;
}

/// A code lies in the low bits of its element, so the element has to be at
/// least as wide.
static LogicalResult verifyCodeWidth(Operation *op, StringRef name, Value codes,
                                     unsigned bits) {
  unsigned width =
      cast<RankedTensorType>(codes.getType()).getElementTypeBitWidth();
  if (width < bits)
    return op->emitOpError("expected elements of ")
           << name << " to have at least " << bits << " bits, but got "
           << width;
  return success();
}

static LogicalResult verifyShape(Operation *op, StringRef name, Value value,
                                 ArrayRef<int64_t> expected) {
  if (shapeOf(value) != expected)
    return op->emitOpError("expected shape ")
           << formatShape(expected) << " of " << name << ", but got "
           << formatShape(shapeOf(value));
  return success();
}

static LogicalResult verifyRank(Operation *op, StringRef name, Value value,
                                int64_t expected) {
  int64_t rank = shapeOf(value).size();
  if (rank != expected)
    return op->emitOpError("expected rank ")
           << expected << " of " << name << ", but got " << rank;
  return success();
}

/// Checks `axis` and how many numbers a per-channel attribute holds: one
/// without an axis, else as many as `value` has indices along it.
static LogicalResult verifyPerChannel(Operation *op, StringRef name,
                                      int64_t count, int64_t axis,
                                      Value value) {
  int64_t rank = shapeOf(value).size();
  if (axis < -1 || axis >= rank)
    return op->emitOpError("expected an axis from -1 to ")
           << rank - 1 << ", but got " << axis;
  int64_t expected = axis < 0 ? 1 : shapeOf(value)[axis];
  if (count != expected)
    return op->emitOpError("expected ")
           << expected << " numbers in " << name << ", but got " << count;
  return success();
}

static LogicalResult verifyCount(Operation *op, StringRef name,
                                 ArrayRef<int64_t> values, size_t count,
                                 int64_t least) {
  if (values.size() != count)
    return op->emitOpError("expected ")
           << count << " numbers in " << name << ", but got " << values.size();
  for (int64_t value : values)
    if (value < least)
      return op->emitOpError("expected numbers of at least ")
             << least << " in " << name << ", but got " << value;
  return success();
}

/// Size of one spatial dimension of a convolution's or pooling's result.
static int64_t slidingSize(int64_t size, int64_t before, int64_t after,
                           int64_t kernel, int64_t stride, int64_t dilation) {
  int64_t span = size + before + after - dilation * (kernel - 1) - 1;
  return span < 0 ? 0 : span / stride + 1;
}

template <typename OpTy>
static LogicalResult verifyWindow(OpTy op) {
  if (failed(verifyCount(op, "strides", op.getStrides(), 2, 1)) ||
      failed(verifyCount(op, "pads", op.getPads(), 4, 0)))
    return failure();
  return verifyCount(op, "dilations", op.getDilations(), 2, 1);
}

/// Channels-last result of sliding `kernel` over the op's input.
template <typename OpTy>
static LogicalResult verifyWindowResult(OpTy op, ArrayRef<int64_t> kernel,
                                        int64_t channels) {
  ArrayRef<int64_t> in = shapeOf(op.getInput()), pads = op.getPads();
  SmallVector<int64_t> expected{in[0], 0, 0, channels};
  for (int i = 0; i < 2; ++i) {
    expected[1 + i] = slidingSize(in[1 + i], pads[i], pads[2 + i], kernel[i],
                                  op.getStrides()[i], op.getDilations()[i]);
    if (expected[1 + i] < 1)
      return op.emitOpError("expected a window within the padded input, but "
                            "got ")
             << kernel[i] << " over " << in[1 + i];
  }
  return verifyShape(op, "the result", op.getResult(), expected);
}

//===----------------------------------------------------------------------===//
// Between floats and codes
//===----------------------------------------------------------------------===//

LogicalResult EncodeOp::verify() {
  QuantizerAttr quantizer = getQuantizer();
  if (quantizer.getSignZero() == SignZero::Zero)
    return emitOpError("expected sign_zero plus_one or minus_one, but got ")
           << stringifySignZero(quantizer.getSignZero());
  if (failed(
          verifyShape(*this, "the result", getResult(), shapeOf(getInput()))))
    return failure();
  int64_t axis = quantizer.getAxis();
  for (auto [name, numbers] :
       {std::pair("scale", quantizer.getScale()),
        std::pair("zero_point", quantizer.getZeroPoint())})
    if (numbers && numbers.size() != 1 &&
        failed(verifyPerChannel(*this, name, numbers.size(), axis, getInput())))
      return failure();
  return verifyCodeWidth(*this, "the result", getResult(), quantizer.getBits());
}

LogicalResult DequantizeOp::verify() {
  if (failed(
          verifyShape(*this, "the result", getResult(), shapeOf(getInput()))) ||
      failed(verifyPerChannel(*this, "scale", getScale().size(), getAxis(),
                              getInput())))
    return failure();
  if (getZeroPoint() &&
      failed(verifyPerChannel(*this, "zero_point", getZeroPoint()->size(),
                              getAxis(), getInput())))
    return failure();
  if (std::optional<CodeAttr> code = getCode())
    return verifyCodeWidth(*this, "the input", getInput(), code->getBits());
  return success();
}

//===----------------------------------------------------------------------===//
// Exact products
//===----------------------------------------------------------------------===//

LogicalResult IMatmulOp::verify() {
  if (failed(verifyRank(*this, "lhs", getLhs(), 2)) ||
      failed(verifyRank(*this, "rhs", getRhs(), 2)) ||
      failed(verifyCodeWidth(*this, "lhs", getLhs(), getLhsCode().getBits())) ||
      failed(verifyCodeWidth(*this, "rhs", getRhs(), getRhsCode().getBits())))
    return failure();
  ArrayRef<int64_t> lhs = shapeOf(getLhs()), rhs = shapeOf(getRhs());
  if (lhs[1] != rhs[1])
    return emitOpError("expected rows of ")
           << lhs[1] << " codes in rhs, but got " << rhs[1];
  return verifyShape(*this, "the result", getResult(), {lhs[0], rhs[0]});
}

LogicalResult IConv2dOp::verify() {
  if (failed(verifyRank(*this, "the input", getInput(), 4)) ||
      failed(verifyRank(*this, "the filter", getFilter(), 4)) ||
      failed(verifyCodeWidth(*this, "the input", getInput(),
                             getLhsCode().getBits())) ||
      failed(verifyCodeWidth(*this, "the filter", getFilter(),
                             getRhsCode().getBits())) ||
      failed(verifyWindow(*this)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(getInput()), filter = shapeOf(getFilter());
  int64_t groups = getGroups();
  if (groups < 1 || in[3] % groups != 0 || filter[0] % groups != 0)
    return emitOpError("expected groups that divide ")
           << in[3] << " input and " << filter[0]
           << " output channels, but got " << groups;
  if (filter[3] != in[3] / groups)
    return emitOpError("expected ")
           << in[3] / groups << " channels in the filter, but got "
           << filter[3];
  return verifyWindowResult(*this, filter.slice(1, 2), filter[0]);
}

//===----------------------------------------------------------------------===//
// Sums back to codes
//===----------------------------------------------------------------------===//

/// Rows of constant thresholds have to ascend: kernels may stop at the first
/// threshold that is not reached.
static LogicalResult verifyAscending(ThresholdOp op, int64_t perChannel) {
  DenseIntElementsAttr thresholds;
  if (!matchPattern(op.getThresholds(), m_Constant(&thresholds)))
    return success();
  int64_t index = 0;
  int32_t previous = 0;
  for (int32_t value : thresholds.getValues<int32_t>()) {
    int64_t level = index % perChannel;
    if (level != 0 && value < previous)
      return op.emitOpError("expected ascending thresholds of channel ")
             << index / perChannel << ", but got " << value << " after "
             << previous;
    previous = value;
    ++index;
  }
  return success();
}

LogicalResult ThresholdOp::verify() {
  if (failed(verifyRank(*this, "thresholds", getThresholds(), 2)) ||
      failed(
          verifyShape(*this, "the result", getResult(), shapeOf(getInput()))) ||
      failed(verifyCodeWidth(*this, "the result", getResult(),
                             getCode().getBits())))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(getThresholds());
  int64_t axis = getAxis(), rank = shapeOf(getInput()).size();
  if (axis < 0 || axis >= rank)
    return emitOpError("expected an axis from 0 to ")
           << rank - 1 << ", but got " << axis;
  if (shape[0] != shapeOf(getInput())[axis])
    return emitOpError("expected thresholds of ")
           << shapeOf(getInput())[axis] << " channels, but got " << shape[0];
  CodeAttr code = getCode();
  int64_t steps = code.isBipolar() ? 1 : code.getMax() - code.getMin();
  if (shape[1] < 1 || shape[1] > steps)
    return emitOpError("expected 1 to ")
           << steps << " thresholds per channel, but got " << shape[1];
  return verifyAscending(*this, shape[1]);
}

LogicalResult RequantizeOp::verify() {
  if (failed(
          verifyShape(*this, "the result", getResult(), shapeOf(getInput()))) ||
      failed(verifyCodeWidth(*this, "the result", getResult(),
                             getCode().getBits())) ||
      failed(verifyPerChannel(*this, "scale", getScale().size(), getAxis(),
                              getInput())))
    return failure();
  return verifyPerChannel(*this, "bias", getBias().size(), getAxis(),
                          getInput());
}

LogicalResult IMaxPool2dOp::verify() {
  if (failed(verifyRank(*this, "the input", getInput(), 4)) ||
      failed(verifyCount(*this, "kernel", getKernel(), 2, 1)) ||
      failed(verifyWindow(*this)))
    return failure();
  if (std::optional<CodeAttr> code = getCode();
      code &&
      failed(verifyCodeWidth(*this, "the input", getInput(), code->getBits())))
    return failure();
  auto in = cast<RankedTensorType>(getInput().getType());
  auto out = cast<RankedTensorType>(getResult().getType());
  if (in.getElementType() != out.getElementType())
    return emitOpError("expected elements ")
           << in.getElementType() << " of the result, but got "
           << out.getElementType();
  return verifyWindowResult(*this, getKernel(), in.getShape().back());
}
