//===- BuildModel.cpp - From a list of layers to graph form -------------===//

#include "qnn/Training/BuildModel.h"
#include "LayerBuilder.h"
#include "mlir/IR/Verifier.h"
#include "qnn/Support/Files.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

static const LayerTable &layerTable() {
  static const LayerTable table = [] {
    LayerTable all;
    addProductLayers(all);
    addShapeLayers(all);
    addActivationLayers(all);
    addNormLayers(all);
    addJoinLayers(all);
    addRecurrentLayers(all);
    addAttentionLayers(all);
    return all;
  }();
  return table;
}

std::vector<StringRef> qnn::layerNames() {
  std::vector<StringRef> names;
  for (const auto &entry : layerTable())
    names.push_back(entry.getKey());
  llvm::sort(names);
  return names;
}

/// The function with its input only.
static func::FuncOp createFunction(ModuleOp module, Fields &fields,
                                   int64_t batch) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<int64_t> shape = fields.integers("input", {});
  if (shape.empty())
    fields.fail("input: expected the shape of one sample");
  for (int64_t dim : shape)
    if (dim < 1 || dim > (1 << 24))
      fields.fail("input: expected sizes from 1 on");
  shape.insert(shape.begin(), batch);
  bool isIndex = fields.choice("input_type", {"f32", "index"}) == "index";
  Type element = isIndex ? Type(builder.getI64Type()) : builder.getF32Type();
  auto type = builder.getFunctionType(RankedTensorType::get(shape, element),
                                      TypeRange());
  auto function = func::FuncOp::create(builder, module.getLoc(),
                                       fields.text("name", "network"), type);
  function.addEntryBlock();
  function.setArgAttr(
      0, kNameAttr, builder.getStringAttr(fields.text("input_name", "input")));
  return function;
}

static void build(ModuleOp module, const llvm::json::Object &model,
                  int64_t batch) {
  Fields fields(model, "model");
  func::FuncOp function = createFunction(module, fields, batch);
  const llvm::json::Value *list = fields.take("layers");
  if (!list)
    fields.fail("layers: missing");
  LayerBuilder layers(function, layerTable());
  Value result = layers.layers(*list, "model.layers", function.getArgument(0));
  std::string name = fields.text("output_name", "logits");
  fields.finish();
  OpBuilder builder = layers.getBuilder();
  func::ReturnOp::create(builder, module.getLoc(), result);
  function.setFunctionType(builder.getFunctionType(
      function.getBody().front().getArgumentTypes(), result.getType()));
  function.setResultAttr(0, kNameAttr, builder.getStringAttr(name));
}

llvm::Expected<OwningOpRef<ModuleOp>>
qnn::buildModel(const llvm::json::Object &model, int64_t batch, StringRef file,
                MLIRContext *context) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context));
  try {
    build(*module, model, batch);
  } catch (const SpecError &error) {
    return fileError(file, error.message);
  }
  if (failed(verify(*module)))
    return fileError(file, "the layers do not fit together");
  return module;
}
