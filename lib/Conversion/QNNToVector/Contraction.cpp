//===- Contraction.cpp - A packed product, taken apart ----------*- C++ -*-===//

#include "Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

Contraction::Contraction(PackedContractionOpInterface op, TargetAttr target)
    : op(op), g(op.getGeometry()), kind(op.getChosenKernel().getKind()),
      tilePixels(op.getChosenKernel().getTile()[0]),
      tileChannels(op.getChosenKernel().getTile()[1]),
      lanes(std::min<int64_t>(target.getVectorBits() / 32, tileChannels)),
      target(target),
      isConv(cast<RankedTensorType>(op.getActivations().getType()).getRank() ==
             4),
      depthwise(isDepthwise(kind, g.channels, g.outChannels, g.groups,
                            tileChannels)) {
  if (depthwise)
    g.groups /= tileChannels;
  if (!storesWords())
    consumer = Consumer::find(op);
}

SmallVector<Value> Contraction::makeResults(ImplicitLocOpBuilder &b) const {
  if (consumer)
    return consumer->makeResults(b);
  return {tensor::EmptyOp::create(b, resultType().getShape(),
                                  resultType().getElementType())};
}

Value qnn::indexOf(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value qnn::addIndex(ImplicitLocOpBuilder &b, Value value, int64_t offset) {
  if (offset == 0)
    return value;
  return b.createOrFold<arith::AddIOp>(value, indexOf(b, offset));
}

Value qnn::mulIndex(ImplicitLocOpBuilder &b, Value value, int64_t factor) {
  if (factor == 1)
    return value;
  return b.createOrFold<arith::MulIOp>(value, indexOf(b, factor));
}

Value qnn::integerOf(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  TypedAttr attr;
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(
        vector, b.getIntegerAttr(vector.getElementType(), value));
  else
    attr = b.getIntegerAttr(type, value);
  return arith::ConstantOp::create(b, attr);
}

Value qnn::zeroOf(ImplicitLocOpBuilder &b, Type type) {
  return arith::ConstantOp::create(b, b.getZeroAttr(type));
}

Value qnn::readVector(ImplicitLocOpBuilder &b, VectorType type, Value source,
                      ValueRange indices) {
  Value padding = zeroOf(b, type.getElementType());
  return vector::TransferReadOp::create(b, type, source, indices, padding,
                                        ArrayRef<bool>{true});
}

Value qnn::readElements(ImplicitLocOpBuilder &b, Type type, Value source,
                        ValueRange indices) {
  if (auto vector = dyn_cast<VectorType>(type))
    return readVector(b, vector, source, indices);
  return tensor::ExtractOp::create(b, source, indices);
}

Value qnn::mergeDims(ImplicitLocOpBuilder &b, Value tensor, int64_t first,
                     int64_t count) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < rank; ++i) {
    if (i > first && i < first + count)
      groups.back().push_back(i);
    else
      groups.push_back({i});
  }
  return b.createOrFold<tensor::CollapseShapeOp>(tensor, groups);
}

SmallVector<Value>
qnn::buildLoop(ImplicitLocOpBuilder &b, Value low, Value high, int64_t step,
               ValueRange carried,
               function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  std::optional<int64_t> first = getConstantIntValue(low);
  std::optional<int64_t> last = getConstantIntValue(high);
  if (first && last && *first < *last && *first + step >= *last)
    return body(low, carried);
  auto loop = scf::ForOp::create(b, low, high, indexOf(b, step), carried);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  // The builder of a loop without carried values has put a terminator there.
  if (!carried.empty())
    scf::YieldOp::create(b, results);
  return SmallVector<Value>(loop.getResults());
}

void qnn::carryLoop(ImplicitLocOpBuilder &b, Value low, Value high,
                    int64_t step, SmallVector<Value> &state,
                    function_ref<void(Value)> body) {
  state = buildLoop(b, low, high, step, SmallVector<Value>(state),
                    [&](Value index, ValueRange carried) {
                      state.assign(carried.begin(), carried.end());
                      body(index);
                      return state;
                    });
}
