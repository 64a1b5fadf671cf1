//===- Link.cpp - Objects to shared libraries and programs ------*- C++ -*-===//

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

/// Programs need the C library, which a compiler knows the place of.
static llvm::Expected<std::string> findCompiler() {
  for (llvm::StringRef name : {"cc", "clang-22", "clang", "gcc"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "no C compiler to link a program with: expected cc, clang-22, clang or "
      "gcc in PATH");
}

/// One of our archives, as built or installed beside the running program.
static llvm::Expected<std::string> findArchive(mlir::ModuleOp module,
                                               llvm::StringRef name) {
  llvm::Triple triple(getTarget(module).getTriple());
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (triple.getArch() != host.getArch())
    return llvm::createStringError(
        "no " + name + " for " + triple.getArchName() +
        " here: make an object, and link it with the library on that machine");
  std::string program = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&qnn::findRuntime));
  llvm::StringRef prefix =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(program));
  for (llvm::StringRef folder : {"lib", QNN_LIBDIR}) {
    llvm::SmallString<128> path(prefix);
    llvm::sys::path::append(path, folder, name + ".a");
    if (llvm::sys::fs::exists(path))
      return path.str().str();
  }
  return llvm::createStringError("no " + name + ".a in " + prefix + "/lib");
}

llvm::Expected<std::string> qnn::findRuntime(mlir::ModuleOp module) {
  return findArchive(module, "libqnn_runtime");
}

/// Runs a linker; the error carries its words.
static llvm::Error runLinker(llvm::StringRef linker,
                             llvm::ArrayRef<llvm::StringRef> options) {
  llvm::SmallString<64> log;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("qnn-link", "log", log))
    return llvm::createStringError(error, "temporary file");
  llvm::scope_exit remove([&] { llvm::sys::fs::remove(log); });
  llvm::SmallVector<llvm::StringRef> arguments = {linker};
  llvm::append_range(arguments, options);
  std::optional<llvm::StringRef> redirects[] = {
      std::nullopt, llvm::StringRef(log), llvm::StringRef(log)};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(linker, arguments, std::nullopt,
                                         redirects, 0, 0, &message);
  if (status == 0)
    return llvm::Error::success();
  if (auto text = llvm::MemoryBuffer::getFile(log))
    message += (*text)->getBuffer().trim().str();
  return llvm::createStringError(linker + " failed: " + message);
}

llvm::Error qnn::linkShared(llvm::ArrayRef<std::string> inputs,
                            llvm::StringRef output) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  llvm::SmallVector<llvm::StringRef> options = {
      "-shared", "-z", "noexecstack", "--gc-sections", "-o", output};
  llvm::append_range(options, inputs);
  return runLinker(*linker, options);
}

llvm::Error qnn::linkProgram(mlir::ModuleOp module, llvm::StringRef object,
                             llvm::StringRef output) {
  llvm::Expected<std::string> program = findArchive(module, "libqnn_program");
  if (!program)
    return program.takeError();
  llvm::Expected<std::string> runtime = findRuntime(module);
  if (!runtime)
    return runtime.takeError();
  llvm::Expected<std::string> compiler = findCompiler();
  if (!compiler)
    return compiler.takeError();
  return runLinker(*compiler, {"-o", output, object, *program, *runtime,
                               "-lpthread", "-ldl"});
}
