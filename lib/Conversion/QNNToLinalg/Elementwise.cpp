//===- Elementwise.cpp - Elementwise ops to linalg.generic ------*- C++ -*-===//
//
// One pattern for functions of one tensor and one for functions of two; the
// functions themselves are the overloads of `emit`, one for each op.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "PointwiseChain.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Functions of one element
//===----------------------------------------------------------------------===//

Value emit(ReluOp, Builder &b, Value x) {
  return arith::MaximumFOp::create(b, x, constantLike(b, x, 0.0));
}

Value emit(LeakyReluOp op, Builder &b, Value x) {
  Value alpha = constantLike(b, x, op.getAlpha().convertToFloat());
  Value scaled = arith::MulFOp::create(b, x, alpha);
  Value keep = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x,
                                     constantLike(b, x, 0.0));
  return arith::SelectOp::create(b, keep, x, scaled);
}

Value emitClamp(Builder &b, Value x, double min, double max) {
  Value above = arith::MaximumFOp::create(b, x, constantLike(b, x, min));
  return arith::MinimumFOp::create(b, above, constantLike(b, x, max));
}

Value emit(ClipOp op, Builder &b, Value x) {
  return emitClamp(b, x, op.getMin().convertToFloat(),
                   op.getMax().convertToFloat());
}

Value emit(HardSigmoidOp op, Builder &b, Value x) {
  Value alpha = constantLike(b, x, op.getAlpha().convertToFloat());
  Value beta = constantLike(b, x, op.getBeta().convertToFloat());
  Value scaled = arith::MulFOp::create(b, x, alpha);
  return emitClamp(b, arith::AddFOp::create(b, scaled, beta), 0.0, 1.0);
}

Value emit(SigmoidOp, Builder &b, Value x) {
  Value one = constantLike(b, x, 1.0);
  Value power = math::ExpOp::create(b, arith::NegFOp::create(b, x));
  return arith::DivFOp::create(b, one, arith::AddFOp::create(b, one, power));
}

Value emit(SignOp, Builder &b, Value x) {
  Value zero = constantLike(b, x, 0.0);
  auto is = [&](arith::CmpFPredicate predicate) -> Value {
    return arith::CmpFOp::create(b, predicate, x, zero);
  };
  Value rest = arith::SelectOp::create(b, is(arith::CmpFPredicate::OLT),
                                       constantLike(b, x, -1.0), zero);
  Value sign = arith::SelectOp::create(b, is(arith::CmpFPredicate::OGT),
                                       constantLike(b, x, 1.0), rest);
  // NaN stays.
  return arith::SelectOp::create(b, is(arith::CmpFPredicate::UNO), x, sign);
}

Value emit(TanhOp, Builder &b, Value x) { return math::TanhOp::create(b, x); }
Value emit(ExpOp, Builder &b, Value x) { return math::ExpOp::create(b, x); }
Value emit(LogOp, Builder &b, Value x) { return math::LogOp::create(b, x); }
Value emit(SqrtOp, Builder &b, Value x) { return math::SqrtOp::create(b, x); }
Value emit(AbsOp, Builder &b, Value x) { return math::AbsFOp::create(b, x); }
Value emit(NegOp, Builder &b, Value x) { return arith::NegFOp::create(b, x); }
Value emit(FloorOp, Builder &b, Value x) { return math::FloorOp::create(b, x); }
Value emit(CeilOp, Builder &b, Value x) { return math::CeilOp::create(b, x); }
Value emit(RoundOp, Builder &b, Value x) {
  return emitRound(b, x, RoundingMode::HalfEven);
}

