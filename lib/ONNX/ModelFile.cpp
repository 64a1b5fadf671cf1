//===- ModelFile.cpp - From a path to a checked ONNX model ----------------===//
//
// What stands between a file and the graph importer. The ONNX library does the
// work; here its answers become one line each, and what it would crash on or
// silently skip is found first.
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "ImportError.h"
#include "Importer.h"
#include "Schemas.h"
#include "TensorData.h"
#include "onnx/checker.h"
#include "onnx/defs/parser.h"
#include "onnx/inliner/inliner.h"
#include "onnx/shape_inference/implementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <limits>

using namespace llvm;
using namespace qnn;

std::string qnn::nodePrefix(StringRef name, StringRef opType) {
  return ("node '" + name + "' (" + opType + "): ").str();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static std::unique_ptr<MemoryBuffer> readFile(StringRef path) {
  if (sys::fs::is_directory(path))
    throw ImportError("cannot read: it is a directory");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/true);
  if (std::error_code error = buffer.getError())
    throw ImportError("cannot read: " + error.message());
  return std::move(*buffer);
}

static void parseText(onnx::ModelProto &model, const MemoryBuffer &buffer) {
  onnx::OnnxParser parser(buffer.getBufferStart());
  onnx::Common::Status status = parser.Parse(model);
  if (!status.IsOK())
    throw ImportError("not ONNX's text syntax: " + status.ErrorMessage());
  if (!parser.EndOfInput())
    throw ImportError(
        "not ONNX's text syntax: text after the end of the model");
}

static void parseBinary(onnx::ModelProto &model, const MemoryBuffer &buffer) {
  if (buffer.getBufferSize() > std::numeric_limits<int>::max())
    throw ImportError("not supported: a protobuf of 2 GiB or more");
  google::protobuf::LogSilencer silencer;
  if (!model.ParseFromArray(buffer.getBufferStart(), buffer.getBufferSize()))
    throw ImportError("not an ONNX file, or not all of one");
  if (!model.has_graph())
    throw ImportError("not an ONNX file: it holds no graph");
}

static std::string findEntry(const onnx::TensorProto &tensor, StringRef key) {
  for (const auto &entry : tensor.external_data())
    if (entry.key() == key)
      return entry.value();
  return "";
}

static uint64_t readNumber(const onnx::TensorProto &tensor, StringRef key,
                           uint64_t ifMissing) {
  std::string text = findEntry(tensor, key);
  uint64_t number;
  if (text.empty())
    return ifMissing;
  if (StringRef(text).getAsInteger(10, number))
    throw ImportError("tensor '" + tensor.name() + "': expected a number for " +
                      key + " of its file, but got '" + text + "'");
  return number;
}

/// Puts the data of a tensor that lies in another file into the tensor.
static void loadExternalData(onnx::TensorProto &tensor, StringRef folder) {
  if (tensor.data_location() != onnx::TensorProto::EXTERNAL)
    return;
  std::string path = onnx::checker::resolve_external_data_location(
      folder.str(), findEntry(tensor, "location"), tensor.name());
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (std::error_code error = buffer.getError())
    throw ImportError("tensor '" + tensor.name() + "': cannot read " + path +
                      ": " + error.message());
  StringRef data = (*buffer)->getBuffer();
  uint64_t offset = readNumber(tensor, "offset", 0);
  if (offset > data.size())
    throw ImportError("tensor '" + tensor.name() + "': " + path +
                      " ends before offset " + Twine(offset));
  uint64_t length = readNumber(tensor, "length", data.size() - offset);
  if (length > data.size() - offset)
    throw ImportError("tensor '" + tensor.name() + "': " + path +
                      " is too short");
  tensor.set_raw_data(data.substr(offset, length).str());
  tensor.clear_external_data();
  tensor.set_data_location(onnx::TensorProto::DEFAULT);
}

/// Messages and locations need names.
static void nameNodes(onnx::GraphProto &graph) {
  for (auto [index, node] : enumerate(*graph.mutable_node()))
    if (node.name().empty())
      node.set_name(node.op_type() + "_" + std::to_string(index));
}

/// The names under which Brevitas, FINN and QONNX write the same ops become
/// one.
static void unifyQuantDomain(onnx::ModelProto &model) {
  bool isUsed = false;
  for (onnx::NodeProto &node : *model.mutable_graph()->mutable_node())
    if (node.domain() == "onnx.brevitas" || node.domain() == "finn" ||
        node.domain() == "finn.custom_op.general" ||
        node.domain() == quantDomain) {
      node.set_domain(quantDomain);
      isUsed = true;
    }
  for (const auto &import : model.opset_import())
    isUsed &= import.domain() != quantDomain;
  if (!isUsed)
    return;
  // Old exporters forget to import the domain.
  onnx::OperatorSetIdProto *import = model.add_opset_import();
  import->set_domain(quantDomain);
  import->set_version(1);
}

