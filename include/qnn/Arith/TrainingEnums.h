//===- TrainingEnums.h - Enumerations of training's arithmetic --*- C++ -*-===//

#ifndef QNN_ARITH_TRAININGENUMS_H
#define QNN_ARITH_TRAININGENUMS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/DenseMapInfo.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <optional>

#include "qnn/Arith/TrainingEnums.h.inc"

#endif // QNN_ARITH_TRAININGENUMS_H
