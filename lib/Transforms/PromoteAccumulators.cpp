//===- PromoteAccumulators.cpp - Sums in registers --------------*- C++ -*-===//
//
// Loops of linalg keep a sum in memory: load, add, store. LLVM cannot move that
// out of a loop, for all buffers are parts of one arena and may be the same to
// it. Here they are still buffers of their own.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "LoopFunction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

namespace qnn {
#define GEN_PASS_DEF_PROMOTEACCUMULATORS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
/// A place in memory that a loop reads once and writes once.
struct Accumulator {
  memref::LoadOp load;
  memref::StoreOp store;
};
} // namespace

/// True where no other op in the loop touches the buffer, and no view of it.
static bool isTouchedBy(Value buffer, scf::ForOp loop,
                        const Accumulator &accumulator) {
  return llvm::any_of(buffer.getUsers(), [&](Operation *user) {
    if (user == accumulator.load || user == accumulator.store)
      return false;
    return loop->isAncestor(user) || isa<ViewLikeOpInterface>(user);
  });
}

/// The accumulator of a store at the end of `loop`'s body.
static std::optional<Accumulator> match(scf::ForOp loop,
                                        memref::StoreOp store) {
  Value buffer = store.getMemRef();
  if (!isWholeBuffer(buffer))
    return std::nullopt;
  auto isOutside = [&](Value value) {
    return loop.isDefinedOutsideOfLoop(value);
  };
  if (!llvm::all_of(store.getIndices(), isOutside))
    return std::nullopt;
  for (Operation &op : loop.getBody()->without_terminator()) {
    auto load = dyn_cast<memref::LoadOp>(op);
    if (!load || load.getMemRef() != buffer ||
        load.getIndices() != store.getIndices())
      continue;
    Accumulator accumulator{load, store};
    if (!load->isBeforeInBlock(store) || isTouchedBy(buffer, loop, accumulator))
      return std::nullopt;
    return accumulator;
  }
  return std::nullopt;
}

/// The order of the terms of a sum of floats is not kept anywhere: it may be
/// split into sums side by side.
static void allowReordering(Value sum, Value carried) {
  auto add = sum.getDefiningOp<arith::AddFOp>();
  if (add && (add.getLhs() == carried || add.getRhs() == carried))
    add.setFastmath(add.getFastmath() | arith::FastMathFlags::reassoc);
}

/// The loop that carries the accumulator, in the place of `loop`.
static scf::ForOp promote(scf::ForOp loop, Accumulator accumulator,
                          RewriterBase &rewriter) {
  rewriter.setInsertionPoint(loop);
  Value start = rewriter.clone(*accumulator.load)->getResult(0);
  Value sum = accumulator.store.getValueToStore();
  SmallVector<Value> indices(accumulator.store.getIndices());
  Value buffer = accumulator.store.getMemRef();
  Value old = accumulator.load.getResult();
  auto wider = cast<scf::ForOp>(*loop.replaceWithAdditionalYields(
      rewriter, start, /*replaceInitOperandUsesInLoop=*/false,
      [&](OpBuilder &, Location, ArrayRef<BlockArgument>) {
        return SmallVector<Value>{sum};
      }));
  Value carried = wider.getRegionIterArgs().back();
  rewriter.replaceAllUsesWith(old, carried);
  rewriter.eraseOp(accumulator.load);
  rewriter.eraseOp(accumulator.store);
  allowReordering(sum, carried);
  rewriter.setInsertionPointAfter(wider);
  memref::StoreOp::create(rewriter, wider.getLoc(), wider.getResults().back(),
                          buffer, indices);
  return wider;
}

/// The first accumulator of `loop`, if it has one.
static std::optional<Accumulator> findAccumulator(scf::ForOp loop) {
  for (Operation &op : *loop.getBody())
    if (auto store = dyn_cast<memref::StoreOp>(op))
      if (auto accumulator = match(loop, store))
        return accumulator;
  return std::nullopt;
}

namespace {
struct PromoteAccumulators
    : qnn::impl::PromoteAccumulatorsBase<PromoteAccumulators> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // From inside out: what an inner loop stores is the outer one's to carry.
    SmallVector<scf::ForOp> loops;
    getOperation()->walk<WalkOrder::PostOrder>(
        [&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      while (auto accumulator = findAccumulator(loop))
        loop = promote(loop, *accumulator, rewriter);
  }
};
} // namespace
