//===- EpiloguePacks.cpp - Packs that a product may store -------*- C++ -*-===//

#include "EpiloguePacks.h"
#include "Patterns.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static constexpr StringLiteral kMark = "qnn.epilogue_pack";

bool qnn::isEpiloguePack(Operation *op) { return op->hasAttr(kMark); }

bool qnn::fillsWords(PackedContractionOpInterface product) {
  ContractionGeometry g = product.getGeometry();
  bool whole = g.groups == 1 || (g.outChannels / g.groups) % wordBits == 0;
  return whole && product.getChosenKernel().getTile()[1] == wordBits;
}

/// `value` is the floats of a product, or made of them by ops that become one
/// loop behind it.
static bool comesFromProduct(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (auto product = dyn_cast<PackedContractionOpInterface>(op))
    return fillsWords(product);
  auto type = cast<RankedTensorType>(value.getType());
  return isa<AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp, ReluOp, LeakyReluOp,
             ClipOp, AbsOp, NegOp, RoundOp, BiasAddOp, DequantizeOp>(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return operand.hasOneUse() &&
                  cast<RankedTensorType>(operand.getType()).getShape() ==
                      type.getShape() &&
                  comesFromProduct(operand);
         });
}

/// Lanes are channels: of scales there is only one, which signs do not need.
static bool isMasks(EncodeOp op) {
  QuantizerAttr quantizer = op.getQuantizer();
  return quantizer.getEncoding() == Encoding::Bipolar ||
         !quantizer.isPerChannel();
}

static bool isPacked(EncodeOp op) {
  return !op->use_empty() && llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto pack = dyn_cast<PackOp>(user);
    return pack && pack.getCode() == op.getQuantizer().getCode();
  });
}

void qnn::markEpiloguePacks(Operation *root) {
  root->walk([](EncodeOp op) {
    // The gradient of updated weights may be in a product's registers.
    bool inRegisters = comesFromProduct(op.getInput()) ||
                       isUpdate(op.getInput().getDefiningOp());
    if (!isMasks(op) || !isPacked(op) || !inRegisters)
      return;
    auto mark = UnitAttr::get(op.getContext());
    op->setAttr(kMark, mark);
    for (Operation *pack : op->getUsers())
      pack->setAttr(kMark, mark);
  });
}

LogicalResult qnn::lowerEpiloguePacks(Operation *root) {
  SmallVector<Operation *> left;
  root->walk([&](Operation *op) {
    if (isEpiloguePack(op))
      left.push_back(op);
  });
  for (Operation *op : left)
    op->removeAttr(kMark);
  RewritePatternSet patterns(root->getContext());
  populateFusedPackPatterns(patterns);
  populatePackingPatterns(patterns);
  populateQuantizationPatterns(patterns);
  GreedyRewriteConfig config;
  config.enableFolding(false).enableConstantCSE(false);
  return applyOpPatternsGreedily(left, std::move(patterns), config);
}
