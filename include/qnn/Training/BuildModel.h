//===- BuildModel.h - From a list of layers to graph form -------*- C++ -*-===//
//
// The [model] table of a description becomes a function as TrainStep.h wants
// it: graph form, parameters and statistics as arguments, each with the way it
// begins (`qnn.init`). A layer is a name (`"relu"`) or a table whose key is the
// name (`{ dense = 512, weights = "sign" }`); docs in tools/qnn-train.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_BUILDMODEL_H
#define QNN_TRAINING_BUILDMODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qnn {

/// String attribute of parameters and statistics: `zeros`, `ones`,
/// `glorot_uniform`, `uniform(0.5)`, ... as initialValues takes them.
inline constexpr llvm::StringLiteral kInitAttr = "qnn.init";

/// Builds the network for `batch` samples at a time. Messages name `file` and
/// the layer.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
buildModel(const llvm::json::Object &model, int64_t batch, llvm::StringRef file,
           mlir::MLIRContext *context);

/// The names of all layers, for messages and help.
std::vector<llvm::StringRef> layerNames();

} // namespace qnn

#endif // QNN_TRAINING_BUILDMODEL_H
