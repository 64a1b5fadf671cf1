//===- ModelAttributes.cpp - What a model says of itself --------*- C++ -*-===//

#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;

std::string qnn::nameOfInput(func::FuncOp function, unsigned argument) {
  auto name = function.getArgAttrOfType<StringAttr>(argument, kNameAttr);
  return name ? name.str() : "input" + std::to_string(argument);
}

int64_t qnn::threadsOf(ModuleOp module) {
  auto threads = module->getAttrOfType<IntegerAttr>(kThreadsAttr);
  return threads ? threads.getInt() : 1;
}

int64_t qnn::threadsOfSample(ModuleOp module) {
  int64_t threads = threadsOf(module);
  auto batch = module->getAttrOfType<IntegerAttr>(kBatchAttr);
  return batch && batch.getInt() >= threads ? 1 : threads;
}

std::optional<qnn_type> qnn::getRuntimeType(Type element) {
  if (element.isF32())
    return QNN_F32;
  if (element.isSignlessInteger(8))
    return QNN_I8;
  if (element.isSignlessInteger(32))
    return QNN_I32;
  if (element.isSignlessInteger(64))
    return QNN_I64;
  return std::nullopt;
}
