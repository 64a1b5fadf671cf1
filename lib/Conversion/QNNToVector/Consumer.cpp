//===- Consumer.cpp - What is computed behind a product ---------*- C++ -*-===//

#include "Consumer.h"
#include "../QNNToLinalg/EpiloguePacks.h"
#include "../QNNToLinalg/ScalarMath.h"
#include "Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// What can be fused
//===----------------------------------------------------------------------===//

/// Memory holds it as registers do.
static bool isPlainNumber(Type type) {
  return type.isIntOrFloat() && type.getIntOrFloatBitWidth() >= 8;
}

/// Lanes of the last dimension are read as a vector, or all are one element.
static bool hasReadableLanes(AffineMap map) {
  if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
    return false;
  unsigned last = map.getNumDims() - 1;
  return !map.isFunctionOfDim(last) ||
         map.getResults().back() == getAffineDimExpr(last, map.getContext());
}

/// Element by element; a dimension of size 1 may count as broadcast.
static bool isElementwise(AffineMap map, ArrayRef<int64_t> shape) {
  if (map.getNumResults() != map.getNumDims())
    return false;
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    if (expr != getAffineDimExpr(i, map.getContext()) &&
        !(shape[i] == 1 && expr == getAffineConstantExpr(0, map.getContext())))
      return false;
  return true;
}

/// The body is repeated for each register of a tile.
static constexpr size_t kMostOps = 64;

/// Each op of the body does the same to each lane of a vector.
static bool canWiden(Block &body) {
  return body.getOperations().size() <= kMostOps &&
         llvm::all_of(body.without_terminator(), [](Operation &op) {
           if (isa<arith::ConstantOp>(op))
             return op.getResult(0).getType().isIntOrFloat();
           return OpTrait::hasElementwiseMappableTraits(&op) &&
                  llvm::all_of(op.getOperandTypes(),
                               [](Type type) { return type.isIntOrFloat(); });
         });
}

static bool isUpdate(linalg::GenericOp loop) {
  return llvm::any_of(loop.getOutputs(), [](Value init) {
    return init.getDefiningOp<bufferization::ToTensorOp>() != nullptr;
  });
}

/// The step is to be cut before it changes its states.
static bool isSeparateUpdate(linalg::GenericOp loop) {
  return isUpdate(loop) &&
         loop->getParentOfType<func::FuncOp>()->hasAttr(kSeparateUpdateAttr);
}

/// A result lies element by element where the product would.
static bool hasShape(OpOperand &init, AffineMap map, RankedTensorType product) {
  auto type = cast<RankedTensorType>(init.get().getType());
  return map.isIdentity() && type.getShape() == product.getShape();
}

/// The loop makes lanes of the last dimension of `type` at once.
static bool hasLanes(linalg::GenericOp loop, RankedTensorType type) {
  if (!loop.hasPureTensorSemantics() || loop.getNumLoops() == 0 ||
      loop.getNumParallelLoops() != loop.getNumLoops())
    return false;
  return llvm::all_of(loop->getOpOperands(),
                      [&](OpOperand &operand) {
                        AffineMap map = loop.getMatchingIndexingMap(&operand);
                        return isPlainNumber(getElementTypeOrSelf(
                                   operand.get().getType())) &&
                               (loop.isDpsInit(&operand)
                                    ? hasShape(operand, map, type)
                                    : hasReadableLanes(map));
                      }) &&
         canWiden(*loop.getBody());
}

/// The op that alone reads `product`, with its columns as two dimensions; null
/// where there is none, or words would reach over the second.
static tensor::ExpandShapeOp findSplit(Value product) {
  auto split = product.hasOneUse()
                   ? dyn_cast<tensor::ExpandShapeOp>(*product.user_begin())
                   : tensor::ExpandShapeOp();
  if (!split || split.getSrcType().getRank() != 2 ||
      split.getResultType().getRank() != 3)
    return {};
  ArrayRef<int64_t> shape = split.getResultType().getShape();
  bool splitsColumns = shape[0] == split.getSrcType().getDimSize(0);
  return splitsColumns && shape[2] % wordBits == 0 ? split
                                                   : tensor::ExpandShapeOp();
}

