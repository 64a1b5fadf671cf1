//===- Import.cpp - importONNX: file in, module or one message out --------===//

#include "qnn/ONNX/Import.h"

#include "ImportError.h"
#include "Importer.h"
#include "ModelFile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qnn/Reference/Evaluator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qnn;

static bool isKeyword(StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"auto", "break", "case", "char", "const", "continue"}, true)
      .Cases({"default", "do", "double", "else", "enum", "extern"}, true)
      .Cases({"float", "for", "goto", "if", "inline", "int", "long"}, true)
      .Cases({"register", "return", "short", "signed", "sizeof"}, true)
      .Cases({"static", "struct", "switch", "typedef", "union"}, true)
      .Cases({"unsigned", "void", "volatile", "while", "main"}, true)
      .Default(false);
}

/// The file's stem as a C identifier.
static std::string functionName(StringRef path) {
  std::string name;
  for (char c : llvm::sys::path::stem(path))
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()) || isKeyword(name))
    name = "model_" + name;
  return name;
}

/// Line breaks and other control characters become single spaces.
static std::string oneLine(StringRef text) {
  std::string line;
  for (char c : text) {
    bool isSpace = static_cast<unsigned char>(c) <= ' ';
    if (!isSpace)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return StringRef(line).rtrim().str();
}

static void loadDialects(MLIRContext *context) {
  DialectRegistry registry;
  registry.insert<QNNDialect, arith::ArithDialect, func::FuncDialect>();
  // Constants that the import must know are computed by the evaluator.
  registerReferenceModels(registry);
  context->appendDialectRegistry(registry);
  context->loadDialect<QNNDialect, arith::ArithDialect, func::FuncDialect>();
}

static OwningOpRef<ModuleOp> importModel(StringRef path, MLIRContext *context,
                                         const ImportOptions &options) {
  onnx::ModelProto model = readModel(path);
  checkModel(model);
  closeShapes(model, options.openBatch);
  inferShapes(model);
  loadDialects(context);
  return GraphImporter(model, context).run(functionName(path));
}

llvm::FailureOr<OwningOpRef<ModuleOp>>
qnn::importONNX(StringRef path, MLIRContext *context,
                const ImportOptions &options) {
  std::string message;
  try {
    return importModel(path, context, options);
  } catch (const std::exception &error) {
    message = oneLine(error.what());
  }
  emitError(UnknownLoc::get(context)) << path << ": " << message;
  return failure();
}
