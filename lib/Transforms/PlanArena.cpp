//===- PlanArena.cpp - One arena for all buffers ----------------*- C++ -*-===//
//
// A compiled model allocates nothing while it runs. Lifetimes are intervals of
// positions in the entry block: an op nested in a loop counts as the loop.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {
#define GEN_PASS_DEF_PLANARENA
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static constexpr int64_t kAlignment = 64;

namespace {
struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes, first, last, offset = 0;

  bool overlapsInTime(const Buffer &other) const {
    return first <= other.last && other.first <= last;
  }
  int64_t end() const { return offset + llvm::alignTo(bytes, kAlignment); }
};

/// Positions of the entry block's ops.
class Positions {
public:
  explicit Positions(Block &block) : block(block) {
    for (Operation &op : block)
      position[&op] = position.size();
  }
  int64_t of(Operation *op) const {
    return position.lookup(block.findAncestorOpInBlock(*op));
  }

private:
  Block &block;
  llvm::DenseMap<Operation *, int64_t> position;
};
} // namespace

static int64_t sizeInBytes(MemRefType type) {
  unsigned bits =
      type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
  return type.getNumElements() * llvm::divideCeil(bits, 8);
}

static Buffer measure(memref::AllocOp alloc, const Positions &positions,
                      BufferViewFlowAnalysis &aliases) {
  Buffer buffer{alloc, sizeInBytes(alloc.getType()), positions.of(alloc), 0};
  buffer.last = buffer.first;
  for (Value alias : aliases.resolve(alloc.getResult()))
    for (Operation *user : alias.getUsers())
      buffer.last = std::max(buffer.last, positions.of(user));
  return buffer;
}

/// First fit, the largest first. Returns the size of the arena.
static int64_t place(MutableArrayRef<Buffer> buffers) {
  llvm::sort(buffers, [](const Buffer &a, const Buffer &b) {
    return std::pair(-a.bytes, a.first) < std::pair(-b.bytes, b.first);
  });
  int64_t total = 0;
  for (auto [i, buffer] : llvm::enumerate(buffers)) {
    SmallVector<const Buffer *> rivals;
    for (const Buffer &other : buffers.take_front(i))
      if (buffer.overlapsInTime(other))
        rivals.push_back(&other);
    llvm::sort(rivals, [](const Buffer *a, const Buffer *b) {
      return a->offset < b->offset;
    });
    for (const Buffer *rival : rivals) {
      if (buffer.end() <= rival->offset)
        break;
      buffer.offset = std::max(buffer.offset, rival->end());
    }
    total = std::max(total, buffer.end());
  }
  return total;
}

static void replaceByView(Buffer &buffer, Value arena, Block &entry) {
  OpBuilder b(buffer.alloc->getContext());
  b.setInsertionPoint(entry.findAncestorOpInBlock(*buffer.alloc));
  Location loc = buffer.alloc.getLoc();
  Value offset = arith::ConstantIndexOp::create(b, loc, buffer.offset);
  auto plain = MemRefType::get(buffer.alloc.getType().getShape(),
                               buffer.alloc.getType().getElementType());
  Value view =
      memref::ViewOp::create(b, loc, plain, arena, offset, ValueRange());
  buffer.alloc.getResult().replaceAllUsesWith(view);
  buffer.alloc.erase();
}

static LogicalResult planFunction(func::FuncOp function, int64_t &arenaBytes) {
  Block &entry = function.getBody().front();
  Positions positions(entry);
  BufferViewFlowAnalysis aliases(function);
  SmallVector<Buffer> buffers;
  WalkResult result = function.walk([&](memref::AllocOp alloc) {
    if (!alloc.getType().hasStaticShape()) {
      alloc.emitOpError("expected a static size for the arena, but got ")
          << alloc.getType();
      return WalkResult::interrupt();
    }
    buffers.push_back(measure(alloc, positions, aliases));
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  arenaBytes = place(buffers);
  Builder b(function.getContext());
  auto type = MemRefType::get({arenaBytes}, b.getI8Type());
  if (failed(function.insertArgument(function.getNumArguments(), type, {},
                                     function.getLoc())))
    return failure();
  Value arena = function.getArguments().back();
  for (Buffer &buffer : buffers)
    replaceByView(buffer, arena, entry);
  function.walk([](memref::DeallocOp dealloc) { dealloc.erase(); });
  return success();
}

namespace {
struct PlanArena : qnn::impl::PlanArenaBase<PlanArena> {
  void runOnOperation() override {
    int64_t arenaBytes = 0;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && failed(planFunction(function, arenaBytes)))
        return signalPassFailure();
    Builder b(&getContext());
    getOperation()->setAttr(kArenaBytesAttr, b.getI64IntegerAttr(arenaBytes));
  }
};
} // namespace
