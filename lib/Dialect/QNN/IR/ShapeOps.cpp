//===- ShapeOps.cpp - Types and verifiers of the shape ops ------*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

using OptionalLoc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  auto from = cast<RankedTensorType>(getInput().getType());
  auto to = cast<RankedTensorType>(getResult().getType());
  if (from.getElementType() != to.getElementType())
    return emitOpError() << "expected result elements " << from.getElementType()
                         << ", but got " << to.getElementType();
  if (from.getNumElements() != to.getNumElements())
    return emitOpError() << "expected a result of " << from.getNumElements()
                         << " elements, but got " << to.getNumElements();
  return success();
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                            Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<int64_t> sorted(permutation), shape;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())))
    return site.fail("expected a permutation of ", input.getRank(),
                     " dimensions, but got [", permutation, "]");
  for (int64_t dimension : permutation)
    shape.push_back(input.getDimSize(dimension));
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

/// True where the types differ in the size of dimension `axis` at most.
static bool agreeExceptAlong(int64_t axis, RankedTensorType a,
                             RankedTensorType b) {
  if (a.getElementType() != b.getElementType() || a.getRank() != b.getRank())
    return false;
  return llvm::all_of(llvm::seq<int64_t>(0, a.getRank()), [&](int64_t d) {
    return d == axis || a.getDimSize(d) == b.getDimSize(d);
  });
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  if (adaptor.getInputs().empty())
    return site.fail("expected one operand or more, but got none");
  auto first = cast<RankedTensorType>(adaptor.getInputs().front().getType());
  int64_t axis = adaptor.getAxis(), size = 0;
  if (failed(verifyAxis(site, axis, first.getRank())))
    return failure();
  for (Value input : adaptor.getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    if (!agreeExceptAlong(axis, first, type))
      return site.fail("expected operands like ", first,
                       " except in dimension ", axis, ", but got ", type);
    size += type.getDimSize(axis);
  }
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = size;
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

LogicalResult PadOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                      Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  ArrayRef<int64_t> low = adaptor.getLow(), high = adaptor.getHigh();
  if (failed(verifyNumbers(site, "low counts", low, input.getRank(), 0)) ||
      failed(verifyNumbers(site, "high counts", high, input.getRank(), 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [size, before, after] : llvm::zip(input.getShape(), low, high))
    shape.push_back(before + size + after);
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult PadOp::verify() {
  Type element = cast<RankedTensorType>(getInput().getType()).getElementType();
  if (getValue().getType() != element)
    return emitOpError() << "expected a value of type " << element
                         << ", but got " << getValue().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                        Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  if (failed(
          verifyNumbers(site, "sizes", adaptor.getSizes(), input.getRank(), 1)))
    return failure();
  types.push_back(
      RankedTensorType::get(adaptor.getSizes(), input.getElementType()));
  return success();
}

/// The last index of a slice in one dimension; none where it overflows.
static std::optional<int64_t> lastIndex(int64_t offset, int64_t size,
                                        int64_t step) {
  int64_t way, last;
  if (llvm::MulOverflow(size - 1, step, way) ||
      llvm::AddOverflow(offset, way, last))
    return std::nullopt;
  return last;
}

LogicalResult SliceOp::verify() {
  ErrorSite site{getLoc(), getOperationName()};
  auto input = cast<RankedTensorType>(getInput().getType());
  size_t rank = input.getRank();
  if (failed(verifyNumbers(site, "offsets", getOffsets(), rank, 0)))
    return failure();
  if (getSteps().size() != rank)
    return site.fail("expected ", rank, " steps, but got ", getSteps().size());
  for (size_t d = 0; d < rank; ++d) {
    int64_t dim = input.getDimSize(d), offset = getOffsets()[d];
    if (getSteps()[d] == 0)
      return site.fail("expected steps other than 0, but got [", getSteps(),
                       "]");
    auto last = lastIndex(offset, getSizes()[d], getSteps()[d]);
    if (offset >= dim || !last || *last < 0 || *last >= dim)
      return site.fail("expected indices from 0 to ", dim - 1, " in dimension ",
                       d, ", but got ", offset, " to ",
                       last.value_or(INT64_MAX));
  }
  return success();
}
