//===- Updates.cpp - Optimizers' updates to linalg.generic ------*- C++ -*-===//
//
// One loop over a parameter: what it writes are the parameter and the states
// that it reads, so bufferization needs no other memory.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"
#include "TrainingMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static Value number(ImplicitLocOpBuilder &b, double value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
}

//===----------------------------------------------------------------------===//
// What depends on the step only, in f64
//===----------------------------------------------------------------------===//

static Value double64(ImplicitLocOpBuilder &b, double value) {
  return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
}
static double valueOf(const APFloat &value) { return value.convertToDouble(); }

/// base^exponent, exponent an i64 >= 0, by squaring.
static Value power(ImplicitLocOpBuilder &b, double base, Value exponent) {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value bits = arith::ConstantIndexOp::create(b, 62);
  Value one = arith::ConstantIndexOp::create(b, 1);
  SmallVector<Value> start{double64(b, 1.0), double64(b, base)};
  auto loop = scf::ForOp::create(b, zero, bits, one, start);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value i =
      arith::IndexCastOp::create(b, b.getI64Type(), loop.getInductionVar());
  Value rest = arith::ShRUIOp::create(b, exponent, i);
  Value isSet = arith::TruncIOp::create(b, b.getI1Type(), rest);
  Value product = loop.getRegionIterArg(0), square = loop.getRegionIterArg(1);
  Value more = mul(b, product, square);
  scf::YieldOp::create(
      b, ValueRange{arith::SelectOp::create(b, isSet, more, product),
                    mul(b, square, square)});
  return loop.getResult(0);
}

/// 1 - beta^t.
static Value restOfPower(ImplicitLocOpBuilder &b, const APFloat &beta,
                         Value step) {
  Value scalar = tensor::ExtractOp::create(b, step, ValueRange());
  return sub(b, double64(b, 1.0), power(b, valueOf(beta), scalar));
}

static Value toF32(ImplicitLocOpBuilder &b, Value number) {
  return arith::TruncFOp::create(b, b.getF32Type(), number);
}

template <typename OpTy>
static Value learningRate(ImplicitLocOpBuilder &b, OpTy op) {
  Value rate = tensor::ExtractOp::create(b, op.getLearningRate(), ValueRange());
  return arith::ExtFOp::create(b, b.getF64Type(), rate);
}
template <typename OpTy>
static Value scaledRate(ImplicitLocOpBuilder &b, OpTy op) {
  return mul(b, learningRate(b, op),
             double64(b, op.getLrScale().convertToFloat()));
}

//===----------------------------------------------------------------------===//
// lib/Arith/Optimizers.cpp as IR. `s` holds the parameter, then the states
//===----------------------------------------------------------------------===//

namespace {
/// Scalars that the loop uses, computed before it.
using Scalars = SmallVector<Value, 4>;
using State = SmallVector<Value, 3>;
} // namespace

static Value number(ImplicitLocOpBuilder &b, const APFloat &value) {
  return number(b, valueOf(value));
}

/// keep * mean + rest * g.
static Value average(ImplicitLocOpBuilder &b, Value mean, Value g, Value keep,
                     Value rest) {
  return add(b, mul(b, keep, mean), mul(b, rest, g));
}
static Value average(ImplicitLocOpBuilder &b, Value mean, Value g,
                     const APFloat &keep) {
  return average(b, mean, g, number(b, keep), number(b, 1 - valueOf(keep)));
}

template <typename OpTy>
static Value decayed(ImplicitLocOpBuilder &b, OpTy op, Value g, Value w) {
  if (op.getWeightDecay().isZero())
    return g;
  return add(b, g, mul(b, number(b, op.getWeightDecay()), w));
}

static Scalars prepare(SgdOp op, ImplicitLocOpBuilder &b) {
  return {toF32(b, scaledRate(b, op))};
}
static State update(SgdOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  return {sub(b, s[0], mul(b, c[0], decayed(b, op, g, s[0])))};
}

