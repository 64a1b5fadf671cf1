//===- StreamStores.cpp - Results that no cache holds -----------*- C++ -*-===//
//
// Before a store changes a line that is in no cache, the line is read from
// memory. A result that is greater than all caches has left them before it is
// read, so lines of it that are written whole, one store after the other, may
// as well go past the caches: that takes a third of the time.
//
// Such stores want an address that is a multiple of their size. Memory of the
// caller may begin anywhere; where it is not aligned, the stores are ordinary.
// For other threads they are in no order with what is stored behind them, but
// for a fence, which each function ends with.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "LoopFunction.h"
#include "MemorySizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "qnn/Target/Target.h"

#include <numeric>

namespace qnn {
#define GEN_PASS_DEF_STREAMSTORES
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// The buffer whose elements, all of them, `memref` shows in some shape.
static Value wholeOf(Value memref) {
  while (Operation *op = memref.getDefiningOp()) {
    if (!isa<memref::CollapseShapeOp, memref::ExpandShapeOp>(op))
      break;
    memref = op->getOperand(0);
  }
  return memref;
}

/// Whether all that `loop` does with the buffer is to store vectors to it.
static bool isOnlyWritten(Value buffer, Operation *loop) {
  return llvm::all_of(buffer.getUsers(), [&](Operation *user) {
    if (isa<ViewLikeOpInterface>(user))
      return isOnlyWritten(user->getResult(0), loop);
    return !loop->isAncestor(user) || isa<vector::TransferWriteOp>(user);
  });
}

/// Whether the buffer begins with a line wherever it is.
static bool beginsLine(Value buffer) {
  auto argument = dyn_cast<BlockArgument>(buffer);
  if (!argument)
    return true; // the arena does
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto align = function.getArgAttrOfType<IntegerAttr>(
      argument.getArgNumber(), LLVM::LLVMDialect::getAlignAttrName());
  return align && align.getInt() % lineBytes == 0;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// A number that divides all values of the index; 0 where that is 0.
static int64_t divisorOf(Value index) {
  if (std::optional<int64_t> number = getConstantIntValue(index))
    return std::abs(*number);
  if (auto loop = scf::getForInductionVarOwner(index))
    return std::gcd(divisorOf(loop.getLowerBound()), divisorOf(loop.getStep()));
  Operation *op = index.getDefiningOp();
  if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op))
    return std::gcd(divisorOf(op->getOperand(0)), divisorOf(op->getOperand(1)));
  if (isa_and_nonnull<arith::MulIOp>(op))
    return divisorOf(op->getOperand(0)) * divisorOf(op->getOperand(1));
  return 1;
}

/// `index` without a constant that is added to it.
static std::pair<Value, int64_t> splitConstant(Value index) {
  if (auto sum = index.getDefiningOp<arith::AddIOp>())
    if (std::optional<int64_t> number = getConstantIntValue(sum.getRhs()))
      return {sum.getLhs(), *number};
  return {index, 0};
}

namespace {
/// Stores of one block whose places differ in a constant only.
struct Stores {
  Value memref;
  SmallVector<Value> indices; ///< of all of them; the last without constant
  SmallVector<std::pair<int64_t, vector::TransferWriteOp>> ops;

  /// Bytes that divide the place of the store with constant 0.
  int64_t divisor() const;
};
} // namespace

int64_t Stores::divisor() const {
  auto type = cast<MemRefType>(memref.getType());
  int64_t divisor = 0, bytes = type.getElementTypeBitWidth() / 8;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    divisor = std::gcd(divisor, divisorOf(indices[dim]) * bytes);
    bytes *= type.getDimSize(dim);
  }
  return divisor;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct StreamStores : qnn::impl::StreamStoresBase<StreamStores> {
  void runOnOperation() override;

private:
  bool isStream(vector::TransferWriteOp op);
  void visit(Block &block);
  void add(vector::TransferWriteOp op);
  void finish();
  void stream(Stores &stores);
  void stream(const Stores &stores, int64_t first, int64_t count);
  Value isAligned(Value buffer);

  int64_t cache = 0;
  SmallVector<Stores> open;
  llvm::DenseMap<Value, Value> aligned; ///< of buffers, what says it
  bool streams = false;
};
} // namespace

/// Whether the store is one of a vector to a buffer that no cache holds, and
/// that is not read there.
bool StreamStores::isStream(vector::TransferWriteOp op) {
  VectorType vector = op.getVectorType();
  Value buffer = wholeOf(op.getBase());
  if (op.getMask() || op.hasOutOfBoundsDim() || vector.getRank() != 1 ||
      !op.getPermutationMap().isMinorIdentity() || !isWholeBuffer(buffer) ||
      bytesOf(cast<MemRefType>(buffer.getType())) <= cache ||
      vector.getElementTypeBitWidth() % 8 != 0 || bytesOf(vector) < 16 ||
      lineBytes % bytesOf(vector) != 0)
    return false;
  Operation *outermost =
      getOperation().getBody().front().findAncestorOpInBlock(*op);
  return isOnlyWritten(buffer, outermost);
}

