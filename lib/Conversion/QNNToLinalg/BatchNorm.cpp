//===- BatchNorm.cpp - Normalization by the batch, its gradient -*- C++ -*-===//
//
// As few passes over memory as the sums allow: two for mean and variance, one
// for the result; the deviation from the mean is computed where it is needed
// and never stored.
//
//===----------------------------------------------------------------------===//

#include "LinalgUtils.h"
#include "Patterns.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

/// Loops over a tensor whose dimension 1 is the channels.
class ChannelLoops {
public:
  ChannelLoops(Builder &b, Value x)
      : b(b), type(tensorType(x)), identity(b.getMultiDimIdentityMap(rank())),
        channel(channelMap(b, rank(), 1)) {}

  /// The sum of `element` over each channel; of `inputs`, those of one rank
  /// have a number for each channel.
  Value sum(ValueRange inputs, ElementFn element) const {
    SmallVector<AffineMap> maps = mapsOf(inputs);
    maps.push_back(channel);
    auto sums = RankedTensorType::get(type.getDimSize(1), b.getF32Type());
    Value zeros = createFilled(b, sums, b.getF32FloatAttr(0.0f));
    return buildReduction(
        b, inputs, zeros, maps, [&](Builder &inner, ValueRange args) -> Value {
          Value term = element(inner, args.drop_back());
          return arith::AddFOp::create(inner, args.back(), term);
        });
  }

  /// `element` of each element and channel's numbers. Those are spread in a
  /// shape of their own, so that nothing of a channel is computed for all.
  Value map(ValueRange inputs, ElementFn element) const {
    SmallVector<int64_t> ofChannel(rank() - 1, 1);
    ofChannel.front() = type.getDimSize(1);
    SmallVector<Value> operands;
    SmallVector<AffineMap> maps;
    for (Value input : inputs) {
      bool isChannels = tensorType(input).getRank() == 1;
      if (isChannels && rank() > 2)
        input = reshapeTo(b, input, ofChannel);
      maps.push_back(isChannels
                         ? broadcastMap(b, tensorType(input).getShape(), rank())
                         : identity);
      operands.push_back(input);
    }
    return buildElementwise(b, type, operands, maps, element);
  }

  /// Of numbers of each channel only.
  Value ofChannels(ValueRange inputs, ElementFn element) const {
    auto numbers = RankedTensorType::get(type.getDimSize(1), b.getF32Type());
    return buildElementwise(b, numbers, inputs, {}, element);
  }

  /// Sums of all elements of each channel, as means.
  Value meanOf(Value sums) const {
    float count = type.getNumElements() / type.getDimSize(1);
    return ofChannels(sums, [&](Builder &at, ValueRange args) -> Value {
      return arith::DivFOp::create(at, args[0],
                                   constantLike(at, args[0], count));
    });
  }

private:
  int64_t rank() const { return type.getRank(); }
  SmallVector<AffineMap> mapsOf(ValueRange inputs) const {
    return llvm::map_to_vector(inputs, [&](Value input) {
      return tensorType(input).getRank() == 1 ? channel : identity;
    });
  }

  Builder &b;
  RankedTensorType type;
  AffineMap identity, channel;
};

Value sub(Builder &b, Value x, Value y) {
  return arith::SubFOp::create(b, x, y);
}
Value mul(Builder &b, Value x, Value y) {
  return arith::MulFOp::create(b, x, y);
}

Value product(Builder &b, ValueRange args) { return mul(b, args[0], args[1]); }

struct LowerBatchNorm : OpRewritePattern<BatchNormTrainOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormTrainOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getShift())
      return rewriter.notifyMatchFailure(op, "shift-based");
    Builder b(op.getLoc(), rewriter);
    Value x = op.getInput();
    ChannelLoops loops(b, x);
    Value means = loops.meanOf(
        loops.sum(x, [](Builder &, ValueRange args) { return args[0]; }));
    Value variances =
        loops.meanOf(loops.sum({x, means}, [](Builder &at, ValueRange args) {
          Value centered = sub(at, args[0], args[1]);
          return mul(at, centered, centered);
        }));
    float epsilon = op.getEpsilon().convertToFloat();
    Value invStd =
        loops.ofChannels(variances, [&](Builder &at, ValueRange args) -> Value {
          Value sum = arith::AddFOp::create(at, args[0],
                                            constantLike(at, args[0], epsilon));
          return arith::DivFOp::create(at, constantLike(at, sum, 1.0),
                                       math::SqrtOp::create(at, sum));
        });
    Value factor = loops.ofChannels({op.getScale(), invStd}, product);
    Value result =
        loops.map({x, means, factor, op.getBias()},
                  [](Builder &at, ValueRange args) -> Value {
                    Value centered = sub(at, args[0], args[1]);
                    Value scaled = mul(at, centered, args[2]);
                    return arith::AddFOp::create(at, scaled, args[3]);
                  });
    rewriter.replaceOp(op, {result, means, variances, invStd});
    return success();
  }
};

struct LowerBatchNormGrad : OpRewritePattern<BatchNormTrainGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormTrainGradOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getShift())
      return rewriter.notifyMatchFailure(op, "shift-based");
    Builder b(op.getLoc(), rewriter);
    Value grad = op.getGrad(), x = op.getInput(), means = op.getMean();
    ChannelLoops loops(b, x);
    Value biasGrad =
        loops.sum(grad, [](Builder &, ValueRange args) { return args[0]; });
    auto normal = [](Builder &at, Value x, Value mean, Value invStd) {
      return mul(at, sub(at, x, mean), invStd);
    };
    Value scaleGrad = loops.sum(
        {grad, x, means, op.getInvStd()}, [&](Builder &at, ValueRange args) {
          return mul(at, args[0], normal(at, args[1], args[2], args[3]));
        });
    Value factor = loops.ofChannels({op.getScale(), op.getInvStd()}, product);
    Value inputGrad =
        loops.map({grad, x, means, op.getInvStd(), loops.meanOf(biasGrad),
                   loops.meanOf(scaleGrad), factor},
                  [&](Builder &at, ValueRange args) {
                    Value along =
                        mul(at, normal(at, args[1], args[2], args[3]), args[5]);
                    Value rest = sub(at, sub(at, args[0], args[4]), along);
                    return mul(at, rest, args[6]);
                  });
    rewriter.replaceOp(op, {inputGrad, scaleGrad, biasGrad});
    return success();
  }
};

} // namespace

void qnn::populateBatchNormPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerBatchNorm, LowerBatchNormGrad>(patterns.getContext());
}
