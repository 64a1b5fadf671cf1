//===- TrainingGradients.cpp - Ops of training ------------------*- C++ -*-===//

#include "GradientBuilder.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Values with a gradient of their own
//===----------------------------------------------------------------------===//

static void differentiateStopGradient(StopGradientOp, GradientBuilder &) {}

static void differentiateStraightThrough(StraightThroughOp op,
                                         GradientBuilder &b) {
  if (op.getKind() == SurrogateKind::Identity)
    return b.flow(1, b.grad());
  b.flow(1, b.createWith<SurrogateGradOp>(
                ValueRange{op.getInput(), b.grad()}, [&](auto &properties) {
                  properties.kind = op.getKind();
                  properties.parameters = op.getParametersAttr();
                }));
}

static void differentiateCustomGradient(CustomGradientOp op,
                                        GradientBuilder &b) {
  Block &block = op.getGradient().front();
  IRMapping mapping;
  mapping.map(block.getArgument(0), b.grad());
  for (Operation &inner : block.without_terminator())
    b.getBuilder().clone(inner, mapping);
  for (auto [i, grad] : llvm::enumerate(block.getTerminator()->getOperands()))
    b.flow(i + 1, mapping.lookupOrDefault(grad));
}

static void differentiateBroadcast(BroadcastOp op, GradientBuilder &b) {
  b.flow(0, b.reduceTo(b.grad(), op.getInput().getType()));
}

static void differentiateDropout(DropoutOp op, GradientBuilder &b) {
  if (!op.getKey())
    return b.flow(0, b.grad());
  b.flow(0, b.createWith<DropoutOp>(ValueRange{b.grad(), op.getKey()},
                                    [&](auto &properties) {
                                      properties.rate = op.getRateAttr();
                                      properties.id = op.getIdAttr();
                                    }));
}

static void differentiateGather(GatherOp op, GradientBuilder &b) {
  b.flow(0, b.create<GatherGradOp>(op.getTable().getType(), b.grad(),
                                   op.getIndices()));
}

//===----------------------------------------------------------------------===//
// Batch norm, losses, recurrent layers
//===----------------------------------------------------------------------===//

static void differentiateBatchNormTrain(BatchNormTrainOp op,
                                        GradientBuilder &b) {
  auto grads = b.createWith<BatchNormTrainGradOp>(
      ValueRange{b.gradOrZeros(0), op.getInput(), op.getScale(), op.getMean(),
                 op.getInvStd()},
      [&](auto &properties) { properties.shift = op.getShiftAttr(); });
  for (auto [i, grad] : llvm::enumerate(grads.getResults()))
    b.flow(i, grad);
}

static void differentiateSoftmaxCrossEntropy(SoftmaxCrossEntropyOp op,
                                             GradientBuilder &b) {
  b.flow(0, b.create<SoftmaxCrossEntropyGradOp>(
                ValueRange{b.grad(), op.getLogits(), op.getLabels()}));
}

static void differentiateSigmoidCrossEntropy(SigmoidCrossEntropyOp op,
                                             GradientBuilder &b) {
  double count = op.getLogits().getType().getNumElements();
  Value probability = b.create<SigmoidOp>(op.getLogits());
  b.flow(0, b.mul(b.sub(probability, op.getTargets()),
                  b.scale(b.grad(), 1 / count)));
}

static void differentiateRecurrent(RecurrentOp op, GradientBuilder &b) {
  SmallVector<Value> operands = {op.getWeights(), op.getSaved()};
  Value grad = b.gradOrNull(0);
  if (grad)
    operands.push_back(grad);
  unsigned states = op.getLast().size();
  bool hasLast = false;
  for (unsigned i = 0; i < states; ++i)
    hasLast |= bool(b.gradOrNull(2 + i));
  for (unsigned i = 0; hasLast && i < states; ++i)
    operands.push_back(b.gradOrZeros(2 + i));
  if (op.getLengths())
    operands.push_back(op.getLengths());
  auto grads = b.createWith<RecurrentGradOp>(operands, [&](auto &properties) {
    properties.cell = op.getCell();
    properties.hard = op.getHardAttr();
    properties.reverse = op.getReverseAttr();
    properties.hidden_quantizer = op.getHiddenQuantizerAttr();
    properties.cell_quantizer = op.getCellQuantizerAttr();
    properties.truncate = op.getTruncateAttr();
    properties.operandSegmentSizes = {
        1, 1, grad ? 1 : 0, hasLast ? int(states) : 0, op.getLengths() ? 1 : 0};
  });
  b.flow(0, grads.getProjectionGrad());
  b.flow(1, grads.getWeightsGrad());
  if (op.getBias())
    b.flow(2, grads.getBiasGrad());
  for (auto [initial, grad] :
       llvm::zip(op.getInitialMutable(), grads.getInitialGrads()))
    b.flow(initial.getOperandNumber(), grad);
}

void qnn::attachTrainingGradients(MLIRContext *context) {
  attachGradient<differentiateStopGradient>(context);
  attachGradient<differentiateStraightThrough>(context);
  attachGradient<differentiateCustomGradient>(context);
  attachGradient<differentiateBroadcast>(context);
  attachGradient<differentiateDropout>(context);
  attachGradient<differentiateGather>(context);
  attachGradient<differentiateBatchNormTrain>(context);
  attachGradient<differentiateSoftmaxCrossEntropy>(context);
  attachGradient<differentiateSigmoidCrossEntropy>(context);
  attachGradient<differentiateRecurrent>(context);
}
