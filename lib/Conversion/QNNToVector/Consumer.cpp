//===- Consumer.cpp - The elementwise loop behind a product -----*- C++ -*-===//

#include "Consumer.h"
#include "Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
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

/// The step is to be cut before it changes its states.
static bool isSeparateUpdate(linalg::GenericOp loop) {
  return loop->getParentOfType<func::FuncOp>()->hasAttr(kSeparateUpdateAttr) &&
         llvm::any_of(loop.getOutputs(), [](Value init) {
           return init.getDefiningOp<bufferization::ToTensorOp>() != nullptr;
         });
}

/// A result lies element by element where the product would.
static bool hasShape(OpOperand &init, AffineMap map, RankedTensorType product) {
  auto type = cast<RankedTensorType>(init.get().getType());
  return map.isIdentity() && type.getShape() == product.getShape();
}

std::optional<Consumer> Consumer::find(Value product) {
  if (!product.hasOneUse())
    return {};
  OpOperand &use = *product.use_begin();
  auto loop = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!loop || loop->getBlock() != product.getDefiningOp()->getBlock() ||
      !loop.isDpsInput(&use) || !loop.hasPureTensorSemantics() ||
      loop.getNumLoops() == 0 ||
      loop.getNumParallelLoops() != loop.getNumLoops())
    return {};
  auto type = cast<RankedTensorType>(product.getType());
  if (!isElementwise(loop.getMatchingIndexingMap(&use), type.getShape()))
    return {};
  for (OpOperand &operand : loop->getOpOperands()) {
    AffineMap map = loop.getMatchingIndexingMap(&operand);
    if (!isPlainNumber(getElementTypeOrSelf(operand.get().getType())) ||
        (loop.isDpsInit(&operand) ? !hasShape(operand, map, type)
                                  : !hasReadableLanes(map)))
      return {};
  }
  if (!canWiden(*loop.getBody()) || isSeparateUpdate(loop))
    return {};
  return Consumer(loop, use);
}

//===----------------------------------------------------------------------===//
// On lanes
//===----------------------------------------------------------------------===//

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
  for (auto [init, result] : llvm::zip_equal(loop.getOutputs(), results))
    if (init == source && map.isIdentity())
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

void Consumer::store(ImplicitLocOpBuilder &b, Value lanes, ValueRange indices,
                     MutableArrayRef<Value> results) const {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  IRMapping map;
  Block &body = *loop.getBody();
  for (OpOperand &operand : loop->getOpOperands()) {
    BlockArgument argument = loop.getMatchingBlockArgument(&operand);
    if (&operand == product)
      map.map(argument, lanes);
    else if (!argument.use_empty())
      map.map(argument, read(b, operand, indices, count, results));
  }
  for (Operation &op : body.without_terminator())
    cloneWidened(b, op, count, map);
  for (auto [result, yielded] :
       llvm::zip_equal(results, body.getTerminator()->getOperands())) {
    Value value = map.lookupOrNull(yielded);
    if (!value)
      value = vector::BroadcastOp::create(b, widened(yielded.getType(), count),
                                          yielded);
    result = vector::TransferWriteOp::create(b, value, result, indices,
                                             ArrayRef<bool>{true})
                 .getResult();
  }
}
