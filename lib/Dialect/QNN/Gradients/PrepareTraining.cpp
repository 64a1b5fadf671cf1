//===- PrepareTraining.cpp - A network as it is trained ---------*- C++ -*-===//

#include "qnn/Dialect/QNN/Gradients/Passes.h"

#include "ProjectTables.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_PREPARETRAINING
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
class Preparation {
public:
  explicit Preparation(func::FuncOp function)
      : function(function), block(function.getBody().front()),
        builder(function.getContext()) {}

  /// `distill` is the weight of the teacher, 0 where there is none.
  LogicalResult run(StringRef loss, double distill, double temperature);

private:
  void useBatchStatistics(BatchNormOp op);
  void giveKey(DropoutOp op);
  LogicalResult appendLoss(StringRef name, double distill, double temperature);
  Value withTeacher(Value loss, Value logits, double weight,
                    double temperature);
  Value lossOf(StringRef name, Value logits, Value labels);
  Value margins(Value logits, Value labels);
  Value targets(Value logits, Value labels, float off);

  bool isStatistic(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument &&
           function.getArgAttr(argument.getArgNumber(), kStatisticAttr);
  }
  Value addArgument(StringRef name, StringRef mark, RankedTensorType type);
  void addResult(Value value, NamedAttribute attribute);
  /// `momentum` * the statistic + (1 - momentum) * the batch's.
  void addStatistic(Value old, Value batch, float momentum);

  Value floats(float value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return arith::ConstantOp::create(builder, function.getLoc(),
                                     DenseElementsAttr::get(type, value));
  }
  Value mean(Value value) {
    auto rank = cast<RankedTensorType>(value.getType()).getRank();
    auto kind = ReduceKindAttr::get(builder.getContext(), ReduceKind::Mean);
    auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    return ReduceOp::create(builder, function.getLoc(), value, kind,
                            builder.getDenseI64ArrayAttr(axes));
  }

  func::FuncOp function;
  Block &block;
  OpBuilder builder;
  Value key;
  int64_t states = 0;
};
} // namespace

Value Preparation::addArgument(StringRef name, StringRef mark,
                               RankedTensorType type) {
  unsigned index = function.getNumArguments();
  NamedAttribute attributes[] = {
      builder.getNamedAttr(kNameAttr, builder.getStringAttr(name)),
      builder.getNamedAttr(mark, builder.getUnitAttr())};
  (void)function.insertArgument(
      index, type, builder.getDictionaryAttr(attributes), function.getLoc());
  return function.getArgument(index);
}

void Preparation::addResult(Value value, NamedAttribute attribute) {
  (void)function.insertResult(function.getNumResults(), value.getType(),
                              builder.getDictionaryAttr(attribute));
  Operation *terminator = block.getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), value);
}

//===----------------------------------------------------------------------===//
// Statistics and random numbers
//===----------------------------------------------------------------------===//

void Preparation::addStatistic(Value old, Value batch, float momentum) {
  Location loc = old.getLoc();
  Value kept = MulOp::create(builder, loc, old, floats(momentum));
  Value fresh = MulOp::create(builder, loc, batch, floats(1 - momentum));
  IntegerAttr state = builder.getI64IntegerAttr(states++);
  function.setArgAttr(cast<BlockArgument>(old).getArgNumber(), kStateAttr,
                      state);
  addResult(AddOp::create(builder, loc, kept, fresh),
            builder.getNamedAttr(kStateAttr, state));
}

void Preparation::useBatchStatistics(BatchNormOp op) {
  builder.setInsertionPoint(op);
  auto train = BatchNormTrainOp::create(builder, op.getLoc(), op.getInput(),
                                        op.getScale(), op.getBias(),
                                        op.getEpsilonAttr());
  train.setShift(op->hasAttr(kShiftAttr));
  auto momentum = op->getAttrOfType<FloatAttr>(kMomentumAttr);
  float keep = momentum ? momentum.getValueAsDouble() : 0.9;
  builder.setInsertionPoint(block.getTerminator());
  addStatistic(op.getMean(), train.getMean(), keep);
  addStatistic(op.getVariance(), train.getVariance(), keep);
  op.replaceAllUsesWith(train.getResult());
  op.erase();
}

void Preparation::giveKey(DropoutOp op) {
  for (unsigned i = 0; !key && i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, kKeyAttr))
      key = function.getArgument(i);
  if (!key)
    key = addArgument("key", kKeyAttr,
                      RankedTensorType::get(2, builder.getI64Type()));
  op.getKeyMutable().assign(key);
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

/// Of the shape of the logits: 1 at the label, else `off`; of one logit, 1 for
/// label 1.
Value Preparation::targets(Value logits, Value labels, float off) {
  auto type = cast<RankedTensorType>(logits.getType());
  int64_t rows = type.getDimSize(0), classes = type.getDimSize(1);
  Location loc = function.getLoc();
  Value all = OneHotOp::create(
      builder, loc, type.clone({rows, std::max<int64_t>(classes, 2)}), labels,
      builder.getF32FloatAttr(1), builder.getF32FloatAttr(off));
  if (classes > 1)
    return all;
  return SliceOp::create(builder, loc, all, {0, 1}, {rows, 1}, {1, 1});
}