onnx::ModelProto qnn::readModel(StringRef path) {
  std::unique_ptr<MemoryBuffer> buffer = readFile(path);
  if (buffer->getBufferSize() == 0)
    throw ImportError("not an ONNX file: it is empty");
  onnx::ModelProto model;
  if (sys::path::extension(path) == ".onnxtxt")
    parseText(model, *buffer);
  else
    parseBinary(model, *buffer);
  SmallString<128> folder = sys::path::parent_path(path);
  if (folder.empty())
    folder = ".";
  for (onnx::TensorProto &tensor :
       *model.mutable_graph()->mutable_initializer())
    loadExternalData(tensor, folder);
  unifyQuantDomain(model);
  nameNodes(*model.mutable_graph());
  return model;
}

//===----------------------------------------------------------------------===//
// Checking
//===----------------------------------------------------------------------===//

int64_t qnn::opsetVersion(const onnx::ModelProto &model) {
  for (const auto &import : model.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      return import.version();
  return maxOpset; // only custom ops
}

/// The ONNX library puts the node behind the reason; we name it first.
static ImportError checkerError(StringRef text) {
  auto [reason, context] = text.split("==> Context: ");
  StringRef name = context.split("Name: ").second;
  if (name.empty()) // where the order of nodes is wrong
    name = reason.split("of node:").second.split("name: ").second;
  name = name.split(" is not output").first;
  auto [node, opType] = name.split(" OpType: ");
  std::string prefix = name.empty() ? "" : nodePrefix(node, opType.trim());
  return ImportError(prefix + "not valid ONNX: " + reason.trim());
}

static std::string nodePrefix(const onnx::NodeProto &node) {
  return nodePrefix(node.name(), node.op_type());
}

static void requirePositive(const onnx::NodeProto &node) {
  auto check = [&](const onnx::AttributeProto &attribute, int64_t number) {
    if (number < 1)
      throw ImportError(nodePrefix(node) + "expected " + attribute.name() +
                        " of 1 or more, but got " + Twine(number));
  };
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (StringSwitch<bool>(attribute.name())
            .Cases({"strides", "dilations", "kernel_shape"}, true)
            .Default(false))
      for (int64_t number : attribute.ints())
        check(attribute, number);
    if (attribute.name() == "group" || attribute.name() == "blocksize")
      check(attribute, attribute.i());
    // The library divides by its square.
    if (attribute.name() == "blocksize" && attribute.i() > maxElements)
      throw ImportError(nodePrefix(node) + "not supported: a blocksize of " +
                        Twine(attribute.i()));
  }
}

static void requireHandler(const onnx::NodeProto &node, int64_t opset) {
  if (lookupHandler(node) || lookupFolder(node) || isFunction(node, opset))
    return;
  std::string reason = "no importer for this operator";
  if (!node.domain().empty())
    reason += " of domain '" + node.domain() + "'";
  throw ImportError(nodePrefix(node) + "not supported: " + reason);
}

/// Runs ONNX's checker. It asks for shapes of inputs and outputs without naming
/// the value that has none; an output does not need one.
static void runChecker(onnx::ModelProto &model) {
  auto hasShape = [](const onnx::ValueInfoProto &info) {
    return !info.type().has_tensor_type() ||
           info.type().tensor_type().has_shape();
  };
  onnx::GraphProto &graph = *model.mutable_graph();
  for (const onnx::ValueInfoProto &info : graph.input())
    if (!hasShape(info))
      throw ImportError("input '" + info.name() +
                        "': not supported: its shape is missing");
  SmallVector<onnx::TypeProto_Tensor *> shapeless;
  for (onnx::ValueInfoProto &info : *graph.mutable_output())
    if (!hasShape(info))
      shapeless.push_back(info.mutable_type()->mutable_tensor_type());
  for (onnx::TypeProto_Tensor *type : shapeless)
    type->mutable_shape();
  onnx::checker::check_model(model);
  for (onnx::TypeProto_Tensor *type : shapeless)
    type->clear_shape();
}

