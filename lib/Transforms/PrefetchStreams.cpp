//===- PrefetchStreams.cpp - What comes from memory -------------*- C++ -*-===//
//
// A product of one row reads each weight once, and a recurrent layer walks back
// through what it saved. The processor fetches what lies ahead by itself, but
// stops at the end of each page of 4 KB, and what it looks ahead of
// instructions is short where a weight takes many.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "MemorySizes.h"
#include "ParallelLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "qnn/Target/Target.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {
#define GEN_PASS_DEF_PREFETCHSTREAMS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Bytes ahead, counted for each line that an iteration reads: some hundred
/// cycles at the speed of memory. The last cache answers sooner, and what comes
/// too early only fills the first one; that has been measured on Zen 4.
static int64_t distanceTo(TargetAttr target, MemRefType type) {
  return isInNearCache(target, bytesOf(type)) ? 256 : 1024;
}

/// Adds the loops whose induction variables `index` is computed from.
static void addLoops(Value index, llvm::SmallPtrSetImpl<Operation *> &loops) {
  if (auto argument = dyn_cast<BlockArgument>(index)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar())
      return;
    loops.insert(loop);
    addLoops(loop.getLowerBound(), loops);
    return;
  }
  for (Value operand : index.getDefiningOp()->getOperands())
    if (operand.getType().isIndex())
      addLoops(operand, loops);
}

/// Whether no loop around the access reads the same again.
static bool isReadOnce(Operation *access, ValueRange indices) {
  llvm::SmallPtrSet<Operation *, 8> loops;
  for (Value index : indices)
    addLoops(index, loops);
  for (auto loop = access->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    if (!loops.contains(loop))
      return false;
  return true;
}

namespace {
/// Iterations of a loop that lie between a line and the one to ask for now.
struct Ahead {
  scf::ForOp loop;
  int64_t iterations;
};
} // namespace

/// The innermost loop that reads enough from its first iteration to its last to
/// look ahead in it.
static std::optional<Ahead> findLoop(Operation *access, int64_t bytes,
                                     int64_t distance) {
  for (auto loop = access->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>()) {
    std::optional<int64_t> trips = tripCount(loop);
    if (!trips)
      return std::nullopt;
    if (bytes * *trips > distance)
      return Ahead{loop, int64_t(llvm::divideCeil(distance, bytes))};
    bytes *= *trips;
  }
  return std::nullopt;
}

/// `index` in a later iteration of the loop; null where that is not seen.
static Value advance(OpBuilder &b, Value index, Ahead ahead) {
  if (index == ahead.loop.getInductionVar()) {
    std::optional<int64_t> step = getConstantIntValue(ahead.loop.getStep());
    if (!step)
      return {};
    Value more = arith::ConstantIndexOp::create(b, index.getLoc(),
                                                *step * ahead.iterations);
    return arith::AddIOp::create(b, index.getLoc(), index, more);
  }
  Operation *op = index.getDefiningOp();
  if (!op || !ahead.loop->isAncestor(op))
    return index;
  if (!isPure(op) || op->getNumRegions() != 0)
    return {};
  IRMapping map;
  for (Value operand : op->getOperands()) {
    Value later = advance(b, operand, ahead);
    if (!later)
      return {};
    map.map(operand, later);
  }
  return b.clone(*op, map)->getResult(0);
}

/// One access of a line is enough.
static bool beginsLine(Value column, VectorType type) {
  std::optional<int64_t> first = getConstantIntValue(column);
  return bytesOf(type) >= lineBytes ||
         (first && *first * type.getElementTypeBitWidth() / 8 % lineBytes == 0);
}

static void prefetch(Operation *access, Value memref, ValueRange indices,
                     Ahead ahead) {
  OpBuilder b(access);
  SmallVector<Value> later;
  for (Value index : indices) {
    later.push_back(advance(b, index, ahead));
    if (!later.back())
      return;
  }
  if (llvm::equal(later, indices))
    return;
  memref::PrefetchOp::create(b, access->getLoc(), memref, later,
                             /*isWrite=*/false, /*localityHint=*/3,
                             /*isDataCache=*/true);
}

namespace {
struct PrefetchStreams : qnn::impl::PrefetchStreamsBase<PrefetchStreams> {
  void runOnOperation() override {
    TargetAttr target = getTarget(getOperation());
    int64_t cache = getCacheBytes(target);
    auto visit = [&](Operation *access, Value memref, ValueRange indices,
                     VectorType vector) {
      auto type = cast<MemRefType>(memref.getType());
      if (bytesOf(type) <= cache ||
          !isa_and_nonnull<memref::GetGlobalOp, memref::AllocOp>(
              memref.getDefiningOp()) ||
          !beginsLine(indices.back(), vector) || !isReadOnce(access, indices))
        return;
      if (std::optional<Ahead> ahead =
              findLoop(access, std::max(bytesOf(vector), lineBytes),
                       distanceTo(target, type)))
        prefetch(access, memref, indices, *ahead);
    };
    getOperation()->walk([&](Operation *op) {
      if (auto load = dyn_cast<vector::LoadOp>(op))
        visit(op, load.getBase(), load.getIndices(), load.getVectorType());
      else if (auto read = dyn_cast<vector::TransferReadOp>(op))
        visit(op, read.getBase(), read.getIndices(), read.getVectorType());
    });
  }
};
} // namespace
