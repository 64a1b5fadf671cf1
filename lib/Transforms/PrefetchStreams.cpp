//===- PrefetchStreams.cpp - Weights that come from memory ------*- C++ -*-===//
//
// A product of one row reads each weight once. The processor fetches what lies
// ahead by itself, but stops at the end of each page of 4 KB, and what it looks
// ahead of instructions is short where a weight takes many.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/VectorInterfaces.h"
#include "qnn/Target/Target.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {
#define GEN_PASS_DEF_PREFETCHSTREAMS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Bytes ahead: some hundred cycles at the speed of memory.
static constexpr int64_t distance = 1024;
static constexpr int64_t lineBytes = 64;

static int64_t bytesOf(MemRefType type) {
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
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

/// Whether the innermost loop goes on from row to row.
static bool goesAlongRows(Operation *access, ValueRange indices) {
  llvm::SmallPtrSet<Operation *, 8> loops;
  addLoops(indices[indices.size() - 2], loops);
  return loops.contains(access->getParentOfType<scf::ForOp>());
}

/// One access of a line is enough.
static bool beginsLine(Value column, MemRefType type) {
  std::optional<int64_t> first = getConstantIntValue(column);
  return first && *first * type.getElementTypeBitWidth() / 8 % lineBytes == 0;
}

static void prefetch(Operation *access, Value memref, ValueRange indices) {
  auto type = cast<MemRefType>(memref.getType());
  int64_t rowBytes = type.getShape().back() * type.getElementTypeBitWidth() / 8;
  OpBuilder b(access);
  Location loc = access->getLoc();
  SmallVector<Value> ahead(indices);
  Value &row = ahead[ahead.size() - 2];
  Value rows = arith::ConstantIndexOp::create(
      b, loc, llvm::divideCeil(distance, rowBytes));
  row = arith::AddIOp::create(b, loc, row, rows);
  memref::PrefetchOp::create(b, loc, memref, ahead, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

namespace {
struct PrefetchStreams : qnn::impl::PrefetchStreamsBase<PrefetchStreams> {
  void runOnOperation() override {
    int64_t cache = getCacheBytes(getTarget(getOperation()));
    auto visit = [&](Operation *access, Value memref, ValueRange indices) {
      auto type = cast<MemRefType>(memref.getType());
      if (type.getRank() < 2 || bytesOf(type) <= cache ||
          !memref.getDefiningOp<memref::GetGlobalOp>())
        return;
      if (access->getParentOfType<scf::ForOp>() &&
          beginsLine(indices.back(), type) && goesAlongRows(access, indices) &&
          isReadOnce(access, indices))
        prefetch(access, memref, indices);
    };
    getOperation()->walk([&](Operation *op) {
      if (auto load = dyn_cast<vector::LoadOp>(op))
        visit(op, load.getBase(), load.getIndices());
      else if (auto read = dyn_cast<vector::TransferReadOp>(op))
        visit(op, read.getBase(), read.getIndices());
    });
  }
};
} // namespace
