//===- Importer.h - ONNX's graph becomes a function of qnn ops --*- C++ -*-===//
//
// GraphImporter walks the nodes in order and knows what each ONNX value has
// become: an SSA value, a constant, or both. Constants of integers (shapes,
// axes, indices) never become ops: nodes on them are computed at once
// (ConstantFolding.cpp), which is how chains of Shape, Gather and Concat
// vanish. Constants of floats become `arith.constant` where an op uses them.
//
// NodeImporter is what the importer of one op sees: the node's attributes and
// inputs, and a way to build ops that cannot build an invalid one. The
// importers are functions of one file per family, found by name in a table.
// One that means several simpler nodes imports those (importPart).
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_ONNX_IMPORTER_H
#define QNN_LIB_ONNX_IMPORTER_H

#include "ImportError.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "onnx/onnx_pb.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Reference/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include <optional>

namespace qnn {

/// What an ONNX value has become; at least one of the first three is set.
/// Narrow integers that are not constant are floats here: those that they stand
/// for where `quantizer` says how QuantizeLinear made them, else the numbers.
struct ImportedValue {
  mlir::Value value;
  mlir::DenseElementsAttr constant;               ///< f32 or i64
  const onnx::TensorProto *initializer = nullptr; ///< not decoded yet
  int32_t elementType = onnx::TensorProto::FLOAT; ///< ONNX's name of the type
  QuantizerAttr quantizer;

  bool isNumbers() const;
};

class GraphImporter {
public:
  /// `model` has passed checkModel, closeShapes and inferShapes.
  GraphImporter(const onnx::ModelProto &model, mlir::MLIRContext *context);

  /// Builds the module; throws ImportError.
  mlir::OwningOpRef<mlir::ModuleOp> run(llvm::StringRef functionName);

  /// Decodes an initializer on its first use.
  ImportedValue &lookup(const std::string &name);

  /// Records what an output of a node has become. Throws ImportError where its
  /// shape is not the one that ONNX's shape inference found.
  void define(const std::string &name, ImportedValue value);

  /// The SSA value of `imported`, which becomes an `arith.constant` if needed.
  mlir::Value materialize(ImportedValue &imported, mlir::Location loc);

  /// Text of the diagnostics since the last call, in one line.
  std::string takeDiagnostics();

  /// A name for a value that the model does not have.
  std::string makeName() { return "\n" + std::to_string(++madeNames); }

  mlir::OpBuilder builder;
  const int64_t opset;

private:
  mlir::func::FuncOp createFunction(mlir::ModuleOp module,
                                    llvm::StringRef name);
  void createReturn(mlir::func::FuncOp function);
  void eraseDeadOps(mlir::func::FuncOp function);
  mlir::RankedTensorType convertType(const onnx::ValueInfoProto &info);

  const onnx::GraphProto &graph;
  llvm::StringMap<ImportedValue> values;
  llvm::StringMap<const onnx::TensorShapeProto *> inferredShapes;
  std::string diagnostics;
  mlir::ScopedDiagnosticHandler handler;
  int64_t madeNames = 0;
};

class NodeImporter {
public:
  NodeImporter(GraphImporter &graph, const onnx::NodeProto &node);
  /// `node` of operator set `opset` is a part of what `whole` means.
  NodeImporter(const NodeImporter &whole, const onnx::NodeProto &node,
               int64_t opset);

  /// Computes the node or builds its ops. Throws ImportError.
  void run();

  // Reporting.
  [[noreturn]] void fail(const llvm::Twine &message) const;
  [[noreturn]] void notSupported(const llvm::Twine &reason) const;

  // The node.
  const onnx::NodeProto &proto() const { return node; }
  llvm::StringRef opType() const { return node.op_type(); }
  int64_t opset() const { return operatorSet; }
  bool hasAttribute(llvm::StringRef name) const { return find(name); }
  int64_t getInt(llvm::StringRef name, int64_t ifMissing) const;
  float getFloat(llvm::StringRef name, float ifMissing) const;
  std::string getString(llvm::StringRef name, llvm::StringRef ifMissing) const;
  /// Empty where the attribute is missing.
  llvm::SmallVector<int64_t> getInts(llvm::StringRef name) const;
  const onnx::AttributeProto *find(llvm::StringRef name) const;

