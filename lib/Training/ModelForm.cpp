//===- ModelForm.cpp - Between networks to train and to deploy ----------===//

#include "qnn/Training/ModelForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/BuildStep.h"
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
    if (isState(function, argument.getArgNumber()) ||
        function.getArgAttr(argument.getArgNumber(), kKeyAttr))
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

void qnn::expandShiftNorms(ModuleOp model) {
  SmallVector<BatchNormOp> norms;
  model.walk([&](BatchNormOp op) {
    if (op->hasAttr(kShiftAttr))
      norms.push_back(op);
  });
  for (BatchNormOp op : norms) {
    OpBuilder builder(op);
    Location loc = op.getLoc();
    auto constant = [&](RankedTensorType type, float number) {
      return arith::ConstantOp::create(builder, loc,
                                       DenseElementsAttr::get(type, number));
    };
    auto vector = cast<RankedTensorType>(op.getScale().getType());
    auto scalar = RankedTensorType::get({}, builder.getF32Type());
    Value epsilon = constant(scalar, op.getEpsilon().convertToFloat());
    Value variance = AddOp::create(builder, loc, op.getVariance(), epsilon);
    Value deviation = SqrtOp::create(builder, loc, variance);
    Value one = constant(scalar, 1);
    Value inverse = DivOp::create(builder, loc, one, deviation);
    Value factor =
        MulOp::create(builder, loc, Ap2Op::create(builder, loc, op.getScale()),
                      Ap2Op::create(builder, loc, inverse));
    auto plain = BatchNormOp::create(builder, loc, op.getInput(), factor,
                                     op.getBias(), op.getMean(),
                                     constant(vector, 1), llvm::APFloat(0.0f));
    op.getResult().replaceAllUsesWith(plain.getResult());
    op.erase();
  }
}

/// The key of random numbers goes, which a network for evaluation has no use
/// for.
static llvm::Error eraseKey(func::FuncOp function) {
  for (unsigned i = function.getNumArguments(); i-- > 0;)
    if (function.getArgAttr(i, kKeyAttr) &&
        (!function.getArgument(i).use_empty() ||
         failed(function.eraseArgument(i))))
      return makeError("the network draws random numbers, which cannot be "
                       "deployed");
  return llvm::Error::success();
}

/// What has become constant is computed; quantizers stay.
static llvm::Error foldConstants(ModuleOp model) {
  PassManager pm(model.getContext());
  FoldConstantsOptions options;
  options.keepQuantizers = true;
  pm.addPass(createFoldConstants(options));
  pm.addPass(createCanonicalizerPass());
  if (failed(pm.run(model)))
    return makeError("the constants of the network cannot be computed");
  return llvm::Error::success();
}

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
        cast<RankedTensorType>(argument.getType()), state->values());
    builder.setInsertionPointToStart(&function.getBody().front());
    argument.replaceAllUsesWith(
        arith::ConstantOp::create(builder, NameLoc::get(name), data));
    if (failed(function.eraseArgument(i)))
      return makeError("argument #" + llvm::Twine(i) + " cannot be replaced");
  }
  // Now that scales depend on constants they become those of quantizers.
  auto evaluation = buildEvaluation(**single);
  if (!evaluation)
    return evaluation.takeError();
  if (llvm::Error error = eraseKey(entryOf(**evaluation)))
    return std::move(error);
  if (llvm::Error error = foldConstants(**evaluation))
    return std::move(error);
  return evaluation;
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
