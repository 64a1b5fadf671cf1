//===- ImportQLinear.cpp - Operators on quantized tensors -----------------===//
//
// QLinearConv and its kin, ONNX's own and those that ONNX Runtime adds, are by
// definition DequantizeLinear of the operands, the float operator and
// QuantizeLinear of its result. They are imported as these, so they become what
// a model that spells them out becomes.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "onnx/defs/attr_proto_util.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qnn;
using onnx::MakeAttribute;

using Attributes = std::vector<onnx::AttributeProto>;

static Attributes axisAttribute(int64_t axis) {
  return {MakeAttribute("axis", axis)};
}

static Attributes ownAttributes(NodeImporter &node) {
  const auto &attributes = node.proto().attribute();
  return Attributes(attributes.begin(), attributes.end());
}

/// The floats of input `index`, whose scale and zero point follow it.
static std::string dequantize(NodeImporter &node, int index,
                              const Attributes &attributes = {}) {
  return node.importPart("DequantizeLinear",
                         {node.inputName(index), node.inputName(index + 1),
                          node.inputName(index + 2)},
                         attributes);
}

/// Output 0 holds the integers of `floats`, with scale and zero point from
/// input `index` on. Without a zero point they have the type of input 0.
static void quantizeResult(NodeImporter &node, const std::string &floats,
                           int index) {
  Attributes attributes;
  if (!node.hasInput(index + 1))
    attributes = {MakeAttribute("output_dtype", int64_t(node.elementType(0)))};
  node.forward(node.importPart(
      "QuantizeLinear",
      {floats, node.inputName(index), node.inputName(index + 1)}, attributes));
}

/// The floats of integers from input `index` whose scale is the product of
/// those at inputs `lhs` and `rhs`; no name where the input is absent.
static std::string dequantizeBias(NodeImporter &node, int index, int lhs,
                                  int rhs, float factor = 1.0f) {
  if (!node.hasInput(index))
    return "";
  std::string scale =
      node.importPart("Mul", {node.inputName(lhs), node.inputName(rhs)});
  if (factor != 1.0f)
    scale = node.importPart(
        "Mul", {scale, node.importPart(
                           "Constant", {},
                           Attributes{MakeAttribute("value_float", factor)})});
  return node.importPart("DequantizeLinear", {node.inputName(index), scale},
                         axisAttribute(0));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static void importQLinearConv(NodeImporter &node) {
  std::string input = dequantize(node, 0);
  std::string filter = dequantize(node, 3, axisAttribute(0));
  std::string bias = dequantizeBias(node, 8, 1, 4);
  std::string result =
      node.importPart("Conv", {input, filter, bias}, ownAttributes(node));
  quantizeResult(node, result, 6);
}

/// Scales are for rows of the left, for columns of the right operand.
static void importQLinearMatMul(NodeImporter &node) {
  std::string lhs = dequantize(node, 0, axisAttribute(-2));
  std::string rhs = dequantize(node, 3, axisAttribute(-1));
  quantizeResult(node, node.importPart("MatMul", {lhs, rhs}), 6);
}

/// Without a scale for the result it stays float.
static void importQGemm(NodeImporter &node) {
  int64_t columns = node.getInt("transB", 0) != 0 ? 0 : 1;
  std::string a = dequantize(node, 0);
  std::string b = dequantize(node, 3, axisAttribute(columns));
  std::string c = dequantizeBias(node, 6, 1, 4, node.getFloat("alpha", 1.0f));
  std::string result = node.importPart("Gemm", {a, b, c}, ownAttributes(node));
  if (node.hasInput(7))
    quantizeResult(node, result, 7);
  else
    node.forward(result);
}

//===----------------------------------------------------------------------===//
// Functions of one or more tensors
//===----------------------------------------------------------------------===//

/// QLinearSigmoid is Sigmoid, and so on.
static StringRef floatOp(NodeImporter &node) {
  StringRef opType = node.opType();
  opType.consume_front("QLinear");
  return opType;
}

static void importQLinearUnary(NodeImporter &node) {
  if (node.getInt("channels_last", 0) != 0)
    node.notSupported("channels_last");
  std::string input = dequantize(node, 0);
  quantizeResult(node,
                 node.importPart(floatOp(node), input, ownAttributes(node)), 3);
}

static void importQLinearBinary(NodeImporter &node) {
  std::string lhs = dequantize(node, 0), rhs = dequantize(node, 3);
  quantizeResult(node, node.importPart(floatOp(node), {lhs, rhs}), 6);
}

/// The attribute `opset` says whose Softmax it is: up to 12 the dimensions from
/// `axis` on count as one.
static void importQLinearSoftmax(NodeImporter &node) {
  int64_t rank = node.rank(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (node.getInt("opset", 13) < 13 && axis != rank - 1)
    node.notSupported("softmax over several dimensions");
  std::string input = dequantize(node, 0);
  quantizeResult(node, node.importPart("Softmax", input, axisAttribute(axis)),
                 3);
}

/// Scale and zero point of the result, then a tensor with its own, and so on.
static void importQLinearConcat(NodeImporter &node) {
  SmallVector<std::string> parts;
  for (int i = 2; i + 2 < node.numInputs(); i += 3)
    parts.push_back(dequantize(node, i));
  if (parts.empty() || node.numInputs() % 3 != 2)
    node.fail("expected a tensor, a scale and a zero point for each part");
  quantizeResult(node, node.importPart("Concat", parts, ownAttributes(node)),
                 0);
}

void qnn::addQLinearHandlers(HandlerTable &table) {
  table["QLinearConv"] = importQLinearConv;
  table["QLinearMatMul"] = importQLinearMatMul;
  table["microsoft.QGemm"] = importQGemm;
  table["microsoft.QLinearAdd"] = importQLinearBinary;
  table["microsoft.QLinearAveragePool"] = importQLinearUnary;
  table["microsoft.QLinearConcat"] = importQLinearConcat;
  table["microsoft.QLinearGlobalAveragePool"] = importQLinearUnary;
  table["microsoft.QLinearLeakyRelu"] = importQLinearUnary;
  table["microsoft.QLinearMul"] = importQLinearBinary;
  table["microsoft.QLinearSigmoid"] = importQLinearUnary;
  table["microsoft.QLinearSoftmax"] = importQLinearSoftmax;
}
