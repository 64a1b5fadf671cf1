//===- GraphImporter.cpp - Values, function, order of nodes ---------------===//

#include "Importer.h"

#include "ModelFile.h"
#include "TensorData.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace qnn;

GraphImporter::GraphImporter(const onnx::ModelProto &model,
                             MLIRContext *context)
    : builder(context), opset(opsetVersion(model)), graph(model.graph()),
      handler(context, [this](Diagnostic &diagnostic) {
        diagnostics += (diagnostics.empty() ? "" : " ") + diagnostic.str();
        return success();
      }) {
  for (const onnx::ValueInfoProto &info : graph.value_info())
    if (info.type().tensor_type().has_shape())
      inferredShapes[info.name()] = &info.type().tensor_type().shape();
  for (const onnx::ValueInfoProto &info : graph.output())
    if (info.type().tensor_type().has_shape())
      inferredShapes[info.name()] = &info.type().tensor_type().shape();
}

std::string GraphImporter::takeDiagnostics() {
  return std::exchange(diagnostics, {});
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

ImportedValue &GraphImporter::lookup(const std::string &name) {
  auto found = values.find(name);
  if (found == values.end())
    throw ImportError("value '" + name + "' is not defined");
  ImportedValue &imported = found->second;
  if (imported.initializer)
    imported.constant = decodeTensor(
        *std::exchange(imported.initializer, nullptr), builder.getContext());
  return imported;
}

/// True unless ONNX's shape inference knows better.
static bool fitsInferredShape(const onnx::TensorShapeProto &inferred,
                              ArrayRef<int64_t> shape) {
  if (inferred.dim_size() != static_cast<int64_t>(shape.size()))
    return false;
  for (auto [dimension, size] : llvm::zip(inferred.dim(), shape))
    if (dimension.has_dim_value() && dimension.dim_value() != size)
      return false;
  return true;
}

void GraphImporter::define(const std::string &name, ImportedValue imported) {
  auto type = cast<RankedTensorType>(
      imported.value ? imported.value.getType() : imported.constant.getType());
  auto inferred = inferredShapes.find(name);
  if (inferred != inferredShapes.end() &&
      !fitsInferredShape(*inferred->second, type.getShape())) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    throw ImportError("'" + name + "' became " + text +
                      ", which is not the shape that the model states for it");
  }
  values[name] = std::move(imported);
}

Value GraphImporter::materialize(ImportedValue &imported, Location loc) {
  if (!imported.value)
    imported.value = arith::ConstantOp::create(builder, loc, imported.constant);
  return imported.value;
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

RankedTensorType GraphImporter::convertType(const onnx::ValueInfoProto &info) {
  const onnx::TypeProto_Tensor &tensor = info.type().tensor_type();
  SmallVector<int64_t> shape;
  for (const auto &dimension : tensor.shape().dim())
    shape.push_back(dimension.dim_value());
  Type element = tensor.elem_type() == onnx::TensorProto::INT64
                     ? Type(builder.getI64Type())
                     : Type(builder.getF32Type());
  return RankedTensorType::get(shape, element);
}

func::FuncOp GraphImporter::createFunction(ModuleOp module, StringRef name) {
  SmallVector<const onnx::ValueInfoProto *> inputs;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &info : graph.input())
    if (!values.contains(info.name())) {
      inputs.push_back(&info);
      types.push_back(convertType(info));
    }
  builder.setInsertionPointToStart(module.getBody());
  auto function =
      func::FuncOp::create(builder, module.getLoc(), name,
                           builder.getFunctionType(types, TypeRange()));
  Block *entry = function.addEntryBlock();
  for (auto [index, info] : llvm::enumerate(inputs)) {
    function.setArgAttr(index, "qnn.name", builder.getStringAttr(info->name()));
    ImportedValue imported;
    imported.value = entry->getArgument(index);
    imported.elementType = info->type().tensor_type().elem_type();
    values[info->name()] = imported;
  }
  builder.setInsertionPointToStart(entry);
  return function;
}

void GraphImporter::createReturn(func::FuncOp function) {
  SmallVector<Value> results;
  for (const onnx::ValueInfoProto &info : graph.output()) {
    ImportedValue &imported = lookup(info.name());
    if (imported.elementType != onnx::TensorProto::FLOAT &&
        imported.elementType != onnx::TensorProto::INT64)
      throw ImportError("output '" + info.name() +
                        "': not supported: element type " +
                        elementTypeName(imported.elementType));
    results.push_back(materialize(imported, function.getLoc()));
  }
  func::ReturnOp::create(builder, function.getLoc(), results);
  function.setFunctionType(builder.getFunctionType(
      function.getArgumentTypes(), TypeRange(ValueRange(results))));
  for (auto [index, info] : llvm::enumerate(graph.output()))
    function.setResultAttr(index, "qnn.name",
                           builder.getStringAttr(info.name()));
}

/// Ops that only helped to find a constant are of no use any more.
void GraphImporter::eraseDeadOps(func::FuncOp function) {
  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

OwningOpRef<ModuleOp> GraphImporter::run(StringRef functionName) {
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(NameLoc::get(builder.getStringAttr(functionName)));
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    ImportedValue imported;
    imported.initializer = &tensor;
    imported.elementType = tensor.data_type();
    values[tensor.name()] = imported;
  }
  func::FuncOp function = createFunction(*module, functionName);
  for (const onnx::NodeProto &node : graph.node())
    NodeImporter(*this, node).run();
  createReturn(function);
  eraseDeadOps(function);
  if (failed(verify(*module)))
    throw ImportError(takeDiagnostics());
  return module;
}

//===----------------------------------------------------------------------===//
// The tables
//===----------------------------------------------------------------------===//

static HandlerTable makeHandlerTable() {
  HandlerTable table;
  addCompareHandlers(table);
  addConstantHandlers(table);
  addConvHandlers(table);
  addElementwiseHandlers(table);
  addIntegerHandlers(table);
  addNNHandlers(table);
  addPoolHandlers(table);
  addQDQHandlers(table);
  addQLinearHandlers(table);
  addQuantHandlers(table);
  addRecurrentHandlers(table);
  addReduceHandlers(table);
  addSelectHandlers(table);
  addShapeHandlers(table);
  addStepHandlers(table);
  return table;
}

NodeHandler qnn::lookupHandler(const onnx::NodeProto &node) {
  static const HandlerTable table = makeHandlerTable();
  StringRef domain = node.domain();
  std::string prefix = domain == quantDomain       ? "qonnx."
                       : domain == microsoftDomain ? "microsoft."
                       : domain == recurrentDomain ? "recurrent."
                                                   : "";
  if (prefix.empty() && !domain.empty() && domain != "ai.onnx")
    return nullptr;
  std::string key = prefix + node.op_type();
  auto found = table.find(key);
  return found == table.end() ? nullptr : found->second;
}
