//===- SelectKernels.cpp - Which inner product a layer gets -----*- C++ -*-===//
//
// The choice follows from the codes alone; the tile from kernel and target. It
// is an attribute, so that it can be read, tested and overridden, and a remark,
// so that a user learns why a layer did not get a better one.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "Integerise.h"
#include "mlir/IR/Remarks.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Target/Target.h"

namespace qnn {
#define GEN_PASS_DEF_SELECTKERNELS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Packed words hold channels of one group only where groups fill whole words.
static bool groupsFillWords(const IntegerProduct &product) {
  return product.groups == 1 ||
         (product.channels() % 32 == 0 &&
          product.outChannels() / product.groups % 32 == 0);
}

static std::string describe(const IntegerProduct &product) {
  return (stringifyEncoding(product.rhsCode.getEncoding()) + " " +
          Twine(product.rhsCode.getBits()) + "-bit weights, " +
          stringifyEncoding(product.lhsCode.getEncoding()) + " " +
          Twine(product.lhsCode.getBits()) + "-bit activations")
      .str();
}

/// The kernel of a product and the reason for it.
static std::pair<KernelKind, std::string>
choose(const IntegerProduct &product) {
  unsigned lhs = product.lhsCode.getBits(), rhs = product.rhsCode.getBits();
  std::string codes = describe(product);
  bool bipolar = product.lhsCode.isBipolar() && product.rhsCode.isBipolar();
  bool fewPlanes = lhs <= 4 && rhs <= 4 && lhs * rhs <= 8;
  if (!bipolar && !fewPlanes)
    return {KernelKind::Int8Dot, codes + ": too many bits for bit-planes"};
  if (!groupsFillWords(product))
    return {KernelKind::Int8Dot,
            codes + ": channels of a group do not fill words"};
  return {bipolar ? KernelKind::XnorPopcount : KernelKind::BitSerial, codes};
}

static KernelAttr makeKernel(Operation *op, KernelKind kind) {
  auto [rows, columns] = chooseTile(getTarget(op), kind);
  return KernelAttr::get(op->getContext(), kind, {rows, columns});
}

static void select(const IntegerProduct &product) {
  Operation *op = product.op;
  if (op->hasAttr("kernel"))
    return;
  auto [kind, reason] = choose(product);
  op->setAttr("kernel", makeKernel(op, kind));
  remark::passed(op->getLoc(), remark::RemarkOpts::name("kernel").category(
                                   "qnn-select-kernels"))
      << remark::add("{0}: {1}", stringifyKernelKind(kind), reason)
      << remark::metric("Layer", layerName(op));
}

static void reportFloat(Operation *op) {
  auto recorded = dyn_cast_or_null<StringAttr>(op->removeAttr(keptFloatAttr));
  std::string reason = recorded ? recorded.getValue().str() : whyKeptFloat(op);
  if (reason.empty())
    reason = "qnn-integerise has not run";
  remark::missed(op->getLoc(), remark::RemarkOpts::name("kernel").category(
                                   "qnn-select-kernels"))
      << remark::add("kept float: {0}", reason)
      << remark::metric("Layer", layerName(op));
}

namespace {
struct SelectKernels : qnn::impl::SelectKernelsBase<SelectKernels> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (std::optional<IntegerProduct> product = IntegerProduct::get(op))
        select(*product);
      else if (isa<Conv2dOp, MatmulOp>(op))
        reportFloat(op);
    });
  }
};
} // namespace
