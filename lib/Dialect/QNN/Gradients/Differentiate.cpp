//===- Differentiate.cpp - Reverse mode on one block ------------*- C++ -*-===//
//
// Ops are visited last to first. Only those on a path from a wanted argument to
// the loss are asked for their gradient; what they emit beyond that is unused
// and goes at the end.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Gradients/Gradients.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static SmallVector<Operation *> opsOf(Block &block) {
  return llvm::map_to_vector(block.without_terminator(),
                             [](Operation &op) { return &op; });
}

namespace {
class Differentiator {
public:
  Differentiator(func::FuncOp function, ArrayRef<unsigned> arguments)
      : block(function.getBody().front()), builder(function.getContext()) {
    builder.setInsertionPoint(block.getTerminator());
    for (unsigned i : arguments)
      active.insert(block.getArgument(i));
    for (Operation &op : block)
      if (!isa<StopGradientOp>(op) && llvm::any_of(op.getOperands(), isActive))
        for (Value result : op.getResults())
          active.insert(result);
  }

  /// Makes the gradients of all active values; `loss` has gradient 1.
  LogicalResult run(Value loss) {
    auto type = cast<RankedTensorType>(loss.getType());
    grads[loss] = arith::ConstantOp::create(builder, loss.getLoc(),
                                            DenseElementsAttr::get(type, 1.0f));
    SmallVector<Operation *> ops = opsOf(block);
    for (Operation *op : llvm::reverse(ops))
      if (failed(visit(op)))
        return failure();
    return success();
  }

  /// The gradient of `argument`; zeros where the loss does not depend on it.
  Value gradOf(Value argument) {
    if (Value grad = grads.lookup(argument))
      return grad;
    auto type = cast<RankedTensorType>(argument.getType());
    return arith::ConstantOp::create(builder, argument.getLoc(),
                                     DenseElementsAttr::get(type, 0.0f));
  }

private:
  LogicalResult visit(Operation *op) {
    SmallVector<Value> resultGrads, operandGrads;
    for (Value result : op->getResults())
      resultGrads.push_back(isActive(result) ? grads.lookup(result) : Value());
    if (llvm::none_of(resultGrads, [](Value grad) { return bool(grad); }))
      return success();
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    if (!differentiable)
      return op->emitOpError("has no gradient");
    if (failed(differentiable.emitGradient(builder, resultGrads, operandGrads)))
      return failure();
    for (auto [operand, grad] : llvm::zip(op->getOperands(), operandGrads))
      if (grad && isActive(operand))
        accumulate(operand, grad);
    return success();
  }

  void accumulate(Value value, Value grad) {
    Value &sum = grads[value];
    sum = sum ? AddOp::create(builder, value.getLoc(), sum, grad).getResult()
              : grad;
  }

  Block &block;
  OpBuilder builder;
  DenseSet<Value> active;
  DenseMap<Value, Value> grads;
  std::function<bool(Value)> isActive = [this](Value value) {
    return active.contains(value);
  };
};
} // namespace

/// Removes unused ops, and those that stood for their first operand until now.
static void cleanUp(Block &block) {
  SmallVector<Operation *> ops = opsOf(block);
  for (Operation *op : llvm::reverse(ops)) {
    if (isa<StopGradientOp, StraightThroughOp, CustomGradientOp>(op))
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    if (isOpTriviallyDead(op))
      op->erase();
  }
}

static LogicalResult verifyLoss(func::FuncOp function) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("expected one block to differentiate");
  auto type = function.getNumResults()
                  ? dyn_cast<RankedTensorType>(function.getResultTypes()[0])
                  : RankedTensorType();
  if (!type || type.getRank() != 0 || !type.getElementType().isF32())
    return function.emitOpError("expected a loss of type 'tensor<f32>' as the "
                                "first result to differentiate");
  return success();
}

LogicalResult qnn::differentiate(func::FuncOp function,
                                 ArrayRef<unsigned> arguments) {
  if (failed(verifyLoss(function)))
    return failure();
  Block &block = function.getBody().front();
  Operation *terminator = block.getTerminator();
  Differentiator differentiator(function, arguments);
  if (failed(differentiator.run(terminator->getOperand(0))))
    return failure();
  Builder builder(function.getContext());
  for (unsigned argument : arguments) {
    Value grad = differentiator.gradOf(block.getArgument(argument));
    unsigned result = function.getNumResults();
    NamedAttribute mark = builder.getNamedAttr(
        kGradientOfAttr, builder.getI64IntegerAttr(argument));
    if (failed(function.insertResult(result, grad.getType(),
                                     builder.getDictionaryAttr(mark))))
      return failure();
    terminator->insertOperands(result, grad);
  }
  cleanUp(block);
  return success();
}