/// max(0, 1 - target * logit), targets +1 and -1.
Value Preparation::margins(Value logits, Value labels) {
  Location loc = function.getLoc();
  Value product =
      MulOp::create(builder, loc, logits, targets(logits, labels, -1));
  Value margin = SubOp::create(builder, loc, floats(1), product);
  return ReluOp::create(builder, loc, margin);
}

Value Preparation::lossOf(StringRef name, Value logits, Value labels) {
  Location loc = function.getLoc();
  if (name == "cross_entropy")
    return SoftmaxCrossEntropyOp::create(builder, loc, logits, labels);
  if (name == "bce")
    return SigmoidCrossEntropyOp::create(builder, loc, logits,
                                         targets(logits, labels, 0));
  if (name == "hinge")
    return mean(margins(logits, labels));
  Value base;
  if (name == "squared_hinge")
    base = margins(logits, labels);
  else if (name == "mse")
    base = SubOp::create(builder, loc, logits, targets(logits, labels, 0));
  else
    return {};
  return mean(MulOp::create(builder, loc, base, base));
}

/// (1 - weight) loss + weight T^2 cross entropy of both softmaxes at
/// temperature T (Hinton et al.).
Value Preparation::withTeacher(Value loss, Value logits, double weight,
                               double temperature) {
  Location loc = function.getLoc();
  auto scaled = [&](Value value, double factor) -> Value {
    return MulOp::create(builder, loc, value, floats(factor));
  };
  Value teacher = addArgument("teacher", kTeacherAttr,
                              cast<RankedTensorType>(logits.getType()));
  Value soft =
      SoftmaxOp::create(builder, loc, scaled(teacher, 1 / temperature), 1);
  Value distance = SoftmaxCrossEntropyOp::create(
      builder, loc, scaled(logits, 1 / temperature), soft);
  Value own = scaled(loss, 1 - weight);
  Value taught = scaled(distance, weight * temperature * temperature);
  return AddOp::create(builder, loc, own, taught);
}

/// Replaces the results by the loss and the count of correct labels.
LogicalResult Preparation::appendLoss(StringRef name, double distill,
                                      double temperature) {
  Operation *terminator = block.getTerminator();
  auto type =
      terminator->getNumOperands() == 1
          ? dyn_cast<RankedTensorType>(terminator->getOperand(0).getType())
          : RankedTensorType();
  if (!type || type.getRank() == 0 || !type.getElementType().isF32())
    return function.emitOpError("expected one result, logits of rank 1 or "
                                "more, to train");
  builder.setInsertionPoint(terminator);
  int64_t classes = type.getShape().back();
  int64_t rows = type.getNumElements() / std::max<int64_t>(classes, 1);
  Value logits = terminator->getOperand(0);
  if (type.getRank() != 2)
    logits = ReshapeOp::create(builder, function.getLoc(),
                               type.clone({rows, classes}), logits);
  Value labels = addArgument("labels", kLabelsAttr,
                             RankedTensorType::get(rows, builder.getI64Type()));
  Value loss = lossOf(name, logits, labels);
  if (!loss)
    return function.emitOpError("expected the loss cross_entropy, bce, "
                                "squared_hinge, hinge or mse, but got '")
           << name << "'";
  if (distill > 0)
    loss = withTeacher(loss, logits, distill, temperature);
  Value correct =
      CountCorrectOp::create(builder, function.getLoc(), logits, labels);
  (void)function.eraseResult(0);
  terminator->eraseOperand(0);
  addResult(loss,
            builder.getNamedAttr(kNameAttr, builder.getStringAttr("loss")));
  addResult(correct,
            builder.getNamedAttr(kNameAttr, builder.getStringAttr("correct")));
  return success();
}

LogicalResult Preparation::run(StringRef loss, double distill,
                               double temperature) {
  if (failed(appendLoss(loss, distill, temperature)))
    return failure();
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto norm = dyn_cast<BatchNormOp>(op)) {
      if (isStatistic(norm.getMean()) && isStatistic(norm.getVariance()))
        useBatchStatistics(norm);
    } else if (auto dropout = dyn_cast<DropoutOp>(op)) {
      if (!dropout.getKey())
        giveKey(dropout);
    }
  }
  return success();
}

namespace {
struct PrepareTraining : qnn::impl::PrepareTrainingBase<PrepareTraining> {
  using PrepareTrainingBase::PrepareTrainingBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!llvm::hasSingleElement(function.getBody())) {
      function.emitOpError("expected one block to train");
      return signalPassFailure();
    }
    if (failed(Preparation(function).run(loss, distill, temperature)))
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    populateProjectTables(patterns);
    walkAndApplyPatterns(function, std::move(patterns));
  }
};
} // namespace
