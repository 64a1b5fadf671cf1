//===- Link.cpp - Objects to shared libraries -------------------*- C++ -*-===//

#include "qnn/Codegen/Codegen.h"

#include "qnn/Target/Target.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace qnn;

static llvm::Expected<std::string> findLinker() {
  for (llvm::StringRef name : {"ld.lld-22", "ld.lld", "ld"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "no linker: expected ld.lld-22 (Debian's lld-22), ld.lld or ld in PATH");
}

llvm::Expected<std::string> qnn::findRuntime(mlir::ModuleOp module) {
  llvm::Triple triple(getTarget(module).getTriple());
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (triple.getArch() != host.getArch())
    return llvm::createStringError(
        "no libqnn_runtime for %s here: make an object, and link it with the "
        "library on that machine",
        triple.getArchName().str().c_str());
  std::string program = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&qnn::findRuntime));
  llvm::StringRef prefix =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(program));
  for (llvm::StringRef folder : {"lib", QNN_LIBDIR}) {
    llvm::SmallString<128> path(prefix);
    llvm::sys::path::append(path, folder, "libqnn_runtime.a");
    if (llvm::sys::fs::exists(path))
      return path.str().str();
  }
  return llvm::createStringError("no libqnn_runtime.a in " + prefix + "/lib");
}

llvm::Error qnn::linkShared(llvm::ArrayRef<std::string> inputs,
                            llvm::StringRef output) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  llvm::SmallString<64> log;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("qnn-link", "log", log))
    return llvm::createStringError(error, "temporary file");
  llvm::scope_exit remove([&] { llvm::sys::fs::remove(log); });
  llvm::SmallVector<llvm::StringRef> arguments = {
      *linker, "-shared", "-z", "noexecstack", "--gc-sections", "-o", output};
  llvm::append_range(arguments, inputs);
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
