//===- ImportConstant.cpp - Constant, Shape, Identity and their like ------===//

#include "Importer.h"

#include "TensorData.h"

using namespace mlir;
using namespace qnn;
using onnx::TensorProto;

static Tensor integerTensor(ArrayRef<int64_t> numbers,
                            ArrayRef<int64_t> shape) {
  Tensor tensor;
  tensor.isFloat = false;
  tensor.integers.assign(numbers.begin(), numbers.end());
  tensor.shape.assign(shape.begin(), shape.end());
  return tensor;
}

static Tensor floatTensor(ArrayRef<float> numbers, ArrayRef<int64_t> shape) {
  Tensor tensor;
  tensor.floats.assign(numbers.begin(), numbers.end());
  tensor.shape.assign(shape.begin(), shape.end());
  return tensor;
}

static void importConstant(NodeImporter &node) {
  if (const onnx::AttributeProto *value = node.find("value"))
    return node.defineConstant(
        readConstant(decodeTensor(value->t(), node.getBuilder().getContext())),
        value->t().data_type());
  if (node.hasAttribute("value_int"))
    return node.defineConstant(integerTensor(node.getInt("value_int", 0), {}),
                               TensorProto::INT64);
  if (node.hasAttribute("value_float"))
    return node.defineConstant(floatTensor(node.getFloat("value_float", 0), {}),
                               TensorProto::FLOAT);
  if (node.hasAttribute("value_ints")) {
    SmallVector<int64_t> numbers = node.getInts("value_ints");
    return node.defineConstant(integerTensor(numbers, int64_t(numbers.size())),
                               TensorProto::INT64);
  }
  if (const onnx::AttributeProto *value = node.find("value_floats")) {
    SmallVector<float> numbers(value->floats().begin(), value->floats().end());
    return node.defineConstant(floatTensor(numbers, int64_t(numbers.size())),
                               TensorProto::FLOAT);
  }
  node.notSupported("a constant that is sparse or made of strings");
}

static void importShape(NodeImporter &node) {
  SmallVector<int64_t> shape(node.shape(0));
  int64_t rank = shape.size();
  auto clamp = [&](int64_t end) {
    return std::clamp<int64_t>(end < 0 ? end + rank : end, 0, rank);
  };
  int64_t start = clamp(node.getInt("start", 0));
  int64_t end = std::max(start, clamp(node.getInt("end", rank)));
  ArrayRef<int64_t> part = ArrayRef(shape).slice(start, end - start);
  node.defineConstant(integerTensor(part, int64_t(part.size())),
                      TensorProto::INT64);
}

static void importSize(NodeImporter &node) {
  node.defineConstant(integerTensor(countElements(node.shape(0)), {}),
                      TensorProto::INT64);
}

static void importIdentity(NodeImporter &node) { node.forward(0); }

/// Of a value that is not constant: float to float or bool, or of integers that
/// are known by their numbers.
static void importCast(NodeImporter &node) {
  int32_t from = node.elementType(0), to = node.getInt("to", 0);
  if (from == to && to == TensorProto::FLOAT)
    return node.forward(0);
  if (node.hasNumbers(0) && to == TensorProto::FLOAT)
    return node.define(0, node.numbers(0));
  if (from == TensorProto::FLOAT && to == TensorProto::BOOL) {
    Value sign = node.create<SignOp>(node.input(0));
    return node.defineNumbers(0, node.create<AbsOp>(sign), to);
  }
  node.notSupported("cast from " + elementTypeName(from) + " to " +
                    elementTypeName(to));
}

static void importDropout(NodeImporter &node) {
  if (node.numOutputs() > 1)
    node.notSupported("the mask output");
  if (node.hasInput(2) && node.scalar(2, "training_mode") != 0)
    node.notSupported("training mode");
  node.forward(0);
}

void qnn::addConstantHandlers(HandlerTable &table) {
  table["Cast"] = importCast;
  table["Constant"] = importConstant;
  table["Dropout"] = importDropout;
  table["Identity"] = importIdentity;
  table["Shape"] = importShape;
  table["Size"] = importSize;
}
