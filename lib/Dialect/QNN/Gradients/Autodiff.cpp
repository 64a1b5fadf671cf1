//===- Autodiff.cpp - The pass around differentiate -------------*- C++ -*-===//

#include "qnn/Dialect/QNN/Gradients/Gradients.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace qnn {
#define GEN_PASS_DEF_AUTODIFF
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
struct Autodiff : qnn::impl::AutodiffBase<Autodiff> {
  void getDependentDialects(DialectRegistry &registry) const override {
    AutodiffBase::getDependentDialects(registry);
    registerGradientModels(registry);
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    SmallVector<unsigned> parameters;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.getArgAttr(i, kParameterAttr))
        parameters.push_back(i);
    if (failed(differentiate(function, parameters)))
      signalPassFailure();
  }
};
} // namespace
