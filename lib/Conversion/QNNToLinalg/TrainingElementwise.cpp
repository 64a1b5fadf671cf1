//===- TrainingElementwise.cpp - Elementwise training ops -------*- C++ -*-===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"
#include "TrainingMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static Value compare(ImplicitLocOpBuilder &b, arith::CmpFPredicate predicate,
                     Value x, Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}

//===----------------------------------------------------------------------===//
// Derivatives of surrogates: lib/Arith/Surrogates.cpp as IR
//===----------------------------------------------------------------------===//

namespace {
/// s'(x), or null for 1.
struct SurrogateEmitter {
  ImplicitLocOpBuilder &b;
  SurrogateGradient surrogate;
  Value x;

  Value emit();

private:
  Value number(double value) { return constantLike(b, x, value); }
  Value oneWhere(Value condition, double otherwise = 0.0) {
    return arith::SelectOp::create(b, condition, number(1.0),
                                   number(otherwise));
  }
  Value between(arith::CmpFPredicate predicate) {
    return arith::AndIOp::create(
        b, compare(b, predicate, number(surrogate.first), x),
        compare(b, predicate, x, number(surrogate.second)));
  }
  Value abs(Value y) { return math::AbsFOp::create(b, y); }
  /// e^-|y|.
  Value decay(Value y) {
    return math::ExpOp::create(b, arith::NegFOp::create(b, abs(y)));
  }
  Value sech2(Value y);
  Value modifiedTanh();
  Value approxSign();
  Value swishSign();
};
} // namespace

/// 4 e / (1 + e)^2 with e = e^-2|y|.
Value SurrogateEmitter::sech2(Value y) {
  Value e = decay(mul(b, number(2.0), y));
  Value sum = add(b, number(1.0), e);
  return div(b, mul(b, number(4.0), e), mul(b, sum, sum));
}

Value SurrogateEmitter::modifiedTanh() {
  Value k = number(surrogate.first);
  Value half = div(b, x, number(2.0));
  Value even = mul(b, number(2.0), emitRound(b, half, RoundingMode::HalfEven));
  Value inner = mul(b, k, sub(b, x, even));
  Value f3 = add(b, math::TanhOp::create(b, inner), even);
  Value inside =
      compare(b, arith::CmpFPredicate::OLE, abs(f3), number(surrogate.second));
  return arith::SelectOp::create(b, inside, mul(b, k, sech2(inner)),
                                 number(0.0));
}

Value SurrogateEmitter::approxSign() {
  Value size = abs(x);
  Value slope = sub(b, number(2.0), mul(b, number(2.0), size));
  return arith::SelectOp::create(
      b, compare(b, arith::CmpFPredicate::OLT, size, number(1.0)), slope,
      number(0.0));
}

Value SurrogateEmitter::swishSign() {
  Value beta = number(surrogate.first);
  Value y = abs(mul(b, beta, x)), e = decay(y);
  Value sum = add(b, number(1.0), e);
  Value tanh = div(b, sub(b, number(1.0), e), sum);
  Value numerator = sub(b, number(2.0), mul(b, y, tanh));
  Value quotient = div(b, mul(b, number(2.0), e), mul(b, sum, sum));
  return mul(b, mul(b, beta, numerator), quotient);
}

Value SurrogateEmitter::emit() {
  Value first = number(surrogate.first);
  switch (surrogate.kind) {
  case SurrogateKind::Identity:
    return {};
  case SurrogateKind::Window:
    return oneWhere(between(arith::CmpFPredicate::OLE));
  case SurrogateKind::OpenWindow:
    return oneWhere(between(arith::CmpFPredicate::OLT));
  case SurrogateKind::Tanh:
    return mul(b, first, sech2(mul(b, first, x)));
  case SurrogateKind::ModifiedTanh:
    return modifiedTanh();
  case SurrogateKind::ApproxSign:
    return approxSign();
  case SurrogateKind::SwishSign:
    return swishSign();
  case SurrogateKind::IRNet:
    return mul(b, mul(b, number(surrogate.second), first),
               sech2(mul(b, first, x)));
  case SurrogateKind::LeakyTanh:
    return oneWhere(compare(b, arith::CmpFPredicate::OLE, abs(x), number(1.0)),
                    surrogate.first);
  }
  llvm_unreachable("all surrogates are handled");
}

