//===- ImportRecurrent.cpp - RNN, GRU, LSTM -------------------------------===//
//
// Each direction is a product of the input with its weights and a
// qnn.recurrent. The ops of the domain `qnn.recurrent`, which the exporter
// writes, are those of ONNX but for what their attributes say.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "mlir/AsmParser/AsmParser.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

namespace {
class RecurrentImporter {
public:
  RecurrentImporter(NodeImporter &node, RecurrentCell cell, bool isOurs)
      : node(node), cell(cell), isOurs(isOurs) {}
  void run();

private:
  void check();
  void checkActivations();
  RecurrentOp importDirection(int64_t direction, bool reverse);
  Value part(int index, int64_t direction, ArrayRef<int64_t> shape);
  Value constant(ArrayRef<float> numbers);
  Value biased(Value projection, ArrayRef<float> bias);
  QuantizerAttr quantizer(StringRef attribute);
  void defineJoined(int index, ArrayRef<Value> parts, int64_t axis,
                    ArrayRef<int64_t> shape);

  NodeImporter &node;
  RecurrentCell cell;
  bool isOurs;
  int64_t directions = 1, gates = 1, hidden = 1;
};
} // namespace

/// Only ONNX's default functions, which are those of qnn.recurrent.
void RecurrentImporter::checkActivations() {
  const onnx::AttributeProto *activations = node.find("activations");
  if (!activations)
    return;
  std::vector<std::string> usual =
      cell == RecurrentCell::RNN ? std::vector<std::string>{"tanh"}
                                 : std::vector<std::string>{"sigmoid", "tanh"};
  if (cell == RecurrentCell::LSTM)
    usual.push_back("tanh");
  for (int i = 0; i < activations->strings_size(); ++i)
    if (StringRef(activations->strings(i)).lower() != usual[i % usual.size()])
      node.notSupported("activation " + activations->strings(i));
}

void RecurrentImporter::check() {
  for (StringRef attribute : {"clip", "input_forget", "layout"})
    if (node.hasAttribute(attribute) &&
        (attribute == "clip" || node.getInt(attribute, 0) != 0))
      node.notSupported("attribute " + attribute);
  checkActivations();
  if (cell == RecurrentCell::GRU && !node.getInt("linear_before_reset", 0))
    node.notSupported("linear_before_reset = 0");
  if (node.hasInput(4))
    node.notSupported("lengths of sequences");
  if (node.hasInput(7))
    node.notSupported("peepholes");
  if (node.rank(0) != 3 || node.rank(1) != 3 || node.rank(2) != 3)
    node.fail("expected input and weights of rank 3");
}

/// Of direction `direction`, under `shape`.
Value RecurrentImporter::part(int index, int64_t direction,
                              ArrayRef<int64_t> shape) {
  Value value = node.input(index);
  if (directions > 1) {
    SmallVector<int64_t> sizes(shapeOf(value)), offsets(sizes.size(), 0),
        steps(sizes.size(), 1);
    sizes[0] = 1;
    offsets[0] = direction;
    value = node.create<SliceOp>(value, [&](auto &properties) {
      Builder &builder = node.getBuilder();
      properties.offsets = builder.getDenseI64ArrayAttr(offsets);
      properties.sizes = builder.getDenseI64ArrayAttr(sizes);
      properties.steps = builder.getDenseI64ArrayAttr(steps);
    });
  }
  return node.reshape(value, shape);
}

Value RecurrentImporter::constant(ArrayRef<float> numbers) {
  auto type = RankedTensorType::get(int64_t(numbers.size()),
                                    node.getBuilder().getF32Type());
  return node.constantOp(DenseElementsAttr::get(type, numbers));
}

static bool isZero(ArrayRef<float> numbers) {
  return llvm::all_of(numbers, [](float x) { return x == 0.0f; });
}

Value RecurrentImporter::biased(Value projection, ArrayRef<float> bias) {
  if (isZero(bias))
    return projection;
  return node.create<BiasAddOp>(
      {projection, constant(bias)}, [&](auto &properties) {
        properties.axis = node.getBuilder().getI64IntegerAttr(2);
      });
}

QuantizerAttr RecurrentImporter::quantizer(StringRef attribute) {
  if (!isOurs || !node.hasAttribute(attribute))
    return {};
  std::string text = node.getString(attribute, "");
  auto quantizer = dyn_cast_or_null<QuantizerAttr>(
      parseAttribute(text, node.getBuilder().getContext()));
  if (!quantizer)
    node.fail("attribute " + attribute + ": expected a quantizer, but got '" +
              text + "'");
  return quantizer;
}

