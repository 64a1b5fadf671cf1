//===- ImportError.h - Why a file cannot be imported ------------*- C++ -*-===//
//
// Inside lib/ONNX errors are exceptions, as in the ONNX library that it calls:
// a node's importer can then ask for what it needs in one line. `importONNX` is
// the only place that catches them; none leaves it.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_ONNX_IMPORTERROR_H
#define QNN_LIB_ONNX_IMPORTERROR_H

#include "llvm/ADT/Twine.h"
#include <stdexcept>

namespace qnn {

/// What is wrong, without the file's name.
struct ImportError : std::runtime_error {
  explicit ImportError(const llvm::Twine &message)
      : std::runtime_error(message.str()) {}
};

} // namespace qnn

#endif // QNN_LIB_ONNX_IMPORTERROR_H