static Scalars prepare(MomentumOp op, ImplicitLocOpBuilder &b) {
  return {toF32(b, scaledRate(b, op))};
}
static State update(MomentumOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  g = decayed(b, op, g, s[0]);
  Value momentum = number(b, op.getMomentum());
  Value v = add(b, mul(b, momentum, s[1]), g);
  Value along = op.getNesterov() ? add(b, g, mul(b, momentum, v)) : v;
  return {sub(b, s[0], mul(b, c[0], along)), v};
}

/// Rate, correction, and what is kept of the parameter.
static Scalars prepare(AdamOp op, ImplicitLocOpBuilder &b) {
  Value rate = scaledRate(b, op), one = double64(b, 1.0);
  Value first = restOfPower(b, op.getBeta1(), op.getStep());
  Value second =
      math::SqrtOp::create(b, restOfPower(b, op.getBeta2(), op.getStep()));
  Value corrected = op.getKeras() ? mul(b, rate, second) : rate;
  Value correction = op.getKeras() ? one : div(b, one, second);
  Value decay = mul(b, rate, double64(b, valueOf(op.getWeightDecay())));
  return {toF32(b, div(b, corrected, first)), toF32(b, correction),
          toF32(b, sub(b, one, decay))};
}
static State update(AdamOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  if (!op.getDecoupled())
    g = decayed(b, op, g, s[0]);
  Value m = average(b, s[1], g, op.getBeta1());
  Value v = average(b, s[2], mul(b, g, g), op.getBeta2());
  Value root = mul(b, c[1], math::SqrtOp::create(b, v));
  Value change =
      div(b, mul(b, c[0], m), add(b, root, number(b, op.getEpsilon())));
  Value kept = op.getDecoupled() ? mul(b, c[2], s[0]) : s[0];
  return {sub(b, kept, change), m, v};
}

static Scalars prepare(AdamaxOp op, ImplicitLocOpBuilder &b) {
  Value correction = restOfPower(b, op.getBeta1(), op.getStep());
  return {toF32(b, div(b, scaledRate(b, op), correction))};
}
static State update(AdamaxOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  Value m = average(b, s[1], g, op.getBeta1());
  Value size = add(b, math::AbsFOp::create(b, g), number(b, op.getEpsilon()));
  Value v = arith::MaximumFOp::create(b, mul(b, number(b, op.getBeta2()), s[2]),
                                      size);
  return {sub(b, s[0], div(b, mul(b, c[0], m), v)), m, v};
}

static Scalars prepare(ShiftAdamaxOp op, ImplicitLocOpBuilder &b) {
  Value correction = restOfPower(b, op.getBeta1(), op.getStep());
  if (op.getPaper())
    return {
        mul(b, toF32(b, correction), emitAp2(b, toF32(b, scaledRate(b, op))))};
  return {emitAp2(b, toF32(b, div(b, learningRate(b, op), correction)))};
}
/// The text's update: a state of 0 leaves the parameter.
static State updatePaper(ShiftAdamaxOp op, ImplicitLocOpBuilder &b, Value g,
                         State s, const Scalars &c) {
  Value m = average(b, s[1], g, op.getBeta1());
  Value beta2 = emitAp2(b, number(b, op.getBeta2()));
  Value v = arith::MaximumFOp::create(b, mul(b, s[2], beta2),
                                      math::AbsFOp::create(b, g));
  Value inverse = emitAp2(b, div(b, number(b, 1.0), v));
  Value next = sub(b, s[0], mul(b, mul(b, c[0], m), inverse));
  Value moves =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, v, number(b, 0.0));
  return {arith::SelectOp::create(b, moves, next, s[0]), m, v};
}
static State update(ShiftAdamaxOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  if (op.getPaper())
    return updatePaper(op, b, g, s, c);
  Value m = average(b, s[1], g, op.getBeta1());
  Value v = arith::MaximumFOp::create(b, mul(b, number(b, op.getBeta2()), s[2]),
                                      math::AbsFOp::create(b, g));
  v = add(b, emitAp2(b, v), number(b, 0x1p-27));
  Value along = div(b, mul(b, c[0], m), v);
  Value scale = number(b, op.getLrScale().convertToFloat());
  return {sub(b, s[0], mul(b, along, scale)), m, v};
}

