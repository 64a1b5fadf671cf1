//===- LoopFunction.cpp - A loop that becomes a function --------*- C++ -*-===//

#include "LoopFunction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace qnn;

bool qnn::isPlainBuffer(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.hasStaticShape() && memref.getLayout().isIdentity();
}

/// Cheap to compute again, and without a change of its result.
static bool canRepeat(Operation *op) {
  return op && op->getNumRegions() == 0 &&
         (isMemoryEffectFree(op) || isa<memref::GetGlobalOp>(op));
}

bool qnn::isWholeBuffer(Value value) {
  if (!isPlainBuffer(value.getType()))
    return false;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<func::FuncOp>(argument.getOwner()->getParentOp());
  return value.getDefiningOp<memref::AllocOp>() != nullptr;
}

bool LoopCaptures::need(Value value) {
  Operation *op = value.getDefiningOp();
  if (!canRepeat(op)) {
    if (isa<MemRefType>(value.getType()) && !isWholeBuffer(value))
      return false;
    captured.insert(value);
    return true;
  }
  for (Value operand : op->getOperands())
    if (!need(operand))
      return false;
  repeated.insert(op);
  return true;
}

bool LoopCaptures::collect(scf::ForOp loop) {
  llvm::SetVector<Value> outside;
  getUsedValuesDefinedAbove(loop.getRegion(), outside);
  for (Value value : loop->getOperands())
    outside.insert(value);
  return llvm::all_of(outside, [&](Value value) { return need(value); });
}

func::FuncOp LoopCaptures::createFunction(func::FuncOp caller, StringRef name,
                                          TypeRange more) const {
  OpBuilder b(caller.getContext());
  b.setInsertionPointAfter(caller);
  SmallVector<Type> types = llvm::map_to_vector(
      captured, [](Value value) { return value.getType(); });
  llvm::append_range(types, more);
  auto function = func::FuncOp::create(
      b, caller.getLoc(), name, FunctionType::get(b.getContext(), types, {}));
  function.setPrivate();
  for (auto [i, value] : llvm::enumerate(captured)) {
    if (!isa<MemRefType>(value.getType()))
      continue;
    function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        b.getUnitAttr());
    if (value.getDefiningOp<memref::AllocOp>())
      function.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                          b.getI64IntegerAttr(kBufferAlignment));
  }
  function.addEntryBlock();
  return function;
}

void LoopCaptures::enter(ImplicitLocOpBuilder &b, func::FuncOp function,
                         IRMapping &map) const {
  map.map(captured.getArrayRef(),
          function.getArguments().take_front(captured.size()));
  for (Operation *op : repeated)
    b.clone(*op, map);
}
