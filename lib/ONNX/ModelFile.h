//===- ModelFile.h - From a path to a checked ONNX model --------*- C++ -*-===//

#ifndef QNN_LIB_ONNX_MODELFILE_H
#define QNN_LIB_ONNX_MODELFILE_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringRef.h"

namespace qnn {

/// The domain under which this importer knows QONNX's ops, whatever the file
/// calls it.
inline constexpr const char quantDomain[] = "qonnx.custom_op.general";

/// That of quantized operators which ONNX Runtime adds to ONNX's own.
inline constexpr const char microsoftDomain[] = "com.microsoft";

/// That of recurrent layers that ONNX has no op for.
inline constexpr const char recurrentDomain[] = "qnn.recurrent";

/// Reads `.onnx` (protobuf) or `.onnxtxt` (ONNX's text syntax), with tensors
/// stored in other files; gives QONNX's ops their one domain, and nodes without
/// a name one of the form OpType_index. Throws ImportError.
onnx::ModelProto readModel(llvm::StringRef path);

/// Throws ImportError where one of the model's own functions calls itself, or
/// they become too many nodes.
void checkFunctions(const onnx::ModelProto &model);

/// Runs ONNX's checker, expands the model's own functions, and makes sure that
/// every op of the graph has an importer. Throws ImportError.
void checkModel(onnx::ModelProto &model);

/// Fixes the open batch dimension of the inputs; throws ImportError where an
/// input is not a tensor of known shape then.
void closeShapes(onnx::ModelProto &model, int64_t openBatch);

/// Runs ONNX's shape inference with data propagation; throws ImportError where
/// types or shapes do not fit. Does nothing where the library is known to err.
void inferShapes(onnx::ModelProto &model);

/// What every message about a node starts with: `node 'NAME' (OpType): `.
std::string nodePrefix(llvm::StringRef name, llvm::StringRef opType);

/// The least and greatest version of ONNX's operator set that is read.
inline constexpr int64_t minOpset = 7, maxOpset = 24;

/// Version of ONNX's own operator set that the model uses.
int64_t opsetVersion(const onnx::ModelProto &model);

} // namespace qnn

#endif // QNN_LIB_ONNX_MODELFILE_H
