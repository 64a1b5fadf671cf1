//===- ExportElementwise.cpp - Functions of one or two tensors ----------===//

#include "Exporter.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

/// An op that is a node with the same operands and no attributes.
template <const char *type>
static LogicalResult plain(Exporter &e, Operation *op) {
  SmallVector<std::string> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(e.nameOf(operand));
  e.node(op, type, inputs);
  return success();
}

template <const char *type>
static void addPlain(OpExporterTable &table, StringRef name) {
  table[name] = plain<type>;
}

static LogicalResult exportClip(Exporter &e, Operation *op) {
  auto clip = cast<ClipOp>(op);
  float low = clip.getMin().convertToFloat();
  float high = clip.getMax().convertToFloat();
  e.node(op, "Clip",
         {e.nameOf(clip.getInput()), e.constant("min", {}, low),
          e.constant("max", {}, high)});
  return success();
}

static LogicalResult exportLeakyRelu(Exporter &e, Operation *op) {
  auto relu = cast<LeakyReluOp>(op);
  Exporter::set(e.node(op, "LeakyRelu", {e.nameOf(relu.getInput())}), "alpha",
                relu.getAlpha().convertToFloat());
  return success();
}

static LogicalResult exportHardSigmoid(Exporter &e, Operation *op) {
  auto sigmoid = cast<HardSigmoidOp>(op);
  auto &node = e.node(op, "HardSigmoid", {e.nameOf(sigmoid.getInput())});
  Exporter::set(node, "alpha", sigmoid.getAlpha().convertToFloat());
  Exporter::set(node, "beta", sigmoid.getBeta().convertToFloat());
  return success();
}

/// A dropout without key is the identity.
static LogicalResult exportDropout(Exporter &e, Operation *op) {
  if (op->getNumOperands() != 1)
    return op->emitOpError("draws random numbers, which has no form in ONNX");
  e.node(op, "Identity", {e.nameOf(op->getOperand(0))});
  return success();
}

static StringRef roundingName(RoundingMode mode) {
  switch (mode) {
  case RoundingMode::HalfEven:
    return "ROUND";
  case RoundingMode::HalfUp:
    return "HALF_UP";
  case RoundingMode::HalfDown:
    return "HALF_DOWN";
  case RoundingMode::Ceil:
    return "CEIL";
  case RoundingMode::Floor:
    return "FLOOR";
  case RoundingMode::Up:
    return "UP";
  case RoundingMode::Down:
    return "DOWN";
  }
  llvm_unreachable("all modes are there");
}

/// One number, or one for each index of dimension `axis` of a tensor of
/// `rank` dimensions.
static std::string parameter(Exporter &e, StringRef name,
                             DenseF32ArrayAttr numbers, float ifMissing,
                             int64_t axis, int64_t rank) {
  if (!numbers)
    return e.constant(name, {}, ifMissing);
  if (axis < 0 || numbers.size() == 1)
    return e.constant(name, {}, numbers.asArrayRef().front());
  SmallVector<int64_t> shape(rank, 1);
  shape[axis] = numbers.size();
  return e.constant(name, shape, numbers.asArrayRef());
}

/// Signs. QONNX has +1 for 0 only: sign(0) = 0 is ONNX's Sign, sign(0) = -1 is
/// -sign(-x).
static void exportSign(Exporter &e, QuantizeOp op, const std::string &input,
                       const std::string &scale) {
  std::string bipolar = (kQONNXDomain + ":BipolarQuant").str();
  switch (op.getQuantizer().getSignZero()) {
  case SignZero::PlusOne:
    e.node(op, bipolar, {input, scale});
    return;
  case SignZero::MinusOne: {
    std::string negative = e.helper(op, "Neg", {input});
    e.node(op, "Neg", {e.helper(op, bipolar, {negative, scale})});
    return;
  }
  case SignZero::Zero:
    e.node(op, "Mul", {e.helper(op, "Sign", {input}), scale});
    return;
  }
}

