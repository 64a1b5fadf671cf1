//===- Exporter.h - From an op to an ONNX node ------------------*- C++ -*-===//

#ifndef QNN_LIB_ONNX_EXPORTER_H
#define QNN_LIB_ONNX_EXPORTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "onnx/onnx_pb.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace qnn {

/// Writes the nodes of one function. Every value gets a name: that of the
/// location of its op where there is one.
class Exporter {
public:
  explicit Exporter(onnx::GraphProto &graph) : graph(graph) {}

  /// Fails with a diagnostic on the op that ONNX has no form for.
  llvm::LogicalResult run(mlir::func::FuncOp function);

  /// A node with `inputs` for `op`; its output is the op's result.
  onnx::NodeProto &node(mlir::Operation *op, llvm::StringRef type,
                        llvm::ArrayRef<std::string> inputs);
  /// The same for one result of an op.
  onnx::NodeProto &nodeOf(mlir::Value result, llvm::StringRef type,
                          llvm::ArrayRef<std::string> inputs);
  /// A node with an output, of a name of its own, for each of `results` that is
  /// used; other outputs are missing. Their names go to `outputs`.
  onnx::NodeProto &node(mlir::Operation *op, llvm::StringRef type,
                        llvm::ArrayRef<std::string> inputs,
                        llvm::ArrayRef<mlir::Value> results,
                        llvm::SmallVectorImpl<std::string> &outputs);
  /// A node before that one, whose output has a name of its own.
  std::string helper(mlir::Operation *op, llvm::StringRef type,
                     llvm::ArrayRef<std::string> inputs);

  /// A transpose before the node of `op`.
  std::string transpose(mlir::Operation *op, const std::string &input,
                        llvm::ArrayRef<int64_t> permutation);

  std::string nameOf(mlir::Value value);
  std::string constant(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<float> values);
  std::string constant(llvm::StringRef name, llvm::ArrayRef<int64_t> values);

  static void set(onnx::NodeProto &node, llvm::StringRef name, int64_t value);
  static void set(onnx::NodeProto &node, llvm::StringRef name, float value);
  static void set(onnx::NodeProto &node, llvm::StringRef name,
                  llvm::StringRef value);
  static void set(onnx::NodeProto &node, llvm::StringRef name,
                  llvm::ArrayRef<int64_t> values);

private:
  std::string unique(llvm::StringRef name);
  void addInterface(mlir::func::FuncOp function);

  onnx::GraphProto &graph;
  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::StringSet<llvm::MallocAllocator> taken;
};

/// The domain of QONNX's ops.
inline constexpr llvm::StringLiteral kQONNXDomain = "qonnx.custom_op.general";

/// Whether a product, or its bias, is part of the node of a recurrent layer.
bool belongsToRecurrent(mlir::Operation *op);

using OpExporter = llvm::LogicalResult (*)(Exporter &, mlir::Operation *);
using OpExporterTable = llvm::StringMap<OpExporter>;
void addElementwiseExporters(OpExporterTable &table);
void addLayerExporters(OpExporterTable &table);
void addRecurrentExporters(OpExporterTable &table);
void addShapeExporters(OpExporterTable &table);

} // namespace qnn

#endif // QNN_LIB_ONNX_EXPORTER_H
