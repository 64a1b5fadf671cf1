//===- ParallelLoops.cpp - Which loops may run on threads -------*- C++ -*-===//
//
// Proved from the indices of loads and stores, not promised by who made the
// loop: promises are lost when passes rebuild loops, and would have to be kept
// by every lowering.
//
//===----------------------------------------------------------------------===//

#include "ParallelLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

namespace {
/// The numbers factor * (induction variable) + low .. high.
struct IndexRange {
  int64_t factor, low, high;

  IndexRange scaled(int64_t by) const {
    return by < 0 ? IndexRange{factor * by, high * by, low * by}
                  : IndexRange{factor * by, low * by, high * by};
  }
  IndexRange plus(IndexRange other) const {
    return {factor + other.factor, low + other.low, high + other.high};
  }
  /// With as many further numbers behind as `size` elements need.
  IndexRange widened(int64_t size) const {
    return {factor, low, high + size - 1};
  }
  bool isConstant() const { return factor == 0 && low == high; }
};
using MaybeRange = std::optional<IndexRange>;
} // namespace

static MaybeRange rangeOf(Value index, scf::ForOp loop);

/// All values of the induction variable of `inner`.
static MaybeRange rangeOfLoop(scf::ForOp inner, scf::ForOp loop) {
  MaybeRange first = rangeOf(inner.getLowerBound(), loop);
  MaybeRange bound = rangeOf(inner.getUpperBound(), loop);
  if (!first || !bound || first->factor != bound->factor)
    return std::nullopt;
  int64_t last = bound->high - 1;
  std::optional<int64_t> step = getConstantIntValue(inner.getStep());
  if (step && first->low == first->high && bound->low == bound->high &&
      last >= first->low)
    last = first->low + (last - first->low) / *step * *step;
  return IndexRange{first->factor, first->low, last};
}

static MaybeRange rangeOfMinMax(Operation *op, scf::ForOp loop) {
  MaybeRange a = rangeOf(op->getOperand(0), loop);
  MaybeRange b = rangeOf(op->getOperand(1), loop);
  if (!a || !b || a->factor != b->factor)
    return std::nullopt;
  if (isa<arith::MinSIOp>(op))
    return IndexRange{a->factor, std::min(a->low, b->low),
                      std::min(a->high, b->high)};
  return IndexRange{a->factor, std::max(a->low, b->low),
                    std::max(a->high, b->high)};
}

static MaybeRange rangeOfArithmetic(Operation *op, scf::ForOp loop) {
  MaybeRange a = rangeOf(op->getOperand(0), loop);
  MaybeRange b = rangeOf(op->getOperand(1), loop);
  if (!a || !b)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return a->plus(*b);
  if (isa<arith::SubIOp>(op))
    return a->plus(b->scaled(-1));
  if (b->isConstant())
    return a->scaled(b->low);
  if (a->isConstant())
    return b->scaled(a->low);
  return std::nullopt;
}

