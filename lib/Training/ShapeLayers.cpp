//===- ShapeLayers.cpp - flatten, reshape, branches, residual -----------===//

#include "LayerBuilder.h"

using namespace mlir;
using namespace qnn;

static Value flatten(LayerBuilder &b, Fields &fields, StringRef key,
                     Value input) {
  fields.take(key);
  ArrayRef<int64_t> shape = shapeOf(input);
  int64_t elements = 1;
  for (int64_t dim : shape.drop_front())
    elements *= dim;
  return b.reshape(input, {shape[0], elements});
}

static Value reshape(LayerBuilder &b, Fields &fields, StringRef key,
                     Value input) {
  SmallVector<int64_t> shape = fields.integers(key, {});
  shape.insert(shape.begin(), shapeOf(input).front());
  int64_t elements = 1, present = 1;
  for (int64_t dim : shape)
    elements *= dim;
  for (int64_t dim : shapeOf(input))
    present *= dim;
  if (elements != present)
    b.fail("expected a shape of " + llvm::Twine(present / shape[0]) +
           " elements, but got one of " + llvm::Twine(elements / shape[0]));
  return b.reshape(input, shape);
}

/// Several lists of layers behind one input, joined along the channels.
static Value branches(LayerBuilder &b, Fields &fields, StringRef key,
                      Value input) {
  const llvm::json::Array *lists = fields.take(key)->getAsArray();
  if (!lists || lists->empty())
    b.fail("expected a list of lists of layers");
  SmallVector<Value> results;
  std::string place = fields.where();
  for (auto [i, list] : llvm::enumerate(*lists))
    results.push_back(
        b.layers(list, place + "[" + llvm::Twine(i) + "]", input));
  int64_t axis = fields.integer("axis", 1, 1, 3);
  return b.create<ConcatOp>(results, [&](auto &properties) {
    properties.axis = b.getBuilder().getI64IntegerAttr(axis);
  });
}

/// Layers, plus the input or what `shortcut` makes of it.
static Value residual(LayerBuilder &b, Fields &fields, StringRef key,
                      Value input) {
  std::string place = fields.where();
  Value result = b.layers(*fields.take(key), place, input);
  Value other = input;
  if (const llvm::json::Value *shortcut = fields.take("shortcut"))
    other = b.layers(*shortcut, place + ".shortcut", input);
  return b.create<AddOp>({result, other});
}

void qnn::addShapeLayers(LayerTable &table) {
  table["flatten"] = flatten;
  table["reshape"] = reshape;
}

void qnn::addJoinLayers(LayerTable &table) {
  table["branches"] = branches;
  table["residual"] = residual;
}
