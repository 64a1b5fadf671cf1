//===- CommandLine.h - Names of options that LLVM has taken -----*- C++ -*-===//

#ifndef QNN_DRIVER_COMMANDLINE_H
#define QNN_DRIVER_COMMANDLINE_H

#include "llvm/Support/CommandLine.h"

namespace qnn {

/// libLLVM registers options of its own tools, `threads` among them, and a
/// second one of the same name ends the program. Drops LLVM's; to be called by
/// a static initializer above the tool's own option. Returns true.
inline bool freeOptionName(llvm::StringRef name) {
  auto &options = llvm::cl::getRegisteredOptions();
  auto it = options.find(name);
  if (it != options.end())
    it->second->removeArgument();
  return true;
}

} // namespace qnn

#endif // QNN_DRIVER_COMMANDLINE_H