template <typename OpTy>
struct LowerUnary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    rewriter.replaceOp(
        op, buildElementwise(b, tensorType(op.getResult()), op.getInput(), {},
                             [&](Builder &inner, ValueRange args) {
                               return emit(op, inner, args[0]);
                             }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Functions of two elements
//===----------------------------------------------------------------------===//

Value emit(AddOp, Builder &b, Value x, Value y) {
  return arith::AddFOp::create(b, x, y);
}
Value emit(SubOp, Builder &b, Value x, Value y) {
  return arith::SubFOp::create(b, x, y);
}
Value emit(MulOp, Builder &b, Value x, Value y) {
  return arith::MulFOp::create(b, x, y);
}
Value emit(DivOp, Builder &b, Value x, Value y) {
  return arith::DivFOp::create(b, x, y);
}
Value emit(MinOp, Builder &b, Value x, Value y) {
  return arith::MinimumFOp::create(b, x, y);
}
Value emit(MaxOp, Builder &b, Value x, Value y) {
  return arith::MaximumFOp::create(b, x, y);
}

/// x^y for any numbers: math.powf, as arithmetic, needs a positive base. That
/// of a negative one has a sign where y is odd, and is NaN where y is no
/// integer.
Value emitPower(Builder &b, Value x, Value y) {
  using Predicate = arith::CmpFPredicate;
  auto is = [&](Value a, Predicate predicate, Value c) -> Value {
    return arith::CmpFOp::create(b, predicate, a, c);
  };
  Value zero = constantLike(b, x, 0.0);
  Value power = math::PowFOp::create(b, math::AbsFOp::create(b, x), y);
  Value half = arith::MulFOp::create(b, y, constantLike(b, y, 0.5));
  Value isEven = is(half, Predicate::OEQ, math::FloorOp::create(b, half));
  Value isWhole = is(y, Predicate::OEQ, math::FloorOp::create(b, y));
  Value negated = arith::NegFOp::create(b, power);
  Value whole = arith::SelectOp::create(b, isEven, power, negated);
  Value nan = constantLike(b, x, std::numeric_limits<double>::quiet_NaN());
  Value ofNegative = arith::SelectOp::create(b, isWhole, whole, nan);
  Value result = arith::SelectOp::create(b, is(x, Predicate::OLT, zero),
                                         ofNegative, power);
  return arith::SelectOp::create(b, is(y, Predicate::OEQ, zero),
                                 constantLike(b, x, 1.0), result);
}

/// The exponent where it is the same constant everywhere.
std::optional<float> constantExponent(PowOp op) {
  DenseFPElementsAttr exponents;
  if (!matchPattern(op.getRhs(), m_Constant(&exponents)) ||
      !exponents.isSplat())
    return std::nullopt;
  return exponents.getSplatValue<float>();
}

/// Small constant exponents are products or a root.
Value emit(PowOp op, Builder &b, Value x, Value y) {
  std::optional<float> exponent = constantExponent(op);
  if (exponent == 0.5f)
    return math::SqrtOp::create(b, x);
  if (exponent == 1.0f)
    return x;
  if (exponent != 2.0f && exponent != 3.0f)
    return emitPower(b, x, y);
  Value square = arith::MulFOp::create(b, x, x);
  return exponent == 2.0f ? square : arith::MulFOp::create(b, square, x);
}

template <typename OpTy>
struct LowerBinary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getResult());
    SmallVector<AffineMap> maps;
    for (Value operand : op->getOperands())
      maps.push_back(
          broadcastMap(b, tensorType(operand).getShape(), type.getRank()));
    rewriter.replaceOp(
        op, buildElementwise(b, type, op->getOperands(), maps,
                             [&](Builder &inner, ValueRange args) {
                               return emit(op, inner, args[0], args[1]);
                             }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Normalization, bias
//===----------------------------------------------------------------------===//

/// scale / sqrt(variance + epsilon): a constant where both are.
Value batchNormFactors(BatchNormOp op, Builder &b) {
  float epsilon = op.getEpsilon().convertToFloat();
  RankedTensorType type = tensorType(op.getScale());
  DenseFPElementsAttr scale, variance;
  if (matchPattern(op.getScale(), m_Constant(&scale)) &&
      matchPattern(op.getVariance(), m_Constant(&variance))) {
    SmallVector<float> factors;
    for (auto [s, v] :
         llvm::zip_equal(scale.getValues<float>(), variance.getValues<float>()))
      factors.push_back(batchNormFactor(s, v, epsilon));
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, ArrayRef<float>(factors)));
  }
  return buildElementwise(
      b, type, {op.getScale(), op.getVariance()}, {},
      [&](Builder &inner, ValueRange args) -> Value {
        Value safe = arith::AddFOp::create(
            inner, args[1], constantLike(inner, args[1], epsilon));
        Value deviation = math::SqrtOp::create(inner, safe);
        return arith::DivFOp::create(inner, args[0], deviation);
      });
}

Value emitBatchNorm(Builder &b, Value x, Value factor, Value bias, Value mean) {
  x = arith::SubFOp::create(b, x, mean);
  x = arith::MulFOp::create(b, x, factor);
  return arith::AddFOp::create(b, x, bias);
}

struct LowerBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getInput());
    AffineMap channel = channelMap(b, type.getRank(), 1);
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(b, type,
                             {op.getInput(), op.getMean(),
                              batchNormFactors(op, b), op.getBias()},
                             {identity, channel, channel, channel},
                             [](Builder &inner, ValueRange args) {
                               return emitBatchNorm(inner, args[0], args[2],
                                                    args[3], args[1]);
                             }));
    return success();
  }
};

struct LowerBiasAdd : OpRewritePattern<BiasAddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BiasAddOp op,
                                PatternRewriter &rewriter) const override {
    Builder b(op.getLoc(), rewriter);
    RankedTensorType type = tensorType(op.getInput());
    AffineMap channel = channelMap(b, type.getRank(), op.getAxis());
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(
                b, type, {op.getInput(), op.getBias()}, {identity, channel},
                [](Builder &inner, ValueRange args) -> Value {
                  return arith::AddFOp::create(inner, args[0], args[1]);
                }));
    return success();
  }
};

} // namespace

Value qnn::emitPointwise(Operation *op, ImplicitLocOpBuilder &b,
                         ValueRange operands) {
  Value x = operands[0];
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<ReluOp, LeakyReluOp, ClipOp, AbsOp, NegOp>(
          [&](auto unary) { return emit(unary, b, x); })
      .Case<AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp>(
          [&](auto binary) { return emit(binary, b, x, operands[1]); })
      .Case([&](BiasAddOp) -> Value {
        return arith::AddFOp::create(b, x, operands[1]);
      })
      .Case([&](BatchNormOp) {
        return emitBatchNorm(b, x, operands[1], operands[2], operands[3]);
      })
      .Default(Value());
}

void qnn::populateElementwisePatterns(RewritePatternSet &patterns) {
  patterns
      .add<LowerUnary<ReluOp>, LowerUnary<LeakyReluOp>, LowerUnary<ClipOp>,
           LowerUnary<SigmoidOp>, LowerUnary<HardSigmoidOp>, LowerUnary<TanhOp>,
           LowerUnary<ExpOp>, LowerUnary<LogOp>, LowerUnary<SqrtOp>,
           LowerUnary<AbsOp>, LowerUnary<NegOp>, LowerUnary<FloorOp>,
           LowerUnary<CeilOp>, LowerUnary<RoundOp>, LowerUnary<SignOp>>(
          patterns.getContext());
  patterns.add<LowerBinary<AddOp>, LowerBinary<SubOp>, LowerBinary<MulOp>,
               LowerBinary<DivOp>, LowerBinary<MinOp>, LowerBinary<MaxOp>,
               LowerBinary<PowOp>>(patterns.getContext());
  patterns.add<LowerBatchNorm, LowerBiasAdd>(patterns.getContext());
}
