//===- TrainingOps.cpp - Registration, values, losses, updates --*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/Training.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/DialectImplementation.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"

using namespace mlir;
using namespace qnn;

#include "qnn/Dialect/QNN/IR/TrainingOpEnums.cpp.inc"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/TrainingOps.cpp.inc"

using OptionalLoc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

template <typename... Ops>
static void insertOps(QNNDialect *dialect) {
  (RegisteredOperationName::insert<Ops>(*dialect), ...);
}

void qnn::registerTrainingOps(QNNDialect *dialect) {
  insertOps<
#define GET_OP_LIST
#include "qnn/Dialect/QNN/IR/TrainingOps.cpp.inc"
      >(dialect);
}

/// Fails unless `type` is `expected`.
static LogicalResult verifySame(ErrorSite site, StringRef name, Type type,
                                Type expected) {
  if (type == expected)
    return success();
  return site.fail("expected ", name, " to be ", expected, ", but got ", type);
}

//===----------------------------------------------------------------------===//
// Values with a gradient of their own
//===----------------------------------------------------------------------===//

LogicalResult StopGradientOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                               Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult StraightThroughOp::inferReturnTypes(MLIRContext *,
                                                  OptionalLoc location,
                                                  Adaptor adaptor,
                                                  Types &types) {
  types.push_back(adaptor.getValue().getType());
  return verifySame({location, getOperationName()}, "input",
                    adaptor.getInput().getType(), types.back());
}

LogicalResult SurrogateGradOp::inferReturnTypes(MLIRContext *,
                                                OptionalLoc location,
                                                Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return verifySame({location, getOperationName()}, "gradient",
                    adaptor.getGrad().getType(), types.back());
}

template <typename OpTy>
static LogicalResult verifySurrogate(OpTy op) {
  auto surrogate = makeSurrogate(op.getKind(), op.getParameters());
  if (!surrogate)
    return op.emitOpError(llvm::toString(surrogate.takeError()));
  return success();
}

LogicalResult StraightThroughOp::verify() { return verifySurrogate(*this); }
LogicalResult SurrogateGradOp::verify() { return verifySurrogate(*this); }

LogicalResult CustomGradientOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                                 Adaptor adaptor,
                                                 Types &types) {
  types.push_back(adaptor.getValue().getType());
  return success();
}

LogicalResult CustomGradientOp::verifyRegions() {
  Block &block = getGradient().front();
  if (block.getArgumentTypes() != TypeRange(getResult().getType()))
    return emitOpError("expected a region of one argument of type ")
           << getResult().getType() << ", but got " << block.getArgumentTypes();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getOperandTypes() != getInputs().getTypes())
    return emitOpError("expected a region that yields ")
           << getInputs().getTypes() << ", as the inputs are, but got "
           << block.getTerminator()->getOperandTypes();
  return success();
}

//===----------------------------------------------------------------------===//
// Masks, random numbers, small functions
//===----------------------------------------------------------------------===//

LogicalResult CompareOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                          Adaptor adaptor, Types &types) {
  return inferBroadcast({location, getOperationName()},
                        adaptor.getLhs().getType(), adaptor.getRhs().getType(),
                        types);
}

LogicalResult BroadcastOp::verify() {
  SmallVector<int64_t> shape;
  if (OpTrait::util::getBroadcastedShape(getInput().getType().getShape(),
                                         getResult().getType().getShape(),
                                         shape) &&
      ArrayRef(shape) == getResult().getType().getShape())
    return success();
  return emitOpError("expected an input that broadcasts to ")
         << getResult().getType() << ", but got " << getInput().getType();
}

LogicalResult Ap2Op::inferReturnTypes(MLIRContext *, OptionalLoc,
                                      Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult OneHotOp::verify() {
  RankedTensorType result = getResult().getType();
  if (result.getRank() > 0 &&
      result.getShape().drop_back() == getLabels().getType().getShape())
    return success();
  return emitOpError("expected a result of the labels' shape with one more "
                     "dimension, but got ")
         << result << " of " << getLabels().getType();
}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                          Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult DropoutOp::verify() {
  float rate = getRate().convertToFloat();
  if (rate >= 0 && rate < 1)
    return success();
  return emitOpError("expected a rate of at least 0 and less than 1, but got ")
         << getRateAttr().getValueAsDouble();
}

//===----------------------------------------------------------------------===//
// Batch normalization by the batch
//===----------------------------------------------------------------------===//

/// The type of one float for each channel of `input`; null, with a message,
/// where one of `values` is not of it.
static RankedTensorType
perChannel(ErrorSite site, Value input,
           ArrayRef<std::pair<StringRef, Value>> values) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getRank() < 2) {
    (void)site.fail("expected input of rank 2 or more, but got ", type);
    return {};
  }
  auto channels =
      RankedTensorType::get(type.getDimSize(1), type.getElementType());
  for (auto [name, value] : values)
    if (failed(verifySame(site, name, value.getType(), channels)))
      return {};
  return channels;
}

