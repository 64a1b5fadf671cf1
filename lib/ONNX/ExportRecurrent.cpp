//===- ExportRecurrent.cpp - Recurrent layers ---------------------------===//
//
// ONNX's RNN, GRU and LSTM take the input and its weights where qnn.recurrent
// takes their product, so that product and its bias are no nodes of their own.
// Cells that ONNX has no words for, hard or with quantized states, become ops
// of the domain `qnn.recurrent` with the same inputs and outputs, which say in
// attributes what is different.
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"
#include "ModelFile.h"
#include "mlir/IR/Matchers.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace qnn;

namespace {
/// What makes the projection of a layer.
struct Input {
  MatmulOp product;
  BiasAddOp bias; ///< or null
};
} // namespace

static std::optional<Input> inputOf(RecurrentOp op) {
  Value value = op.getProjection();
  auto bias = value.getDefiningOp<BiasAddOp>();
  if (bias && bias->hasOneUse() && bias.getAxis() == 2)
    value = bias.getInput();
  else
    bias = {};
  auto product = value.getDefiningOp<MatmulOp>();
  bool fits = product && product->hasOneUse() && product.getTransposeRhs() &&
              cast<RankedTensorType>(product.getRhs().getType()).getRank() == 2;
  return fits ? std::optional<Input>({product, bias}) : std::nullopt;
}

bool qnn::belongsToRecurrent(Operation *op) {
  if (!op->hasOneUse())
    return false;
  Operation *user = *op->user_begin();
  if (isa<BiasAddOp>(user) && user->hasOneUse())
    user = *user->user_begin();
  auto recurrent = dyn_cast<RecurrentOp>(user);
  std::optional<Input> input = recurrent ? inputOf(recurrent) : std::nullopt;
  return input && (op == input->product || op == input->bias);
}

static std::string unsqueeze(Exporter &e, Operation *op,
                             const std::string &input) {
  return e.helper(op, "Unsqueeze", {input, e.constant("axes", {0})});
}

/// `[1, 2 G H]`: the input's bias, then the recurrent one; none where there is
/// neither. Fails where one is not constant.
static FailureOr<std::string> biases(Exporter &e, RecurrentOp op,
                                     BiasAddOp inputBias) {
  if (!inputBias && !op.getBias())
    return std::string();
  int64_t count =
      cast<RankedTensorType>(op.getWeights().getType()).getDimSize(0);
  SmallVector<float> both;
  for (Value bias : {Value(inputBias ? inputBias.getBias() : Value()),
                     Value(op.getBias())}) {
    DenseElementsAttr numbers;
    if (bias && !matchPattern(bias, m_Constant(&numbers)))
      return op.emitOpError("has no form in ONNX: expected constant biases");
    if (bias)
      llvm::append_range(both, numbers.getValues<float>());
    else
      both.append(count, 0.0f);
  }
  return e.constant("bias", {1, 2 * count}, both);
}

static std::string textOf(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

static void setAttributes(onnx::NodeProto &node, RecurrentOp op) {
  int64_t hidden =
      cast<RankedTensorType>(op.getWeights().getType()).getDimSize(1);
  Exporter::set(node, "hidden_size", hidden);
  if (op.getReverse())
    Exporter::set(node, "direction", StringRef("reverse"));
  if (op.getCell() == RecurrentCell::GRU)
    Exporter::set(node, "linear_before_reset", int64_t(1));
  if (op.getHard())
    Exporter::set(node, "hard", int64_t(1));
  if (QuantizerAttr quantizer = op.getHiddenQuantizerAttr())
    Exporter::set(node, "hidden_quantizer", textOf(quantizer));
  if (QuantizerAttr quantizer = op.getCellQuantizerAttr())
    Exporter::set(node, "cell_quantizer", textOf(quantizer));
}

static LogicalResult exportRecurrent(Exporter &e, Operation *operation) {
  auto op = cast<RecurrentOp>(operation);
  std::optional<Input> input = inputOf(op);
  if (!input || op.getLengths())
    return op.emitOpError("has no form in ONNX: expected a product with "
                          "weights as input, and no lengths");
  bool isPlain = !op.getHard() && !op.getHiddenQuantizerAttr() &&
                 !op.getCellQuantizerAttr();
  FailureOr<std::string> bias = biases(e, op, input->bias);
  if (failed(bias))
    return failure();
  std::string type = StringRef(stringifyRecurrentCell(op.getCell())).upper();
  if (!isPlain)
    type = (llvm::Twine(recurrentDomain) + ":" + type).str();
  SmallVector<std::string> inputs = {
      e.nameOf(input->product.getLhs()),
      unsqueeze(e, op, e.nameOf(input->product.getRhs())),
      unsqueeze(e, op, e.nameOf(op.getWeights())), *bias, ""};
  for (Value state : op.getInitial())
    inputs.push_back(unsqueeze(e, op, e.nameOf(state)));
  while (inputs.back().empty())
    inputs.pop_back();
  SmallVector<Value> results = {op.getResult()};
  llvm::append_range(results, op.getLast());
  SmallVector<std::string> outputs;
  setAttributes(e.node(op, type, inputs, results, outputs), op);
  // Without ONNX's dimension of directions.
  for (auto [i, result, output] : llvm::enumerate(results, outputs))
    if (!output.empty())
      e.nodeOf(result, "Squeeze",
               {output, e.constant("axes", {int64_t(i == 0)})});
  return success();
}

void qnn::addRecurrentExporters(OpExporterTable &table) {
  table["qnn.recurrent"] = exportRecurrent;
}
