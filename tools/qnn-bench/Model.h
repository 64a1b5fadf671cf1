//===- Model.h - `qnn-bench model` ------------------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_BENCH_MODEL_H
#define QNN_TOOLS_QNN_BENCH_MODEL_H

#include "qnn/Bench/Layers.h"

namespace qnn {

struct ModelOptions {
  std::string path;
  int64_t batch = 1;
  bool json = false;
  MeasureOptions measure;
};

llvm::Error benchModel(const ModelOptions &options);

} // namespace qnn

#endif // QNN_TOOLS_QNN_BENCH_MODEL_H
