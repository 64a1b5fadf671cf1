//===- Enums.h - Enumerations of the arithmetic -----------------*- C++ -*-===//

#ifndef QNN_ARITH_ENUMS_H
#define QNN_ARITH_ENUMS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/DenseMapInfo.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <optional>

#include "qnn/Arith/Enums.h.inc"

#endif // QNN_ARITH_ENUMS_H
