//===- Array.cpp - A tensor in a file or a buffer ---------------*- C++ -*-===//

#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"
#include <cstring>

using namespace qnn;

namespace {
/// Calls `f` with a null pointer of the element type.
template <typename Function>
auto visit(ElementType type, Function f) {
  switch (type) {
  case ElementType::F32:
    return f(static_cast<float *>(nullptr));
  case ElementType::F64:
    return f(static_cast<double *>(nullptr));
  case ElementType::I8:
    return f(static_cast<int8_t *>(nullptr));
  case ElementType::U8:
    return f(static_cast<uint8_t *>(nullptr));
  case ElementType::I16:
    return f(static_cast<int16_t *>(nullptr));
  case ElementType::I32:
    return f(static_cast<int32_t *>(nullptr));
  case ElementType::I64:
    return f(static_cast<int64_t *>(nullptr));
  }
  llvm_unreachable("unknown element type");
}

template <typename Number>
Number load(const Array &array, int64_t index) {
  return visit(array.type, [&](auto *pointer) {
    std::remove_pointer_t<decltype(pointer)> value;
    std::memcpy(&value, array.bytes.data() + index * sizeof(value),
                sizeof(value));
    return static_cast<Number>(value);
  });
}

template <typename Number>
void store(Array &array, int64_t index, Number number) {
  visit(array.type, [&](auto *pointer) {
    auto value = static_cast<std::remove_pointer_t<decltype(pointer)>>(number);
    std::memcpy(array.bytes.data() + index * sizeof(value), &value,
                sizeof(value));
  });
}
} // namespace

size_t qnn::elementSize(ElementType type) {
  return visit(type, [](auto *pointer) { return sizeof(*pointer); });
}

llvm::StringRef qnn::elementName(ElementType type) {
  static const char *const names[] = {"f32", "f64", "i8", "u8",
                                      "i16", "i32", "i64"};
  return names[static_cast<int>(type)];
}

Array::Array(ElementType type, llvm::ArrayRef<int64_t> shape)
    : type(type), shape(shape.begin(), shape.end()) {
  bytes.resize(size() * elementSize(type));
}

int64_t Array::size() const {
  int64_t elements = 1;
  for (int64_t dim : shape)
    elements *= dim;
  return elements;
}

double Array::at(int64_t index) const { return load<double>(*this, index); }

int64_t Array::integerAt(int64_t index) const {
  return load<int64_t>(*this, index);
}

void Array::set(int64_t index, double value) { store(*this, index, value); }

void Array::setInteger(int64_t index, int64_t value) {
  store(*this, index, value);
}

Array Array::converted(ElementType other) const {
  if (other == type)
    return *this;
  Array result(other, shape);
  bool fromFloat = type == ElementType::F32 || type == ElementType::F64;
  for (int64_t i = 0, e = size(); i < e; ++i)
    if (fromFloat)
      result.set(i, at(i));
    else
      result.setInteger(i, integerAt(i));
  return result;
}

std::string qnn::shapeName(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string name;
  for (int64_t dim : shape)
    name += (name.empty() ? "" : "x") + std::to_string(dim);
  return name;
}
