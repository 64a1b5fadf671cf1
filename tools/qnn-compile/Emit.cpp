//===- Emit.cpp - Writes a compiled model -----------------------*- C++ -*-===//

#include "Emit.h"
#include "qnn/Codegen/Codegen.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace qnn;
using namespace llvm;

Level qnn::levelOf(EmitKind kind) {
  switch (kind) {
  case EmitKind::Import: // before any pass
  case EmitKind::Graph:
    return Level::Graph;
  case EmitKind::Integer:
    return Level::Integer;
  case EmitKind::Packed:
    return Level::Packed;
  case EmitKind::Loops:
    return Level::Loops;
  default:
    return Level::LLVM;
  }
}

bool qnn::isText(EmitKind kind) { return kind < EmitKind::Object; }

static bool isDevice(StringRef path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && sys::fs::exists(status) &&
         !sys::fs::is_regular_file(status) && !sys::fs::is_directory(status);
}

std::vector<std::string> qnn::outputPaths(EmitKind kind, StringRef output) {
  bool isOne = isText(kind) || kind == EmitKind::Program;
  if (isOne || output == "-" || isDevice(output))
    return {output.str()};
  StringRef suffix = kind == EmitKind::Object ? ".o" : ".so";
  output.consume_back(suffix);
  return {(output + suffix).str(), (output + ".h").str()};
}

/// A shared library has the runtime's threads in it where it has a use for
/// them.
static Error linkLibrary(mlir::ModuleOp module, const std::string &object,
                         StringRef output) {
  std::vector<std::string> inputs = {object};
  if (getModelInfo(module).threads > 1) {
    Expected<std::string> runtime = findRuntime(module);
    if (!runtime)
      return runtime.takeError();
    inputs.push_back(*runtime);
  }
  return linkShared(inputs, output);
}

/// The contents of the library or program that an object becomes.
static Expected<std::string> linkInMemory(mlir::ModuleOp module, EmitKind kind,
                                          StringRef object) {
  SmallString<128> folder;
  if (std::error_code code = sys::fs::createUniqueDirectory("qnn", folder))
    return makeError("temporary folder: " + code.message());
  scope_exit remove([&] { sys::fs::remove_directories(folder); });
  std::string objectPath = (folder + "/model.o").str();
  std::string linkedPath = (folder + "/model").str();
  if (Error error = writeFile(objectPath, object))
    return std::move(error);
  if (Error error = kind == EmitKind::Program
                        ? linkProgram(module, objectPath, linkedPath)
                        : linkLibrary(module, objectPath, linkedPath))
    return std::move(error);
  return readFile(linkedPath);
}

static Expected<std::string> emitBytes(mlir::ModuleOp module, EmitKind kind,
                                       unsigned optLevel) {
  CodeKind code = kind == EmitKind::LLVMIR     ? CodeKind::LLVMIR
                  : kind == EmitKind::Assembly ? CodeKind::Assembly
                                               : CodeKind::Object;
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  if (Error error = emitCode(module, code, optLevel, os))
    return std::move(error);
  return std::string(bytes.begin(), bytes.end());
}

static std::string printModule(mlir::ModuleOp module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  os << "\n";
  return text;
}

Error qnn::emit(mlir::ModuleOp module, EmitKind kind, unsigned optLevel,
                ArrayRef<std::string> paths, Report &report) {
  if (kind <= EmitKind::LLVM)
    return writeFile(paths[0], printModule(module));
  Expected<std::string> bytes = emitBytes(module, kind, optLevel);
  if (!bytes)
    return bytes.takeError();
  if (isText(kind))
    return writeFile(paths[0], *bytes);
  report.codeBytes = bytes->size();
  bool isLinked = kind != EmitKind::Object;
  if (isLinked)
    if (!(bytes = linkInMemory(module, kind, *bytes)))
      return bytes.takeError();
  std::vector<OutputFile> files = {{paths[0], *bytes, isLinked}};
  if (paths.size() > 1)
    files.push_back({paths[1], makeHeader(getModelInfo(module)), false});
  return writeFiles(files);
}