LogicalResult BatchNormTrainOp::inferReturnTypes(MLIRContext *,
                                                 OptionalLoc location,
                                                 Adaptor adaptor,
                                                 Types &types) {
  ErrorSite site{location, getOperationName()};
  RankedTensorType channels =
      perChannel(site, adaptor.getInput(),
                 {{"scale", adaptor.getScale()}, {"bias", adaptor.getBias()}});
  if (!channels)
    return failure();
  if (!adaptor.getEpsilon().isFinite() || adaptor.getEpsilon().isNegative())
    return site.fail("expected a finite epsilon of 0 or more, but got ",
                     adaptor.getEpsilonAttr());
  types.append({adaptor.getInput().getType(), channels, channels, channels});
  return success();
}

LogicalResult BatchNormTrainGradOp::inferReturnTypes(MLIRContext *,
                                                     OptionalLoc location,
                                                     Adaptor adaptor,
                                                     Types &types) {
  ErrorSite site{location, getOperationName()};
  RankedTensorType channels =
      perChannel(site, adaptor.getInput(),
                 {{"scale", adaptor.getScale()},
                  {"mean", adaptor.getMean()},
                  {"inverse standard deviation", adaptor.getInvStd()}});
  Type input = adaptor.getInput().getType();
  if (!channels ||
      failed(verifySame(site, "gradient", adaptor.getGrad().getType(), input)))
    return failure();
  types.append({input, channels, channels});
  return success();
}

//===----------------------------------------------------------------------===//
// Losses and metrics
//===----------------------------------------------------------------------===//

/// Logits [N, C] with labels [N] or, where `soft` says that they may, [N, C].
static LogicalResult verifyLogits(ErrorSite site, Value logits, Value labels,
                                  bool soft) {
  auto type = getTensorOfRank(site, "logits", logits.getType(), 2);
  if (!type)
    return failure();
  auto labelType = cast<RankedTensorType>(labels.getType());
  if (soft && labelType.getElementType().isF32())
    return verifySame(site, "labels", labelType, type);
  return verifySame(
      site, "labels", labelType,
      RankedTensorType::get(type.getDimSize(0), labelType.getElementType()));
}

static RankedTensorType scalarOf(Type element) {
  return RankedTensorType::get({}, element);
}

LogicalResult SoftmaxCrossEntropyOp::inferReturnTypes(MLIRContext *context,
                                                      OptionalLoc location,
                                                      Adaptor adaptor,
                                                      Types &types) {
  types.push_back(scalarOf(Float32Type::get(context)));
  return verifyLogits({location, getOperationName()}, adaptor.getLogits(),
                      adaptor.getLabels(), true);
}

LogicalResult SoftmaxCrossEntropyGradOp::inferReturnTypes(MLIRContext *,
                                                          OptionalLoc location,
                                                          Adaptor adaptor,
                                                          Types &types) {
  types.push_back(adaptor.getLogits().getType());
  return verifyLogits({location, getOperationName()}, adaptor.getLogits(),
                      adaptor.getLabels(), true);
}

LogicalResult SigmoidCrossEntropyOp::inferReturnTypes(MLIRContext *context,
                                                      OptionalLoc location,
                                                      Adaptor adaptor,
                                                      Types &types) {
  types.push_back(scalarOf(Float32Type::get(context)));
  return verifySame({location, getOperationName()}, "targets",
                    adaptor.getTargets().getType(),
                    adaptor.getLogits().getType());
}

LogicalResult CountCorrectOp::inferReturnTypes(MLIRContext *context,
                                               OptionalLoc location,
                                               Adaptor adaptor, Types &types) {
  types.push_back(scalarOf(IntegerType::get(context, 64)));
  return verifyLogits({location, getOperationName()}, adaptor.getLogits(),
                      adaptor.getLabels(), false);
}

//===----------------------------------------------------------------------===//
// Updates of parameters
//===----------------------------------------------------------------------===//

bool qnn::isUpdate(Operation *op) {
  return isa_and_nonnull<SgdOp, MomentumOp, AdamOp, AdamaxOp, ShiftAdamaxOp,
                         RmspropOp, BopOp>(op);
}

/// New parameter and states are as the old ones; all are of one type.
static LogicalResult inferUpdate(ErrorSite site, ValueRange tensors,
                                 Types &types) {
  Type type = tensors.front().getType();
  for (Value tensor : tensors.drop_front())
    if (failed(verifySame(site, "gradient and states", tensor.getType(), type)))
      return failure();
  types.append(tensors.size() - 1, type); // no new gradient
  return success();
}

#define QNN_INFER_UPDATE(Op, count)                                            \
  LogicalResult Op::inferReturnTypes(MLIRContext *, OptionalLoc location,      \
                                     Adaptor adaptor, Types &types) {          \
    return inferUpdate({location, getOperationName()},                         \
                       adaptor.getOperands().take_front(count), types);        \
  }
QNN_INFER_UPDATE(SgdOp, 2)
QNN_INFER_UPDATE(MomentumOp, 3)
QNN_INFER_UPDATE(AdamOp, 4)
QNN_INFER_UPDATE(AdamaxOp, 4)
QNN_INFER_UPDATE(ShiftAdamaxOp, 4)
QNN_INFER_UPDATE(RmspropOp, 4)
QNN_INFER_UPDATE(BopOp, 3)
#undef QNN_INFER_UPDATE