void StreamStores::add(vector::TransferWriteOp op) {
  SmallVector<Value> indices(op.getIndices());
  auto [base, constant] = splitConstant(indices.back());
  indices.back() = base;
  auto *it = llvm::find_if(open, [&](const Stores &stores) {
    return stores.memref == op.getBase() && stores.indices == indices;
  });
  if (it == open.end()) {
    open.push_back({op.getBase(), indices, {}});
    it = &open.back();
  }
  it->ops.push_back({constant, op});
}

/// Stores are moved to the last of them, so nothing else may be written in
/// between but other buffers.
void StreamStores::visit(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto write = dyn_cast<vector::TransferWriteOp>(op);
    if (write && isStream(write))
      add(write);
    else if (!isMemoryEffectFree(&op) && !isa<vector::TransferReadOp>(op) &&
             !(write && isWholeBuffer(wholeOf(write.getBase()))))
      finish();
  }
  finish();
}

void StreamStores::finish() {
  for (Stores &stores : open)
    stream(stores);
  open.clear();
}

/// Those of whole lines.
void StreamStores::stream(Stores &stores) {
  llvm::sort(stores.ops, llvm::less_first());
  if (stores.divisor() % lineBytes != 0)
    return;
  auto bytesAt = [&](int64_t i) {
    VectorType type = stores.ops[i].second.getVectorType();
    return stores.ops[i].first * type.getElementTypeBitWidth() / 8;
  };
  int64_t count = stores.ops.size();
  for (int64_t first = 0; first < count; ++first) {
    int64_t end = bytesAt(first), lines = 0;
    if (end % lineBytes != 0)
      continue;
    for (int64_t i = first; i < count && bytesAt(i) == end; ++i) {
      end += bytesOf(stores.ops[i].second.getVectorType());
      if (end % lineBytes == 0)
        lines = i + 1 - first;
    }
    if (lines) {
      stream(stores, first, lines);
      first += lines - 1;
    }
  }
}

void StreamStores::stream(const Stores &stores, int64_t first, int64_t count) {
  SmallVector<vector::TransferWriteOp> ops;
  for (const auto &[constant, op] : ArrayRef(stores.ops).slice(first, count))
    ops.push_back(op);
  Operation *last = *llvm::max_element(
      ops, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  OpBuilder b(last->getContext());
  b.setInsertionPointAfter(last);
  auto storePast = [&](OpBuilder &b) {
    for (vector::TransferWriteOp op : ops)
      vector::StoreOp::create(b, op.getLoc(), op.getVector(), op.getBase(),
                              op.getIndices(), /*nontemporal=*/true,
                              llvm::Align(bytesOf(op.getVectorType())));
  };
  streams = true;
  Value buffer = wholeOf(stores.memref);
  if (beginsLine(buffer)) {
    storePast(b);
    for (vector::TransferWriteOp op : ops)
      op.erase();
    return;
  }
  auto choice = scf::IfOp::create(b, last->getLoc(), isAligned(buffer),
                                  /*withElseRegion=*/true);
  OpBuilder past = choice.getThenBodyBuilder();
  storePast(past);
  for (vector::TransferWriteOp op : ops)
    op->moveBefore(choice.elseYield());
}

/// Whether the argument begins with a line, asked at the function's begin.
Value StreamStores::isAligned(Value buffer) {
  Value &known = aligned[buffer];
  if (known)
    return known;
  OpBuilder b(getOperation().getBody());
  Location loc = buffer.getLoc();
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(b, loc, buffer);
  Value rest = arith::ConstantIndexOp::create(b, loc, lineBytes - 1);
  Value none = arith::ConstantIndexOp::create(b, loc, 0);
  rest = arith::AndIOp::create(b, loc, address, rest);
  known = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, rest, none);
  return known;
}

void StreamStores::runOnOperation() {
  TargetAttr target = getTarget(getOperation());
  std::optional<StringRef> fence =
      findInstruction(target, Instruction::FenceStores);
  if (!fence || getOperation().isExternal())
    return;
  cache = getLastCacheBytes(target);
  // The pass runs on one function after the other.
  streams = false;
  aligned.clear();
  SmallVector<Block *> blocks;
  getOperation().walk(
      [&](scf::ForOp loop) { blocks.push_back(loop.getBody()); });
  for (Block *block : blocks)
    visit(*block);
  if (!streams)
    return;
  getOperation().walk([&](func::ReturnOp op) {
    OpBuilder b(op);
    LLVM::CallIntrinsicOp::create(b, op.getLoc(), b.getStringAttr(*fence),
                                  ValueRange());
  });
}
