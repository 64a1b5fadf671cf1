//===- EmitUpdates.cpp - Optimizers in the place of gradients ---*- C++ -*-===//
//
// An update stands where its gradient is known and its parameter was read for
// the last time: there the parameter can be written in place, and the gradient
// needs no memory any longer. Separate updates wait for all gradients.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Gradients/Gradients.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_EMITUPDATES
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
/// An update op, what it keeps, and its attributes.
struct Method {
  StringRef name;
  SmallVector<StringRef> states;
  bool hasStep = false;
  NamedAttrList attributes;

  std::string opName() const { return ("qnn." + name).str(); }
};

class Updates {
public:
  Updates(func::FuncOp function, bool separate)
      : function(function), block(function.getBody().front()),
        builder(block.getTerminator()), separate(separate) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto state = function.getArgAttrOfType<IntegerAttr>(i, kStateAttr))
        states = std::max(states, state.getInt() + 1);
  }

  /// Puts the update of a parameter in the place of result `result`, its
  /// gradient; its states become results at the end.
  void emit(unsigned argument, unsigned result, const Method &method);
  /// Scales the gradients `results` so that the norm of all together is at most
  /// `limit`.
  void clipNorm(ArrayRef<unsigned> results, double limit);

private:
  /// Moves the builder behind `value` and the uses of `parameter`.
  void moveBehind(Value value, Value parameter);
  Value addArgument(Twine name, Type type, NamedAttribute mark);
  /// The scalar argument with the attribute `mark`.
  Value scalar(StringRef name, StringRef mark, Type element);
  NamedAttribute nextState() {
    return builder.getNamedAttr(kStateAttr,
                                builder.getI64IntegerAttr(states++));
  }

  func::FuncOp function;
  Block &block;
  OpBuilder builder;
  bool separate;
  int64_t states = 0;
};
} // namespace

/// The op that `name` stands for; a null name where there is none.
static Method methodOf(StringRef name, const NamedAttrList &attributes,
                       MLIRContext *context) {
  Method method{name, {}, false, attributes};
  if (name == "adamw") {
    method.name = "adam";
    method.attributes.set("decoupled", UnitAttr::get(context));
  }
  if (name == "sgd" && attributes.get("momentum"))
    method.name = "momentum";
  if (method.name == "momentum")
    method.states = {"velocity"};
  else if (method.name == "adam" || method.name == "adamax" ||
           method.name == "shift_adamax")
    method.states = {"m", "v"};
  else if (method.name == "rmsprop")
    method.states = {"v", "velocity"};
  else if (method.name == "bop")
    method.states = {"m"};
  else if (method.name != "sgd")
    method.name = {};
  method.hasStep = method.states.size() == 2 && method.name != "rmsprop";
  return method;
}

Value Updates::addArgument(Twine name, Type type, NamedAttribute mark) {
  unsigned index = function.getNumArguments();
  NamedAttribute attributes[] = {
      builder.getNamedAttr(kNameAttr, builder.getStringAttr(name)), mark};
  (void)function.insertArgument(
      index, type, builder.getDictionaryAttr(attributes), function.getLoc());
  return function.getArgument(index);
}

Value Updates::scalar(StringRef name, StringRef mark, Type element) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, mark))
      return function.getArgument(i);
  return addArgument(name, RankedTensorType::get({}, element),
                     builder.getNamedAttr(mark, builder.getUnitAttr()));
}

void Updates::moveBehind(Value value, Value parameter) {
  Operation *last = value.getDefiningOp();
  for (Operation *user : parameter.getUsers()) {
    Operation *op = block.findAncestorOpInBlock(*user);
    if (!isa<func::ReturnOp>(op) && (!last || last->isBeforeInBlock(op)))
      last = op;
  }
  if (last)
    builder.setInsertionPointAfter(last);
  else
    builder.setInsertionPointToStart(&block);
}

void Updates::clipNorm(ArrayRef<unsigned> results, double limit) {
  Operation *terminator = block.getTerminator();
  builder.setInsertionPoint(terminator);
  Location loc = function.getLoc();
  auto scalarType = RankedTensorType::get({}, builder.getF32Type());
  auto constant = [&](float value) {
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(scalarType, value));
  };
  Value sum = constant(0);
  for (unsigned result : results) {
    Value grad = terminator->getOperand(result);
    Value square = MulOp::create(builder, loc, grad, grad);
    auto rank = cast<RankedTensorType>(grad.getType()).getRank();
    if (rank > 0)
      square = ReduceOp::create(
          builder, loc, square,
          ReduceKindAttr::get(builder.getContext(), ReduceKind::Sum),
          builder.getDenseI64ArrayAttr(
              llvm::to_vector(llvm::seq<int64_t>(0, rank))));
    sum = AddOp::create(builder, loc, sum, square);
  }
  Value norm = SqrtOp::create(builder, loc, sum);
  Value ratio = DivOp::create(builder, loc, constant(limit), norm);
  Value factor = MinOp::create(builder, loc, ratio, constant(1));
  for (unsigned result : results)
    terminator->setOperand(
        result,
        MulOp::create(builder, loc, terminator->getOperand(result), factor));
}

