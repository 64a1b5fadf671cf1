//===- Kernels.h - `qnn-bench kernels` --------------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_BENCH_KERNELS_H
#define QNN_TOOLS_QNN_BENCH_KERNELS_H

#include "qnn/Bench/Measure.h"

namespace qnn {

struct KernelsOptions {
  std::string filter; ///< regular expression; empty: the standard cases
  bool list = false;  ///< print names only
  bool json = false;
  std::string svg; ///< where to write a picture; empty: nowhere
  MeasureOptions measure;
};

/// The cases whose name the filter matches.
llvm::Expected<std::vector<BenchCase>> selectCases(const std::string &filter);

llvm::Error benchKernels(const KernelsOptions &options);

} // namespace qnn

#endif // QNN_TOOLS_QNN_BENCH_KERNELS_H
