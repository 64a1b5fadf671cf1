//===- GraphOps.cpp - Types and verifiers of the graph form -----*- C++ -*-===//
//
// Most checks live in inferReturnTypes, because a result type that can be
// inferred is the proof that operands and attributes fit; MLIR compares it with
// the type that was written.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Traits.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qnn;

using OptionalLoc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

/// `type` without its last `drop` dimensions' sizes, then `tail`.
static RankedTensorType withTail(RankedTensorType type, int64_t drop,
                                 ArrayRef<int64_t> tail) {
  SmallVector<int64_t> shape(type.getShape().drop_back(drop));
  llvm::append_range(shape, tail);
  return RankedTensorType::get(shape, type.getElementType());
}

/// Fails unless each of `values` is a tensor of one number per channel.
static LogicalResult
verifyPerChannel(ErrorSite site, int64_t channels,
                 ArrayRef<std::pair<StringRef, Value>> values) {
  for (auto [name, value] : values) {
    RankedTensorType type = getTensorOfRank(site, name, value.getType(), 1);
    if (!type)
      return failure();
    if (type.getDimSize(0) != channels)
      return site.fail("expected ", name, " to hold ", channels,
                       " numbers (one per channel), but got ",
                       type.getDimSize(0));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

LogicalResult QuantizeOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                           Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult QuantizeOp::verify() {
  ErrorSite site{getLoc(), getOperationName()};
  QuantizerAttr quantizer = getQuantizer();
  if (!quantizer.isPerChannel())
    return success();
  auto type = cast<RankedTensorType>(getInput().getType());
  if (failed(verifyAxis(site, quantizer.getAxis(), type.getRank())))
    return failure();
  size_t channels = type.getDimSize(quantizer.getAxis());
  for (auto [name, numbers] :
       {std::pair("scales", quantizer.getScale()),
        std::pair("zero points", quantizer.getZeroPoint())})
    if (numbers && size_t(numbers.size()) != 1 &&
        size_t(numbers.size()) != channels)
      return site.fail("expected 1 or ", channels, " ", name,
                       " along dimension ", quantizer.getAxis(), ", but got ",
                       numbers.size());
  return success();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto lhs = dyn_cast<RankedTensorType>(adaptor.getLhs().getType());
  auto rhs = dyn_cast<RankedTensorType>(adaptor.getRhs().getType());
  if (!lhs || !rhs || lhs.getRank() < 2 || rhs.getRank() < 2)
    return site.fail("expected operands of rank 2 or more, but got ",
                     adaptor.getLhs().getType(), " and ",
                     adaptor.getRhs().getType());
  ArrayRef<int64_t> left = lhs.getShape(), right = rhs.getShape();
  bool transposed = adaptor.getTransposeRhs();
  int64_t k = right[right.size() - (transposed ? 1 : 2)];
  int64_t n = right[right.size() - (transposed ? 2 : 1)];
  if (left.back() != k)
    return site.fail("expected rhs to have K = ", left.back(),
                     " as lhs has, but got ", k);
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(left.drop_back(2), right.drop_back(2),
                                          shape))
    return site.fail("expected leading dimensions that broadcast, but got [",
                     left.drop_back(2), "] and [", right.drop_back(2), "]");
  shape.append({left[left.size() - 2], n});
  types.push_back(RankedTensorType::get(shape, lhs.getElementType()));
  return success();
}

/// Groups divide the channels, and the filter sees one group of them.
static LogicalResult verifyGroups(ErrorSite site, int64_t groups,
                                  int64_t channels, int64_t filterChannels,
                                  int64_t outChannels) {
  if (groups < 1 || channels % groups || outChannels % groups)
    return site.fail("expected groups that divide ", channels, " input and ",
                     outChannels, " output channels, but got ", groups);
  if (filterChannels != channels / groups)
    return site.fail("expected a filter of ", channels / groups, " channels (",
                     channels, " in ", groups, " groups), but got ",
                     filterChannels);
  return success();
}

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = getTensorOfRank(site, "input", adaptor.getInput().getType(), 4);
  auto filter =
      getTensorOfRank(site, "filter", adaptor.getFilter().getType(), 4);
  if (!input || !filter ||
      failed(verifyGroups(site, adaptor.getGroups(), input.getDimSize(1),
                          filter.getDimSize(1), filter.getDimSize(0))))
    return failure();
  Window window{filter.getShape().drop_front(2), adaptor.getStrides(),
                adaptor.getPads(), adaptor.getDilations()};
  auto size =
      inferWindow(site, {input.getDimSize(2), input.getDimSize(3)}, window);
  if (failed(size))
    return failure();
  types.push_back(
      withTail(input, 3, {filter.getDimSize(0), (*size)[0], (*size)[1]}));
  return success();
}

