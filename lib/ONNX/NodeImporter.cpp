//===- NodeImporter.cpp - One node: attributes, inputs, outputs -----------===//

#include "Importer.h"

#include "ModelFile.h"
#include "TensorData.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "qnn/Reference/Evaluator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace qnn;

NodeImporter::NodeImporter(GraphImporter &graph, const onnx::NodeProto &node)
    : graph(graph), node(node), operatorSet(graph.opset),
      prefix(nodePrefix(node.name(), node.op_type())),
      loc(NameLoc::get(graph.builder.getStringAttr(node.name()))) {}

NodeImporter::NodeImporter(const NodeImporter &whole,
                           const onnx::NodeProto &node, int64_t opset)
    : graph(whole.graph), node(node), operatorSet(opset),
      prefix(whole.prefix + node.op_type() + ": "), loc(whole.loc) {}

namespace {
/// An error that says which node it is about.
struct NodeError : ImportError {
  using ImportError::ImportError;
};
} // namespace

void NodeImporter::run() {
  try {
    if (foldConstants())
      return;
    adoptQuantizer();
    if (NodeHandler handler = lookupHandler(node))
      return handler(*this);
    if (isFunction(node, opset()))
      return importFunction(*this);
    if (lookupFolder(node))
      notSupported("an operand that is not a constant of integers");
    notSupported("no importer for this operator");
  } catch (const NodeError &) {
    throw;
  } catch (const std::exception &error) {
    fail(error.what());
  }
}

void NodeImporter::fail(const Twine &message) const {
  throw NodeError(prefix + message);
}

void NodeImporter::notSupported(const Twine &reason) const {
  fail("not supported: " + reason);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const onnx::AttributeProto *NodeImporter::find(StringRef attribute) const {
  for (const onnx::AttributeProto &candidate : node.attribute())
    if (StringRef(candidate.name()) == attribute)
      return &candidate;
  return nullptr;
}

int64_t NodeImporter::getInt(StringRef attribute, int64_t ifMissing) const {
  const onnx::AttributeProto *found = find(attribute);
  return found ? found->i() : ifMissing;
}

float NodeImporter::getFloat(StringRef attribute, float ifMissing) const {
  const onnx::AttributeProto *found = find(attribute);
  return found ? found->f() : ifMissing;
}

std::string NodeImporter::getString(StringRef attribute,
                                    StringRef ifMissing) const {
  const onnx::AttributeProto *found = find(attribute);
  return found ? found->s() : ifMissing.str();
}

SmallVector<int64_t> NodeImporter::getInts(StringRef attribute) const {
  const onnx::AttributeProto *found = find(attribute);
  if (!found)
    return {};
  return SmallVector<int64_t>(found->ints().begin(), found->ints().end());
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

bool NodeImporter::hasInput(int index) const {
  return index < node.input_size() && !node.input(index).empty();
}

int32_t NodeImporter::elementType(int index) const {
  return graph.lookup(node.input(index)).elementType;
}

ArrayRef<int64_t> NodeImporter::shape(int index) const {
  ImportedValue &imported = graph.lookup(node.input(index));
  if (imported.value)
    return shapeOf(imported.value);
  return imported.constant.getType().getShape();
}

bool ImportedValue::isNumbers() const {
  return value && !quantizer && elementType != onnx::TensorProto::FLOAT &&
         elementType != onnx::TensorProto::INT64;
}

/// Ops that only move integers, or choose among them, do the same to the floats
/// that they are known by.
static bool movesElements(StringRef opType) {
  return llvm::StringSwitch<bool>(opType)
      .Cases({"ArgMax", "Concat", "DepthToSpace", "Expand", "Flatten"}, true)
      .Cases({"Gather", "MaxPool", "Pad", "Reshape", "Slice"}, true)
      .Cases({"SpaceToDepth", "Split", "Squeeze", "Tile", "TopK"}, true)
      .Cases({"Transpose", "Unsqueeze"}, true)
      .Default(false);
}

void NodeImporter::adoptQuantizer() {
  for (int i = 0; movesElements(opType()) && i < numInputs(); ++i) {
    if (!hasInput(i) || (!quantizerOfIntegers(i) && !hasNumbers(i)))
      continue;
    QuantizerAttr quantizer = quantizerOfIntegers(i);
    if (quantizer && quantizer.isPerChannel())
      notSupported("integers with a scale for each channel");
    if (movedType != onnx::TensorProto::FLOAT && moved != quantizer)
      notSupported("integers of different scales or zero points");
    moved = quantizer;
    movedType = elementType(i);
  }
}

bool NodeImporter::isMoved(int index) const {
  if (movedType == onnx::TensorProto::FLOAT || !hasInput(index))
    return false;
  return moved ? quantizerOfIntegers(index) == moved : hasNumbers(index);
}

float NodeImporter::floatOfNumber(float number) const {
  if (!moved)
    return number;
  return (number - moved.getZeroPointOf(0)) * moved.getScaleOf(0);
}

Value NodeImporter::input(int index) {
  if (isMoved(index))
    return floatsOfIntegers(index);
  int32_t type = elementType(index);
  if (type != onnx::TensorProto::FLOAT)
    notSupported("input '" + node.input(index) + "' has element type " +
                 elementTypeName(type) + ", expected float");
  return anyInput(index);
}

Value NodeImporter::anyInput(int index) {
  if (!hasInput(index))
    fail("input " + Twine(index) + " is missing");
  if (isMoved(index))
    return floatsOfIntegers(index);
  ImportedValue &imported = graph.lookup(node.input(index));
  if (imported.elementType != onnx::TensorProto::FLOAT &&
      imported.elementType != onnx::TensorProto::INT64)
    notSupported("input '" + node.input(index) + "' has element type " +
                 elementTypeName(imported.elementType));
  return graph.materialize(imported, loc);
}

/// The ops that `value` depends on, in order; false if there is more to it than
/// small constants.
static bool collectCone(Value value, llvm::SetVector<Operation *> &ops) {
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!op || cast<ShapedType>(next.getType()).getNumElements() > (1 << 20))
      return false;
    if (ops.insert(op))
      llvm::append_range(worklist, op->getOperands());
  }
  return true;
}

