//===- Session.h - One run of qnn-train -------------------------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_TRAIN_SESSION_H
#define QNN_TOOLS_QNN_TRAIN_SESSION_H

#include "qnn/Training/Plan.h"
#include <csignal>

namespace qnn {

/// What the command line says.
struct SessionOptions {
  std::string start;             ///< preset, description or model
  std::vector<std::string> sets; ///< KEY=VALUE
  std::string data;              ///< KIND:PATH, or empty
  std::string quantize;          ///< weights=1,..., or empty
  std::string teacher;           ///< model, or empty
  std::string output;            ///< .onnx, or empty
  std::string folder;            ///< of checkpoints and logs, or empty
  std::string resume;            ///< folder to continue from, or empty
  std::optional<int64_t> epochs, maxSteps, batch, seed;
  unsigned threads = 1;
  bool json = false, findRate = false, printGraph = false, reference = false;
};

/// Set by the signal handler.
extern volatile std::sig_atomic_t interrupted;

llvm::Error runSession(const SessionOptions &options);

} // namespace qnn

#endif // QNN_TOOLS_QNN_TRAIN_SESSION_H
