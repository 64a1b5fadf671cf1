//===- OutlineParallel.cpp - Parallel loops as functions --------*- C++ -*-===//
//
// The function takes the range of iterations that it runs, so it is as right
// called once as called by several threads; what calls it in parts comes with
// the llvm dialect.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "LoopFunction.h"
#include "ParallelLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {
#define GEN_PASS_DEF_OUTLINEPARALLEL
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Most that the busiest thread may have to do, of an even share.
static constexpr double kEven = 1.05;

namespace {
/// Moves one loop into a function.
class Outliner {
public:
  Outliner(scf::ForOp loop, func::FuncOp caller, int64_t threads)
      : loop(loop), caller(caller), threads(threads),
        b(loop.getLoc(), loop.getContext()) {}

  /// False, with nothing changed, where a value cannot be passed.
  bool collect();
  void build(StringRef name);

private:
  func::FuncOp buildFunction(StringRef name);
  int64_t choosePartsOf(int64_t trips);
  void fillFunction(func::FuncOp function);
  void cutInnerLoops(const IRMapping &map, Value part);
  void sliceScratch(scf::ForOp copy, Value scratch, Value thread);

  scf::ForOp loop;
  func::FuncOp caller;
  int64_t threads;
  ImplicitLocOpBuilder b;
  LoopCaptures captures;
  SmallVector<memref::AllocOp> allocs;
  int64_t scratchBytes = 0; ///< of one thread
  /// Loops in the loop that are cut into parts, which count as iterations.
  SmallVector<scf::ForOp> inner;
  int64_t parts = 1;
};
} // namespace

static int64_t paddedBytes(MemRefType type) {
  unsigned bits =
      type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
  return llvm::alignTo(type.getNumElements() * llvm::divideCeil(bits, 8),
                       kBufferAlignment);
}

bool Outliner::collect() {
  if (!captures.collect(loop))
    return false;
  loop.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  for (memref::AllocOp alloc : allocs) {
    if (!isPlainBuffer(alloc.getType()))
      return false;
    scratchBytes += paddedBytes(alloc.getType());
  }
  return true;
}

void Outliner::build(StringRef name) {
  b.setInsertionPoint(loop);
  if (scratchBytes) {
    auto type = MemRefType::get({threads * scratchBytes}, b.getI8Type());
    captures.captured.insert(memref::AllocOp::create(b, type));
  }
  parts = choosePartsOf(*tripCount(loop));
  func::FuncOp function = buildFunction(name);
  SmallVector<Value> arguments(captures.captured.getArrayRef());
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value count = arith::ConstantIndexOp::create(b, *tripCount(loop) * parts);
  arguments.append({zero, count, zero});
  func::CallOp::create(b, function, arguments);
  loop.erase();
}

func::FuncOp Outliner::buildFunction(StringRef name) {
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Type> range(3, b.getIndexType());
  func::FuncOp function = captures.createFunction(caller, name, range);
  function->setAttr(kParallelAttr, b.getI64IntegerAttr(threads));
  b.setInsertionPointToStart(&function.getBody().front());
  fillFunction(function);
  func::ReturnOp::create(b);
  return function;
}

/// In how many parts the loops within are cut, so that threads have about the
/// same to do: 7 rows on two threads are 14 halves.
int64_t Outliner::choosePartsOf(int64_t trips) {
  auto isEven = [&](int64_t parts) {
    int64_t pieces = trips * parts;
    double most = llvm::divideCeil(pieces, threads) * threads;
    return most <= kEven * static_cast<double>(pieces);
  };
  if (isEven(1))
    return 1;
  inner = findSplitLoops(loop);
  int64_t most = inner.empty() ? 1 : *tripCount(inner.front());
  for (int64_t candidate = 2; candidate < most; ++candidate)
    if (isEven(candidate))
      return candidate;
  return most;
}

