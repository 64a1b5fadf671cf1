//===- ExpandQuantizers.cpp - Quantizers of training as graph ops *- C++
//-*-===//

#include "QuantizerExpansions.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace qnn {
#define GEN_PASS_DEF_EXPANDQUANTIZERS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static bool isStochastic(QuantizerMethod method) {
  return method == QuantizerMethod::StochasticSign ||
         method == QuantizerMethod::StochasticTernary ||
         method == QuantizerMethod::StochasticExponential;
}

/// The value in the place of the op's result; null where no family has the
/// method.
static Value expand(Formula &f) {
  for (auto family : {expandGradient, expandShiftBackward, expandBinary,
                      expandLinear, expandTernary, expandBasis})
    if (Value value = family(f))
      return value;
  return {};
}

namespace {
struct ExpandQuantizers : qnn::impl::ExpandQuantizersBase<ExpandQuantizers> {
  using ExpandQuantizersBase::ExpandQuantizersBase;

  void runOnOperation() override {
    SmallVector<TrainQuantizeOp> ops;
    getOperation()->walk([&](TrainQuantizeOp op) { ops.push_back(op); });
    for (TrainQuantizeOp op : ops) {
      Formula formula(op, !deploy);
      bool latent = deploy && realWeights && formula.isWeight() &&
                    isStochastic(op.getMethod());
      Value value = latent ? op.getInput() : expand(formula);
      if (!value) {
        op.emitOpError("has a method without an expansion");
        return signalPassFailure();
      }
      op.getResult().replaceAllUsesWith(value);
      op.erase();
    }
  }
};
} // namespace
