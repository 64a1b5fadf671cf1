//===- Files.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Input: the whole file or one message. Output: all or nothing - a file is
// written beside its place under another name and renamed when complete, so
// that a full disk or an interrupt never leaves half a file.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_FILES_H
#define QNN_SUPPORT_FILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <string>

namespace qnn {

/// An error with one line of text.
llvm::Error makeError(const llvm::Twine &message);
/// An error `PATH: reason`.
llvm::Error fileError(llvm::StringRef path, const llvm::Twine &reason);

/// Prints an error on standard error as one line of UTF-8, whatever names from
/// a damaged file it quotes.
void printError(llvm::Error error);

/// Fails where `path` is no file.
llvm::Error checkIsFile(llvm::StringRef path);
/// The bytes of a regular file.
llvm::Expected<std::string> readFile(llvm::StringRef path);
/// The bytes of a file, unpacked where they are gzip data.
llvm::Expected<std::string> readMaybeGzip(llvm::StringRef path);

struct OutputFile {
  std::string path; ///< `-`: standard output
  std::string contents;
  bool executable = false;
  /// What writes the contents, where they are too large for a string.
  std::function<void(llvm::raw_ostream &)> write = {};
};

/// Writes all files or none of them. Devices and pipes are written directly.
llvm::Error writeFiles(llvm::ArrayRef<OutputFile> files);
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef contents);

/// Fails, without touching it, where `path` cannot become a file: it is a
/// folder, or its folder is missing or not writable. For checks before a long
/// computation.
llvm::Error checkWritable(llvm::StringRef path);

/// Flushes standard output; the error that any earlier write to it had.
llvm::Error flushStandardOutput();

} // namespace qnn

#endif // QNN_SUPPORT_FILES_H
