//===- Export.cpp - Graph form to ONNX files ----------------------------===//

#include "qnn/ONNX/Export.h"
#include "Exporter.h"
#include "ModelFile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include "qnn/Reference/Tensor.h"
#include "qnn/Support/Files.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Names and constants
//===----------------------------------------------------------------------===//

std::string Exporter::unique(StringRef name) {
  std::string result = name.str();
  for (unsigned i = 1; !taken.insert(result).second; ++i)
    result = (name + "_" + llvm::Twine(i)).str();
  return result;
}

std::string Exporter::nameOf(Value value) {
  std::string &name = names[value];
  if (!name.empty())
    return name;
  std::string base = "value";
  value.getLoc()->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    base = named.getName().str();
    return WalkResult::interrupt();
  });
  std::string chosen = unique(base);
  // `name` may have moved meanwhile.
  return names[value] = chosen;
}

template <typename T>
static void addInitializer(onnx::GraphProto &graph, StringRef name,
                           ArrayRef<int64_t> shape, ArrayRef<T> values,
                           int32_t type) {
  onnx::TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(name.str());
  tensor.set_data_type(type);
  for (int64_t dim : shape)
    tensor.add_dims(dim);
  std::string raw(values.size() * sizeof(T), '\0');
  for (auto [i, value] : llvm::enumerate(values))
    llvm::support::endian::write<T, llvm::endianness::little>(
        raw.data() + i * sizeof(T), value);
  tensor.set_raw_data(std::move(raw));
}

std::string Exporter::constant(StringRef name, ArrayRef<int64_t> shape,
                               ArrayRef<float> values) {
  std::string chosen = unique(name);
  addInitializer(graph, chosen, shape, values, onnx::TensorProto::FLOAT);
  return chosen;
}

std::string Exporter::constant(StringRef name, ArrayRef<int64_t> values) {
  std::string chosen = unique(name);
  addInitializer(graph, chosen, int64_t(values.size()), values,
                 onnx::TensorProto::INT64);
  return chosen;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static onnx::NodeProto &addNode(onnx::GraphProto &graph, StringRef type,
                                ArrayRef<std::string> inputs,
                                const std::string &output) {
  onnx::NodeProto &node = *graph.add_node();
  auto [domain, name] =
      type.contains(':') ? type.split(':') : std::pair(StringRef(), type);
  node.set_op_type(name.str());
  node.set_domain(domain.str());
  node.set_name(output);
  for (const std::string &input : inputs)
    node.add_input(input);
  node.add_output(output);
  return node;
}

onnx::NodeProto &Exporter::node(Operation *op, StringRef type,
                                ArrayRef<std::string> inputs) {
  return addNode(graph, type, inputs, nameOf(op->getResult(0)));
}

onnx::NodeProto &Exporter::nodeOf(Value result, StringRef type,
                                  ArrayRef<std::string> inputs) {
  return addNode(graph, type, inputs, nameOf(result));
}

onnx::NodeProto &Exporter::node(Operation *op, StringRef type,
                                ArrayRef<std::string> inputs,
                                ArrayRef<Value> results,
                                SmallVectorImpl<std::string> &outputs) {
  std::string base = nameOf(results.front());
  for (Value result : results)
    outputs.push_back(result.use_empty() ? "" : unique(base + "_part"));
  onnx::NodeProto &node = addNode(graph, type, inputs, outputs.front());
  node.set_name(base);
  for (StringRef output : ArrayRef(outputs).drop_front())
    node.add_output(output.str());
  return node;
}

std::string Exporter::helper(Operation *op, StringRef type,
                             ArrayRef<std::string> inputs) {
  std::string output = unique(nameOf(op->getResult(0)) + "_part");
  addNode(graph, type, inputs, output);
  return output;
}

static onnx::AttributeProto &addAttribute(onnx::NodeProto &node, StringRef name,
                                          int type) {
  onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name.str());
  attribute.set_type(static_cast<onnx::AttributeProto::AttributeType>(type));
  return attribute;
}

void Exporter::set(onnx::NodeProto &node, StringRef name, int64_t value) {
  addAttribute(node, name, onnx::AttributeProto::INT).set_i(value);
}
void Exporter::set(onnx::NodeProto &node, StringRef name, float value) {
  addAttribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}