void Updates::emit(unsigned argument, unsigned result, const Method &method) {
  Value parameter = function.getArgument(argument);
  Operation *terminator = block.getTerminator();
  OperationState state(parameter.getLoc(), method.opName());
  state.addOperands({parameter, terminator->getOperand(result)});
  state.addAttributes(method.attributes);
  for (auto [from, to] :
       {std::pair(kClipAttr, "clip"), std::pair(kRateScaleAttr, "lr_scale")})
    if (Attribute value = function.getArgAttr(argument, from))
      state.addAttribute(to, value);
  Value rate = scalar("learning_rate", kLearningRateAttr, builder.getF32Type());
  auto name = function.getArgAttrOfType<StringAttr>(argument, kNameAttr);
  std::string prefix =
      name ? name.str() : "argument" + std::to_string(argument);

  NamedAttribute own = nextState();
  function.setArgAttr(argument, own.getName(), own.getValue());
  function.setResultAttrs(result, builder.getDictionaryAttr(own));
  for (StringRef kept : method.states) {
    NamedAttribute mark = nextState();
    state.addOperands(
        addArgument(prefix + "/" + kept, parameter.getType(), mark));
    (void)function.insertResult(function.getNumResults(), parameter.getType(),
                                builder.getDictionaryAttr(mark));
  }
  state.addOperands(rate);
  if (method.hasStep)
    state.addOperands(scalar("step", kStepAttr, builder.getI64Type()));
  state.addTypes(
      SmallVector<Type>(1 + method.states.size(), parameter.getType()));
  if (separate)
    builder.setInsertionPoint(terminator);
  else
    moveBehind(terminator->getOperand(result), parameter);
  Operation *update = builder.create(state);
  terminator->setOperand(result, update->getResult(0));
  terminator->insertOperands(terminator->getNumOperands(),
                             update->getResults().drop_front());
}

namespace {
struct EmitUpdates : qnn::impl::EmitUpdatesBase<EmitUpdates> {
  using EmitUpdatesBase::EmitUpdatesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    FailureOr<Method> chosen = parseMethod(optimizer, attributes);
    FailureOr<Method> other = parseMethod("adam", "");
    if (failed(chosen) || failed(other))
      return signalPassFailure();
    Updates updates(function, separate);
    if (separate)
      function->setAttr(kSeparateUpdateAttr, UnitAttr::get(&getContext()));
    SmallVector<unsigned> gradients, arguments;
    for (unsigned i = 0, end = function.getNumResults(); i < end; ++i) {
      auto of = function.getResultAttrOfType<IntegerAttr>(i, kGradientOfAttr);
      if (!of)
        continue;
      gradients.push_back(i);
      arguments.push_back(of.getInt());
    }
    if (normLimit > 0)
      updates.clipNorm(gradients, normLimit);
    for (auto [result, argument] : llvm::zip(gradients, arguments)) {
      auto type = cast<RankedTensorType>(function.getResultTypes()[result]);
      bool keepsSign = chosen->name == "bop" && type.getRank() < 2;
      updates.emit(argument, result, keepsSign ? *other : *chosen);
    }
  }

  /// The method and its attributes, each an attribute of its op.
  FailureOr<Method> parseMethod(StringRef name, StringRef text) {
    func::FuncOp function = getOperation();
    NamedAttrList list;
    if (!text.empty()) {
      bool hasBraces = text.starts_with("{"); // a command line strips them
      auto dictionary = dyn_cast_or_null<DictionaryAttr>(parseAttribute(
          hasBraces ? text.str() : ("{" + text + "}").str(), &getContext()));
      if (!dictionary)
        return function.emitOpError("expected attributes of the optimizer, but "
                                    "got '")
               << text << "'";
      list.append(dictionary.getValue());
    }
    Method method = methodOf(name, list, &getContext());
    if (method.name.empty())
      return function.emitOpError("expected the optimizer sgd, momentum, adam, "
                                  "adamw, adamax, shift_adamax, rmsprop or "
                                  "bop, but got '")
             << name << "'";
    OperationName op(method.opName(), &getContext());
    for (NamedAttribute attribute : method.attributes)
      if (!llvm::is_contained(op.getAttributeNames(), attribute.getName()))
        return function.emitOpError("expected attributes of '")
               << op << "', but got " << attribute.getName();
    return method;
  }
};
} // namespace
