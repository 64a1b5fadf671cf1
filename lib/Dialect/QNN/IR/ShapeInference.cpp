//===- ShapeInference.cpp - Shapes and checks that ops share ----*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/ShapeInference.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;
using namespace qnn;

// Sizes beyond this are not images; sums and products of a few stay in int64.
static constexpr int64_t maxNumber = (int64_t(1) << 31) - 1;

LogicalResult qnn::verifyNumbers(ErrorSite site, StringRef name,
                                 ArrayRef<int64_t> values, size_t count,
                                 int64_t least) {
  if (values.size() != count)
    return site.fail("expected ", count, " ", name, ", but got ",
                     values.size());
  for (int64_t value : values)
    if (value < least || value > maxNumber)
      return site.fail("expected ", name, " from ", least, " to ", maxNumber,
                       ", but got [", values, "]");
  return success();
}

LogicalResult qnn::verifyAxis(ErrorSite site, int64_t axis, int64_t rank) {
  if (rank == 0)
    return site.fail("expected a tensor of rank 1 or more, but got rank 0");
  if (axis < 0 || axis >= rank)
    return site.fail("expected an axis from 0 to ", rank - 1, ", but got ",
                     axis);
  return success();
}

RankedTensorType qnn::getTensorOfRank(ErrorSite site, StringRef name, Type type,
                                      int64_t rank) {
  auto tensor = dyn_cast_or_null<RankedTensorType>(type);
  if (tensor && tensor.hasStaticShape() && tensor.getRank() == rank)
    return tensor;
  (void)site.fail("expected ", name, " to be a static tensor of rank ", rank,
                  ", but got ", type);
  return {};
}

static LogicalResult verifyWindow(ErrorSite site, const Window &window) {
  return success(
      succeeded(verifyNumbers(site, "kernel sizes", window.kernel, 2, 1)) &&
      succeeded(verifyNumbers(site, "strides", window.strides, 2, 1)) &&
      succeeded(verifyNumbers(site, "pads", window.pads, 4, 0)) &&
      succeeded(verifyNumbers(site, "dilations", window.dilations, 2, 1)));
}

FailureOr<std::array<int64_t, 2>> qnn::inferWindow(ErrorSite site,
                                                   std::array<int64_t, 2> size,
                                                   const Window &window) {
  if (failed(verifyWindow(site, window)))
    return failure();
  std::array<int64_t, 2> padded, result;
  for (unsigned d : {0, 1}) {
    padded[d] = size[d] + window.pads[d] + window.pads[d + 2];
    result[d] = (padded[d] - window.extent(d)) / window.strides[d] + 1;
  }
  if (padded[0] >= window.extent(0) && padded[1] >= window.extent(1))
    return result;
  (void)site.fail("expected a window of at most ", padded[0], "x", padded[1],
                  " (the padded image), but got ", window.extent(0), "x",
                  window.extent(1));
  return failure();
}

LogicalResult qnn::inferBroadcast(ErrorSite site, Type lhs, Type rhs,
                                  SmallVectorImpl<Type> &types) {
  auto lhsType = dyn_cast_or_null<RankedTensorType>(lhs);
  auto rhsType = dyn_cast_or_null<RankedTensorType>(rhs);
  SmallVector<int64_t> shape;
  if (!lhsType || !rhsType ||
      !OpTrait::util::getBroadcastedShape(lhsType.getShape(),
                                          rhsType.getShape(), shape))
    return site.fail("expected shapes that broadcast, but got ", lhs, " and ",
                     rhs);
  types.push_back(RankedTensorType::get(shape, lhsType.getElementType()));
  return success();
}
