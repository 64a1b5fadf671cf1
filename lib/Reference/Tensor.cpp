//===- Tensor.cpp - Values of the reference evaluator -----------*- C++ -*-===//

#include "qnn/Reference/Tensor.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/ErrorHandling.h"
#include <cstring>

using namespace mlir;
using namespace qnn;

int64_t Tensor::size() const {
  int64_t product = 1;
  for (int64_t dimension : shape)
    product *= dimension;
  return product;
}

SmallVector<int64_t> Tensor::strides() const {
  SmallVector<int64_t> result(shape.size(), 1);
  for (int64_t d = rank() - 2; d >= 0; --d)
    result[d] = result[d + 1] * shape[d + 1];
  return result;
}

Tensor Tensor::zeros(RankedTensorType type) {
  Tensor tensor;
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  tensor.isFloat = isa<FloatType>(type.getElementType());
  if (tensor.isFloat)
    tensor.floats.resize(tensor.size());
  else
    tensor.integers.resize(tensor.size());
  return tensor;
}

//===----------------------------------------------------------------------===//
// From attributes
//===----------------------------------------------------------------------===//

/// Codes (up to 8 bits) as patterns, wider integers as signed values.
static int64_t fromAPInt(const APInt &value) {
  return value.getBitWidth() <= 8 ? value.getZExtValue() : value.getSExtValue();
}

/// Elements of type T, one after another in memory.
template <typename T, typename U>
static void copyRaw(ArrayRef<char> raw, std::vector<U> &to) {
  if (raw.size() != to.size() * sizeof(T))
    llvm::report_fatal_error("constant's data do not have its type's size");
  for (size_t i = 0; i < to.size(); ++i) {
    T element;
    std::memcpy(&element, raw.data() + i * sizeof(T), sizeof(T));
    to[i] = element;
  }
}

/// Integers of `width` bits in whole bytes, as attributes keep all but i1.
static void copyRawIntegers(ArrayRef<char> raw, unsigned width,
                            std::vector<int64_t> &to) {
  if (width > 32)
    return copyRaw<int64_t>(raw, to);
  if (width > 16)
    return copyRaw<int32_t>(raw, to);
  if (width > 8)
    return copyRaw<int16_t>(raw, to);
  copyRaw<uint8_t>(raw, to);
  for (int64_t &element : to)
    element &= (1 << width) - 1;
}

static void copyRawElements(ArrayRef<char> raw, Type type, Tensor &to) {
  if (to.isFloat)
    return copyRaw<float>(raw, to.floats);
  copyRawIntegers(raw, type.getIntOrFloatBitWidth(), to.integers);
}

static void copyDense(DenseElementsAttr attr, Tensor &to) {
  Type type = attr.getElementType();
  if (attr.isSplat()) {
    if (to.isFloat)
      to.floats.assign(to.floats.size(), attr.getSplatValue<float>());
    else
      to.integers.assign(to.integers.size(),
                         fromAPInt(attr.getSplatValue<APInt>()));
    return;
  }
  if (type.isInteger(1)) { // bits, eight to a byte
    llvm::copy(attr.getValues<bool>(), to.integers.begin());
    return;
  }
  copyRawElements(attr.getRawData(), type, to);
}

bool Tensor::canRead(ElementsAttr attr) {
  Type element = attr.getElementType();
  bool isInteger = element.isInteger() && element.getIntOrFloatBitWidth() <= 64;
  if (!isa<RankedTensorType>(attr.getShapedType()) ||
      !(element.isF32() || isInteger))
    return false;
  auto resource = dyn_cast<DenseResourceElementsAttr>(attr);
  if (!resource)
    return true;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  unsigned width = element.getIntOrFloatBitWidth();
  size_t bytes = llvm::PowerOf2Ceil(llvm::divideCeil(width, 8));
  return blob && blob->getData().size() == resource.size() * bytes;
}

Tensor Tensor::fromAttr(ElementsAttr attr) {
  assert(canRead(attr) && "expected a constant that can be read");
  auto type = cast<RankedTensorType>(attr.getShapedType());
  Type element = type.getElementType();
  Tensor tensor = zeros(type);
  if (auto dense = dyn_cast<DenseElementsAttr>(attr)) {
    copyDense(dense, tensor);
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    copyRawElements(resource.getRawHandle().getBlob()->getData(), element,
                    tensor);
  } else if (tensor.isFloat) {
    llvm::copy(attr.getValues<float>(), tensor.floats.begin());
  } else {
    for (auto [i, value] : llvm::enumerate(attr.getValues<APInt>()))
      tensor.integers[i] = fromAPInt(value);
  }
  return tensor;
}

//===----------------------------------------------------------------------===//
// To attributes
//===----------------------------------------------------------------------===//

template <typename T>
static DenseElementsAttr integersToAttr(const std::vector<int64_t> &from,
                                        RankedTensorType type) {
  std::vector<T> elements(from.begin(), from.end());
  ArrayRef<T> ref(elements);
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef<char>(reinterpret_cast<const char *>(ref.data()),
                           ref.size() * sizeof(T)));
}

DenseElementsAttr Tensor::toAttr(RankedTensorType type) const {
  if (isFloat)
    return DenseElementsAttr::get(type, ArrayRef<float>(std::vector<float>(
                                            floats.begin(), floats.end())));
  unsigned width = type.getElementTypeBitWidth();
  switch (width) {
  case 8:
    return integersToAttr<int8_t>(integers, type);
  case 16:
    return integersToAttr<int16_t>(integers, type);
  case 32:
    return integersToAttr<int32_t>(integers, type);
  case 64:
    return integersToAttr<int64_t>(integers, type);
  default:
    break;
  }
  SmallVector<APInt> elements;
  for (int64_t element : integers)
    elements.push_back(APInt(width, element, /*isSigned=*/true,
                             /*implicitTrunc=*/true));
  return DenseElementsAttr::get(type, elements);
}
