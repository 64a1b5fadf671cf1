//===- SplitModule.h - Parts of a module for several threads ----*- C++ -*-===//

#ifndef QNN_CODEGEN_SPLITMODULE_H
#define QNN_CODEGEN_SPLITMODULE_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace llvm {
class Module;
}

namespace qnn {

/// Instructions of all functions.
int64_t countInstructions(const llvm::Module &module);

/// Bitcode of at most `parts` modules, about equally large, that link to what
/// `module` is; a context belongs to one thread, bitcode to any. Constants are
/// in the first. Names of internal symbols become hidden ones.
std::vector<llvm::SmallVector<char, 0>> splitModule(llvm::Module &module,
                                                    unsigned parts);

} // namespace qnn

#endif // QNN_CODEGEN_SPLITMODULE_H