/// The loop again, over iterations begin .. end - 1; `parts` of them are one of
/// the loop's own.
void Outliner::fillFunction(func::FuncOp function) {
  IRMapping map;
  captures.enter(b, function, map);
  ArrayRef<BlockArgument> range = function.getArguments().take_back(3);
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto pieces = scf::ForOp::create(b, range[0], range[1], one);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(pieces.getBody());
    Value count = arith::ConstantIndexOp::create(b, parts);
    Value iteration =
        arith::DivUIOp::create(b, pieces.getInductionVar(), count);
    Value part = arith::RemUIOp::create(b, pieces.getInductionVar(), count);
    Value distance =
        arith::MulIOp::create(b, iteration, map.lookup(loop.getStep()));
    map.map(loop.getInductionVar(),
            arith::AddIOp::create(b, map.lookup(loop.getLowerBound()), distance)
                .getResult());
    for (Operation &op : loop.getBody()->without_terminator())
      b.clone(op, map);
    if (parts > 1)
      cutInnerLoops(map, part);
  }
  if (scratchBytes)
    sliceScratch(pieces, function.getArgument(captures.captured.size() - 1),
                 range[2]);
}

/// Iterations trips * part / parts .. trips * (part + 1) / parts - 1.
void Outliner::cutInnerLoops(const IRMapping &map, Value part) {
  for (scf::ForOp original : inner) {
    auto copy = cast<scf::ForOp>(map.lookup(original.getOperation()));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(copy);
    Value trips = arith::ConstantIndexOp::create(b, *tripCount(original));
    Value count = arith::ConstantIndexOp::create(b, parts);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value low = copy.getLowerBound(), step = copy.getStep();
    auto boundOf = [&](Value part) -> Value {
      Value all = arith::MulIOp::create(b, trips, part);
      Value first = arith::DivUIOp::create(b, all, count);
      Value distance = arith::MulIOp::create(b, first, step);
      return arith::AddIOp::create(b, low, distance);
    };
    Value next = arith::AddIOp::create(b, part, one);
    copy.getLowerBoundMutable().assign(boundOf(part));
    copy.getUpperBoundMutable().assign(boundOf(next));
  }
}

/// Buffers that the loop allocates become parts of the thread's own part of
/// the scratch memory.
void Outliner::sliceScratch(scf::ForOp copy, Value scratch, Value thread) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(copy);
  Value size = arith::ConstantIndexOp::create(b, scratchBytes);
  Value start = arith::MulIOp::create(b, thread, size);
  int64_t place = 0;
  SmallVector<memref::AllocOp> inside;
  copy.walk([&](memref::AllocOp alloc) { inside.push_back(alloc); });
  copy.walk([](memref::DeallocOp dealloc) { dealloc.erase(); });
  for (memref::AllocOp alloc : inside) {
    Value offset = arith::ConstantIndexOp::create(b, place);
    offset = arith::AddIOp::create(b, start, offset);
    Value view = memref::ViewOp::create(b, alloc.getType(), scratch, offset,
                                        ValueRange());
    place += paddedBytes(alloc.getType());
    alloc.getResult().replaceAllUsesWith(view);
    alloc.erase();
  }
}

namespace {
struct OutlineParallel : qnn::impl::OutlineParallelBase<OutlineParallel> {
  using OutlineParallelBase::OutlineParallelBase;

  void runOnOperation() override {
    threads = threadsOfSample(getOperation());
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (threads > 1 && function.isPublic() && !function.isExternal())
        outline(function);
    getOperation()->walk(
        [](scf::ForOp loop) { loop->removeAttr(kThreadsAttr); });
  }

  /// The outermost loops that are parallel and worth it.
  void outline(func::FuncOp function) {
    SmallVector<scf::ForOp> loops;
    function.walk<WalkOrder::PreOrder>([&](scf::ForOp loop) {
      if (threadsOfLoop(loop) < 2)
        return WalkResult::skip();
      if (!isWorthwhile(loop))
        return WalkResult::advance();
      loops.push_back(loop);
      return WalkResult::skip();
    });
    int64_t number = 0;
    for (scf::ForOp loop : loops) {
      Outliner outliner(loop, function, threadsOfLoop(loop));
      if (outliner.collect())
        outliner.build((function.getName() + "_loop" + Twine(number++)).str());
    }
  }

  /// What was chosen for the product that the loop is of, or is in.
  int64_t threadsOfLoop(scf::ForOp loop) const {
    for (; loop; loop = loop->getParentOfType<scf::ForOp>())
      if (auto chosen = loop->getAttrOfType<IntegerAttr>(kThreadsAttr))
        return std::min(chosen.getInt(), threads);
    return threads;
  }

  bool isWorthwhile(scf::ForOp loop) {
    return tripCount(loop).value_or(0) > 1 && estimateWork(loop) >= minWork &&
           isParallel(loop);
  }

  int64_t threads = 1; ///< of a sample
};
} // namespace
