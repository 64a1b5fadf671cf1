//===- Array.h - A tensor in a file or a buffer -----------------*- C++ -*-===//
//
// What is read from files, passed to compiled models and written to files:
// an element type, a shape, and the bytes, row-major, little-endian.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_ARRAY_H
#define QNN_SUPPORT_ARRAY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <string>
#include <vector>

namespace qnn {

enum class ElementType { F32, F64, I8, U8, I16, I32, I64 };

/// Bytes of one element.
size_t elementSize(ElementType type);
/// Name as users know it: f32, u8, ...
llvm::StringRef elementName(ElementType type);

struct Array {
  ElementType type = ElementType::F32;
  llvm::SmallVector<int64_t> shape;
  std::vector<uint8_t> bytes;

  Array() = default;
  /// All zeros.
  Array(ElementType type, llvm::ArrayRef<int64_t> shape);

  int64_t size() const;
  /// Element `index` as a number; exact but for i64 beyond 2^53.
  double at(int64_t index) const;
  /// Element `index` of an integer array.
  int64_t integerAt(int64_t index) const;
  /// Sets element `index`, converted to the array's type.
  void set(int64_t index, double value);
  void setInteger(int64_t index, int64_t value);
  /// The same numbers with another element type.
  Array converted(ElementType other) const;

  template <typename T>
  T *data() {
    return reinterpret_cast<T *>(bytes.data());
  }
  template <typename T>
  const T *data() const {
    return reinterpret_cast<const T *>(bytes.data());
  }
};

/// `2x3x4`; `scalar` for no dimensions.
std::string shapeName(llvm::ArrayRef<int64_t> shape);

} // namespace qnn

#endif // QNN_SUPPORT_ARRAY_H