/// Evaluates `value` if it depends on small constants only.
static std::optional<Tensor> evaluateCone(Value value) {
  llvm::SetVector<Operation *> ops;
  if (!collectCone(value, ops))
    return std::nullopt;
  SmallVector<Operation *> ordered = ops.takeVector();
  llvm::sort(ordered,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  DenseMap<Value, Tensor> tensors;
  for (Operation *op : ordered) {
    SmallVector<Tensor> results,
        operands = llvm::map_to_vector(
            op->getOperands(), [&](Value operand) { return tensors[operand]; });
    if (failed(evaluateOp(op, operands, results)))
      return std::nullopt;
    for (auto [result, tensor] : llvm::zip(op->getResults(), results))
      tensors[result] = std::move(tensor);
  }
  return tensors[value];
}

std::optional<Tensor> NodeImporter::constant(int index) {
  if (!hasInput(index))
    return std::nullopt;
  ImportedValue &imported = graph.lookup(node.input(index));
  if (imported.constant)
    return readConstant(imported.constant);
  std::optional<Tensor> tensor = evaluateCone(imported.value);
  graph.takeDiagnostics();
  if (tensor)
    imported.constant = makeConstant(*tensor, graph.builder.getContext());
  return tensor;
}

SmallVector<int64_t> NodeImporter::integers(int index, StringRef what) {
  std::optional<Tensor> tensor = constant(index);
  if (!tensor)
    notSupported(what + " is not a constant");
  if (tensor->isFloat)
    fail("expected integers for " + what + ", but got floats");
  return SmallVector<int64_t>(tensor->integers.begin(), tensor->integers.end());
}

SmallVector<float> NodeImporter::floats(int index, StringRef what) {
  std::optional<Tensor> tensor = constant(index);
  if (!tensor)
    notSupported(what + " is not a constant");
  if (tensor->isFloat)
    return SmallVector<float>(tensor->floats.begin(), tensor->floats.end());
  return SmallVector<float>(tensor->integers.begin(), tensor->integers.end());
}

float NodeImporter::scalar(int index, StringRef what) {
  SmallVector<float> numbers = floats(index, what);
  if (numbers.size() != 1)
    fail("expected one number for " + what + ", but got " +
         Twine(numbers.size()));
  return numbers.front();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

int NodeImporter::numOutputs() const {
  return llvm::count_if(node.output(),
                        [](const std::string &name) { return !name.empty(); });
}

bool NodeImporter::hasOutput(int index) const {
  return index < node.output_size() && !node.output(index).empty();
}

void NodeImporter::define(int index, Value value) {
  if (!hasOutput(index))
    return;
  ImportedValue imported;
  imported.value = value;
  if (getElementTypeOrSelf(value).isInteger(64)) {
    imported.elementType = onnx::TensorProto::INT64;
  } else {
    imported.elementType = movedType;
    imported.quantizer = moved;
  }
  graph.define(node.output(index), imported);
}

void NodeImporter::defineConstant(const Tensor &tensor, int32_t elementType) {
  ImportedValue imported;
  imported.constant = makeConstant(tensor, graph.builder.getContext());
  imported.elementType = elementType;
  graph.define(node.output(0), imported);
}

void NodeImporter::defineIntegers(Value floats, int32_t elementType,
                                  QuantizerAttr quantizer) {
  ImportedValue imported;
  imported.value = floats;
  imported.elementType = elementType;
  imported.quantizer = quantizer;
  graph.define(node.output(0), imported);
}

QuantizerAttr NodeImporter::quantizerOfIntegers(int index) const {
  return graph.lookup(node.input(index)).quantizer;
}

Value NodeImporter::floatsOfIntegers(int index) const {
  return graph.lookup(node.input(index)).value;
}

void NodeImporter::defineNumbers(int index, Value numbers,
                                 int32_t elementType) {
  if (!hasOutput(index))
    return;
  ImportedValue imported;
  imported.value = numbers;
  imported.elementType = elementType;
  graph.define(node.output(index), imported);
}

bool NodeImporter::hasNumbers(int index) const {
  return hasInput(index) && graph.lookup(node.input(index)).isNumbers();
}

Value NodeImporter::numbers(int index) {
  if (hasNumbers(index))
    return floatsOfIntegers(index);
  if (QuantizerAttr quantizer = quantizerOfIntegers(index)) {
    if (quantizer.isPerChannel())
      notSupported("integers with a scale for each channel");
    Value scale = splat(quantizer.getScaleOf(0));
    Value steps =
        create<RoundOp>(create<DivOp>({floatsOfIntegers(index), scale}));
    return create<AddOp>({steps, splat(quantizer.getZeroPointOf(0))});
  }
  Tensor tensor;
  llvm::append_range(tensor.floats, floats(index, "the operand"));
  tensor.shape.assign(shape(index).begin(), shape(index).end());
  return constantOp(makeConstant(tensor, graph.builder.getContext()));
}

void NodeImporter::forward(int index) {
  if (!hasInput(index))
    fail("input " + Twine(index) + " is missing");
  forward(node.input(index));
}

void NodeImporter::forward(const std::string &name, int output) {
  if (hasOutput(output))
    graph.define(node.output(output), graph.lookup(name));
}

//===----------------------------------------------------------------------===//
// Nodes of which this one is made
//===----------------------------------------------------------------------===//

std::string NodeImporter::inputName(int index) const {
  return hasInput(index) ? node.input(index) : std::string();
}

std::string NodeImporter::importPart(StringRef opType,
                                     ArrayRef<std::string> inputs,
                                     Attributes attributes) {
  onnx::NodeProto part;
  part.set_op_type(opType.str());
  for (const std::string &input : inputs)
    part.add_input(input);
  for (const onnx::AttributeProto &attribute : attributes)
    *part.add_attribute() = attribute;
  std::string result = graph.makeName();
  part.add_output(result);
  NodeImporter(*this, part, opset()).run();
  return result;
}

std::string NodeImporter::nameOf(Value value) {
  std::string name = makeName();
  ImportedValue imported;
  imported.value = value;
  graph.define(name, imported);
  return name;
}

Value NodeImporter::valueOf(const std::string &name) {
  return graph.materialize(graph.lookup(name), loc);
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Operation *NodeImporter::build(OperationState &state, ValueRange operands) {
  state.addOperands(operands);
  if (state.types.empty()) {
    auto *interface = state.name.getInterface<InferTypeOpInterface>();
    if (failed(interface->inferReturnTypes(
            state.getContext(), loc, operands,
            state.attributes.getDictionary(state.getContext()),
            state.getRawProperties(), {}, state.types)))
      fail(graph.takeDiagnostics());
  }
  for (Type type : state.types)
    if (countElements(cast<ShapedType>(type).getShape(), maxComputedElements) ==
        0)
      notSupported("the result is an empty tensor");
  Operation *op = graph.builder.create(state);
  if (failed(verify(op)))
    fail(graph.takeDiagnostics());
  return op;
}

Value NodeImporter::reshape(Value input, ArrayRef<int64_t> shape) {
  if (shapeOf(input) == shape)
    return input;
  if (auto constant = input.getDefiningOp<arith::ConstantOp>()) {
    auto data = cast<DenseElementsAttr>(constant.getValue());
    auto type = RankedTensorType::get(shape, data.getElementType());
    return constantOp(data.reshape(type));
  }
  OperationState state(loc, ReshapeOp::getOperationName());
  state.addTypes(RankedTensorType::get(shape, getElementTypeOrSelf(input)));
  return build(state, input)->getResult(0);
}

Value NodeImporter::transpose(Value input, ArrayRef<int64_t> permutation) {
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return input;
  return create<TransposeOp>(input, [&](auto &properties) {
    properties.permutation = getBuilder().getDenseI64ArrayAttr(permutation);
  });
}

Value NodeImporter::concat(ArrayRef<Value> parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  return create<ConcatOp>(parts, [&](auto &properties) {
    properties.axis = getBuilder().getI64IntegerAttr(axis);
  });
}

Value NodeImporter::clip(Value input, float min, float max) {
  return create<ClipOp>(input, [&](auto &properties) {
    properties.min = getBuilder().getF32FloatAttr(min);
    properties.max = getBuilder().getF32FloatAttr(max);
  });
}

Value NodeImporter::reduce(Value input, ReduceKind kind, ArrayRef<int64_t> axes,
                           bool keepsDims) {
  return create<ReduceOp>(input, [&](auto &properties) {
    Builder &builder = getBuilder();
    properties.kind = ReduceKindAttr::get(builder.getContext(), kind);
    properties.axes = builder.getDenseI64ArrayAttr(axes);
    if (keepsDims)
      properties.keep_dims = builder.getUnitAttr();
  });
}

Value NodeImporter::quantize(Value input, QuantizerAttr quantizer) {
  return create<QuantizeOp>(
      input, [&](auto &properties) { properties.quantizer = quantizer; });
}

QuantizerAttr NodeImporter::quantizer(unsigned bits, Encoding encoding,
                                      DenseF32ArrayAttr scale,
                                      DenseF32ArrayAttr zeroPoint) {
  return QuantizerAttr::get(getBuilder().getContext(), bits, encoding,
                            /*narrow=*/false, RoundingMode::HalfEven,
                            SignZero::PlusOne, scale, zeroPoint, /*axis=*/-1,
                            Surrogate::StraightThrough);
}

Value NodeImporter::constantOp(DenseElementsAttr data) {
  return arith::ConstantOp::create(graph.builder, loc, data);
}

Value NodeImporter::splat(float number, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, getBuilder().getF32Type());
  return constantOp(DenseElementsAttr::get(type, number));
}

int64_t NodeImporter::normalizeAxis(int64_t axis, int64_t rank) const {
  if (axis < -rank || axis >= rank)
    fail("expected an axis from " + Twine(-rank) + " to " + Twine(rank - 1) +
         ", but got " + Twine(axis));
  return axis < 0 ? axis + rank : axis;
}

SmallVector<int64_t> NodeImporter::normalizeAxes(ArrayRef<int64_t> axes,
                                                 int64_t rank) const {
  SmallVector<int64_t> result;
  for (int64_t axis : axes)
    result.push_back(normalizeAxis(axis, rank));
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    fail("the same axis is given twice");
  return result;
}
