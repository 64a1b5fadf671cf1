//===- SelectKernels.cpp - Which inner product a layer gets -----*- C++ -*-===//
//
// A tuning table says what was fastest, the cost model what should be. The
// choice is an attribute, so that it can be read, tested and overridden, and a
// remark, so that a user learns what another kernel would have cost.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "FloatKernels.h"
#include "Integerise.h"
#include "mlir/IR/Remarks.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Target/CostModel.h"
#include "qnn/Target/TuningTable.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_SELECTKERNELS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

static remark::RemarkOpts options() {
  return remark::RemarkOpts::name("kernel").category("qnn-select-kernels");
}

static std::string describe(const IntegerProduct &product) {
  return (stringifyEncoding(product.rhsCode.getEncoding()) + " " +
          Twine(product.rhsCode.getBits()) + "-bit weights, " +
          stringifyEncoding(product.lhsCode.getEncoding()) + " " +
          Twine(product.lhsCode.getBits()) + "-bit activations")
      .str();
}

/// Two digits: an estimate has no more.
static std::string roundCycles(double cycles) {
  double unit = 1;
  while (cycles >= 100 * unit)
    unit *= 10;
  return std::to_string(std::llround(std::round(cycles / unit) * unit));
}

/// What the kernel costs, and the one after it.
static std::string describe(ArrayRef<KernelEstimate> ranking) {
  std::string text = "about " + roundCycles(ranking.front().cycles) + " cycles";
  if (ranking.size() > 1)
    text += (", " + stringifyKernelKind(ranking[1].kernel) + " " +
             roundCycles(ranking[1].cycles))
                .str();
  return text;
}

static void reportFloat(Operation *op) {
  auto recorded = dyn_cast_or_null<StringAttr>(op->removeAttr(keptFloatAttr));
  std::string reason = recorded ? recorded.getValue().str() : whyKeptFloat(op);
  if (reason.empty())
    reason = "qnn-integerise has not run";
  remark::missed(op->getLoc(), options())
      << remark::add("kept float: {0}", reason)
      << remark::metric("Layer", layerName(op));
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// The threads that kernels may have; 0 where there are none to choose from.
static int64_t mostThreadsOf(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module)
    module = op->getParentOfType<ModuleOp>();
  return module && threadsOf(module) > 1 ? threadsOfSample(module) : 0;
}

namespace {
struct SelectKernels : qnn::impl::SelectKernelsBase<SelectKernels> {
  using SelectKernelsBase::SelectKernelsBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (tuning.empty())
      return success();
    return succeedOrReport(TuningTable::read(tuning).moveInto(table), context);
  }

  void runOnOperation() override {
    target = getTarget(getOperation());
    mostThreads = mostThreadsOf(getOperation());
    if (table && failed(succeedOrReport(table->checkTarget(target, tuning),
                                        &getContext())))
      return signalPassFailure();
    WalkResult result = getOperation()->walk([&](Operation *op) {
      if (std::optional<IntegerProduct> product = IntegerProduct::get(op))
        return WalkResult(select(*product));
      if (isa<Conv2dOp, MatmulOp>(op))
        return WalkResult(selectFloat(op));
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  static LogicalResult succeedOrReport(llvm::Error error,
                                       MLIRContext *context) {
    if (!error)
      return success();
    return emitError(UnknownLoc::get(context),
                     llvm::toString(std::move(error)));
  }

  LogicalResult select(const IntegerProduct &product);
  LogicalResult selectFloat(Operation *op);
  FailureOr<std::optional<KernelEstimate>> findTuned(Operation *op) const;
  void setKernel(Operation *op, const KernelEstimate &estimate) const;

  std::optional<TuningTable> table;
  TargetAttr target;
  int64_t mostThreads = 0;
};
} // namespace

void SelectKernels::setKernel(Operation *op,
                              const KernelEstimate &estimate) const {
  int64_t threads =
      mostThreads ? chooseThreads(*ProductFacts::get(op), estimate, mostThreads)
                  : 0;
  op->setAttr("kernel", KernelAttr::get(op->getContext(), estimate.kernel,
                                        estimate.tile, threads));
}

/// The kernel that the table has for the op, if it has one.
FailureOr<std::optional<KernelEstimate>>
SelectKernels::findTuned(Operation *op) const {
  std::optional<ProductFacts> facts = ProductFacts::get(op);
  const TunedKernel *tuned = table && facts ? table->find(*facts) : nullptr;
  if (!tuned)
    return std::optional<KernelEstimate>();
  KernelEstimate estimate = estimateKernel(target, *facts, tuned->kernel);
  if (!estimate.isPossible())
    return op->emitError() << tuning << ": kernel "
                           << stringifyKernelKind(tuned->kernel)
                           << " cannot do " << facts->name() << ": "
                           << estimate.refusal;
  estimate.tile = tuned->tile;
  return std::optional(estimate);
}

LogicalResult SelectKernels::select(const IntegerProduct &product) {
  Operation *op = product.op;
  if (op->hasAttr("kernel"))
    return success();
  FailureOr<std::optional<KernelEstimate>> tuned = findTuned(op);
  if (failed(tuned))
    return failure();
  std::string reason = "tuned";
  if (*tuned) {
    setKernel(op, **tuned);
  } else {
    SmallVector<KernelEstimate> ranking =
        rankKernels(target, *ProductFacts::get(op));
    setKernel(op, ranking.front());
    reason = describe(ranking);
  }
  auto kernel = op->getAttrOfType<KernelAttr>("kernel");
  if (kernel.getThreads())
    reason += "; threads: " + std::to_string(kernel.getThreads());
  remark::passed(op->getLoc(), options())
      << remark::add("{0}: {1}: {2}", stringifyKernelKind(kernel.getKind()),
                     describe(product), reason)
      << remark::metric("Layer", layerName(op));
  return success();
}

/// A table does not know which products are of signs.
LogicalResult SelectKernels::selectFloat(Operation *op) {
  reportFloat(op);
  if (op->hasAttr("kernel"))
    return success();
  FailureOr<std::optional<KernelEstimate>> tuned = findTuned(op);
  if (failed(tuned))
    return failure();
  std::optional<KernelEstimate> chosen = chooseFloatKernel(target, op);
  if (*tuned && canHaveKernel(op, (*tuned)->kernel))
    chosen = *tuned;
  if (chosen)
    setKernel(op, *chosen);
  return success();
}