static Scalars prepare(RmspropOp op, ImplicitLocOpBuilder &b) {
  return {toF32(b, scaledRate(b, op))};
}
static State update(RmspropOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  Value v = average(b, s[1], mul(b, g, g), op.getAlpha());
  Value by = add(b, math::SqrtOp::create(b, v), number(b, op.getEpsilon()));
  Value velocity =
      add(b, mul(b, number(b, op.getMomentum()), s[2]), div(b, g, by));
  return {sub(b, s[0], mul(b, c[0], velocity)), v, velocity};
}

static Scalars prepare(BopOp op, ImplicitLocOpBuilder &b) {
  Value gamma = toF32(b, scaledRate(b, op));
  return {gamma, sub(b, number(b, 1.0), gamma)};
}
static State update(BopOp op, ImplicitLocOpBuilder &b, Value g, State s,
                    const Scalars &c) {
  Value w = s[0], m = average(b, s[1], g, c[1], c[0]), zero = number(b, 0.0);
  auto is = [&](Value x, arith::CmpFPredicate predicate, Value y) -> Value {
    return arith::CmpFOp::create(b, predicate, x, y);
  };
  Value strong = is(math::AbsFOp::create(b, m), arith::CmpFPredicate::OGE,
                    number(b, op.getThreshold()));
  Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                     is(m, arith::CmpFPredicate::OGT, zero),
                                     is(w, arith::CmpFPredicate::OGT, zero));
  Value some = is(m, arith::CmpFPredicate::ONE, zero);
  Value flips =
      arith::AndIOp::create(b, arith::AndIOp::create(b, strong, some), same);
  return {arith::SelectOp::create(b, flips, arith::NegFOp::create(b, w), w), m};
}

/// `w` in [-clip, clip]; NaN stays.
template <typename OpTy>
static Value clipped(ImplicitLocOpBuilder &b, OpTy op, Value w) {
  if (!op.getClip())
    return w;
  float bound = op.getClip()->convertToFloat();
  Value above = arith::MaximumFOp::create(b, w, number(b, -bound));
  return arith::MinimumFOp::create(b, above, number(b, bound));
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

namespace {
template <typename OpTy>
struct LowerUpdate : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Scalars scalars = prepare(op, b);
    // Operands: parameter, gradient, the states, scalars.
    SmallVector<Value> states{op.getParameter()};
    llvm::append_range(states,
                       op->getOperands().slice(2, op->getNumResults() - 1));
    int64_t rank = tensorType(op.getParameter()).getRank();
    SmallVector<AffineMap> maps(states.size() + 1,
                                b.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    auto body = [&](OpBuilder &nested, Location loc, ValueRange args) {
      ImplicitLocOpBuilder inner(loc, nested);
      State next =
          update(op, inner, args[0], State(args.drop_front()), scalars);
      next[0] = clipped(inner, op, next[0]);
      linalg::YieldOp::create(inner, next);
    };
    rewriter.replaceOp(
        op, linalg::GenericOp::create(b, op->getResultTypes(),
                                      ValueRange{op.getGradient()}, states,
                                      maps, iterators, body));
    return success();
  }
};
} // namespace

void qnn::populateUpdatePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerUpdate<SgdOp>, LowerUpdate<MomentumOp>, LowerUpdate<AdamOp>,
               LowerUpdate<AdamaxOp>, LowerUpdate<ShiftAdamaxOp>,
               LowerUpdate<RmspropOp>, LowerUpdate<BopOp>>(
      patterns.getContext());
}
