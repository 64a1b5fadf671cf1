//===- Names.h - What a description may name --------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_TRAIN_NAMES_H
#define QNN_TOOLS_QNN_TRAIN_NAMES_H

#include "llvm/Support/raw_ostream.h"

namespace qnn {

/// Lists presets, layers, quantizers and all else that is chosen by name.
void printNames(llvm::raw_ostream &out);

} // namespace qnn

#endif // QNN_TOOLS_QNN_TRAIN_NAMES_H
