//===- LinalgUtils.cpp - Builders of linalg.generic -------------*- C++ -*-===//

#include "LinalgUtils.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace qnn;

static SmallVector<OpFoldResult> indexAttrs(OpBuilder &b,
                                            ArrayRef<int64_t> values) {
  return llvm::map_to_vector(values, [&](int64_t value) -> OpFoldResult {
    return b.getIndexAttr(value);
  });
}

Value qnn::createEmpty(ImplicitLocOpBuilder &b, RankedTensorType type) {
  return tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
}

Value qnn::createFilled(ImplicitLocOpBuilder &b, RankedTensorType type,
                        TypedAttr value) {
  Value scalar = arith::ConstantOp::create(b, value);
  return linalg::FillOp::create(b, ValueRange{scalar},
                                ValueRange{createEmpty(b, type)})
      .getResult(0);
}

/// A linalg.generic whose body is `element` of its first `arguments` arguments.
static Value buildGeneric(ImplicitLocOpBuilder &b, ValueRange inputs,
                          Value init, ArrayRef<AffineMap> maps,
                          ArrayRef<utils::IteratorType> iterators,
                          size_t arguments, ElementFn element) {
  auto body = [&](OpBuilder &nested, Location loc, ValueRange args) {
    ImplicitLocOpBuilder inner(loc, nested);
    linalg::YieldOp::create(inner, element(inner, args.take_front(arguments)));
  };
  return linalg::GenericOp::create(b, init.getType(), inputs, init, maps,
                                   iterators, body)
      .getResult(0);
}

Value qnn::buildElementwise(ImplicitLocOpBuilder &b, RankedTensorType type,
                            ValueRange inputs, ArrayRef<AffineMap> maps,
                            ElementFn element) {
  SmallVector<AffineMap> allMaps(maps);
  allMaps.resize(inputs.size() + 1, b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  return buildGeneric(b, inputs, createEmpty(b, type), allMaps, iterators,
                      inputs.size(), element);
}

Value qnn::buildReduction(ImplicitLocOpBuilder &b, ValueRange inputs,
                          Value init, ArrayRef<AffineMap> maps,
                          ElementFn element) {
  AffineMap last = maps.back();
  SmallVector<utils::IteratorType> iterators;
  for (unsigned d = 0; d < last.getNumDims(); ++d)
    iterators.push_back(last.isFunctionOfDim(d)
                            ? utils::IteratorType::parallel
                            : utils::IteratorType::reduction);
  return buildGeneric(b, inputs, init, maps, iterators, inputs.size() + 1,
                      element);
}

AffineMap qnn::channelMap(ImplicitLocOpBuilder &b, int64_t rank, int64_t axis) {
  return AffineMap::get(rank, 0, b.getAffineDimExpr(axis));
}

AffineMap qnn::broadcastMap(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape,
                            int64_t rank) {
  SmallVector<AffineExpr> exprs;
  int64_t missing = rank - static_cast<int64_t>(shape.size());
  for (auto [i, size] : llvm::enumerate(shape))
    exprs.push_back(size == 1 ? b.getAffineConstantExpr(0)
                              : b.getAffineDimExpr(missing + i));
  return AffineMap::get(rank, 0, exprs, b.getContext());
}

/// All dimensions of `value` as one.
static Value flatten(ImplicitLocOpBuilder &b, Value value) {
  RankedTensorType type = tensorType(value);
  if (type.getRank() == 1)
    return value;
  auto flat =
      RankedTensorType::get(type.getNumElements(), type.getElementType());
  if (type.getRank() == 0)
    return tensor::ExpandShapeOp::create(b, flat, value,
                                         ArrayRef<ReassociationIndices>{});
  auto all = llvm::to_vector<2>(llvm::seq<int64_t>(type.getRank()));
  return tensor::CollapseShapeOp::create(b, flat, value,
                                         ArrayRef<ReassociationIndices>{all});
}

/// The inverse of flatten.
static Value unflatten(ImplicitLocOpBuilder &b, Value flat,
                       RankedTensorType type) {
  if (type.getRank() == 1)
    return flat;
  if (type.getRank() == 0)
    return tensor::CollapseShapeOp::create(b, type, flat,
                                           ArrayRef<ReassociationIndices>{});
  auto all = llvm::to_vector<2>(llvm::seq<int64_t>(type.getRank()));
  return tensor::ExpandShapeOp::create(b, type, flat,
                                       ArrayRef<ReassociationIndices>{all});
}

Value qnn::reshapeTo(ImplicitLocOpBuilder &b, Value value,
                     ArrayRef<int64_t> shape) {
  RankedTensorType from = tensorType(value);
  RankedTensorType to = from.clone(shape);
  if (from == to)
    return value;
  if (from.getRank() != to.getRank())
    if (auto groups = getReassociationIndicesForReshape(from, to)) {
      if (from.getRank() > to.getRank())
        return tensor::CollapseShapeOp::create(b, to, value, *groups);
      return tensor::ExpandShapeOp::create(b, to, value, *groups);
    }
  return unflatten(b, flatten(b, value), to);
}

Value qnn::viewOf(ImplicitLocOpBuilder &b, Value input,
                  ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                  ArrayRef<int64_t> steps) {
  return tensor::ExtractSliceOp::create(b, input, indexAttrs(b, offsets),
                                        indexAttrs(b, sizes),
                                        indexAttrs(b, steps));
}

Value qnn::insertAt(ImplicitLocOpBuilder &b, Value part, Value whole,
                    ArrayRef<int64_t> offsets) {
  ArrayRef<int64_t> sizes = tensorType(part).getShape();
  SmallVector<int64_t> ones(sizes.size(), 1);
  return tensor::InsertSliceOp::create(b, part, whole, indexAttrs(b, offsets),
                                       indexAttrs(b, sizes),
                                       indexAttrs(b, ones));
}

Value qnn::padWith(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> low,
                   ArrayRef<int64_t> high, TypedAttr value) {
  auto isZero = [](int64_t count) { return count == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return input;
  RankedTensorType type = tensorType(input);
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, before, after] : llvm::zip_equal(shape, low, high))
    size += before + after;
  return insertAt(b, input, createFilled(b, type.clone(shape), value), low);
}
