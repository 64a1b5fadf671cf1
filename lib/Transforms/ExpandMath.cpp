//===- ExpandMath.cpp - Math functions as arithmetic ------------*- C++ -*-===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_EXPANDMATH
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;

namespace {

struct ExpandMath : qnn::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto always = [](StringRef) { return true; };
    populateMathPolynomialApproximationPatterns(patterns, always);
    // Functions that become others, which have a polynomial.
    math::populateExpansionPatterns(patterns,
                                    {"powf", "exp2", "sinh", "cosh", "tan",
                                     "asinh", "acosh", "atanh", "fma"});
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