RecurrentOp RecurrentImporter::importDirection(int64_t direction,
                                               bool reverse) {
  int64_t rows = gates * hidden, batch = node.shape(0)[1];
  Value w = part(1, direction, {rows, node.shape(1)[2]});
  Value r = part(2, direction, {rows, hidden});
  Value projection =
      node.create<MatmulOp>({node.input(0), w}, [&](auto &properties) {
        properties.transpose_rhs = node.getBuilder().getUnitAttr();
      });
  SmallVector<Value> operands = {projection, r};
  bool hasBias = false;
  if (node.hasInput(3)) {
    SmallVector<float> both = node.floats(3, "the bias");
    if (int64_t(both.size()) != directions * 2 * rows)
      node.fail("expected " + Twine(directions * 2 * rows) +
                " biases, but got " + Twine(both.size()));
    ArrayRef<float> own = ArrayRef(both).slice(direction * 2 * rows, 2 * rows);
    operands[0] = biased(projection, own.take_front(rows));
    hasBias = !isZero(own.take_back(rows));
    if (hasBias)
      operands.push_back(constant(own.take_back(rows)));
  }
  int initial = 0;
  for (int index : {5, 6})
    initial += index - 5 < statesOf(cell) && node.hasInput(index);
  if (initial != 0 && initial != statesOf(cell))
    node.notSupported("only one of the two initial states");
  for (int i = 0; i < initial; ++i)
    operands.push_back(part(5 + i, direction, {batch, hidden}));
  return node.createOp<RecurrentOp>(operands, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    auto flag = [&](bool value) {
      return value ? builder.getUnitAttr() : UnitAttr();
    };
    properties.cell = cell;
    properties.hard = flag(isOurs && node.getInt("hard", 0) != 0);
    properties.reverse = flag(reverse);
    properties.hidden_quantizer = quantizer("hidden_quantizer");
    properties.cell_quantizer = quantizer("cell_quantizer");
    properties.operandSegmentSizes = {1, 1, hasBias, initial, 0};
  });
}

/// Output `index`: the directions' values with a dimension of directions.
void RecurrentImporter::defineJoined(int index, ArrayRef<Value> parts,
                                     int64_t axis, ArrayRef<int64_t> shape) {
  SmallVector<Value> shaped;
  for (Value part : parts)
    shaped.push_back(node.reshape(part, shape));
  if (shaped.size() == 1)
    return node.define(index, shaped.front());
  node.define(index, node.create<ConcatOp>(shaped, [&](auto &properties) {
    properties.axis = node.getBuilder().getI64IntegerAttr(axis);
  }));
}

void RecurrentImporter::run() {
  check();
  gates = gatesOf(cell);
  hidden = node.shape(2)[2];
  std::string direction = node.getString("direction", "forward");
  directions = direction == "bidirectional" ? 2 : 1;
  if (node.shape(1)[0] != directions || node.shape(2)[0] != directions)
    node.fail("expected weights of " + Twine(directions) + " directions");
  SmallVector<Value> all, last[2];
  for (int64_t d = 0; d < directions; ++d) {
    RecurrentOp op = importDirection(d, d == 1 || direction == "reverse");
    all.push_back(op.getResult());
    for (auto [i, state] : llvm::enumerate(op.getLast()))
      last[i].push_back(state);
  }
  int64_t steps = node.shape(0)[0], batch = node.shape(0)[1];
  defineJoined(0, all, 1, {steps, 1, batch, hidden});
  for (int64_t i = 0; i < statesOf(cell); ++i)
    defineJoined(1 + i, last[i], 0, {1, batch, hidden});
}

template <RecurrentCell cell, bool isOurs>
static void importRecurrent(NodeImporter &node) {
  RecurrentImporter(node, cell, isOurs).run();
}

void qnn::addRecurrentHandlers(HandlerTable &table) {
  table["GRU"] = importRecurrent<RecurrentCell::GRU, false>;
  table["LSTM"] = importRecurrent<RecurrentCell::LSTM, false>;
  table["RNN"] = importRecurrent<RecurrentCell::RNN, false>;
  table["recurrent.GRU"] = importRecurrent<RecurrentCell::GRU, true>;
  table["recurrent.LSTM"] = importRecurrent<RecurrentCell::LSTM, true>;
  table["recurrent.RNN"] = importRecurrent<RecurrentCell::RNN, true>;
}
