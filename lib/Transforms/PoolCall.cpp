//===- PoolCall.cpp - Calls of the runtime's threads ------------*- C++ -*-===//

#include "PoolCall.h"
#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_CALLPOOL
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static constexpr StringLiteral kParallelFor = "qnn_parallel_for";

static Type pointerType(OpBuilder &b) {
  return LLVM::LLVMPointerType::get(b.getContext());
}

static Type contextType(OpBuilder &b, TypeRange types) {
  return LLVM::LLVMStructType::getLiteral(b.getContext(),
                                          llvm::to_vector(types));
}

static LLVM::LLVMFuncOp declareParallelFor(ImplicitLocOpBuilder &b,
                                           ModuleOp module) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(kParallelFor))
    return known;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(module.getBody());
  Type ptr = pointerType(b), i64 = b.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {ptr, ptr, i64, i64});
  return LLVM::LLVMFuncOp::create(b, kParallelFor, type);
}

LLVM::LLVMFuncOp qnn::createPoolBody(ImplicitLocOpBuilder &b, ModuleOp module,
                                     StringRef name) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  Type i64 = b.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {pointerType(b), i64, i64, i64});
  auto body = LLVM::LLVMFuncOp::create(b, name, type, LLVM::Linkage::Internal);
  body.addEntryBlock(b);
  return body;
}

void qnn::createPoolCall(ImplicitLocOpBuilder &b, LLVM::LLVMFuncOp body,
                         ValueRange values, Value count, Value threads) {
  auto caller = b.getInsertionBlock()->getParentOp();
  auto function = caller->getParentOfType<LLVM::LLVMFuncOp>();
  if (!function)
    function = cast<LLVM::LLVMFuncOp>(caller);
  Type type = contextType(b, values.getTypes());
  Value context;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&function.getBody().front());
    Value one = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(1));
    context = LLVM::AllocaOp::create(b, pointerType(b), type, one);
  }
  for (auto [i, value] : llvm::enumerate(values)) {
    Value place =
        LLVM::GEPOp::create(b, pointerType(b), type, context,
                            ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
    LLVM::StoreOp::create(b, value, place);
  }
  LLVM::LLVMFuncOp parallelFor =
      declareParallelFor(b, function->getParentOfType<ModuleOp>());
  Value address = LLVM::AddressOfOp::create(b, body);
  LLVM::CallOp::create(b, parallelFor,
                       ValueRange{address, context, count, threads});
}

SmallVector<Value> qnn::loadContext(ImplicitLocOpBuilder &b, Value context,
                                    TypeRange types) {
  Type type = contextType(b, types);
  SmallVector<Value> values;
  for (auto [i, field] : llvm::enumerate(types)) {
    Value place =
        LLVM::GEPOp::create(b, pointerType(b), type, context,
                            ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
    values.push_back(LLVM::LoadOp::create(b, field, place));
  }
  return values;
}

/// The arguments that a loop's function takes from its surroundings: all but
/// begin, end and thread.
static ValueRange capturedOf(ValueRange arguments) {
  return arguments.drop_back(3);
}

/// A body for the pool that calls the loop's function.
static LLVM::LLVMFuncOp buildBody(ImplicitLocOpBuilder &b, ModuleOp module,
                                  LLVM::LLVMFuncOp loop) {
  OpBuilder::InsertionGuard guard(b);
  std::string name = (loop.getName() + "_thread").str();
  LLVM::LLVMFuncOp body = createPoolBody(b, module, name);
  b.setInsertionPointToEnd(&body.getBody().front());
  SmallVector<Value> arguments = loadContext(
      b, body.getArgument(0), capturedOf(loop.getArguments()).getTypes());
  llvm::append_range(arguments, body.getArguments().drop_front());
  LLVM::CallOp::create(b, loop, arguments);
  LLVM::ReturnOp::create(b, ValueRange());
  return body;
}

static LogicalResult callFromPool(ModuleOp module, LLVM::LLVMFuncOp loop,
                                  ArrayRef<Operation *> users,
                                  int64_t threads) {
  ImplicitLocOpBuilder b(loop.getLoc(), loop.getContext());
  SmallVector<LLVM::CallOp> calls;
  for (Operation *user : users) {
    auto call = dyn_cast<LLVM::CallOp>(user);
    if (!call)
      return loop.emitOpError("expected calls as only uses, but got ")
             << user->getName();
    calls.push_back(call);
  }
  LLVM::LLVMFuncOp body = buildBody(b, module, loop);
  for (LLVM::CallOp call : calls) {
    b.setInsertionPoint(call);
    ValueRange arguments = call.getArgOperands();
    Value number = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(threads));
    createPoolCall(b, body, capturedOf(arguments),
                   arguments[arguments.size() - 2], number);
    call.erase();
  }
  loop.setLinkage(LLVM::Linkage::Internal);
  return success();
}

namespace {
struct CallPool : qnn::impl::CallPoolBase<CallPool> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // All at once: to find the users of one function is a walk through all.
    SymbolTableCollection tables;
    SymbolUserMap users(tables, module);
    for (auto function : llvm::to_vector(module.getOps<LLVM::LLVMFuncOp>()))
      if (auto threads = function->getAttrOfType<IntegerAttr>(kParallelAttr))
        if (failed(callFromPool(module, function, users.getUsers(function),
                                threads.getInt())))
          return signalPassFailure();
  }
};
} // namespace
