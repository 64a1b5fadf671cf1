//===- ModelForm.cpp - Between networks to train and to deploy ----------===//

#include "qnn/Training/ModelForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Support/Files.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qnn;

func::FuncOp qnn::entryOf(ModuleOp model) {
  for (auto function : model.getOps<func::FuncOp>())
    if (function.isPublic())
      return function;
  return {};
}

static bool isState(func::FuncOp function, unsigned argument) {
  return function.getArgAttr(argument, kParameterAttr) ||
         function.getArgAttr(argument, kStatisticAttr);
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

static RankedTensorType scaledType(Type type, int64_t from, int64_t to) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape(tensor.getShape());
  if (shape.empty() || shape[0] % from != 0)
    return tensor;
  shape[0] = shape[0] / from * to;
  return tensor.clone(shape);
}

/// Gives the results of `op` the types that follow from its operands.
static LogicalResult retype(Operation &op, int64_t from, int64_t to) {
  if (isa<ReshapeOp, BroadcastOp>(op)) {
    op.getResult(0).setType(scaledType(op.getResult(0).getType(), from, to));
    return success();
  }
  auto inferable = dyn_cast<InferTypeOpInterface>(op);
  if (!inferable)
    return success(isa<arith::ConstantOp, func::ReturnOp>(op));
  SmallVector<Type> types;
  if (failed(inferable.inferReturnTypes(
          op.getContext(), op.getLoc(), op.getOperands(),
          op.getRawDictionaryAttrs(), op.getPropertiesStorage(),
          op.getRegions(), types)))
    return failure();
  for (auto [result, type] : llvm::zip_equal(op.getResults(), types))
    result.setType(type);
  return success();
}

llvm::Expected<OwningOpRef<ModuleOp>> qnn::withBatch(ModuleOp model,
                                                     int64_t batch) {
  OwningOpRef<ModuleOp> copy = model.clone();
  func::FuncOp function = entryOf(*copy);
  Block &body = function.getBody().front();
  int64_t from = 0;
  for (BlockArgument argument : body.getArguments()) {
    if (isState(function, argument.getArgNumber()))
      continue;
    auto type = cast<RankedTensorType>(argument.getType());
    if (type.getRank() == 0)
      return makeError("an input has no batch dimension");
    from = type.getShape()[0];
    argument.setType(scaledType(type, from, batch));
  }
  for (Operation &op : body)
    if (failed(retype(op, from, batch)))
      return makeError("op '" + op.getName().getStringRef() +
                       "' cannot take another batch");
  auto results = body.getTerminator()->getOperandTypes();
  function.setFunctionType(
      FunctionType::get(copy->getContext(), body.getArgumentTypes(), results));
  if (failed(verify(*copy)))
    return makeError("the network cannot take another batch");
  return copy;
}

//===----------------------------------------------------------------------===//
// Constants and parameters
//===----------------------------------------------------------------------===//

llvm::Expected<OwningOpRef<ModuleOp>>
qnn::freeze(ModuleOp model, llvm::ArrayRef<StateView> states) {
  llvm::StringMap<const StateView *> byName;
  for (const StateView &state : states)
    byName[state.name] = &state;
  auto single = withBatch(model, 1);
  if (!single)
    return single.takeError();
  func::FuncOp function = entryOf(**single);
  OpBuilder builder(function.getBody());
  for (unsigned i = function.getNumArguments(); i-- > 0;) {
    if (!isState(function, i))
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    const StateView *state = name ? byName.lookup(name) : nullptr;
    if (!state)
      return makeError("argument #" + llvm::Twine(i) + " has no state");
    BlockArgument argument = function.getArgument(i);
    auto data = DenseElementsAttr::get(
        cast<RankedTensorType>(argument.getType()),
        llvm::ArrayRef<float>(state->data, state->size()));
    builder.setInsertionPointToStart(&function.getBody().front());
    argument.replaceAllUsesWith(
        arith::ConstantOp::create(builder, NameLoc::get(name), data));
    if (failed(function.eraseArgument(i)))
      return makeError("argument #" + llvm::Twine(i) + " cannot be replaced");
  }
  return single;
}

/// What a use of a constant means for training.
enum class Role { None, Parameter, Statistic };

static Role roleOf(OpOperand &use) {
  Operation *op = use.getOwner();
  unsigned number = use.getOperandNumber();
  if (isa<BatchNormOp>(op))
    return number == 0  ? Role::None
           : number < 3 ? Role::Parameter
                        : Role::Statistic;
  if (isa<MatmulOp, Conv2dOp, BiasAddOp>(op))
    return number == 1 ? Role::Parameter : Role::None;
  if (isa<GatherOp>(op))
    return number == 0 ? Role::Parameter : Role::None;
  // The bias of a product, and weights behind a quantizer or a transpose.
  if (isa<AddOp>(op)) {
    Operation *other = op->getOperand(1 - number).getDefiningOp();
    return other && isa<MatmulOp, Conv2dOp>(other) ? Role::Parameter
                                                   : Role::None;
  }
  if (isa<QuantizeOp, TransposeOp, ReshapeOp>(op) && op->hasOneUse())
    return roleOf(*op->use_begin());
  return Role::None;
}

/// A name for the parameter that `use` is.
static std::string nameOf(OpOperand &use, unsigned number) {
  if (auto loc = dyn_cast<NameLoc>(use.get().getDefiningOp()->getLoc()))
    return loc.getName().str();
  StringRef op = use.getOwner()->getName().stripDialect();
  return (op + "_" + llvm::Twine(number)).str();
}

llvm::Error qnn::makeTrainable(ModuleOp model) {
  func::FuncOp function = entryOf(model);
  if (!function)
    return makeError("the model has no public function");
  Builder builder(model.getContext());
  llvm::StringSet<llvm::MallocAllocator> names;
  unsigned count = 0;
  for (auto constant :
       llvm::make_early_inc_range(function.getOps<arith::ConstantOp>())) {
    auto value = dyn_cast<ElementsAttr>(constant.getValue());
    if (!value || constant->use_empty() || !value.getElementType().isF32())
      continue;
    OpOperand &use = *constant->use_begin();
    Role role = roleOf(use);
    if (role == Role::None)
      continue;
    std::string name = nameOf(use, count++);
    while (!names.insert(name).second)
      name += "_";
    NamedAttribute attributes[] = {
        builder.getNamedAttr(kNameAttr, builder.getStringAttr(name)),
        builder.getNamedAttr(role == Role::Parameter ? kParameterAttr
                                                     : kStatisticAttr,
                             builder.getUnitAttr()),
        builder.getNamedAttr(kValueAttr, value)};
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, constant.getType(),
                                       builder.getDictionaryAttr(attributes),
                                       constant.getLoc())))
      return makeError("cannot add an argument for '" + name + "'");
    constant.getResult().replaceAllUsesWith(function.getArgument(index));
    constant.erase();
  }
  if (names.empty())
    return makeError("the model has nothing to train: no weights of products "
                     "that are constants");
  return llvm::Error::success();
}
