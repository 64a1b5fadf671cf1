//===- ExpandMath.cpp - Math functions as arithmetic ------------*- C++ -*-===//
//
// Upstream has the polynomials. Rounding to integers is done here for CPUs that
// have no instruction for it, all in arithmetic that every CPU has and that
// gives the same bits.
//
//===----------------------------------------------------------------------===//

#include "qnn/Target/Target.h"
#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_EXPANDMATH
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;

namespace {

using Builder = ImplicitLocOpBuilder;
using Predicate = arith::CmpFPredicate;

/// `number` in the type of `like`, a float or a vector of floats.
Value constantLike(Builder &b, Value like, double number) {
  TypedAttr attr = b.getFloatAttr(getElementTypeOrSelf(like), number);
  if (auto shaped = dyn_cast<ShapedType>(like.getType()))
    attr = DenseElementsAttr::get(shaped, Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

/// `rounded`, with the sign of x, where |x| < 2^23; else x, which is an integer
/// then, an infinity or NaN.
Value whereFractional(Builder &b, Value x, Value rounded) {
  Value magnitude = math::AbsFOp::create(b, x);
  Value isSmall = arith::CmpFOp::create(b, Predicate::OLT, magnitude,
                                        constantLike(b, x, 8388608.0));
  Value sameSign = math::CopySignOp::create(b, rounded, x);
  return arith::SelectOp::create(b, isSmall, sameSign, x);
}

/// Adding 2^23 leaves no place for a fraction: the sum is rounded to even.
Value expand(math::RoundEvenOp, Builder &b, Value x) {
  Value big = constantLike(b, x, 8388608.0);
  Value magnitude = math::AbsFOp::create(b, x);
  Value sum = arith::AddFOp::create(b, magnitude, big);
  return whereFractional(b, x, arith::SubFOp::create(b, sum, big));
}

Value expand(math::TruncOp, Builder &b, Value x) {
  Type integer = b.getI32Type();
  if (auto shaped = dyn_cast<ShapedType>(x.getType()))
    integer = shaped.clone(integer);
  Value whole = arith::FPToSIOp::create(b, integer, x);
  return whereFractional(b, x, arith::SIToFPOp::create(b, x.getType(), whole));
}

/// trunc(x), and one step further where that lies on the wrong side of x.
Value truncateAndStep(Builder &b, Value x, Predicate isWrong, double step) {
  Value whole = math::TruncOp::create(b, x);
  Value next = arith::AddFOp::create(b, whole, constantLike(b, x, step));
  Value wrong = arith::CmpFOp::create(b, isWrong, whole, x);
  Value result = arith::SelectOp::create(b, wrong, next, whole);
  return math::CopySignOp::create(b, result, x);
}

Value expand(math::FloorOp, Builder &b, Value x) {
  return truncateAndStep(b, x, Predicate::OGT, -1.0);
}

Value expand(math::CeilOp, Builder &b, Value x) {
  return truncateAndStep(b, x, Predicate::OLT, 1.0);
}

template <typename OpTy>
struct ExpandRounding : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "expected f32");
    Builder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, expand(op, b, op.getOperand()));
    return success();
  }
};

struct ExpandMath : qnn::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto always = [](StringRef) { return true; };
    populateMathPolynomialApproximationPatterns(patterns, always);
    // Functions that become others, which have a polynomial.
    math::populateExpansionPatterns(patterns,
                                    {"powf", "exp2", "sinh", "cosh", "tan",
                                     "asinh", "acosh", "atanh", "fma"});
    if (!qnn::roundsFloats(qnn::getTarget(getOperation())))
      patterns.add<ExpandRounding<math::CeilOp>, ExpandRounding<math::FloorOp>,
                   ExpandRounding<math::RoundEvenOp>,
                   ExpandRounding<math::TruncOp>>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
