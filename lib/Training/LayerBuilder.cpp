//===- LayerBuilder.cpp - What layers share while they are built --------===//

#include "LayerBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/TrainStep.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace qnn;

LayerBuilder::LayerBuilder(func::FuncOp function, const LayerTable &table)
    : function(function), builder(function.getContext()), table(table),
      handler(function.getContext(), [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
            diagnostics.empty())
          diagnostics = diagnostic.str();
        return success();
      }) {
  builder.setInsertionPointToEnd(&function.getBody().front());
}

void LayerBuilder::fail(const llvm::Twine &reason) const {
  throw SpecError{(llvm::Twine(place) + ": " + reason).str()};
}

ResultRange LayerBuilder::build(OperationState &state, ValueRange operands) {
  state.addOperands(operands);
  auto *interface = state.name.getInterface<InferTypeOpInterface>();
  if (interface && failed(interface->inferReturnTypes(
                       builder.getContext(), state.location, operands,
                       state.attributes.getDictionary(builder.getContext()),
                       state.getRawProperties(), {}, state.types)))
    fail(diagnostics);
  Operation *op = builder.create(state);
  if (failed(verify(op)))
    fail(diagnostics);
  return op->getResults();
}

Location LayerBuilder::location() {
  return NameLoc::get(builder.getStringAttr(current + part));
}

Value LayerBuilder::layers(const llvm::json::Value &list,
                           const llvm::Twine &place, Value input) {
  const llvm::json::Array *elements = list.getAsArray();
  if (!elements)
    throw SpecError{(place + ": expected a list of layers").str()};
  Value value = input;
  for (auto [i, element] : llvm::enumerate(*elements))
    value = layer(element, place + "[" + llvm::Twine(i) + "]", value);
  return value;
}

Value LayerBuilder::layer(const llvm::json::Value &value,
                          const llvm::Twine &place, Value input) {
  llvm::json::Object object;
  if (auto *fields = value.getAsObject())
    object = *fields;
  else if (auto name = value.getAsString())
    object[*name] = true;
  std::string key;
  for (const auto &entry : object)
    if (table.contains(StringRef(entry.first)))
      key = StringRef(entry.first).str();
  if (key.empty()) {
    std::string text;
    llvm::raw_string_ostream(text) << value;
    std::string likely;
    for (const auto &entry : object)
      if (likely.empty())
        likely = suggestion(entry.first, layerNames());
    throw SpecError{(place + ": no layer in " + text +
                     "; there are: " + llvm::join(layerNames(), ", ") + likely)
                        .str()};
  }
  Fields fields(object, place + " (" + key + ")");
  std::string outer = current, outerPlace = this->place;
  this->place = fields.where();
  std::string name = fields.text("name", "");
  current = name.empty() ? key + std::to_string(++counts[key]) : name;
  if (!names.insert(current).second)
    fields.fail("name: '" + llvm::Twine(current) + "' is another layer's");
  Value result = table.lookup(key)(*this, fields, key, input);
  fields.finish();
  current = outer;
  this->place = outerPlace;
  return result;
}

Value LayerBuilder::parameter(const ParameterSpec &spec) {
  SmallVector<NamedAttribute> attributes;
  auto add = [&](StringRef key, Attribute value) {
    attributes.push_back(builder.getNamedAttr(key, value));
  };
  add(kNameAttr, builder.getStringAttr(current + "." + spec.name));
  add(spec.isStatistic ? kStatisticAttr : kParameterAttr,
      builder.getUnitAttr());
  add(kInitAttr, builder.getStringAttr(spec.init));
  if (spec.clip > 0)
    add(kClipAttr, builder.getF32FloatAttr(spec.clip));
  if (spec.rateScale != 1)
    add(kRateScaleAttr, builder.getF32FloatAttr(spec.rateScale));
  auto type = RankedTensorType::get(spec.shape, builder.getF32Type());
  unsigned index = function.getNumArguments();
  if (failed(function.insertArgument(
          index, type, builder.getDictionaryAttr(attributes), location())))
    throw SpecError{"cannot add an argument"};
  return function.getArgument(index);
}

Value LayerBuilder::randomKey() {
  if (key)
    return key;
  auto type = RankedTensorType::get({2}, builder.getI64Type());
  NamedAttribute attributes[] = {
      builder.getNamedAttr(kNameAttr, builder.getStringAttr("key")),
      builder.getNamedAttr(kKeyAttr, builder.getUnitAttr())};
  unsigned index = function.getNumArguments();
  if (failed(function.insertArgument(
          index, type, builder.getDictionaryAttr(attributes), location())))
    throw SpecError{"cannot add an argument"};
  return key = function.getArgument(index);
}

Value LayerBuilder::constant(ArrayRef<float> numbers, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return arith::ConstantOp::create(builder, location(),
                                   DenseElementsAttr::get(type, numbers));
}

Value LayerBuilder::reshape(Value value, ArrayRef<int64_t> shape) {
  return ReshapeOp::create(builder, location(),
                           RankedTensorType::get(shape, builder.getF32Type()),
                           value);
}

Value LayerBuilder::biasAdd(Value value, Fields &fields, bool otherwise,
                            int64_t axis, StringRef usualInit) {
  std::string init = fields.text("bias_init", usualInit);
  if (!fields.flag("bias", otherwise))
    return value;
  Value bias = parameter({"bias", {shapeOf(value)[axis]}, init});
  return create<BiasAddOp>({value, bias}, [&](auto &properties) {
    properties.axis = builder.getI64IntegerAttr(axis);
  });
}
