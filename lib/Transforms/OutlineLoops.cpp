//===- OutlineLoops.cpp - Loops of a large function as functions *- C++ -*-===//
//
// Many passes of LLVM take more than twice as long for a function twice as
// large: the step of a training is one of thousands of loops. As functions,
// equal loops (of equal layers) become one, and several threads can share what
// is left.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "LoopFunction.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace qnn {
#define GEN_PASS_DEF_OUTLINELOOPS
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static int64_t countOps(Operation *op) {
  int64_t count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// Buffers of the loop's own, one for all iterations: the arena is that of the
/// caller.
static void hoistBuffers(scf::ForOp loop) {
  SmallVector<memref::AllocOp> allocs;
  loop.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  loop.walk([](memref::DeallocOp dealloc) { dealloc.erase(); });
  for (memref::AllocOp alloc : allocs)
    alloc->moveBefore(loop);
}

static bool hasPlainBuffers(scf::ForOp loop) {
  WalkResult result = loop.walk([](memref::AllocOp alloc) {
    return isPlainBuffer(alloc.getType()) ? WalkResult::advance()
                                          : WalkResult::interrupt();
  });
  return !result.wasInterrupted();
}

/// Moves `loop` into a function, unless it needs what cannot be passed.
static void outline(scf::ForOp loop, func::FuncOp caller, StringRef name) {
  if (loop.getNumResults() != 0 || !hasPlainBuffers(loop))
    return;
  hoistBuffers(loop);
  LoopCaptures captures;
  if (!captures.collect(loop))
    return;
  func::FuncOp function = captures.createFunction(caller, name);
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(loop.getContext(), LLVM::Linkage::Internal));
  ImplicitLocOpBuilder b(loop.getLoc(), loop.getContext());
  // The op's own no_inline does not get to the llvm dialect.
  function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
  b.setInsertionPointToStart(&function.getBody().front());
  IRMapping map;
  captures.enter(b, function, map);
  b.clone(*loop, map);
  func::ReturnOp::create(b);
  b.setInsertionPoint(loop);
  func::CallOp::create(b, function, captures.captured.getArrayRef());
  loop.erase();
}

namespace {
struct OutlineLoops : qnn::impl::OutlineLoopsBase<OutlineLoops> {
  using OutlineLoopsBase::OutlineLoopsBase;

  void runOnOperation() override {
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (function.isPublic() && !function.isExternal() &&
          countOps(function) >= minOps)
        outlineAll(function);
  }

  void outlineAll(func::FuncOp function) {
    int64_t number = 0;
    auto loops = function.getBody().front().getOps<scf::ForOp>();
    for (scf::ForOp loop : llvm::to_vector(loops))
      outline(loop, function,
              (function.getName() + "_part" + Twine(number++)).str());
  }
};
} // namespace