static MaybeRange rangeOf(Value index, scf::ForOp loop) {
  if (loop && index == loop.getInductionVar())
    return IndexRange{1, 0, 0};
  if (std::optional<int64_t> number = getConstantIntValue(index))
    return IndexRange{0, *number, *number};
  if (scf::ForOp inner = scf::getForInductionVarOwner(index))
    return rangeOfLoop(inner, loop);
  Operation *op = index.getDefiningOp();
  if (isa_and_nonnull<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return rangeOfArithmetic(op, loop);
  if (isa_and_nonnull<arith::MinSIOp, arith::MaxSIOp>(op))
    return rangeOfMinMax(op, loop);
  return std::nullopt;
}

static MaybeRange rangeOf(OpFoldResult index, scf::ForOp loop) {
  if (std::optional<int64_t> number = getConstantIntValue(index))
    return IndexRange{0, *number, *number};
  return rangeOf(cast<Value>(index), loop);
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

namespace {
/// What one op touches of a buffer.
struct Access {
  Value memref;                 ///< defined outside of the loop
  SmallVector<MaybeRange> dims; ///< indices in each dimension, where known
  bool writes;
};

/// All that a loop touches, by buffer, and where, as seen from the iterations
/// of that loop or of loops within it that have the same bounds.
class Accesses {
public:
  Accesses(scf::ForOp scope, ArrayRef<scf::ForOp> iterated)
      : scope(scope), iterated(iterated) {}
  LogicalResult collect();
  bool areDisjoint();

private:
  LogicalResult add(Operation *op);
  LogicalResult addAll(Operation *op);
  LogicalResult add(Value memref, SmallVector<MaybeRange> dims, bool writes);
  SmallVector<MaybeRange> rangesOf(ValueRange indices, VectorType vector,
                                   AffineMap map) const;
  void leaveSubView(memref::SubViewOp view, SmallVector<MaybeRange> &dims);
  bool isDisjoint(ArrayRef<Access> accesses);

  scf::ForOp scope;
  ArrayRef<scf::ForOp> iterated;
  scf::ForOp loop; ///< of `iterated`, that the current op is in; or none
  llvm::MapVector<Value, SmallVector<Access, 4>> buffers;
};
} // namespace

/// The ranges of a vector of `vector`'s shape at `indices`.
SmallVector<MaybeRange>
Accesses::rangesOf(ValueRange indices, VectorType vector, AffineMap map) const {
  SmallVector<MaybeRange> dims = llvm::map_to_vector(
      indices, [&](Value index) { return rangeOf(index, loop); });
  if (!vector)
    return dims;
  if (!map.isMinorIdentity())
    return SmallVector<MaybeRange>(dims.size());
  int64_t outer = static_cast<int64_t>(dims.size()) - vector.getRank();
  for (auto [i, size] : llvm::enumerate(vector.getShape()))
    if (MaybeRange &range = dims[outer + i])
      range = range->widened(size);
  return dims;
}

LogicalResult Accesses::add(Operation *op) {
  const auto *it = llvm::find_if(iterated, [&](scf::ForOp candidate) {
    return const_cast<scf::ForOp &>(candidate)->isProperAncestor(op);
  });
  loop = it == iterated.end() ? scf::ForOp() : *it;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return add(load.getMemRef(), rangesOf(load.getIndices(), {}, {}), false);
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return add(store.getMemRef(), rangesOf(store.getIndices(), {}, {}), true);
  auto addVector = [&](Value memref, ValueRange indices, VectorType vector,
                       bool writes) {
    auto map = AffineMap::getMinorIdentityMap(indices.size(), vector.getRank(),
                                              op->getContext());
    return add(memref, rangesOf(indices, vector, map), writes);
  };
  if (auto load = dyn_cast<vector::LoadOp>(op))
    return addVector(load.getBase(), load.getIndices(), load.getVectorType(),
                     false);
  if (auto store = dyn_cast<vector::StoreOp>(op))
    return addVector(store.getBase(), store.getIndices(), store.getVectorType(),
                     true);
  if (auto transfer = dyn_cast<VectorTransferOpInterface>(op))
    return add(transfer.getBase(),
               rangesOf(transfer.getIndices(), transfer.getVectorType(),
                        transfer.getPermutationMap()),
               isa<vector::TransferWriteOp>(op));
  return addAll(op);
}

/// Touches no memory, or nothing but what the ops in it touch.
static bool touchesNothing(Operation *op) {
  if (isMemoryEffectFree(op) || isa<memref::PrefetchOp>(op) ||
      op->hasTrait<OpTrait::HasRecursiveMemoryEffects>())
    return true;
  // Instructions on registers; the op does not say so itself.
  return isa<LLVM::CallIntrinsicOp>(op) &&
         llvm::all_of(op->getOperandTypes(), [](Type type) {
           return isa<VectorType>(type) || type.isIntOrIndexOrFloat();
         });
}

/// An op that says which buffers it touches, not where.
LogicalResult Accesses::addAll(Operation *op) {
  if (touchesNothing(op))
    return success();
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  if (!interface)
    return failure();
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  for (const MemoryEffects::EffectInstance &effect : effects) {
    Value memref = effect.getValue();
    if (!memref || !isa<MemRefType>(memref.getType()))
      return failure();
    int64_t rank = cast<MemRefType>(memref.getType()).getRank();
    if (failed(add(memref, SmallVector<MaybeRange>(rank),
                   !isa<MemoryEffects::Read>(effect.getEffect()))))
      return failure();
  }
  return success();
}

/// Ranges of a view as ranges of what it is a view of.
void Accesses::leaveSubView(memref::SubViewOp view,
                            SmallVector<MaybeRange> &dims) {
  llvm::SmallBitVector dropped = view.getDroppedDims();
  SmallVector<MaybeRange> outer;
  unsigned next = 0;
  for (auto [i, offset] : llvm::enumerate(view.getMixedOffsets())) {
    MaybeRange inner = dropped.test(i) ? IndexRange{0, 0, 0} : dims[next++];
    MaybeRange start = rangeOf(offset, loop);
    std::optional<int64_t> size = getConstantIntValue(view.getMixedSizes()[i]);
    bool isDense = getConstantIntValue(view.getMixedStrides()[i]) == 1;
    if (!inner && size)
      inner = IndexRange{0, 0, *size - 1}; // anywhere in the view
    if (start && inner && isDense)
      outer.push_back(start->plus(*inner));
    else
      outer.push_back(std::nullopt);
  }
  dims = outer;
}

LogicalResult Accesses::add(Value memref, SmallVector<MaybeRange> dims,
                            bool writes) {
  while (Operation *op = memref.getDefiningOp()) {
    if (!scope->isAncestor(op))
      break;
    if (isa<memref::AllocOp>(op)) {
      // Each iteration has its own, unless a loop within is cut that fills a
      // part of it.
      bool isCut = loop && !loop->isAncestor(op);
      return success(!writes || !isCut);
    }
    if (auto view = dyn_cast<memref::SubViewOp>(op))
      leaveSubView(view, dims);
    auto view = dyn_cast<ViewLikeOpInterface>(op);
    if (!view)
      break;
    memref = view.getViewSource();
    if (!isa<memref::SubViewOp>(op))
      dims.assign(cast<MemRefType>(memref.getType()).getRank(), std::nullopt);
  }
  Value buffer = memref;
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  if (buffer.getDefiningOp<memref::GetGlobalOp>())
    return success(!writes);
  bool isArgument =
      isa<BlockArgument>(buffer) &&
      isa<FunctionOpInterface>(buffer.getParentBlock()->getParentOp());
  if (!isArgument && !buffer.getDefiningOp<memref::AllocOp>())
    return failure(); // may be any buffer
  buffers[buffer].push_back({memref, std::move(dims), writes});
  return success();
}

LogicalResult Accesses::collect() {
  return failure(scope.getBody()
                     ->walk([&](Operation *op) {
                       return failed(add(op)) ? WalkResult::interrupt()
                                              : WalkResult::advance();
                     })
                     .wasInterrupted());
}

bool Accesses::isDisjoint(ArrayRef<Access> accesses) {
  if (llvm::none_of(accesses, [](const Access &a) { return a.writes; }))
    return true;
  std::optional<int64_t> step =
      getConstantIntValue(scf::ForOp(iterated.front()).getStep());
  const Access &first = accesses.front();
  if (!step || llvm::any_of(accesses, [&](const Access &a) {
        return a.memref != first.memref;
      }))
    return false;
  for (size_t dim = 0; dim < first.dims.size(); ++dim) {
    MaybeRange all = first.dims[dim];
    for (const Access &access : accesses) {
      MaybeRange one = access.dims[dim];
      if (!all || !one || one->factor != all->factor) {
        all.reset();
        break;
      }
      all = IndexRange{all->factor, std::min(all->low, one->low),
                       std::max(all->high, one->high)};
    }
    if (all && all->high - all->low < std::abs(all->factor) * *step)
      return true;
  }
  return false;
}

bool Accesses::areDisjoint() {
  return llvm::all_of(
      buffers, [&](const auto &entry) { return isDisjoint(entry.second); });
}

static bool isDisjoint(scf::ForOp scope, ArrayRef<scf::ForOp> iterated) {
  Accesses accesses(scope, iterated);
  return succeeded(accesses.collect()) && accesses.areDisjoint();
}

bool qnn::isParallel(scf::ForOp loop) {
  return loop.getNumResults() == 0 && isDisjoint(loop, loop);
}

/// The outermost loops in `loop` whose bounds are those of `model`.
static SmallVector<scf::ForOp> findAlike(scf::ForOp loop, scf::ForOp model) {
  SmallVector<scf::ForOp> alike;
  loop.getBody()->walk<WalkOrder::PreOrder>([&](scf::ForOp inner) {
    if (inner->getNumResults() != 0 ||
        getConstantIntValue(inner.getLowerBound()) !=
            getConstantIntValue(model.getLowerBound()) ||
        getConstantIntValue(inner.getUpperBound()) !=
            getConstantIntValue(model.getUpperBound()) ||
        getConstantIntValue(inner.getStep()) !=
            getConstantIntValue(model.getStep()))
      return WalkResult::advance();
    alike.push_back(inner);
    return WalkResult::skip();
  });
  return alike;
}

SmallVector<scf::ForOp> qnn::findSplitLoops(scf::ForOp loop) {
  SmallVector<scf::ForOp> found;
  llvm::DenseSet<Operation *> seen;
  loop.getBody()->walk<WalkOrder::PreOrder>([&](scf::ForOp model) {
    if (seen.contains(model) || tripCount(model).value_or(0) < 2 ||
        model.getNumResults() != 0)
      return WalkResult::advance();
    SmallVector<scf::ForOp> alike = findAlike(loop, model);
    for (scf::ForOp inner : alike)
      seen.insert(inner);
    if (!isDisjoint(loop, alike))
      return WalkResult::advance();
    found = std::move(alike);
    return WalkResult::interrupt();
  });
  return found;
}

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

std::optional<int64_t> qnn::tripCount(scf::ForOp loop) {
  std::optional<int64_t> low = getConstantIntValue(loop.getLowerBound());
  std::optional<int64_t> high = getConstantIntValue(loop.getUpperBound());
  std::optional<int64_t> step = getConstantIntValue(loop.getStep());
  if (!low || !high || !step || *step < 1)
    return std::nullopt;
  return *high <= *low ? 0 : (*high - *low + *step - 1) / *step;
}

double qnn::estimateWork(Operation *op) {
  double work = isa<arith::ConstantOp>(op) ? 0 : 1;
  double inside = 0;
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps())
      inside += estimateWork(&nested);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    inside *= static_cast<double>(tripCount(loop).value_or(4));
  return work + inside;
}
