//===- TensorFile.h - Arrays in .npy and .pb files --------------*- C++ -*-===//

#ifndef QNN_DRIVER_TENSORFILE_H
#define QNN_DRIVER_TENSORFILE_H

#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qnn {

/// Reads `.npy` (NumPy) or `.pb` (ONNX's TensorProto, as in its test data).
llvm::Expected<Array> readTensorFile(llvm::StringRef path);

} // namespace qnn

#endif // QNN_DRIVER_TENSORFILE_H
