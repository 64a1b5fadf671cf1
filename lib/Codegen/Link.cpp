//===- Link.cpp - Objects to shared libraries -------------------*- C++ -*-===//

#include "qnn/Codegen/Codegen.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace qnn;

static llvm::Expected<std::string> findLinker() {
  for (llvm::StringRef name : {"ld.lld-22", "ld.lld", "ld"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "no linker: expected ld.lld-22 (Debian's lld-22), ld.lld or ld in PATH");
}

llvm::Error qnn::linkShared(llvm::StringRef object, llvm::StringRef output) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  llvm::SmallString<64> log;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("qnn-link", "log", log))
    return llvm::createStringError(error, "temporary file");
  llvm::scope_exit remove([&] { llvm::sys::fs::remove(log); });
  llvm::StringRef arguments[] = {*linker,       "-shared",       "-z",
                                 "noexecstack", "--gc-sections", object,
                                 "-o",          output};
  std::optional<llvm::StringRef> redirects[] = {
      std::nullopt, llvm::StringRef(log), llvm::StringRef(log)};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(*linker, arguments, std::nullopt,
                                         redirects, 0, 0, &message);
  if (status == 0)
    return llvm::Error::success();
  if (auto text = llvm::MemoryBuffer::getFile(log))
    message += (*text)->getBuffer().trim().str();
  return llvm::createStringError("%s failed: %s", linker->c_str(),
                                 message.c_str());
}
