//===- Tune.h - `qnn-bench ... --tune` --------------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_BENCH_TUNE_H
#define QNN_TOOLS_QNN_BENCH_TUNE_H

#include "Kernels.h"
#include "Model.h"

namespace qnn {

/// Measures the products of the selected cases, or of a model, that the tuning
/// table in `path` does not have, and writes it anew after each case.
llvm::Error tuneKernels(const KernelsOptions &options, llvm::StringRef path);
llvm::Error tuneModel(const ModelOptions &options, llvm::StringRef path);

} // namespace qnn

#endif // QNN_TOOLS_QNN_BENCH_TUNE_H