void Exporter::set(onnx::NodeProto &node, StringRef name, StringRef value) {
  addAttribute(node, name, onnx::AttributeProto::STRING).set_s(value.str());
}
void Exporter::set(onnx::NodeProto &node, StringRef name,
                   ArrayRef<int64_t> values) {
  onnx::AttributeProto &attribute =
      addAttribute(node, name, onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static const OpExporterTable &exporterTable() {
  static const OpExporterTable table = [] {
    OpExporterTable all;
    addElementwiseExporters(all);
    addLayerExporters(all);
    addRecurrentExporters(all);
    addShapeExporters(all);
    return all;
  }();
  return table;
}

/// The type of an input or output, its first dimension open.
static void describe(onnx::ValueInfoProto &info, const std::string &name,
                     Type type) {
  auto tensor = cast<RankedTensorType>(type);
  info.set_name(name);
  auto &proto = *info.mutable_type()->mutable_tensor_type();
  proto.set_elem_type(tensor.getElementType().isF32()
                          ? onnx::TensorProto::FLOAT
                          : onnx::TensorProto::INT64);
  proto.mutable_shape();
  for (auto [i, dim] : llvm::enumerate(tensor.getShape())) {
    auto &dimension = *proto.mutable_shape()->add_dim();
    if (i == 0)
      dimension.set_dim_param("batch");
    else
      dimension.set_dim_value(dim);
  }
}

/// Inputs and outputs keep their names, so these are taken first.
void Exporter::addInterface(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    std::string chosen = unique(name ? name.str() : "input");
    names[function.getArgument(i)] = chosen;
    describe(*graph.add_input(), chosen, function.getArgumentTypes()[i]);
  }
  Operation *end = function.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(end->getOperands())) {
    auto name = function.getResultAttrOfType<StringAttr>(i, kNameAttr);
    std::string chosen = names[value];
    if (chosen.empty())
      chosen = names[value] = unique(name ? name.str() : "output");
    describe(*graph.add_output(), chosen, value.getType());
  }
}

static LogicalResult exportConstant(Exporter &e, arith::ConstantOp op,
                                    std::string name) {
  auto value = dyn_cast<ElementsAttr>(op.getValue());
  if (!value || !Tensor::canRead(value))
    return op.emitOpError("has no form in ONNX");
  Tensor tensor = Tensor::fromAttr(value);
  if (!tensor.isFloat)
    return op.emitOpError("expected a constant of f32, but got ")
           << op.getType();
  e.constant(name, tensor.shape, tensor.floats);
  return success();
}

LogicalResult Exporter::run(func::FuncOp function) {
  addInterface(function);
  for (Operation &op : function.getBody().front()) {
    if (isa<func::ReturnOp>(op))
      return success();
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      std::string name = nameOf(constant);
      taken.erase(name);
      if (failed(exportConstant(*this, constant, name)))
        return failure();
      continue;
    }
    OpExporter exporter = exporterTable().lookup(op.getName().getStringRef());
    if (!exporter)
      return op.emitOpError("has no form in ONNX");
    if (failed(exporter(*this, &op)))
      return failure();
  }
  return function.emitOpError("expected func.return at the end");
}

static void addOpset(onnx::ModelProto &model, StringRef domain,
                     int64_t version) {
  auto &opset = *model.add_opset_import();
  opset.set_domain(domain.str());
  opset.set_version(version);
}

llvm::Error qnn::exportONNX(ModuleOp module, StringRef path) {
  std::string reason;
  ScopedDiagnosticHandler handler(module.getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    if (reason.empty())
                                      reason = diagnostic.str();
                                    return success();
                                  });
  auto functions = module.getOps<func::FuncOp>();
  if (functions.empty())
    return fileError(path, "the module has no function to export");
  func::FuncOp function = *functions.begin();
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("qnn");
  addOpset(model, "", 17);
  addOpset(model, kQONNXDomain, 1);
  model.mutable_graph()->set_name(function.getName().str());
  if (failed(Exporter(*model.mutable_graph()).run(function)))
    return fileError(path, reason);
  if (llvm::any_of(model.graph().node(), [](const onnx::NodeProto &node) {
        return node.domain() == recurrentDomain;
      }))
    addOpset(model, recurrentDomain, 1);
  std::string bytes;
  if (model.ByteSizeLong() > (size_t(1) << 31) - 1)
    return fileError(path, "the model exceeds the 2 GB of an ONNX file");
  if (!model.SerializeToString(&bytes))
    return fileError(path, "the model cannot be written");
  return writeFile(path, bytes);
}
