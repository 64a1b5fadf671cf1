//===- ModelInfo.cpp - A model's signature, from its module -----*- C++ -*-===//

#include "qnn/Codegen/Codegen.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

static std::vector<TensorInfo> readTensors(Attribute list) {
  std::vector<TensorInfo> tensors;
  for (auto entry : cast<ArrayAttr>(list).getAsRange<DictionaryAttr>()) {
    auto type =
        cast<RankedTensorType>(cast<TypeAttr>(entry.get("type")).getValue());
    tensors.push_back({cast<StringAttr>(entry.get("name")).str(),
                       type.getShape().vec(),
                       *getRuntimeType(type.getElementType())});
  }
  return tensors;
}

ModelInfo qnn::getModelInfo(ModuleOp module) {
  auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
  assert(model && "the loops pipeline puts qnn.model on the module");
  ModelInfo info;
  info.name = cast<StringAttr>(model.get("name")).str();
  info.inputs = readTensors(model.get("inputs"));
  info.outputs = readTensors(model.get("outputs"));
  if (auto bytes = module->getAttrOfType<IntegerAttr>(kArenaBytesAttr))
    info.arenaBytes = bytes.getInt();
  if (auto batch = module->getAttrOfType<IntegerAttr>(kBatchAttr))
    info.batch = batch.getInt();
  info.threads = threadsOf(module);
  return info;
}