  // Inputs.
  int numInputs() const { return node.input_size(); }
  bool hasInput(int index) const;
  int32_t elementType(int index) const;
  llvm::ArrayRef<int64_t> shape(int index) const;
  int64_t rank(int index) const { return shape(index).size(); }
  /// The input as an SSA value of f32; fails for other element types.
  mlir::Value input(int index);
  /// The same of f32 or i64.
  mlir::Value anyInput(int index);
  /// Value of an input that is known now; also of float ops on constants.
  std::optional<Tensor> constant(int index);
  /// The numbers of a constant input; fails where it is not constant. `what`
  /// names it in the message.
  llvm::SmallVector<int64_t> integers(int index, llvm::StringRef what);
  llvm::SmallVector<float> floats(int index, llvm::StringRef what);
  float scalar(int index, llvm::StringRef what);

  // Outputs.
  int numOutputs() const;
  bool hasOutput(int index) const;
  void define(int index, mlir::Value value);
  void defineConstant(const Tensor &tensor, int32_t elementType);
  /// Output 0 holds integers, known by the floats that they stand for.
  void defineIntegers(mlir::Value floats, int32_t elementType,
                      QuantizerAttr quantizer);
  /// How such integers were made, null for any others; and their floats.
  QuantizerAttr quantizerOfIntegers(int index) const;
  mlir::Value floatsOfIntegers(int index) const;
  /// Output `index` holds integers, known by their numbers as floats.
  void defineNumbers(int index, mlir::Value numbers, int32_t elementType);
  /// True where input `index` is so known.
  bool hasNumbers(int index) const;
  /// The numbers of an input of integers, however it is known.
  mlir::Value numbers(int index);
  /// The output is input `index` itself.
  void forward(int index);
  /// The float that a number stands for that goes with the integers which this
  /// node moves; of a node on floats the number itself.
  float floatOfNumber(float number) const;

  // Building.
  /// Builds an op with inferred result types; `fill` sets its properties. Fails
  /// with the op's own message where it is invalid.
  template <typename OpTy>
  OpTy createOp(mlir::ValueRange operands,
                llvm::function_ref<void(typename OpTy::Properties &)> fill) {
    mlir::OperationState state(loc, OpTy::getOperationName());
    auto &properties = state.getOrAddProperties<typename OpTy::Properties>();
    state.name.populateDefaultProperties(state.getRawProperties());
    fill(properties);
    return mlir::cast<OpTy>(build(state, operands));
  }
  /// The same for ops of one result.
  template <typename OpTy>
  mlir::Value
  create(mlir::ValueRange operands,
         llvm::function_ref<void(typename OpTy::Properties &)> fill) {
    return createOp<OpTy>(operands, fill)->getResult(0);
  }
  /// And for ops without attributes, or with their default ones.
  template <typename OpTy>
  mlir::Value create(mlir::ValueRange operands) {
    mlir::OperationState state(loc, OpTy::getOperationName());
    return build(state, operands)->getResult(0);
  }
  /// `input` under another shape; nothing is built where it has it already.
  mlir::Value reshape(mlir::Value input, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value input, llvm::ArrayRef<int64_t> permutation);
  /// One part is the result itself.
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  mlir::Value clip(mlir::Value input, float min, float max);
  mlir::Value reduce(mlir::Value input, ReduceKind kind,
                     llvm::ArrayRef<int64_t> axes, bool keepsDims = true);
  mlir::Value quantize(mlir::Value input, QuantizerAttr quantizer);
  /// Of the whole tensor, rounding half to even; without scale and zero point
  /// to integers.
  QuantizerAttr quantizer(unsigned bits, Encoding encoding,
                          mlir::DenseF32ArrayAttr scale = {},
                          mlir::DenseF32ArrayAttr zeroPoint = {});
  mlir::Value constantOp(mlir::DenseElementsAttr data);
  /// The constant of `shape` that holds one number.
  mlir::Value splat(float number, llvm::ArrayRef<int64_t> shape = {});

