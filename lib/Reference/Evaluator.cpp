//===- Evaluator.cpp - Runs a network slowly --------------------*- C++ -*-===//

#include "qnn/Reference/Evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

static LogicalResult evaluateConstant(arith::ConstantOp op,
                                      SmallVectorImpl<Tensor> &results) {
  auto elements = dyn_cast<ElementsAttr>(op.getValue());
  auto type = dyn_cast<RankedTensorType>(op.getType());
  if (!elements || !type)
    return op.emitOpError("expected a constant tensor to evaluate, but got ")
           << op.getType();
  Type element = type.getElementType();
  if (!element.isF32() &&
      !(element.isInteger() && element.getIntOrFloatBitWidth() <= 64))
    return op.emitOpError("expected elements of f32 or integers to evaluate, "
                          "but got ")
           << element;
  if (!Tensor::canRead(elements))
    return op.emitOpError("expected a resource with the data of ") << type;
  results.assign(1, Tensor::fromAttr(elements));
  return success();
}

LogicalResult qnn::evaluateOp(Operation *op, ArrayRef<Tensor> operands,
                              SmallVectorImpl<Tensor> &results) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return evaluateConstant(constant, results);
  if (auto evaluatable = dyn_cast<EvaluatableOpInterface>(op))
    return evaluatable.evaluate(operands, results);
  return op->emitOpError("has no reference evaluation");
}

namespace {
/// The values of a block that are still needed.
class LiveValues {
public:
  void define(Value value, Tensor tensor) {
    int64_t uses = std::distance(value.use_begin(), value.use_end());
    if (uses > 0)
      values[value] = {std::move(tensor), uses};
  }

  /// The values of the operands of `op`; each last use takes its tensor away.
  SmallVector<Tensor> take(Operation *op) {
    SmallVector<Tensor> tensors;
    for (Value operand : op->getOperands()) {
      auto it = values.find(operand);
      if (--it->second.uses > 0) {
        tensors.push_back(it->second.tensor);
        continue;
      }
      tensors.push_back(std::move(it->second.tensor));
      values.erase(it);
    }
    return tensors;
  }

private:
  struct Entry {
    Tensor tensor;
    int64_t uses;
  };
  DenseMap<Value, Entry> values;
};
} // namespace

/// Fails where arguments do not have the function's shapes.
static LogicalResult checkArguments(func::FuncOp function,
                                    ArrayRef<Tensor> arguments) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("expected one block to evaluate, but got ")
           << function.getBody().getBlocks().size();
  if (function.getNumArguments() != arguments.size())
    return function.emitOpError("expected ")
           << function.getNumArguments() << " arguments, but got "
           << arguments.size();
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[i]);
    if (!type || type.getShape() != ArrayRef<int64_t>(argument.shape) ||
        isa<FloatType>(type.getElementType()) != argument.isFloat)
      return function.emitOpError("expected argument #")
             << i << " to be " << function.getArgumentTypes()[i]
             << ", but got shape [" << argument.shape << "] of "
             << (argument.isFloat ? "floats" : "integers");
  }
  return success();
}

FailureOr<SmallVector<Tensor>> qnn::evaluate(func::FuncOp function,
                                             ArrayRef<Tensor> arguments,
                                             Observer observer) {
  if (failed(checkArguments(function, arguments)))
    return failure();
  LiveValues live;
  for (auto [value, tensor] : llvm::zip(function.getArguments(), arguments))
    live.define(value, tensor);
  for (Operation &op : function.getBody().front()) {
    SmallVector<Tensor> operands = live.take(&op), results;
    if (isa<func::ReturnOp>(op))
      return operands;
    if (failed(evaluateOp(&op, operands, results)))
      return failure();
    if (observer)
      observer(&op, results);
    for (auto [value, tensor] : llvm::zip(op.getResults(), results))
      live.define(value, std::move(tensor));
  }
  return function.emitOpError("expected func.return at the end to evaluate");
}
