//===- LayerBuilder.h - What layers share while they are built --*- C++ -*-===//

#ifndef QNN_LIB_TRAINING_LAYERBUILDER_H
#define QNN_LIB_TRAINING_LAYERBUILDER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Training/Fields.h"
#include "llvm/ADT/StringMap.h"

namespace qnn {

class LayerBuilder;
/// Emits a layer behind `input`; the value of its key is read as `key`.
using Layer = mlir::Value (*)(LayerBuilder &b, Fields &fields,
                              llvm::StringRef key, mlir::Value input);
using LayerTable = llvm::StringMap<Layer>;

/// How a parameter begins and is kept.
struct ParameterSpec {
  llvm::StringRef name; ///< within the layer: `weight`
  llvm::SmallVector<int64_t> shape;
  std::string init;
  double clip = 0;      ///< 0: none
  double rateScale = 1; ///< of its learning rate
  bool isStatistic = false;
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

/// The function under construction. Values are tensors with the batch first.
class LayerBuilder {
public:
  LayerBuilder(mlir::func::FuncOp function, const LayerTable &table);

  /// Emits a list of layers, one behind the other.
  mlir::Value layers(const llvm::json::Value &list, const llvm::Twine &place,
                     mlir::Value input);
  /// Adds an argument of the function for the layer that is being emitted.
  mlir::Value parameter(const ParameterSpec &spec);
  /// `value` through a quantizer: a name or a table in `spec`, null for none.
  /// Parameters of learned quantizers belong to `role` of the layer.
  mlir::Value quantize(const llvm::json::Value *spec, mlir::Value value,
                       llvm::StringRef role);

  /// The quantizer of an attribute; null for none.
  QuantizerAttr quantizerAttr(const llvm::json::Value *spec,
                              llvm::StringRef role);

  /// Builds an op with inferred result types; `fill` sets its properties. Fails
  /// with the op's own message where it is invalid.
  template <typename OpTy>
  mlir::Value
  create(mlir::ValueRange operands,
         llvm::function_ref<void(typename OpTy::Properties &)> fill) {
    return createAll<OpTy>(operands, fill)[0];
  }
  /// The same for ops with several results.
  template <typename OpTy>
  mlir::ResultRange
  createAll(mlir::ValueRange operands,
            llvm::function_ref<void(typename OpTy::Properties &)> fill) {
    mlir::OperationState state(location(), OpTy::getOperationName());
    auto &properties = state.getOrAddProperties<typename OpTy::Properties>();
    state.name.populateDefaultProperties(state.getRawProperties());
    fill(properties);
    return build(state, operands);
  }
  /// The same for ops without attributes, or with their default ones.
  template <typename OpTy>
  mlir::Value create(mlir::ValueRange operands) {
    mlir::OperationState state(location(), OpTy::getOperationName());
    return build(state, operands)[0];
  }
  mlir::Value constant(llvm::ArrayRef<float> numbers,
                       llvm::ArrayRef<int64_t> shape = {});
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  /// Adds `bias` (an argument) along dimension `axis`.
  mlir::Value biasAdd(mlir::Value value, Fields &fields, bool otherwise,
                      int64_t axis, llvm::StringRef usualInit = "zeros");

  mlir::Location location();
  mlir::OpBuilder &getBuilder() { return builder; }
  /// The `id` of the next op that draws random numbers.
  int64_t nextRandomId() { return randomIds++; }
  /// Reports a mistake of the layer that is being emitted.
  [[noreturn]] void fail(const llvm::Twine &reason) const;

private:
  mlir::Value trainQuantize(Fields &fields, QuantizerMethod method,
                            llvm::StringRef role, mlir::Value value);
  llvm::SmallVector<mlir::Value>
  learnedParameters(Fields &fields, llvm::StringRef role,
                    QuantizerMethod method, unsigned count, int64_t size);
  /// The argument that keys random numbers; added when it is first needed.
  mlir::Value randomKey();
  mlir::ResultRange build(mlir::OperationState &state,
                          mlir::ValueRange operands);
  mlir::Value layer(const llvm::json::Value &value, const llvm::Twine &place,
                    mlir::Value input);

  mlir::func::FuncOp function;
  mlir::OpBuilder builder;
  const LayerTable &table;
  std::string current; ///< name of the layer
  std::string part;    ///< of the layer, behind its name, such as `.weights`
  std::string place;   ///< of the layer in the description
  std::string diagnostics;
  mlir::ScopedDiagnosticHandler handler;
  mlir::Value key;
  int64_t randomIds = 0;
  llvm::StringMap<unsigned> counts;
  llvm::StringSet<> names;
};

void addProductLayers(LayerTable &table);
void addShapeLayers(LayerTable &table);
void addActivationLayers(LayerTable &table);
void addNormLayers(LayerTable &table);
void addJoinLayers(LayerTable &table);
void addRecurrentLayers(LayerTable &table);
void addAttentionLayers(LayerTable &table);

} // namespace qnn

#endif // QNN_LIB_TRAINING_LAYERBUILDER_H
