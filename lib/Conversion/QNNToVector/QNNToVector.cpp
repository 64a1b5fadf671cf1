//===- QNNToVector.cpp - Packed products to loops and vectors ---*- C++ -*-===//
//
// One lowering for every op of PackedContractionOpInterface. The work is in
// Schedule.cpp (loops), InnerProducts.cpp (kernels), Epilogue.cpp (stores), and
// SumTables.cpp (the kernel whose lanes are pixels). PackedLoop.cpp is for
// updates that stand apart from their gradient's product.
//
//===----------------------------------------------------------------------===//

#include "../QNNToLinalg/EpiloguePacks.h"
#include "InnerProduct.h"
#include "PackedLoop.h"
#include "Schedule.h"
#include "SumTables.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Target/Target.h"
#include "qnn/Transforms/ModelAttributes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace qnn {
#define GEN_PASS_DEF_CONVERTQNNTOVECTOR
#include "qnn/Conversion/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// False where the registers do not divide the tile, a tile of words has not 32
/// channels, or the kernel has neither tables in memory nor an inner product on
/// the target.
static bool canLower(const Contraction &contraction) {
  return contraction.tileChannels % contraction.lanes == 0 &&
         (!contraction.storesWords() || contraction.tileChannels == 32) &&
         (hasSumTables(contraction) || InnerProduct::create(contraction));
}

/// Builds a product in front of `place`. Its outermost loops say how many
/// threads may share them, where that was chosen.
static SmallVector<Value> build(ImplicitLocOpBuilder &b, const Contraction &c,
                                Operation *place) {
  Operation *before = place->getPrevNode();
  SmallVector<Value> results =
      hasSumTables(c) ? buildSumTables(b, c) : buildSchedule(b, c);
  int64_t threads = c.op.getChosenKernel().getThreads();
  for (Operation *op = place->getPrevNode(); threads && op != before;
       op = op->getPrevNode())
    if (isa<scf::ForOp>(op))
      op->setAttr(kThreadsAttr, b.getI64IntegerAttr(threads));
  return results;
}

/// The loops of a consumer stand where it stood: behind all that it reads.
static void lower(IRRewriter &rewriter, PackedContractionOpInterface op) {
  Contraction contraction(op, getTarget(op));
  if (!canLower(contraction))
    return;
  const std::optional<Consumer> &consumer = contraction.getConsumer();
  bool hasLoop = consumer && consumer->getLoop();
  Operation *place = hasLoop ? consumer->getLoop() : op.getOperation();
  rewriter.setInsertionPoint(place);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  SmallVector<Value> results = build(b, contraction, place);
  if (consumer)
    consumer->replace(rewriter, results);
  else
    rewriter.replaceOp(op, results);
}

/// An update that no product has taken is a loop that packs.
static void lower(IRRewriter &rewriter, linalg::GenericOp loop) {
  std::optional<Consumer> consumer = Consumer::find(loop);
  if (!consumer)
    return;
  rewriter.setInsertionPoint(loop);
  ImplicitLocOpBuilder b(loop.getLoc(), rewriter);
  consumer->replace(rewriter, buildPackedLoop(b, *consumer));
}

namespace {
struct ConvertQNNToVector
    : qnn::impl::ConvertQNNToVectorBase<ConvertQNNToVector> {
  void runOnOperation() override {
    SmallVector<PackedContractionOpInterface> products;
    getOperation()->walk(
        [&](PackedContractionOpInterface op) { products.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (PackedContractionOpInterface op : products)
      lower(rewriter, op);
    SmallVector<linalg::GenericOp> loops;
    getOperation()->walk([&](linalg::GenericOp op) { loops.push_back(op); });
    for (linalg::GenericOp op : loops)
      lower(rewriter, op);
    if (failed(lowerEpiloguePacks(getOperation())))
      signalPassFailure();
  }
};
} // namespace
