//===- Recompute.cpp - Less is kept for the backward part -------*- C++ -*-===//
//
// A step reads late, in its backward part, what it has computed early. What an
// elementwise loop makes of tensors that are there anyway is computed again
// where it is read late, and fused there; of what is compared only, a byte is
// kept. Each element is computed by the same operations, so no bit changes.
//
//===----------------------------------------------------------------------===//

#include "ByteMasks.h"
#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace qnn {
#define GEN_PASS_DEF_RECOMPUTE
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;
using linalg::GenericOp;

/// Smaller tensors are not worth it.
static constexpr int64_t kLeastBytes = 1 << 14;
/// Ops between two readers that are near each other.
static constexpr int64_t kNear = 16;
/// Operations on an element that are computed again.
static constexpr size_t kMostOps = 32;

static int64_t bytesOf(Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return std::numeric_limits<int64_t>::max() / 2;
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

static bool isView(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

/// Operations that cost no more than to read a float from memory.
static bool isCheap(Operation &op) {
  return isa<arith::ArithDialect>(op.getDialect())
             ? !isa<arith::DivFOp, arith::RemFOp>(op)
             : isa<math::AbsFOp, math::CopySignOp, math::FloorOp,
                   math::RoundEvenOp, linalg::YieldOp>(op);
}

/// An elementwise loop with one result, whose elements it computes in place.
static bool isCheap(GenericOp loop) {
  return loop.hasPureTensorSemantics() && loop->getNumResults() == 1 &&
         loop.getNumParallelLoops() == loop.getNumLoops() &&
         loop.getIndexingMapMatchingResult(loop->getOpResult(0)).isIdentity() &&
         loop.getMatchingBlockArgument(loop.getDpsInitOperand(0)).use_empty() &&
         llvm::all_of(*loop.getBody(),
                      [](Operation &op) { return isCheap(op); });
}

namespace {
/// A use of a tensor, maybe in other shapes.
struct Reader {
  OpOperand *operand;
  Operation *op; ///< of the block
};

/// What must be computed again to have a value at some place.
struct Chain {
  llvm::SetVector<Operation *> ops; ///< in order
  size_t cost = 0;
  int64_t bytesRead = 0;
};

class Keeper {
public:
  Keeper(func::FuncOp function)
      : block(function.getBody().front()), rewriter(function.getContext()) {
    for (Operation &op : block)
      positions[&op] = positions.size();
  }
  void run();

private:
  int64_t positionOf(Operation *op) const { return positions.lookup(op); }
  SmallVector<Reader> readersOf(Value value) const;
  int64_t lastReadOf(Value value) const;
  bool isThereAt(Value value, int64_t position) const;
  bool provide(Value value, int64_t position, int64_t bytes, Chain &chain);
  bool repeat(GenericOp loop, int64_t position, int64_t bytes, Chain &chain);
  bool canTake(const Reader &reader) const;
  void copyFor(const Reader &reader, const Chain &chain);
  void recompute(GenericOp loop);
  void compareEarly(Value value);

  Block &block;
  IRRewriter rewriter;
  /// Copies stand where their reader does.
  llvm::DenseMap<Operation *, int64_t> positions;
  llvm::DenseSet<Operation *> copies;
};
} // namespace

SmallVector<Reader> Keeper::readersOf(Value value) const {
  SmallVector<Reader> readers;
  for (OpOperand &use : value.getUses()) {
    if (isView(use.getOwner()))
      llvm::append_range(readers, readersOf(use.getOwner()->getResult(0)));
    else
      readers.push_back({&use, block.findAncestorOpInBlock(*use.getOwner())});
  }
  return readers;
}

int64_t Keeper::lastReadOf(Value value) const {
  int64_t last = -1;
  for (const Reader &reader : readersOf(value))
    last = std::max(last, positionOf(reader.op));
  return last;
}

/// True where the tensor is in memory at `position` whatever happens here.
bool Keeper::isThereAt(Value value, int64_t position) const {
  while (isView(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return isa<BlockArgument>(value) ||
         value.getDefiningOp<arith::ConstantOp>() ||
         lastReadOf(value) >= position;
}

/// Adds to `chain` what makes `value` at `position`, to save `bytes`.
bool Keeper::provide(Value value, int64_t position, int64_t bytes,
                     Chain &chain) {
  Operation *op = value.getDefiningOp();
  int64_t size = bytesOf(value);
  if (isThereAt(value, position) || 32 * size <= bytes) {
    chain.bytesRead += size;
    return true;
  }
  if (chain.ops.contains(op))
    return true;
  if (isView(op)) {
    if (!provide(op->getOperand(0), position, bytes, chain))
      return false;
    chain.ops.insert(op);
    return true;
  }
  auto loop = dyn_cast_or_null<GenericOp>(op);
  if (loop && repeat(loop, position, bytes, chain))
    return true;
  // A quarter of the bytes may live longer for it.
  bool isSmall = 4 * size <= bytes;
  chain.bytesRead += isSmall ? size : 0;
  return isSmall;
}

/// Adds `loop` to `chain`, and what makes its inputs. Where they cannot be
/// made, but a comparison of them would do, that is kept.
bool Keeper::repeat(GenericOp loop, int64_t position, int64_t bytes,
                    Chain &chain) {
  if (loop->getBlock() != &block || copies.contains(loop) || !isCheap(loop))
    return false;
  Chain before = chain;
  chain.cost += loop.getBody()->getOperations().size();
  bool hasInputs = chain.cost <= kMostOps &&
                   llvm::all_of(loop.getInputs(), [&](Value input) {
                     return provide(input, position, bytes, chain);
                   });
  if (!hasInputs) {
    chain = std::move(before);
    bool isWide = bytesOf(loop.getResult(0)) >= bytes;
    GenericOp compared = isWide ? splitComparison(rewriter, loop) : GenericOp();
    if (!compared)
      return false;
    positions[compared] = positionOf(loop);
    chain.cost += loop.getBody()->getOperations().size();
    chain.bytesRead += bytesOf(compared.getResult(0));
  }
  chain.ops.insert(loop);
  return true;
}

/// True where a loop that makes what is read would be fused.
bool Keeper::canTake(const Reader &reader) const {
  auto loop = dyn_cast<GenericOp>(reader.operand->getOwner());
  return loop && reader.op == loop && loop.hasPureTensorSemantics() &&
         loop.isDpsInput(reader.operand) &&
         loop.getNumParallelLoops() == loop.getNumLoops() &&
         loop.getMatchingIndexingMap(reader.operand).isPermutation();
}

void Keeper::copyFor(const Reader &reader, const Chain &chain) {
  rewriter.setInsertionPoint(reader.op);
  SmallVector<Operation *> ops(chain.ops.getArrayRef());
  IRMapping mapping;
  for (Operation *op : ops) {
    Operation *copy = rewriter.clone(*op, mapping);
    positions[copy] = positionOf(reader.op);
    copies.insert(copy);
  }
  rewriter.modifyOpInPlace(reader.op, [&] {
    reader.operand->set(mapping.lookup(reader.operand->get()));
  });
}

/// Readers behind all that cannot do without the tensor in memory get copies of
/// `loop`.
void Keeper::recompute(GenericOp loop) {
  Value value = loop.getResult(0);
  SmallVector<Reader> readers = readersOf(value);
  int64_t last = positionOf(loop), bytes = bytesOf(value);
  SmallVector<std::pair<Reader, Chain>> late;
  for (const Reader &reader : readers) {
    int64_t position = positionOf(reader.op);
    Chain chain;
    bool isLate = position > positionOf(loop) + kNear && canTake(reader) &&
                  repeat(loop, position, bytes, chain);
    // Copies of copies could go on from layer to layer.
    int64_t most = copies.contains(reader.op) ? bytes + bytes / 8 : 2 * bytes;
    if (isLate && chain.bytesRead <= most) {
      // What is read may be a view of it.
      SmallVector<Operation *> views;
      for (Value read = reader.operand->get(); read != value;
           read = read.getDefiningOp()->getOperand(0))
        views.push_back(read.getDefiningOp());
      chain.ops.insert(views.rbegin(), views.rend());
      late.push_back({reader, std::move(chain)});
      continue;
    }
    last = std::max(last, position);
  }
  for (auto &[reader, chain] : late)
    if (positionOf(reader.op) > last + kNear)
      copyFor(reader, chain);
}

/// Where the last reader compares only, and is late, it gets bytes.
void Keeper::compareEarly(Value value) {
  SmallVector<Reader> readers = readersOf(value);
  if (readers.size() < 2 || bytesOf(value) < kLeastBytes)
    return;
  llvm::sort(readers, [&](const Reader &a, const Reader &b) {
    return positionOf(a.op) < positionOf(b.op);
  });
  Reader &last = readers.back(), &before = readers[readers.size() - 2];
  if (positionOf(last.op) <= positionOf(before.op) + kNear ||
      last.operand->get() != value || !canTake(last))
    return;
  rewriter.setInsertionPointAfter(before.op);
  if (!readComparison(rewriter, *last.operand))
    return;
  positions[rewriter.getInsertionPoint()->getPrevNode()] =
      positionOf(before.op);
}

void Keeper::run() {
  SmallVector<Operation *> ops;
  for (Operation &op : block)
    ops.push_back(&op);
  // From the end: what is computed again there is not read any longer by then.
  for (Operation *op : llvm::reverse(ops)) {
    auto loop = dyn_cast<GenericOp>(op);
    if (loop && isCheap(loop) && bytesOf(loop.getResult(0)) >= kLeastBytes)
      recompute(loop);
  }
  for (Operation *op : ops)
    if (op->getNumResults() == 1 &&
        isa<RankedTensorType>(op->getResult(0).getType()))
      compareEarly(op->getResult(0));
}

namespace {
struct Recompute : qnn::impl::RecomputeBase<Recompute> {
  void runOnOperation() override {
    if (llvm::hasSingleElement(getOperation().getBody()))
      Keeper(getOperation()).run();
  }
};
} // namespace
