//===- NarrowAccumulators.cpp - Sums as narrow as proven --------*- C++ -*-===//
//
// Narrow sums are half the memory between a product and what reads it. The
// range is proven from the weights themselves, never guessed from K.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

namespace qnn {
#define GEN_PASS_DEF_NARROWACCUMULATORS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Ops that read sums of any width.
static bool readsAnyWidth(Operation *user) {
  if (auto dequantize = dyn_cast<DequantizeOp>(user))
    return !dequantize.getCode();
  return isa<ThresholdOp, RequantizeOp>(user);
}

namespace {
struct NarrowAccumulators
    : qnn::impl::NarrowAccumulatorsBase<NarrowAccumulators> {
  using NarrowAccumulatorsBase::NarrowAccumulatorsBase;

  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      if (std::optional<IntegerProduct> product = IntegerProduct::get(op))
        narrow(*product);
    });
  }

  void narrow(const IntegerProduct &product) {
    Value sums = product.op->getResult(0);
    if (!llvm::all_of(sums.getUsers(), readsAnyWidth))
      return;
    std::optional<std::vector<SumRange>> ranges = product.ranges();
    if (!ranges)
      return;
    std::optional<unsigned> bits = accumulatorBits(*ranges);
    if (!bits)
      return;
    unsigned width = std::max<unsigned>(*bits, minWidth);
    if (width < tensorType(sums).getElementTypeBitWidth())
      sums.setType(withElements(tensorType(sums),
                                IntegerType::get(&getContext(), width)));
  }
};
} // namespace
