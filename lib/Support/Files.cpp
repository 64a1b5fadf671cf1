//===- Files.cpp - Reading and writing whole files --------------*- C++ -*-===//

#include "qnn/Support/Files.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <zlib.h>

using namespace qnn;
using namespace llvm;

Error qnn::makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Error qnn::fileError(StringRef path, const Twine &reason) {
  return makeError(path + ": " + reason);
}

void qnn::printError(Error error) {
  std::string text = json::fixUTF8(toString(std::move(error)));
  for (char &c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      c = ' ';
  errs() << StringRef(text).trim() << "\n";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

Error qnn::checkIsFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status))
    return fileError(path, code.message());
  if (sys::fs::is_directory(status))
    return fileError(path, "is a directory");
  return Error::success();
}

Expected<std::string> qnn::readFile(StringRef path) {
  if (Error error = checkIsFile(path))
    return std::move(error);
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

/// Inflates gzip data; fails where it is cut or damaged.
static Expected<std::string> gunzip(StringRef path, StringRef data) {
  z_stream stream = {};
  if (inflateInit2(&stream, 15 + 16) != Z_OK)
    return fileError(path, "cannot start zlib");
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(data.data()));
  stream.avail_in = data.size();
  std::string result;
  char block[1 << 16];
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef *>(block);
    stream.avail_out = sizeof(block);
    status = inflate(&stream, Z_NO_FLUSH);
    result.append(block, sizeof(block) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_BUF_ERROR)
    return fileError(path, "truncated gzip data: ends after " +
                               Twine(result.size()) + " unpacked bytes");
  if (status != Z_STREAM_END)
    return fileError(path, "corrupt gzip data after " + Twine(result.size()) +
                               " unpacked bytes");
  return result;
}

Expected<std::string> qnn::readMaybeGzip(StringRef path) {
  Expected<std::string> data = readFile(path);
  if (!data || !StringRef(*data).starts_with("\x1f\x8b"))
    return data;
  return gunzip(path, *data);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {
/// A complete file under a temporary name; removed unless it is renamed.
struct PendingFile {
  std::string temporary, target;

  PendingFile(std::string temporary, std::string target)
      : temporary(std::move(temporary)), target(std::move(target)) {
    sys::RemoveFileOnSignal(this->temporary);
  }
  PendingFile(PendingFile &&other)
      : temporary(std::exchange(other.temporary, {})),
        target(std::move(other.target)) {}
  ~PendingFile() {
    if (temporary.empty())
      return;
    sys::fs::remove(temporary);
    sys::DontRemoveFileOnSignal(temporary);
  }

  Error rename() {
    if (std::error_code code = sys::fs::rename(temporary, target))
      return fileError(target, code.message());
    sys::DontRemoveFileOnSignal(temporary);
    temporary.clear();
    return Error::success();
  }
};
} // namespace

static void put(raw_ostream &os, const OutputFile &file) {
  if (file.write)
    file.write(os);
  else
    os << file.contents;
}

static Error writeAll(int descriptor, const OutputFile &file) {
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  put(os, file);
  os.close();
  if (!os.has_error())
    return Error::success();
  std::error_code code = os.error();
  os.clear_error();
  return fileError(file.path, "cannot write: " + code.message());
}

/// True where `path` exists and is neither a regular file nor a folder.
static bool isDevice(StringRef path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && sys::fs::exists(status) &&
         !sys::fs::is_regular_file(status) && !sys::fs::is_directory(status);
}

static Error writeDirectly(const OutputFile &file) {
  int descriptor = -1;
  if (std::error_code code = sys::fs::openFileForWrite(
          file.path, descriptor, sys::fs::CD_OpenExisting, sys::fs::OF_None))
    return fileError(file.path, "cannot write: " + code.message());
  return writeAll(descriptor, file);
}

/// The file behind links, so that a rename replaces it and not the link.
static std::string resolved(StringRef path) {
  SmallString<128> real;
  if (sys::fs::real_path(path, real))
    return path.str();
  return real.str().str();
}

static Expected<PendingFile> writeTemporary(const OutputFile &file) {
  std::string target = resolved(file.path);
  SmallString<128> temporary;
  int descriptor = -1;
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  if (file.executable)
    mode |= sys::fs::all_exe;
  if (std::error_code code =
          sys::fs::createUniqueFile(target + ".tmp-%%%%%%%%", descriptor,
                                    temporary, sys::fs::OF_None, mode))
    return fileError(file.path, "cannot write: " + code.message());
  PendingFile pending(temporary.str().str(), target);
  if (Error error = writeAll(descriptor, file))
    return std::move(error);
  return std::move(pending);
}

static Error writeStandardOutput(const OutputFile &file) {
  put(outs(), file);
  return flushStandardOutput();
}

Error qnn::writeFiles(ArrayRef<OutputFile> files) {
  std::vector<PendingFile> pending;
  for (const OutputFile &file : files)
    if (file.path != "-")
      if (Error error = checkWritable(file.path))
        return error;
  for (const OutputFile &file : files) {
    if (file.path == "-" || isDevice(file.path))
      continue;
    Expected<PendingFile> temporary = writeTemporary(file);
    if (!temporary)
      return temporary.takeError();
    pending.push_back(std::move(*temporary));
  }
  for (const OutputFile &file : files) {
    Error error = Error::success();
    if (file.path == "-")
      error = writeStandardOutput(file);
    else if (isDevice(file.path))
      error = writeDirectly(file);
    if (error)
      return error;
  }
  for (PendingFile &file : pending)
    if (Error error = file.rename())
      return error;
  return Error::success();
}

Error qnn::writeFile(StringRef path, StringRef contents) {
  return writeFiles(OutputFile{path.str(), contents.str(), false});
}

Error qnn::checkWritable(StringRef path) {
  if (path == "-")
    return Error::success();
  if (path.empty())
    return makeError("the name of an output file is empty");
  sys::fs::file_status status;
  std::error_code code = sys::fs::status(path, status);
  if (!code && sys::fs::is_directory(status))
    return fileError(path, "cannot write: is a directory");
  if (!code) {
    if (std::error_code denied =
            sys::fs::access(path, sys::fs::AccessMode::Write))
      return fileError(path, "cannot write: " + denied.message());
    if (!sys::fs::is_regular_file(status))
      return Error::success();
  }
  StringRef folder = sys::path::parent_path(path);
  if (folder.empty())
    folder = ".";
  if (std::error_code denied =
          sys::fs::access(folder, sys::fs::AccessMode::Write))
    return fileError(path, "cannot write: folder '" + folder +
                               "': " + denied.message());
  return Error::success();
}

Error qnn::flushStandardOutput() {
  outs().flush();
  if (!outs().has_error())
    return Error::success();
  std::error_code code = outs().error();
  outs().clear_error();
  return makeError("standard output: cannot write: " + code.message());
}