/// The loop that alone reads `product`, element by element.
static linalg::GenericOp findLoop(Value product) {
  if (!product.hasOneUse())
    return {};
  OpOperand &use = *product.use_begin();
  auto loop = dyn_cast<linalg::GenericOp>(use.getOwner());
  auto type = cast<RankedTensorType>(product.getType());
  if (!loop || loop->getBlock() != product.getDefiningOp()->getBlock() ||
      !loop.isDpsInput(&use) || !hasLanes(loop, type) ||
      !isElementwise(loop.getMatchingIndexingMap(&use), type.getShape()) ||
      isSeparateUpdate(loop))
    return {};
  return loop;
}

std::optional<Consumer> Consumer::find(PackedContractionOpInterface product) {
  Consumer consumer;
  consumer.product = product;
  Value result = product->getResult(0);
  tensor::ExpandShapeOp split = findSplit(result);
  if (split)
    result = split.getResult();
  if (linalg::GenericOp loop = findLoop(result)) {
    consumer.loop = loop;
    consumer.use = &*result.use_begin();
    consumer.split = split;
  }
  consumer.findPacks();
  if (!consumer.loop && consumer.packs.empty())
    return {};
  return consumer;
}

std::optional<Consumer> Consumer::find(linalg::GenericOp loop) {
  if (!isUpdate(loop) ||
      !hasLanes(loop, cast<RankedTensorType>(loop.getResult(0).getType())))
    return {};
  Consumer consumer;
  consumer.loop = loop;
  consumer.findPacks();
  if (consumer.packs.empty())
    return {};
  return consumer;
}

/// Tensors whose elements are in registers.
ValueRange Consumer::sources() const {
  return loop ? ValueRange(loop.getResults()) : product->getResults();
}

void Consumer::findPacks() {
  for (auto [i, source] : llvm::enumerate(sources())) {
    bool isRead = false;
    for (Operation *user : source.getUsers())
      if (isEpiloguePack(user) && (!product || fillsWords(product)))
        packs.push_back(cast<PackOp>(*user->user_begin()));
      else
        isRead = true;
    if (isRead || source.use_empty())
      stored.push_back(i);
  }
}

static EncodeOp encodeOf(PackOp pack) {
  return pack.getInput().getDefiningOp<EncodeOp>();
}

//===----------------------------------------------------------------------===//
// In the place of what was fused
//===----------------------------------------------------------------------===//

/// The state, as it was read, that `words` are the next value of.
static Value stateOf(Value words) {
  if (!words.hasOneUse())
    return {};
  auto next =
      dyn_cast<bufferization::MaterializeInDestinationOp>(*words.user_begin());
  if (next)
    for (Operation *user : next.getDest().getUsers())
      if (isa<bufferization::ToTensorOp>(user))
        return user->getResult(0);
  return {};
}

SmallVector<Value> Consumer::makeResults(ImplicitLocOpBuilder &b) const {
  auto empty = [&](Value like) -> Value {
    auto type = cast<RankedTensorType>(like.getType());
    return tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  };
  SmallVector<Value> results;
  for (unsigned i : stored)
    results.push_back(loop ? loop.getOutputs()[i] : empty(sources()[i]));
  for (PackOp pack : packs) {
    Value state = stateOf(pack.getResult());
    results.push_back(state ? state : empty(pack.getResult()));
  }
  return results;
}

void Consumer::replace(RewriterBase &rewriter, ValueRange results) const {
  for (auto [pack, words] :
       llvm::zip_equal(packs, results.drop_front(stored.size()))) {
    EncodeOp encode = encodeOf(pack);
    for (Operation *user : llvm::make_early_inc_range(encode->getUsers()))
      rewriter.replaceOp(user, words);
    rewriter.eraseOp(encode);
  }
  for (auto [i, result] : llvm::zip(stored, results))
    rewriter.replaceAllUsesWith(sources()[i], result);
  if (loop)
    rewriter.eraseOp(loop);
  if (split)
    rewriter.eraseOp(split);
  if (product)
    rewriter.eraseOp(product);
}

//===----------------------------------------------------------------------===//
// On lanes
//===----------------------------------------------------------------------===//

