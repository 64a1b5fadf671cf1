//===- DecomposeTraining.cpp - Training ops as graph ops --------*- C++ -*-===//
//
// Shift-based normalization by the batch, losses, dropout: formulas of
// TrainingOps.td in ops that have loops. Elementwise ones among them fuse
// there.
//
//===----------------------------------------------------------------------===//

#include "DecomposeTraining.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_DECOMPOSETRAINING
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

/// `number` as a tensor that broadcasts to anything.
static Value scalar(ImplicitLocOpBuilder &b, float number) {
  auto type = RankedTensorType::get({}, b.getF32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, number));
}

static Value add(ImplicitLocOpBuilder &b, Value x, Value y) {
  return AddOp::create(b, x, y);
}
static Value sub(ImplicitLocOpBuilder &b, Value x, Value y) {
  return SubOp::create(b, x, y);
}
static Value mul(ImplicitLocOpBuilder &b, Value x, Value y) {
  return MulOp::create(b, x, y);
}
static Value div(ImplicitLocOpBuilder &b, Value x, Value y) {
  return DivOp::create(b, x, y);
}

static Value reduce(ImplicitLocOpBuilder &b, Value x, ReduceKind kind,
                    ArrayRef<int64_t> axes, bool keepDims = false) {
  return ReduceOp::create(b, x, kind, axes, keepDims);
}

static SmallVector<int64_t> allAxes(Value x) {
  return llvm::to_vector(
      llvm::seq<int64_t>(0, cast<RankedTensorType>(x.getType()).getRank()));
}

namespace {
/// What concerns the channels, dimension 1, of a tensor.
struct Channels {
  ImplicitLocOpBuilder &b;
  RankedTensorType type;

  Channels(ImplicitLocOpBuilder &b, Value x)
      : b(b), type(cast<RankedTensorType>(x.getType())) {}

  SmallVector<int64_t> otherAxes() const {
    SmallVector<int64_t> axes;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (axis != 1)
        axes.push_back(axis);
    return axes;
  }
  Value mean(Value x) const {
    return reduce(b, x, ReduceKind::Mean, otherAxes());
  }
  Value sum(Value x) const {
    return reduce(b, x, ReduceKind::Sum, otherAxes());
  }
  /// One number for each channel, in a shape that broadcasts.
  Value spread(Value perChannel) const {
    if (type.getRank() == 2)
      return perChannel;
    SmallVector<int64_t> shape(type.getRank() - 1, 1);
    shape.front() = type.getDimSize(1);
    return ReshapeOp::create(b, type.clone(shape), perChannel);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

namespace {
/// Shift-based: each factor is a power of two. The ordinary one has loops of
/// its own.
struct DecomposeShiftNorm : OpRewritePattern<BatchNormTrainOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormTrainOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getShift())
      return rewriter.notifyMatchFailure(op, "not shift-based");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Channels channels(b, op.getInput());
    Value mean = channels.mean(op.getInput());
    Value centered = sub(b, op.getInput(), channels.spread(mean));
    Value variance =
        channels.mean(mul(b, centered, Ap2Op::create(b, centered)));
    Value epsilon = scalar(b, op.getEpsilon().convertToFloat());
    Value deviation = SqrtOp::create(b, add(b, variance, epsilon));
    Value invStd = Ap2Op::create(b, div(b, scalar(b, 1.0f), deviation));
    Value scaled = mul(b, mul(b, centered, channels.spread(invStd)),
                       channels.spread(Ap2Op::create(b, op.getScale())));
    Value result = add(b, scaled, channels.spread(op.getBias()));
    rewriter.replaceOp(op, {result, mean, variance, invStd});
    return success();
  }
};

struct DecomposeShiftNormGrad : OpRewritePattern<BatchNormTrainGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormTrainGradOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getShift())
      return rewriter.notifyMatchFailure(op, "not shift-based");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Channels channels(b, op.getInput());
    Value grad = op.getGrad(), invStd = op.getInvStd();
    Value centered = sub(b, op.getInput(), channels.spread(op.getMean()));
    Value normal = mul(b, centered, channels.spread(invStd));
    Value biasGrad = channels.sum(grad);
    Value scaleGrad = channels.sum(mul(b, grad, normal));
    Value power = Ap2Op::create(b, centered);
    Value mean = channels.spread(channels.mean(grad));
    Value along =
        mul(b, channels.mean(mul(b, power, grad)), mul(b, invStd, invStd));
    Value rest = sub(b, grad, mean);
    rest = sub(b, rest, mul(b, power, channels.spread(along)));
    Value factor = mul(b, Ap2Op::create(b, op.getScale()), invStd);
    Value inputGrad = mul(b, rest, channels.spread(factor));
    rewriter.replaceOp(op, {inputGrad, scaleGrad, biasGrad});
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