/// The greatest power of two not above |x|, or the next where |x| is nearer to
/// it on a logarithmic scale: qnn::ap2. Denormals are made normal first.
Value qnn::emitAp2(ImplicitLocOpBuilder &b, Value x) {
  Value size = math::AbsFOp::create(b, x);
  Value zero = constantLike(b, x, 0.0);
  Value tiny =
      compare(b, arith::CmpFPredicate::OLT, size, constantLike(b, x, 0x1p-126));
  Value lifted = arith::SelectOp::create(
      b, tiny, mul(b, size, constantLike(b, x, 0x1p24)), size);
  Type i32 = withElement(x.getType(), b.getI32Type());
  Value bits = arith::BitcastOp::create(b, i32, lifted);
  // Above the mantissa of the greatest float below sqrt(2) the exponent grows.
  Value up = arith::AddIOp::create(
      b, bits, constantLike(b, bits, 0x00800000 - 0x003504F4));
  Value kept = arith::AndIOp::create(b, up, constantLike(b, bits, 0x7F800000));
  Value power = arith::BitcastOp::create(b, x.getType(), kept);
  power = arith::SelectOp::create(
      b, tiny, mul(b, power, constantLike(b, x, 0x1p-24)), power);
  Value result = math::CopySignOp::create(b, power, x);
  // Zero, infinity and NaN are what they are.
  Value infinity = constantLike(b, x, std::numeric_limits<double>::infinity());
  Value plain = arith::AndIOp::create(
      b, compare(b, arith::CmpFPredicate::OGT, size, zero),
      compare(b, arith::CmpFPredicate::OLT, size, infinity));
  return arith::SelectOp::create(b, plain, result, x);
}

namespace {
struct LowerSurrogateGrad : OpRewritePattern<SurrogateGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SurrogateGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SurrogateGradient surrogate = surrogateOf(op);
    auto element = [&](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
      Value slope = SurrogateEmitter{inner, surrogate, args[0]}.emit();
      if (!slope)
        return args[1];
      // 0 also where the gradient is not finite.
      Value zero = constantLike(inner, slope, 0.0);
      Value flat = compare(inner, arith::CmpFPredicate::OEQ, slope, zero);
      return arith::SelectOp::create(inner, flat, zero,
                                     mul(inner, slope, args[1]));
    };
    rewriter.replaceOp(op, buildElementwise(b, op.getType(),
                                            {op.getInput(), op.getGrad()}, {},
                                            element));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Masks, shapes
//===----------------------------------------------------------------------===//

arith::CmpFPredicate predicateOf(ComparePredicate predicate) {
  switch (predicate) {
  case ComparePredicate::Equal:
    return arith::CmpFPredicate::OEQ;
  case ComparePredicate::Greater:
    return arith::CmpFPredicate::OGT;
  case ComparePredicate::GreaterEqual:
    return arith::CmpFPredicate::OGE;
  }
  llvm_unreachable("all predicates are handled");
}

struct LowerCompare : OpRewritePattern<CompareOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CompareOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getType();
    auto map = [&](Value operand) {
      return broadcastMap(b, tensorType(operand).getShape(), type.getRank());
    };
    auto element = [&](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
      Value holds =
          compare(inner, predicateOf(op.getPredicate()), args[0], args[1]);
      return arith::SelectOp::create(inner, holds,
                                     constantLike(inner, args[0], 1.0),
                                     constantLike(inner, args[0], 0.0));
    };
    rewriter.replaceOp(
        op, buildElementwise(b, type, {op.getLhs(), op.getRhs()},
                             {map(op.getLhs()), map(op.getRhs())}, element));
    return success();
  }
};

struct LowerBroadcast : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BroadcastOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getType();
    AffineMap map =
        broadcastMap(b, tensorType(op.getInput()).getShape(), type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(b, type, op.getInput(), map,
                             [](ImplicitLocOpBuilder &, ValueRange args) {
                               return args[0];
                             }));
    return success();
  }
};

struct LowerAp2 : OpRewritePattern<Ap2Op> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Ap2Op op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(
        op, buildElementwise(b, op.getType(), op.getInput(), {},
                             [](ImplicitLocOpBuilder &inner, ValueRange args) {
                               return emitAp2(inner, args[0]);
                             }));
    return success();
  }
};

struct LowerOneHot : OpRewritePattern<OneHotOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(OneHotOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getType();
    int64_t last = type.getRank() - 1;
    AffineMap labels =
        b.getMultiDimIdentityMap(type.getRank()).dropResult(last);
    auto element = [&](ImplicitLocOpBuilder &inner, ValueRange args) -> Value {
      Value index = linalg::IndexOp::create(inner, last);
      Value number =
          arith::IndexCastOp::create(inner, args[0].getType(), index);
      Value hit = arith::CmpIOp::create(inner, arith::CmpIPredicate::eq,
                                        args[0], number);
      Value on = arith::ConstantOp::create(inner, op.getOnAttr());
      Value off = arith::ConstantOp::create(inner, op.getOffAttr());
      return arith::SelectOp::create(inner, hit, on, off);
    };
    rewriter.replaceOp(
        op, buildElementwise(b, type, op.getLabels(), labels, element));
    return success();
  }
};
} // namespace

void qnn::populateTrainingElementwisePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerSurrogateGrad, LowerCompare, LowerBroadcast, LowerAp2,
               LowerOneHot>(patterns.getContext());
}