SmallVector<Value> Consumer::splitColumns(ImplicitLocOpBuilder &b,
                                          ValueRange indices,
                                          RankedTensorType type) const {
  SmallVector<Value> place(indices);
  if (!split)
    return place;
  Value column = place.pop_back_val();
  Value length = indexOf(b, type.getShape().back());
  place.push_back(b.createOrFold<arith::DivUIOp>(column, length));
  place.push_back(b.createOrFold<arith::RemUIOp>(column, length));
  return place;
}

static Type widened(Type element, int64_t lanes) {
  return VectorType::get({lanes}, element);
}

/// The elements of `operand` for lanes at `indices`. What the loop changes is
/// read from its results, in whose place it lies.
Value Consumer::read(ImplicitLocOpBuilder &b, OpOperand &operand,
                     ValueRange indices, int64_t lanes,
                     ValueRange results) const {
  AffineMap map = loop.getMatchingIndexingMap(&operand);
  Value source = operand.get();
  for (auto [i, result] : llvm::zip(stored, results))
    if (loop.getOutputs()[i] == source && map.isIdentity())
      source = result;
  SmallVector<Value> at;
  for (AffineExpr expr : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    at.push_back(dim ? indices[dim.getPosition()] : indexOf(b, 0));
  }
  Type element = getElementTypeOrSelf(source.getType());
  auto type = cast<VectorType>(widened(element, lanes));
  if (map.isFunctionOfDim(map.getNumDims() - 1))
    return readVector(b, type, source, at);
  return vector::BroadcastOp::create(b, type,
                                     tensor::ExtractOp::create(b, source, at));
}

/// `op` of scalars, on vectors of `lanes`.
static void cloneWidened(ImplicitLocOpBuilder &b, Operation &op, int64_t lanes,
                         IRMapping &map) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto type = cast<VectorType>(widened(constant.getType(), lanes));
    map.map(constant.getResult(),
            arith::ConstantOp::create(
                b, DenseElementsAttr::get(type, constant.getValue()))
                .getResult());
    return;
  }
  for (Value operand : op.getOperands())
    if (!map.contains(operand))
      map.map(operand, vector::BroadcastOp::create(
                           b, widened(operand.getType(), lanes), operand)
                           .getResult());
  Operation *copy = b.clone(op, map);
  for (OpResult result : copy->getResults())
    result.setType(widened(result.getType(), lanes));
}

SmallVector<Value> Consumer::compute(ImplicitLocOpBuilder &b, Value lanes,
                                     int64_t count, ValueRange indices,
                                     ValueRange results) const {
  if (!loop)
    return {lanes};
  SmallVector<Value> place = splitColumns(
      b, indices, cast<RankedTensorType>(loop.getResult(0).getType()));
  IRMapping map;
  Block &body = *loop.getBody();
  for (OpOperand &operand : loop->getOpOperands()) {
    BlockArgument argument = loop.getMatchingBlockArgument(&operand);
    if (&operand == use)
      map.map(argument, lanes);
    else if (!argument.use_empty())
      map.map(argument, read(b, operand, place, count, results));
  }
  for (Operation &op : body.without_terminator())
    cloneWidened(b, op, count, map);
  SmallVector<Value> values;
  for (Value yielded : body.getTerminator()->getOperands()) {
    Value value = map.lookupOrNull(yielded);
    if (!value)
      value = vector::BroadcastOp::create(b, widened(yielded.getType(), count),
                                          yielded);
    values.push_back(value);
  }
  return values;
}

void Consumer::store(ImplicitLocOpBuilder &b, ValueRange values,
                     ValueRange indices, MutableArrayRef<Value> results) const {
  if (stored.empty())
    return;
  auto type = cast<RankedTensorType>(results.front().getType());
  SmallVector<Value> place = splitColumns(b, indices, type);
  for (auto [i, result] : llvm::zip(stored, results))
    result = vector::TransferWriteOp::create(b, values[i], result, place,
                                             ArrayRef<bool>{true})
                 .getResult();
}

SmallVector<Value> Consumer::masks(ImplicitLocOpBuilder &b, unsigned i,
                                   ValueRange values) const {
  EncodeOp encode = encodeOf(packs[i]);
  auto source = llvm::find(sources(), encode.getInput());
  return emitCodeBits(b, values[source - sources().begin()],
                      encode.getQuantizer());
}
