//===- Diagnostics.cpp - MLIR's diagnostics as one error --------*- C++ -*-===//

#include "qnn/Driver/Diagnostics.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "qnn/Support/Files.h"

using namespace mlir;
using namespace qnn;

std::string qnn::nodeName(Location location) {
  std::string name;
  location->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    name = named.getName().str();
    return WalkResult::interrupt();
  });
  return name;
}

/// `file:line:column`, where the location has one.
static std::string sourcePosition(Location location) {
  std::string text;
  location->walk([&](Location part) {
    auto position = dyn_cast<FileLineColLoc>(part);
    // Line 0 stands for the file as a whole.
    if (!position || position.getLine() == 0)
      return WalkResult::advance();
    llvm::raw_string_ostream(text)
        << position.getFilename().getValue() << ":" << position.getLine() << ":"
        << position.getColumn();
    return WalkResult::interrupt();
  });
  return text;
}

static std::string format(Diagnostic &diagnostic, StringRef file) {
  std::string message = StringRef(diagnostic.str()).trim().str();
  // Nobody asked what the module's op is called.
  if (StringRef rest = message; rest.consume_front("'builtin.module' op "))
    message = rest.str();
  // The importer's messages name the file themselves.
  if (StringRef(message).starts_with((file + ":").str()))
    return message;
  std::string position = sourcePosition(diagnostic.getLocation());
  std::string node = nodeName(diagnostic.getLocation());
  std::string prefix = position.empty() ? file.str() : position;
  if (!node.empty())
    prefix += ": node '" + node + "'";
  return prefix + ": " + message;
}

ErrorCollector::ErrorCollector(MLIRContext *context, StringRef file)
    : file(file), handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
            first.empty())
          first = format(diagnostic, this->file);
        return success();
      }) {}

llvm::Error ErrorCollector::take(const llvm::Twine &fallback) {
  if (first.empty())
    return fileError(file, fallback);
  return makeError(first);
}
