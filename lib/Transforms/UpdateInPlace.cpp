//===- UpdateInPlace.cpp - States of a step are updated in place -*- C++
//-*-===//
//
// A training step takes parameters and optimizer states and gives their next
// values. As results they would be buffers of their own, copied by the caller;
// here each becomes one memory that the step reads and writes. Bufferization
// does not see that the write at the end is one to what the tensor was read
// from. That is safe: all reads are above it, but for a next value that is
// another state as it came in, which is copied first.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_UPDATEINPLACE
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// The argument with the state of a result, by the state's number.
static FailureOr<llvm::DenseMap<int64_t, BlockArgument>>
collectStates(func::FuncOp function) {
  llvm::DenseMap<int64_t, BlockArgument> states;
  for (BlockArgument argument : function.getArguments()) {
    auto state = function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                        kStateAttr);
    if (state && !states.try_emplace(state.getInt(), argument).second)
      return function.emitOpError("expected one argument for state ")
             << state.getInt() << ", but got two";
  }
  return states;
}

/// Makes `argument` a memory; the step reads it through a tensor.
static void takeMemory(func::FuncOp function, BlockArgument argument) {
  auto tensor = cast<RankedTensorType>(argument.getType());
  auto memory = MemRefType::get(tensor.getShape(), tensor.getElementType());
  argument.setType(memory);
  OpBuilder b = OpBuilder::atBlockBegin(&function.getBody().front());
  auto read = bufferization::ToTensorOp::create(b, function.getLoc(), tensor,
                                                argument, /*restrict=*/true,
                                                /*writable=*/true);
  argument.replaceAllUsesExcept(read, read);
}

/// A next value that is another state as it came in gets a buffer of its own.
static void copyForeignState(OpBuilder &b, OpOperand &next) {
  if (!next.get().getDefiningOp<bufferization::ToTensorOp>())
    return;
  auto type = cast<RankedTensorType>(next.get().getType());
  next.set(bufferization::AllocTensorOp::create(b, next.getOwner()->getLoc(),
                                                type, ValueRange(),
                                                /*copy=*/next.get()));
}

static LogicalResult update(func::FuncOp function) {
  auto states = collectStates(function);
  if (failed(states))
    return failure();
  auto last = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  llvm::BitVector updated(function.getNumResults());
  SmallVector<std::pair<unsigned, BlockArgument>> updates;
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    auto state = function.getResultAttrOfType<IntegerAttr>(i, kStateAttr);
    if (!state)
      continue;
    Type type = last.getOperand(i).getType();
    BlockArgument argument = states->lookup(state.getInt());
    if (!argument || argument.getType() != type)
      return function.emitOpError("expected an argument of type ")
             << type << " with the state of result #" << i;
    updated.set(i);
    if (last.getOperand(i) != argument)
      updates.push_back({i, argument});
  }
  for (auto [i, argument] : updates)
    takeMemory(function, argument);
  OpBuilder b(last);
  for (auto [i, argument] : updates)
    copyForeignState(b, last->getOpOperand(i));
  for (auto [i, argument] : updates)
    bufferization::MaterializeInDestinationOp::create(
        b, last.getLoc(), Type(), last.getOperand(i), argument,
        /*restrict=*/true, /*writable=*/true);
  last->eraseOperands(updated);
  return function.eraseResults(updated);
}

/// Everything else that comes in belongs to the caller.
static void protectInputs(func::FuncOp function) {
  Builder b(function.getContext());
  for (BlockArgument argument : function.getArguments())
    if (isa<TensorType>(argument.getType()))
      function.setArgAttr(
          argument.getArgNumber(),
          bufferization::BufferizationDialect::kWritableAttrName,
          b.getBoolAttr(false));
}

/// The function's type follows its arguments'.
static void setArgumentTypes(func::FuncOp function) {
  Block &entry = function.getBody().front();
  function.setFunctionType(FunctionType::get(function.getContext(),
                                             entry.getArgumentTypes(),
                                             function.getResultTypes()));
}

namespace {
struct UpdateInPlace : qnn::impl::UpdateInPlaceBase<UpdateInPlace> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    bool hasStates = llvm::any_of(
        llvm::seq<unsigned>(0, function.getNumResults()), [&](unsigned i) {
          return bool(function.getResultAttr(i, kStateAttr));
        });
    if (function.isExternal() || !hasStates)
      return;
    if (failed(update(function)))
      return signalPassFailure();
    setArgumentTypes(function);
    protectInputs(function);
  }
};
} // namespace
