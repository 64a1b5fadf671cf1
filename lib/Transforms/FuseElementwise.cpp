//===- FuseElementwise.cpp - Loops become part of their reader --*- C++ -*-===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace qnn {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Ops between a loop and a reader that is near.
static constexpr int kNear = 16;
/// Smaller tensors may live as long as they like.
static constexpr int64_t kLeastBytes = 1 << 14;

static int64_t bytesOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return 0;
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

static bool isView(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                         tensor::ExtractSliceOp>(op);
}

static bool isNear(Operation *from, Operation *to) {
  Operation *op = from;
  for (int i = 0; op && i < kNear; ++i, op = op->getNextNode())
    if (op == to)
      return true;
  return false;
}

/// True where someone but `loop` reads the tensor at `place` or later.
static bool isReadAt(Value value, Operation *loop, Operation *place) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isView(user) && isReadAt(user->getResult(0), loop, place))
      return true;
    Operation *op = place->getBlock()->findAncestorOpInBlock(*user);
    return user != loop && op && !op->isBeforeInBlock(place);
  });
}

/// Bytes of tensors that would live until `reader` only for `loop` to be
/// computed there.
static int64_t bytesKept(Operation *loop, Operation *reader) {
  llvm::SmallPtrSet<Value, 8> tensors;
  for (Value input : cast<linalg::LinalgOp>(loop).getDpsInputs()) {
    while (isView(input.getDefiningOp()))
      input = input.getDefiningOp()->getOperand(0);
    tensors.insert(input);
  }
  int64_t bytes = 0;
  for (Value tensor : tensors)
    if (tensor.getDefiningOp() && !matchPattern(tensor, m_Constant()) &&
        !isReadAt(tensor, loop, reader))
      bytes += bytesOf(tensor);
  return bytes;
}

/// A loop is computed where its only reader is, unless more would have to be
/// kept for that than its result.
static bool isFused(OpOperand *read) {
  Operation *producer = read->get().getDefiningOp();
  if (!producer || !producer->hasOneUse())
    return false;
  Operation *reader = read->getOwner();
  int64_t bytes = bytesOf(read->get());
  return !isa<linalg::LinalgOp>(producer) || bytes < kLeastBytes ||
         producer->getBlock() != reader->getBlock() ||
         isNear(producer, reader) || bytesKept(producer, reader) <= bytes;
}

namespace {
struct FuseElementwise : qnn::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, isFused);
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, isFused);
    tensor::populateBubbleUpExpandShapePatterns(patterns);
    affine::AffineApplyOp::getCanonicalizationPatterns(patterns, context);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    context->getLoadedDialect<linalg::LinalgDialect>()
        ->getCanonicalizationPatterns(patterns);
    linalg::populateConstantFoldLinalgOperations(patterns, isFused);
    // From the top, which takes less time.
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal();
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
