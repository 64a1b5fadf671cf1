//===- Actions.h - What qnn-run does with a model ---------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_RUN_ACTIONS_H
#define QNN_TOOLS_QNN_RUN_ACTIONS_H

#include "qnn/Driver/Compare.h"
#include "qnn/Driver/Inputs.h"

namespace qnn {

struct RunOptions {
  int64_t batch = 1;
  bool json = false;
  Tolerance tolerance;
  std::vector<NamedFile> outputs, expectations;
};

/// Runs all samples; prints, writes or checks the outputs.
llvm::Error runOnce(Model &model, InputSource &inputs,
                    const RunOptions &options);
/// Runs a data set and prints how many images were recognized.
llvm::Error measureAccuracy(Model &model, DatasetInputs &inputs,
                            const RunOptions &options);
/// Runs one batch `repeats` times and prints least and median time.
llvm::Error measureTime(Model &model, InputSource &inputs, int64_t repeats,
                        const RunOptions &options);
/// Prints layer by layer whether native code and reference agree; fails where
/// they do not.
llvm::Error reportComparison(const Comparison &comparison,
                             const RunOptions &options);

} // namespace qnn

#endif // QNN_TOOLS_QNN_RUN_ACTIONS_H