  /// `axis` counted from the front; fails unless -rank <= axis < rank.
  int64_t normalizeAxis(int64_t axis, int64_t rank) const;
  /// The same for several, ascending; fails for duplicates.
  llvm::SmallVector<int64_t> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                           int64_t rank) const;

  mlir::Builder &getBuilder() { return graph.builder; }

  // Nodes of which this one is made.
  using Attributes = llvm::ArrayRef<onnx::AttributeProto>;
  /// Imports a node with those inputs; returns the name of its result.
  std::string importPart(llvm::StringRef opType,
                         llvm::ArrayRef<std::string> inputs,
                         Attributes attributes = {});
  /// The name of an input, empty where it is absent.
  std::string inputName(int index) const;
  std::string makeName() const { return graph.makeName(); }
  /// The output is the value of that name.
  void forward(const std::string &name, int output = 0);
  /// From a value of floats to a name for it, and back.
  std::string nameOf(mlir::Value value);
  mlir::Value valueOf(const std::string &name);

private:
  mlir::Operation *build(mlir::OperationState &state,
                         mlir::ValueRange operands);
  bool foldConstants();
  void adoptQuantizer();
  bool isMoved(int index) const;

  GraphImporter &graph;
  const onnx::NodeProto &node;
  int64_t operatorSet;
  std::string prefix; ///< of messages
  mlir::Location loc;
  /// Of the integers that the node moves; null where it sees floats.
  QuantizerAttr moved;
  int32_t movedType = onnx::TensorProto::FLOAT;
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// The tables
//===----------------------------------------------------------------------===//

using NodeHandler = void (*)(NodeImporter &);
using HandlerTable = llvm::StringMap<NodeHandler>;

/// Each adds the importers of one family, by op type.
void addCompareHandlers(HandlerTable &table);
void addConstantHandlers(HandlerTable &table);
void addConvHandlers(HandlerTable &table);
void addElementwiseHandlers(HandlerTable &table);
void addIntegerHandlers(HandlerTable &table);
void addNNHandlers(HandlerTable &table);
void addPoolHandlers(HandlerTable &table);
void addQDQHandlers(HandlerTable &table);
void addQLinearHandlers(HandlerTable &table);
void addQuantHandlers(HandlerTable &table);
void addRecurrentHandlers(HandlerTable &table);
void addReduceHandlers(HandlerTable &table);
void addSelectHandlers(HandlerTable &table);
void addShapeHandlers(HandlerTable &table);
void addStepHandlers(HandlerTable &table);

/// The importer of an op, or null.
NodeHandler lookupHandler(const onnx::NodeProto &node);

/// True where ONNX defines the op by simpler ones, and `importFunction` can
/// take those in its place.
bool isFunction(const onnx::NodeProto &node, int64_t opset);
/// Adds the attributes that such a node leaves at their defaults.
void addDefaults(onnx::NodeProto &node, int64_t opset);
void importFunction(NodeImporter &node);

/// Computes a node whose inputs are all known, if it is one of those that work
/// on shapes and indices. An absent input is a missing tensor.
using ConstantFolder = Tensor (*)(NodeImporter &,
                                  llvm::ArrayRef<std::optional<Tensor>>);

/// The folder of an op, or null.
ConstantFolder lookupFolder(const onnx::NodeProto &node);

/// The indices that Slice selects in one dimension.
struct SliceRange {
  int64_t offset, size, step;
};
/// One range for each dimension of `shape`, after ONNX's clamping.
llvm::SmallVector<SliceRange> sliceRanges(NodeImporter &node,
                                          llvm::ArrayRef<int64_t> shape);
/// The result shape of Reshape, Flatten, Squeeze or Unsqueeze.
llvm::SmallVector<int64_t> reshapedShape(NodeImporter &node,
                                         llvm::ArrayRef<int64_t> shape);
/// NumPy's broadcasting of two shapes.
llvm::SmallVector<int64_t> broadcastShapes(NodeImporter &node,
                                           llvm::ArrayRef<int64_t> a,
                                           llvm::ArrayRef<int64_t> b);

} // namespace qnn

#endif // QNN_LIB_ONNX_IMPORTER_H