//===----------------------------------------------------------------------===//
// Normalization, bias
//===----------------------------------------------------------------------===//

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                            Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = dyn_cast<RankedTensorType>(adaptor.getInput().getType());
  if (!input || input.getRank() < 2)
    return site.fail("expected input of rank 2 or more, but got ",
                     adaptor.getInput().getType());
  if (failed(verifyPerChannel(site, input.getDimSize(1),
                              {{"scale", adaptor.getScale()},
                               {"bias", adaptor.getBias()},
                               {"mean", adaptor.getMean()},
                               {"variance", adaptor.getVariance()}})))
    return failure();
  if (!adaptor.getEpsilon().isFinite() || adaptor.getEpsilon().isNegative())
    return site.fail("expected a finite epsilon of 0 or more, but got ",
                     adaptor.getEpsilonAttr());
  types.push_back(input);
  return success();
}

LogicalResult BiasAddOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                          Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult BiasAddOp::verify() {
  ErrorSite site{getLoc(), getOperationName()};
  auto type = cast<RankedTensorType>(getInput().getType());
  if (failed(verifyAxis(site, getAxis(), type.getRank())))
    return failure();
  return verifyPerChannel(site, type.getDimSize(getAxis()),
                          {{"bias", getBias()}});
}

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

/// A window that could lie in the padding only would have no element.
static LogicalResult verifyPoolPads(ErrorSite site, const Window &window) {
  for (unsigned i = 0; i < 4; ++i)
    if (window.pads[i] >= window.extent(i % 2))
      return site.fail("expected pads smaller than the window of ",
                       window.extent(0), "x", window.extent(1), ", but got [",
                       window.pads, "]");
  return success();
}

template <typename Adaptor>
static LogicalResult inferPool(ErrorSite site, Adaptor adaptor, Types &types) {
  auto input = getTensorOfRank(site, "input", adaptor.getInput().getType(), 4);
  if (!input)
    return failure();
  Window window{adaptor.getKernel(), adaptor.getStrides(), adaptor.getPads(),
                adaptor.getDilations()};
  auto size =
      inferWindow(site, {input.getDimSize(2), input.getDimSize(3)}, window);
  if (failed(size) || failed(verifyPoolPads(site, window)))
    return failure();
  types.push_back(withTail(input, 2, *size));
  return success();
}

LogicalResult MaxPool2dOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                            Adaptor adaptor, Types &types) {
  return inferPool({location, getOperationName()}, adaptor, types);
}

LogicalResult AvgPool2dOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                            Adaptor adaptor, Types &types) {
  return inferPool({location, getOperationName()}, adaptor, types);
}

LogicalResult GlobalPoolOp::inferReturnTypes(MLIRContext *,
                                             OptionalLoc location,
                                             Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = getTensorOfRank(site, "input", adaptor.getInput().getType(), 4);
  if (!input)
    return failure();
  types.push_back(withTail(input, 2, {1, 1}));
  return success();
}

/// `shape` without the dimensions `axes`, or with size 1 in their place.
static SmallVector<int64_t> dropAxes(ArrayRef<int64_t> shape,
                                     ArrayRef<int64_t> axes, bool keepDims) {
  SmallVector<int64_t> result;
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, int64_t(d)))
      result.push_back(size);
    else if (keepDims)
      result.push_back(1);
  }
  return result;
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  ArrayRef<int64_t> axes = adaptor.getAxes();
  if (axes.empty())
    return site.fail("expected one axis or more, but got none");
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (failed(verifyAxis(site, axis, input.getRank())))
      return failure();
    if (i && axes[i - 1] >= axis)
      return site.fail("expected ascending unique axes, but got [", axes, "]");
  }
  types.push_back(RankedTensorType::get(
      dropAxes(input.getShape(), axes, adaptor.getKeepDims()),
      input.getElementType()));
  return success();
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *, OptionalLoc,
                                          Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult SoftmaxOp::verify() {
  return verifyAxis({getLoc(), getOperationName()}, getAxis(),
                    cast<RankedTensorType>(getInput().getType()).getRank());
}

LogicalResult ArgMaxOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLoc location, Adaptor adaptor,
                                         Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(verifyAxis(site, axis, input.getRank())))
    return failure();
  if (input.getDimSize(axis) == 0)
    return site.fail("expected one element or more along dimension ", axis,
                     ", but got 0");
  types.push_back(RankedTensorType::get(
      dropAxes(input.getShape(), axis, adaptor.getKeepDims()),
      IntegerType::get(context, 64)));
  return success();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       OptionalLoc location, Adaptor adaptor,
                                       Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  int64_t k = adaptor.getK();
  if (input.getRank() == 0)
    return site.fail("expected input of rank 1 or more, but got ", input);
  if (k < 1 || k > input.getShape().back())
    return site.fail("expected k from 1 to ", input.getShape().back(),
                     ", but got ", k);
  RankedTensorType values = withTail(input, 1, k);
  types.push_back(values);
  types.push_back(values.clone(IntegerType::get(context, 64)));
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise functions
//===----------------------------------------------------------------------===//

LogicalResult ClipOp::verify() {
  if (!(getMin() <= getMax()))
    return emitOpError() << "expected min to be at most max, but got min = "
                         << getMinAttr().getValueAsDouble()
                         << " and max = " << getMaxAttr().getValueAsDouble();
  return success();
}