/// Labels as a distribution over the classes: rows that do not count are 0.
struct Targets {
  Value rows, total; ///< [N, C], [N, 1]
  Value count;       ///< a scalar, at least 1

  Targets(ImplicitLocOpBuilder &b, Value labels, Value logits) {
    auto type = cast<RankedTensorType>(logits.getType());
    bool soft = cast<RankedTensorType>(labels.getType()).getRank() == 2;
    rows = soft ? labels
                : OneHotOp::create(b, type, labels, b.getF32FloatAttr(1.0f),
                                   b.getF32FloatAttr(0.0f))
                      .getResult();
    total = reduce(b, rows, ReduceKind::Sum, {1}, /*keepDims=*/true);
    if (soft)
      count = scalar(b, type.getDimSize(0));
    else
      count = MaxOp::create(b, reduce(b, rows, ReduceKind::Sum, {0, 1}),
                            scalar(b, 1.0f));
  }
};

struct DecomposeCrossEntropy : OpRewritePattern<SoftmaxCrossEntropyOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxCrossEntropyOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value logits = op.getLogits();
    Targets targets(b, op.getLabels(), logits);
    Value greatest = reduce(b, logits, ReduceKind::Max, {1}, true);
    Value centered = sub(b, logits, greatest);
    Value sum =
        reduce(b, ExpOp::create(b, centered), ReduceKind::Sum, {1}, true);
    Value lost = mul(b, targets.total, LogOp::create(b, sum));
    Value hit =
        reduce(b, mul(b, targets.rows, centered), ReduceKind::Sum, {1}, true);
    Value loss = reduce(b, sub(b, lost, hit), ReduceKind::Sum, {0, 1});
    rewriter.replaceOp(op, div(b, loss, targets.count));
    return success();
  }
};

struct DecomposeCrossEntropyGrad : OpRewritePattern<SoftmaxCrossEntropyGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxCrossEntropyGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Targets targets(b, op.getLabels(), op.getLogits());
    Value softmax = SoftmaxOp::create(b, op.getLogits(), 1);
    Value rest = sub(b, mul(b, softmax, targets.total), targets.rows);
    rewriter.replaceOp(op, mul(b, rest, div(b, op.getGrad(), targets.count)));
    return success();
  }
};

struct DecomposeSigmoidCrossEntropy : OpRewritePattern<SigmoidCrossEntropyOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SigmoidCrossEntropyOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = op.getLogits();
    Value power = ExpOp::create(b, NegOp::create(b, AbsOp::create(b, x)));
    Value rest = LogOp::create(b, add(b, scalar(b, 1.0f), power));
    Value linear = sub(b, ReluOp::create(b, x), mul(b, x, op.getTargets()));
    rewriter.replaceOp(
        op, reduce(b, add(b, linear, rest), ReduceKind::Mean, allAxes(x)));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

struct DecomposeDropout : OpRewritePattern<DropoutOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DropoutOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getKey()) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    float rate = op.getRate().convertToFloat();
    Value uniform =
        RandomUniformOp::create(b, op.getType(), op.getKey(), op.getId(),
                                llvm::APFloat(0.0f), llvm::APFloat(1.0f));
    Value kept = CompareOp::create(b, uniform, scalar(b, rate),
                                   ComparePredicate::GreaterEqual);
    Value factor = mul(b, kept, scalar(b, 1.0f / (1.0f - rate)));
    rewriter.replaceOp(op, mul(b, op.getInput(), factor));
    return success();
  }
};

struct DecomposeTraining : qnn::impl::DecomposeTrainingBase<DecomposeTraining> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DecomposeShiftNorm, DecomposeShiftNormGrad,
                 DecomposeCrossEntropy, DecomposeCrossEntropyGrad,
                 DecomposeSigmoidCrossEntropy, DecomposeDropout>(&getContext());
    populateDecomposeConvGradPatterns(patterns);
    populateDecomposePoolGradPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