void qnn::checkModel(onnx::ModelProto &model) {
  registerSchemas();
  int64_t opset = opsetVersion(model);
  if (opset < minOpset || opset > maxOpset)
    throw ImportError("not supported: operator set " + Twine(opset) +
                      ", expected " + Twine(minOpset) + " to " +
                      Twine(maxOpset));
  if (model.graph().output_size() == 0)
    throw ImportError("not valid ONNX: the graph has no output");
  checkFunctions(model);
  try {
    runChecker(model);
    if (model.functions_size() > 0)
      onnx::inliner::InlineLocalFunctions(model, /*convert_version=*/true);
    nameNodes(*model.mutable_graph());
  } catch (const ImportError &) {
    throw;
  } catch (const std::exception &error) {
    throw checkerError(error.what());
  }
  for (onnx::NodeProto &node : *model.mutable_graph()->mutable_node()) {
    requireHandler(node, opset);
    requirePositive(node);
    addDefaults(node, opset);
  }
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static void checkInputType(const onnx::ValueInfoProto &info) {
  std::string prefix = "input '" + info.name() + "': not supported: ";
  if (!info.type().has_tensor_type())
    throw ImportError(prefix + "it is not a tensor");
  int32_t type = info.type().tensor_type().elem_type();
  if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::INT64)
    throw ImportError(prefix + "element type " + elementTypeName(type) +
                      ", expected float");
}

/// Sizes in bytes are to be numbers of 64 bits, also those of several tensors.
static void checkSize(const onnx::ValueInfoProto &info) {
  SmallVector<int64_t> shape;
  for (const auto &dimension : info.type().tensor_type().shape().dim())
    shape.push_back(dimension.dim_value());
  try {
    countElements(shape, maxComputedElements);
  } catch (const ImportError &error) {
    throw ImportError("input '" + info.name() +
                      "': not supported: " + error.what());
  }
}

static void closeInput(onnx::ValueInfoProto &info, int64_t openBatch) {
  checkInputType(info);
  auto *shape = info.mutable_type()->mutable_tensor_type()->mutable_shape();
  for (auto [index, dimension] : enumerate(*shape->mutable_dim())) {
    if (!dimension.has_dim_value() && index == 0)
      dimension.set_dim_value(openBatch);
    if (!dimension.has_dim_value())
      throw ImportError("input '" + info.name() +
                        "': not supported: dimension " + Twine(index) + " (" +
                        (dimension.has_dim_param() ? dimension.dim_param()
                                                   : std::string("unnamed")) +
                        ") is open; only the first may be");
    if (dimension.dim_value() < 1)
      throw ImportError("input '" + info.name() +
                        "': not supported: dimension " + Twine(index) + " is " +
                        Twine(dimension.dim_value()));
  }
  checkSize(info);
}

void qnn::closeShapes(onnx::ModelProto &model, int64_t openBatch) {
  onnx::GraphProto &graph = *model.mutable_graph();
  StringSet<> constants;
  for (const onnx::TensorProto &tensor : graph.initializer())
    constants.insert(tensor.name());
  for (onnx::ValueInfoProto &info : *graph.mutable_input())
    if (!constants.contains(info.name()))
      closeInput(info, openBatch);
  // What the exporter wrote about other values may speak of the open batch.
  graph.clear_value_info();
}

/// From `(op_type:Conv, node name: c): [ShapeInferenceError] reason`.
static ImportError inferenceError(StringRef text) {
  auto [before, after] = text.split("(op_type:");
  auto [opType, rest] = after.split(", node name: ");
  auto [name, reason] = rest.split("): ");
  if (reason.empty())
    return ImportError("shape inference: " + text.trim());
  reason.consume_front("[ShapeInferenceError] ");
  reason.consume_front("[TypeInferenceError] ");
  return ImportError(nodePrefix(name, opType) + reason.trim());
}

/// Before operator set 22 the library's shape inference counts windows of
/// ceil_mode that start behind the input, which no runtime does.
static bool misjudgesPools(const onnx::ModelProto &model) {
  auto isCeilMode = [](const onnx::AttributeProto &attribute) {
    return attribute.name() == "ceil_mode" && attribute.i() != 0;
  };
  return opsetVersion(model) < 22 &&
         any_of(
             model.graph().node(),
             [&](const onnx::NodeProto &node) {
               return any_of(node.attribute(), isCeilMode);
             });
}

void qnn::inferShapes(onnx::ModelProto &model) {
  if (misjudgesPools(model))
    return; // our own ops check shapes too
  onnx::ShapeInferenceOptions options(/*check_type=*/true, /*error_mode=*/1,
                                      /*data_propagation=*/true);
  try {
    onnx::shape_inference::InferShapes(
        model, onnx::OpSchemaRegistry::Instance(), options);
  } catch (const std::exception &error) {
    throw inferenceError(error.what());
  }
}
