//===- MemorySizes.h - What lies in memory, in bytes ------------*- C++ -*-===//

#ifndef QNN_LIB_TRANSFORMS_MEMORYSIZES_H
#define QNN_LIB_TRANSFORMS_MEMORYSIZES_H

#include "mlir/IR/BuiltinTypes.h"

namespace qnn {

/// What caches read and write at once.
inline constexpr int64_t lineBytes = 64;

/// Of a static shape of elements of whole bytes.
inline int64_t bytesOf(mlir::ShapedType type) {
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

} // namespace qnn

#endif // QNN_LIB_TRANSFORMS_MEMORYSIZES_H
