//===- ElementwiseGradients.cpp - Functions of one and two floats ---------===//
//
// Where a derivative follows from the function's value, it is taken from it, so
// that only one of both must be kept.
//
//===----------------------------------------------------------------------===//

#include "GradientBuilder.h"

#include <limits>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static void differentiateRelu(ReluOp op, GradientBuilder &b) {
  float infinity = std::numeric_limits<float>::infinity();
  b.flow(0, b.window(op.getResult(), 0, infinity, /*open=*/true));
}

static void differentiateLeakyRelu(LeakyReluOp op, GradientBuilder &b) {
  double alpha = op.getAlpha().convertToFloat();
  Value mask =
      b.compare(ComparePredicate::GreaterEqual, op.getInput(), b.scalar(0));
  Value slope = b.add(b.scale(mask, 1 - alpha), b.scalar(alpha));
  b.flow(0, b.mul(b.grad(), slope));
}

static void differentiateClip(ClipOp op, GradientBuilder &b) {
  b.flow(0, b.window(op.getInput(), op.getMin().convertToFloat(),
                     op.getMax().convertToFloat()));
}

static void differentiateSigmoid(SigmoidOp op, GradientBuilder &b) {
  Value y = op.getResult();
  b.flow(0, b.mul(b.grad(), b.sub(y, b.mul(y, y))));
}

static void differentiateHardSigmoid(HardSigmoidOp op, GradientBuilder &b) {
  b.flow(0, b.scale(b.window(op.getResult(), 0, 1, /*open=*/true),
                    op.getAlpha().convertToFloat()));
}

static void differentiateTanh(TanhOp op, GradientBuilder &b) {
  Value y = op.getResult();
  b.flow(0, b.mul(b.grad(), b.sub(b.scalar(1), b.mul(y, y))));
}

static void differentiateExp(ExpOp op, GradientBuilder &b) {
  b.flow(0, b.mul(b.grad(), op.getResult()));
}

static void differentiateLog(LogOp op, GradientBuilder &b) {
  b.flow(0, b.div(b.grad(), op.getInput()));
}

static void differentiateSqrt(SqrtOp op, GradientBuilder &b) {
  b.flow(0, b.div(b.scale(b.grad(), 0.5), op.getResult()));
}

static void differentiateAbs(AbsOp op, GradientBuilder &b) {
  Value sign = b.create<SignOp>(op.getInput());
  b.flow(0, b.mul(b.grad(), sign));
}

static void differentiateNeg(NegOp op, GradientBuilder &b) {
  b.flow(0, b.neg(b.grad()));
}

/// Steps and masks: 0 wherever they have a derivative.
template <typename OpTy>
static void differentiateStep(OpTy, GradientBuilder &) {}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

/// `lhs` and `rhs` are gradients of the shape of the result.
template <typename OpTy>
static void flowBroadcast(OpTy op, GradientBuilder &b, Value lhs, Value rhs) {
  b.flow(0, b.reduceTo(lhs, op.getLhs().getType()));
  b.flow(1, b.reduceTo(rhs, op.getRhs().getType()));
}

static void differentiateAdd(AddOp op, GradientBuilder &b) {
  flowBroadcast(op, b, b.grad(), b.grad());
}

static void differentiateSub(SubOp op, GradientBuilder &b) {
  b.flow(0, b.reduceTo(b.grad(), op.getLhs().getType()));
  b.flow(1, b.neg(b.reduceTo(b.grad(), op.getRhs().getType())));
}

static void differentiateMul(MulOp op, GradientBuilder &b) {
  flowBroadcast(op, b, b.mul(b.grad(), op.getRhs()),
                b.mul(b.grad(), op.getLhs()));
}

static void differentiateDiv(DivOp op, GradientBuilder &b) {
  Value lhs = b.div(b.grad(), op.getRhs());
  flowBroadcast(op, b, lhs, b.neg(b.mul(lhs, op.getResult())));
}

/// Of equals the left operand is the greater, and the lesser.
template <typename OpTy>
static void differentiateSelect(OpTy op, GradientBuilder &b) {
  bool isMax = std::is_same_v<OpTy, MaxOp>;
  Value greater = isMax ? op.getLhs() : op.getRhs();
  Value lesser = isMax ? op.getRhs() : op.getLhs();
  Value mask = b.compare(ComparePredicate::GreaterEqual, greater, lesser);
  flowBroadcast(op, b, b.mul(b.grad(), mask),
                b.mul(b.grad(), b.sub(b.scalar(1), mask)));
}

static void differentiatePow(PowOp op, GradientBuilder &b) {
  Value base = op.getLhs(), exponent = op.getRhs();
  Value below = b.create<PowOp>(base, b.sub(exponent, b.scalar(1)));
  Value logarithm = b.create<LogOp>(base);
  flowBroadcast(op, b, b.mul(b.grad(), b.mul(exponent, below)),
                b.mul(b.grad(), b.mul(op.getResult(), logarithm)));
}

template <typename... Ops>
static void attachSteps(MLIRContext *context) {
  (attachGradient<differentiateStep<Ops>>(context), ...);
}

void qnn::attachElementwiseGradients(MLIRContext *context) {
  attachGradient<differentiateRelu>(context);
  attachGradient<differentiateLeakyRelu>(context);
  attachGradient<differentiateClip>(context);
  attachGradient<differentiateSigmoid>(context);
  attachGradient<differentiateHardSigmoid>(context);
  attachGradient<differentiateTanh>(context);
  attachGradient<differentiateExp>(context);
  attachGradient<differentiateLog>(context);
  attachGradient<differentiateSqrt>(context);
  attachGradient<differentiateAbs>(context);
  attachGradient<differentiateNeg>(context);
  attachSteps<FloorOp, CeilOp, RoundOp, SignOp, CompareOp, Ap2Op>(context);
  attachGradient<differentiateAdd>(context);
  attachGradient<differentiateSub>(context);
  attachGradient<differentiateMul>(context);
  attachGradient<differentiateDiv>(context);
  attachGradient<differentiateSelect<MaxOp>>(context);
  attachGradient<differentiateSelect<MinOp>>(context);
  attachGradient<differentiatePow>(context);
}
