//===- Npy.h - NumPy's .npy and .npz files ----------------------*- C++ -*-===//
//
// Little-endian f4, f8, i1, i2, i4, i8, u1 and bool; versions 1 to 3.
// Fortran-ordered data is converted to row-major. Archives: stored and deflated
// members.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_NPY_H
#define QNN_SUPPORT_NPY_H

#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>

namespace qnn {

/// Reads the contents of a .npy file; messages begin with `name`.
llvm::Expected<Array> parseNpy(llvm::StringRef contents, llvm::StringRef name);
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// The contents of a .npy file of version 1.
std::string makeNpy(const Array &array);

/// All members of an archive, without their `.npy`.
llvm::Expected<std::map<std::string, Array>> readNpz(llvm::StringRef path);

/// The contents of an archive with these members, stored. Fails from 4 GB on,
/// where the format ends.
llvm::Expected<std::string> makeNpz(const std::map<std::string, Array> &arrays);

} // namespace qnn

#endif // QNN_SUPPORT_NPY_H
