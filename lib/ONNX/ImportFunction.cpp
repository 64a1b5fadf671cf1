//===- ImportFunction.cpp - Ops that ONNX defines by simpler ones ---------===//
//
// For many operators ONNX's schema has a function body: nodes that mean the
// same. Where an operator has no importer of its own, those are imported, one
// after the other, with new names for the values between them.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "ModelFile.h"
#include "onnx/defs/schema.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qnn;
using onnx::OpSchema;

static bool fits(const OpSchema &schema, const onnx::NodeProto &node) {
  auto isKnown = [&](const onnx::AttributeProto &attribute) {
    return schema.attributes().count(attribute.name()) != 0;
  };
  return (schema.HasFunction() || schema.HasContextDependentFunction()) &&
         llvm::all_of(node.attribute(), isKnown) &&
         node.input_size() <= schema.max_input();
}

/// The schema with the body, or null. Some operators got one with a later
/// version only, which means the same unless attributes have become inputs.
static const OpSchema *findFunction(const onnx::NodeProto &node,
                                    int64_t opset) {
  for (int64_t version : {opset, maxOpset}) {
    const OpSchema *schema = onnx::OpSchemaRegistry::Schema(
        node.op_type(), static_cast<int>(version), node.domain());
    if (schema && fits(*schema, node))
      return schema;
  }
  return nullptr;
}

bool qnn::isFunction(const onnx::NodeProto &node, int64_t opset) {
  return findFunction(node, opset) != nullptr;
}

/// ONNX's shape inference needs them too, though it should know them.
void qnn::addDefaults(onnx::NodeProto &node, int64_t opset) {
  const OpSchema *schema = findFunction(node, opset);
  if (!schema || lookupHandler(node))
    return;
  llvm::StringSet<> given;
  for (const onnx::AttributeProto &attribute : node.attribute())
    given.insert(attribute.name());
  for (const auto &[name, declared] : schema->attributes()) {
    const onnx::AttributeProto &value = declared.default_value;
    if (given.contains(name) || value.type() == onnx::AttributeProto::UNDEFINED)
      continue;
    *node.add_attribute() = value;
  }
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

static std::vector<onnx::TypeProto> inputTypes(const NodeImporter &node) {
  std::vector<onnx::TypeProto> types(node.numInputs());
  for (auto [i, type] : llvm::enumerate(types)) {
    if (!node.hasInput(i))
      continue;
    onnx::TypeProto_Tensor &tensor = *type.mutable_tensor_type();
    tensor.set_elem_type(node.elementType(i));
    tensor.mutable_shape();
    for (int64_t size : node.shape(i))
      tensor.mutable_shape()->add_dim()->set_dim_value(size);
  }
  return types;
}

static onnx::FunctionProto buildBody(const NodeImporter &node,
                                     const OpSchema &schema) {
  if (const onnx::FunctionProto *body = schema.GetFunction(maxOpset))
    return *body;
  onnx::FunctionProto body;
  onnx::FunctionBodyBuildContextImpl context(node.proto(), inputTypes(node));
  if (!schema.BuildContextDependentFunction(context, body, maxOpset))
    node.notSupported("this form of the operator");
  return body;
}

static int64_t opsetOf(const onnx::FunctionProto &body) {
  for (const auto &import : body.opset_import())
    if (import.domain().empty())
      return import.version();
  return maxOpset;
}

/// Gives attributes of the body that refer to one of the node its value; they
/// go where the node has none.
static void bindAttributes(const NodeImporter &node, onnx::NodeProto &part) {
  auto references = std::move(*part.mutable_attribute());
  part.clear_attribute();
  for (const onnx::AttributeProto &attribute : references) {
    const onnx::AttributeProto *value = &attribute;
    if (!attribute.ref_attr_name().empty())
      value = node.find(attribute.ref_attr_name());
    if (!value)
      continue;
    onnx::AttributeProto &bound = *part.add_attribute();
    bound = *value;
    bound.set_name(attribute.name());
  }
}

void qnn::importFunction(NodeImporter &node) {
  const OpSchema &schema = *findFunction(node.proto(), node.opset());
  onnx::FunctionProto body = buildBody(node, schema);
  llvm::StringMap<std::string> names;
  for (auto [i, name] : llvm::enumerate(body.input()))
    names[name] = node.inputName(i);
  for (onnx::NodeProto &part : *body.mutable_node()) {
    for (std::string &name : *part.mutable_input())
      name = names.lookup(name);
    for (std::string &name : *part.mutable_output())
      if (!name.empty())
        name = names[name] = node.makeName();
    bindAttributes(node, part);
    addDefaults(part, opsetOf(body));
    NodeImporter(node, part, opsetOf(body)).run();
  }
  for (auto [i, name] : llvm::enumerate(body.output()))
    node.forward(names.lookup(name), i);
}
