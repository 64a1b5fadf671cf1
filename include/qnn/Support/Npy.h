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
#include <optional>

namespace qnn {

/// Reads the contents of a .npy file; messages begin with `name`.
llvm::Expected<Array> parseNpy(llvm::StringRef contents, llvm::StringRef name);
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// The contents of a .npy file of version 1.
std::string makeNpy(const Array &array);
/// What is before the data there.
std::string makeNpyHeader(ElementType type, llvm::ArrayRef<int64_t> shape);

/// An archive, of which only the directory is in memory.
class NpzArchive {
public:
  static llvm::Expected<NpzArchive> open(llvm::StringRef path);

  /// Names of all arrays, without their `.npy`.
  std::vector<std::string> names() const;
  bool contains(llvm::StringRef name) const;
  /// The array of that name, which is there.
  llvm::Expected<Array> read(llvm::StringRef name) const;

private:
  struct Member {
    std::string name;
    unsigned method;
    uint32_t crc, packedSize, size, headerOffset;
  };

  llvm::Error readDirectory();
  /// Bytes of the file; none where they lie outside.
  std::optional<std::string> slice(uint64_t at, uint64_t count) const;
  std::optional<std::string> packedBytes(const Member &member) const;
  llvm::Expected<std::string> unpack(const Member &member) const;
  const Member *find(llvm::StringRef name) const;

  std::string path;
  uint64_t fileSize = 0;
  std::vector<Member> members;
};

/// All arrays of an archive.
llvm::Expected<std::map<std::string, Array>> readNpz(llvm::StringRef path);

/// An array that lies somewhere.
struct ArrayView {
  std::string name;
  ElementType type;
  llvm::ArrayRef<int64_t> shape;
  llvm::ArrayRef<uint8_t> bytes;
};

/// Writes an archive with these arrays, stored; none is copied. Fails from 4 GB
/// on, where the format ends.
llvm::Error writeNpz(llvm::StringRef path, llvm::ArrayRef<ArrayView> arrays);

} // namespace qnn

#endif // QNN_SUPPORT_NPY_H
