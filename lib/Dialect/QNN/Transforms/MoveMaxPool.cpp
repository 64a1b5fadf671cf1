//===- MoveMaxPool.cpp - Max pooling behind quantizers ----------*- C++ -*-===//
//
// For an increasing f, f(max(x)) = max(f(x)). A quantizer increases, so that a
// pool before it can follow it, and then works on codes: on one bit it is an or
// of words. More important, the floats between a product and the next quantizer
// become pointwise, so that they can be thresholds.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

namespace qnn {
#define GEN_PASS_DEF_MOVEMAXPOOL
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// What increases
//===----------------------------------------------------------------------===//

/// True where `operand` has the same value in all pixels of an image NCHW: a
/// constant that broadcasts along height and width.
static bool isConstantOverPixels(Value operand) {
  ArrayRef<int64_t> shape = shapeOf(operand);
  bool broadcast =
      llvm::all_of(shape.take_back(2), [](int64_t size) { return size == 1; });
  return broadcast && constantTensor(operand);
}

static bool allOf(Value constant, llvm::function_ref<bool(float)> predicate) {
  std::optional<Tensor> tensor = constantTensor(constant);
  return tensor && llvm::all_of(tensor->floats, predicate);
}

static bool isPositive(float x) { return x > 0.0f; }

/// (x - mean) * factor + bias increases where no factor is negative.
static bool isIncreasing(BatchNormOp op) {
  std::optional<Tensor> scale = constantTensor(op.getScale());
  std::optional<Tensor> variance = constantTensor(op.getVariance());
  if (!scale || !variance || !constantTensor(op.getMean()) ||
      !constantTensor(op.getBias()))
    return false;
  float epsilon = op.getEpsilon().convertToFloat();
  for (auto [s, v] : llvm::zip(scale->floats, variance->floats))
    if (!(batchNormFactor(s, v, epsilon) >= 0.0f))
      return false;
  return true;
}

/// The operand in which `op` increases at every pixel, or null. The other
/// operands are constant over the pixels.
static Value increasingOperand(Operation *op) {
  if (op->hasTrait<Increasing>())
    return op->getOperand(0);
  if (auto norm = dyn_cast<BatchNormOp>(op))
    return isIncreasing(norm) ? norm.getInput() : Value();
  if (auto bias = dyn_cast<BiasAddOp>(op))
    return bias.getAxis() == 1 && constantTensor(bias.getBias())
               ? bias.getInput()
               : Value();
  if (auto leaky = dyn_cast<LeakyReluOp>(op))
    return leaky.getAlpha().convertToFloat() >= 0.0f ? leaky.getInput()
                                                     : Value();
  if (!isa<AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp>(op))
    return {};
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  if (op->hasTrait<OpTrait::IsCommutative>() && isConstantOverPixels(lhs))
    std::swap(lhs, rhs);
  bool factor = isa<MulOp, DivOp>(op);
  if (!isConstantOverPixels(rhs) || (factor && !allOf(rhs, isPositive)) ||
      lhs.getType() != op->getResult(0).getType())
    return {};
  return lhs;
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

namespace {
/// The ops from a quantizer up to a max pool.
struct PooledChain {
  SmallVector<Operation *> links; ///< the quantizer first, without the pool
  MaxPool2dOp pool;               ///< null where there is none
  Operation *obstacle = nullptr;  ///< the first link that may fall
};
} // namespace

static PooledChain findPool(QuantizeOp quantize) {
  PooledChain chain{{quantize}, {}, nullptr};
  Operation *op = quantize.getInput().getDefiningOp();
  while (op && op->hasOneUse() && tensorType(op->getResult(0)).getRank() == 4) {
    if ((chain.pool = dyn_cast<MaxPool2dOp>(op)) || !isPointwise(op))
      break;
    Value next = increasingOperand(op);
    if (!next && !chain.obstacle)
      chain.obstacle = op;
    chain.links.push_back(op);
    op = (next ? next : op->getOperand(0)).getDefiningOp();
  }
  return chain;
}

namespace {
struct PoolAfterQuantizer : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    PooledChain chain = findPool(op);
    MaxPool2dOp pool = chain.pool;
    if (!pool)
      return rewriter.notifyMatchFailure(op, "no max pool before it");
    if (chain.obstacle || op.getQuantizer().getAxis() >= 2)
      return rewriter.notifyMatchFailure(op, "what lies between may fall");
    Value value = pool.getInput();
    Value pooled = pool.getResult();
    for (Operation *link : llvm::reverse(chain.links)) {
      IRMapping mapping;
      mapping.map(pooled, value);
      pooled = link->getResult(0);
      Operation *clone = rewriter.clone(*link, mapping);
      clone->getResult(0).setType(
          withElements(tensorType(value), tensorType(pooled).getElementType()));
      value = clone->getResult(0);
    }
    rewriter.replaceOp(
        op, MaxPool2dOp::create(rewriter, pool.getLoc(), value,
                                pool.getKernel(), pool.getStrides(),
                                pool.getPads(), pool.getDilations()));
    return success();
  }
};

struct MoveMaxPool : qnn::impl::MoveMaxPoolBase<MoveMaxPool> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PoolAfterQuantizer>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk(reportObstacle);
  }

  static void reportObstacle(QuantizeOp op) {
    PooledChain chain = findPool(op);
    if (!chain.pool || !chain.obstacle)
      return;
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("max-pool").category("qnn-move-max-pool"))
        << remark::add("max pool stays before the quantizer: {0} may fall",
                       chain.obstacle->getName().getStringRef())
        << remark::metric("Layer", layerName(op));
  }
};
} // namespace