static LogicalResult exportQuantize(Exporter &e, Operation *op) {
  auto quantize = cast<QuantizeOp>(op);
  QuantizerAttr q = quantize.getQuantizer();
  std::string input = e.nameOf(quantize.getInput());
  int64_t rank =
      cast<RankedTensorType>(quantize.getInput().getType()).getRank();
  std::string base = e.nameOf(quantize.getResult());
  std::string scale =
      parameter(e, base + "_scale", q.getScale(), 1.0f, q.getAxis(), rank);
  if (q.getEncoding() == Encoding::Bipolar) {
    exportSign(e, quantize, input, scale);
    return success();
  }
  // QONNX has no name for ternary codes: two narrow signed bits are the same.
  bool isTernary = q.getEncoding() == Encoding::Ternary;
  std::string zero = parameter(e, base + "_zero_point", q.getZeroPoint(), 0.0f,
                               q.getAxis(), rank);
  std::string bits = e.constant(base + "_bits", {}, float(q.getBits()));
  auto &node =
      e.node(op, (kQONNXDomain + ":Quant").str(), {input, scale, zero, bits});
  Exporter::set(node, "signed", int64_t(q.getEncoding() != Encoding::Unsigned));
  Exporter::set(node, "narrow", int64_t(q.getNarrow() || isTernary));
  Exporter::set(node, "rounding_mode", roundingName(q.getRounding()));
  return success();
}

/// ONNX's comparisons give booleans. The sign of the difference, +1 for 0, says
/// the same in floats: a >= b is sign(a - b) / 2 + 1/2, a > b is not b >= a.
/// Only NaN, and the difference of infinities, are told apart no more.
static LogicalResult exportCompare(Exporter &e, Operation *op) {
  auto compare = cast<CompareOp>(op);
  if (compare.getPredicate() == ComparePredicate::Equal)
    return op->emitOpError("of equality has no form in ONNX");
  bool isGreater = compare.getPredicate() == ComparePredicate::Greater;
  std::string a = e.nameOf(compare.getLhs()), b = e.nameOf(compare.getRhs());
  std::string base = e.nameOf(op->getResult(0));
  std::string difference =
      e.helper(op, "Sub", {isGreater ? b : a, isGreater ? a : b});
  std::string sign =
      e.helper(op, (kQONNXDomain + ":BipolarQuant").str(),
               {difference, e.constant(base + "_scale", {}, 0.5f)});
  std::string half = e.constant(base + "_half", {}, 0.5f);
  if (isGreater)
    e.node(op, "Sub", {half, sign});
  else
    e.node(op, "Add", {sign, half});
  return success();
}

// Template arguments must have linkage.
namespace names {
static constexpr char abs[] = "Abs", add[] = "Add", ceil[] = "Ceil",
                      div[] = "Div", exp[] = "Exp", floor[] = "Floor",
                      log[] = "Log", max[] = "Max", min[] = "Min",
                      mul[] = "Mul", neg[] = "Neg", pow[] = "Pow",
                      relu[] = "Relu", round[] = "Round", sigmoid[] = "Sigmoid",
                      sign[] = "Sign", sqrt[] = "Sqrt", sub[] = "Sub",
                      tanh[] = "Tanh";
} // namespace names

void qnn::addElementwiseExporters(OpExporterTable &table) {
  addPlain<names::abs>(table, "qnn.abs");
  addPlain<names::add>(table, "qnn.add");
  addPlain<names::ceil>(table, "qnn.ceil");
  addPlain<names::div>(table, "qnn.div");
  addPlain<names::exp>(table, "qnn.exp");
  addPlain<names::floor>(table, "qnn.floor");
  addPlain<names::log>(table, "qnn.log");
  addPlain<names::max>(table, "qnn.max");
  addPlain<names::min>(table, "qnn.min");
  addPlain<names::mul>(table, "qnn.mul");
  addPlain<names::neg>(table, "qnn.neg");
  addPlain<names::pow>(table, "qnn.pow");
  addPlain<names::relu>(table, "qnn.relu");
  addPlain<names::round>(table, "qnn.round");
  addPlain<names::sigmoid>(table, "qnn.sigmoid");
  addPlain<names::sign>(table, "qnn.sign");
  addPlain<names::sqrt>(table, "qnn.sqrt");
  addPlain<names::sub>(table, "qnn.sub");
  addPlain<names::tanh>(table, "qnn.tanh");
  table["qnn.clip"] = exportClip;
  table["qnn.compare"] = exportCompare;
  table["qnn.dropout"] = exportDropout;
  table["qnn.hard_sigmoid"] = exportHardSigmoid;
  table["qnn.leaky_relu"] = exportLeakyRelu;
  table["qnn.quantize"] = exportQuantize;
}
