//===- SynthesiseThresholds.cpp - Floats between layers vanish --*- C++ -*-===//
//
// Between a product and the next encoder stands a pointwise float function of
// the sum. It takes few levels, so it is a few integer thresholds. They are
// found by evaluating the function itself at integers (ChannelFunction), within
// the range of sums that the weights allow. For codes of more than 4 bits a
// straight line in f32 takes its place.
//
//===----------------------------------------------------------------------===//

#include "ChannelFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "qnn/Arith/Requantize.h"
#include "qnn/Arith/Thresholds.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include <cmath>
#include <numeric>

namespace qnn {
#define GEN_PASS_DEF_SYNTHESISETHRESHOLDS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Codes of more bits are requantized: thresholds double with every bit.
static constexpr unsigned maxThresholdBits = 4;

//===----------------------------------------------------------------------===//
// The product behind a dequantizer
//===----------------------------------------------------------------------===//

namespace {
/// Where sums come from.
struct SumSource {
  IntegerProduct product;
  int64_t axis;          ///< the channels' dimension in the sums
  bool flippable = true; ///< the sums have no other users on the way
};
} // namespace

/// The dimension of `to` that holds what `axis` holds in `from`.
static std::optional<int64_t> reshapedAxis(ArrayRef<int64_t> from, int64_t axis,
                                           ArrayRef<int64_t> to) {
  int64_t outer = llvm::product_of(from.take_front(axis)), product = 1;
  for (auto [dim, size] : llvm::enumerate(to)) {
    if (product == outer && size == from[axis])
      return dim;
    product *= size;
  }
  return std::nullopt;
}

static std::optional<SumSource> traceSums(Value sums) {
  Operation *op = sums.getDefiningOp();
  if (std::optional<IntegerProduct> product = IntegerProduct::get(op))
    return SumSource{*product, tensorType(sums).getRank() - 1,
                     sums.hasOneUse()};
  if (!isa_and_nonnull<TransposeOp, ReshapeOp, IMaxPool2dOp>(op))
    return std::nullopt;
  std::optional<SumSource> source = traceSums(op->getOperand(0));
  if (!source)
    return std::nullopt;
  source->flippable &= sums.hasOneUse() && !isa<IMaxPool2dOp>(op);
  if (auto transpose = dyn_cast<TransposeOp>(op))
    source->axis = invertPermutation(transpose.getPermutation())[source->axis];
  if (!isa<ReshapeOp>(op))
    return source;
  std::optional<int64_t> axis =
      reshapedAxis(shapeOf(op->getOperand(0)), source->axis, shapeOf(sums));
  if (!axis)
    return std::nullopt;
  source->axis = *axis;
  return source;
}

//===----------------------------------------------------------------------===//
// Falling channels
//===----------------------------------------------------------------------===//

/// The narrowest code like `code` that holds all of `numbers`; null beyond 8
/// bits.
static CodeAttr codeForNegated(CodeAttr code, ArrayRef<int32_t> numbers) {
  auto [min, max] = std::minmax_element(numbers.begin(), numbers.end());
  if (*min >= code.getMin() && *max <= code.getMax())
    return code;
  unsigned bits = code.getBits() + 1;
  if (bits > 8)
    return {};
  return CodeAttr::get(code.getContext(), bits, Encoding::Signed, false);
}

/// Negates the weights of `channels`, or says why that cannot be.
static std::string negateChannels(const SumSource &source,
                                  ArrayRef<int64_t> channels) {
  const IntegerProduct &product = source.product;
  if (!source.flippable)
    return "a channel falls, and its sums have other users";
  std::vector<int32_t> numbers =
      *constantNumbers(product.weights->get(), product.rhsCode);
  int64_t perChannel = numbers.size() / product.outChannels();
  for (int64_t channel : channels)
    for (int32_t &number : MutableArrayRef<int32_t>(numbers).slice(
             channel * perChannel, perChannel))
      number = -number;
  CodeAttr code = codeForNegated(product.rhsCode, numbers);
  if (!code)
    return "a channel falls, and its negated weights exceed 8 bits";
  OpBuilder builder(product.op);
  product.weights->set(createCodes(builder, product.op->getLoc(),
                                   shapeOf(product.weights->get()), code,
                                   numbers));
  product.setWeightCode(code);
  return "";
}

//===----------------------------------------------------------------------===//
// Thresholds and lines
//===----------------------------------------------------------------------===//

static std::vector<int32_t> allOf(SumRange range) {
  std::vector<int32_t> sums(range.max - range.min + 1);
  std::iota(sums.begin(), sums.end(), static_cast<int32_t>(range.min));
  return sums;
}

static int64_t countEvaluations(ArrayRef<SumRange> ranges) {
  int64_t count = 0;
  for (SumRange range : ranges)
    count += range.max - range.min + 1;
  return count;
}

/// The thresholds of one channel; nothing where it both rises and falls.
static std::optional<StepFunction> thresholdsOf(ChannelFunction &function,
                                                int64_t channel, SumRange range,
                                                bool exhaustive) {
  if (!exhaustive)
    return findThresholds(
        [&](int32_t sum) { return function.levels(channel, sum)[0]; },
        range.min, range.max, function.maxLevel());
  std::vector<int32_t> levels = function.levels(channel, allOf(range));
  return scanThresholds([&](int32_t sum) { return levels[sum - range.min]; },
                        range.min, range.max, function.maxLevel());
}

static std::string makeThresholds(EncodeOp encode, DequantizeOp dequantize,
                                  const SumSource &source,
                                  ArrayRef<SumRange> ranges,
                                  ChannelFunction &function,
                                  int64_t maxEvaluations) {
  bool exhaustive = countEvaluations(ranges) <= maxEvaluations;
  if (!exhaustive && !function.isMonotone())
    return "too many sums to try, and the function may rise and fall";
  SmallVector<int64_t> falling;
  std::vector<int32_t> thresholds;
  for (auto [channel, range] : llvm::enumerate(ranges)) {
    std::optional<StepFunction> steps =
        thresholdsOf(function, channel, range, exhaustive);
    if (!steps)
      return "the function between rises and falls";
    if (steps->direction == StepDirection::Falling)
      falling.push_back(channel);
    llvm::append_range(thresholds, steps->thresholds);
  }
  if (!falling.empty())
    if (std::string why = negateChannels(source, falling); !why.empty())
      return why;
  OpBuilder builder(encode);
  auto type = RankedTensorType::get(
      {static_cast<int64_t>(ranges.size()), function.maxLevel()},
      builder.getI32Type());
  Value constant = arith::ConstantOp::create(
      builder, encode.getLoc(),
      DenseElementsAttr::get(type, ArrayRef<int32_t>(thresholds)));
  encode.replaceAllUsesWith(
      ThresholdOp::create(builder, encode.getLoc(), encode.getType(),
                          dequantize.getInput(), constant,
                          encode.getQuantizer().getCode(), source.axis)
          .getResult());
  return "";
}

/// Some sums of a range: all where they are few, else evenly spread ones.
static std::vector<int32_t> sampleOf(SumRange range, int64_t most) {
  int64_t count = range.max - range.min + 1;
  if (count <= most)
    return allOf(range);
  std::vector<int32_t> sums;
  for (int64_t i = 0; i < most; ++i)
    sums.push_back(range.min + (count - 1) * i / (most - 1));
  return sums;
}

/// In f32 the sum of these may be rounded to either side.
static bool isNearTie(double product, double bias, RoundingMode rounding) {
  bool isNearest = rounding == RoundingMode::HalfEven ||
                   rounding == RoundingMode::HalfUp ||
                   rounding == RoundingMode::HalfDown;
  double ofTie = product + bias - (isNearest ? 0.5 : 0.0);
  double error = 1e-6 * (1 + std::abs(product) + std::abs(bias));
  return std::abs(ofTie - std::round(ofTie)) <= error;
}

/// The line is the function, but for ties, where it misses by one level.
static bool isClose(ChannelFunction &function, int64_t channel, SumRange range,
                    int64_t most, float scale, float bias,
                    QuantizerAttr quantizer) {
  CodeAttr code = quantizer.getCode();
  std::vector<int32_t> sums = sampleOf(range, most);
  std::vector<int32_t> levels = function.levels(channel, sums);
  for (auto [sum, level] : llvm::zip(sums, levels)) {
    int32_t number = requantize(sum, scale, bias, quantizer.getRounding(),
                                code.getMin(), code.getMax());
    int32_t distance = std::abs(number - code.getMin() - level);
    bool isTie = isNearTie(double(scale) * sum, bias, quantizer.getRounding());
    if (distance > isTie)
      return false;
  }
  return true;
}

static std::string makeRequantize(EncodeOp encode, DequantizeOp dequantize,
                                  const SumSource &source,
                                  ArrayRef<SumRange> ranges,
                                  ChannelFunction &function,
                                  int64_t maxEvaluations) {
  QuantizerAttr quantizer = encode.getQuantizer();
  int64_t most =
      std::max<int64_t>(2, maxEvaluations / std::max<size_t>(1, ranges.size()));
  SmallVector<float> scales, biases;
  for (auto [channel, range] : llvm::enumerate(ranges)) {
    std::optional<ChannelFunction::Line> line = function.line(channel);
    if (!line)
      return "the function between is no line";
    scales.push_back(line->slope);
    biases.push_back(line->offset);
    if (!isClose(function, channel, range, most, scales.back(), biases.back(),
                 quantizer))
      return "the function between has bounds that the code does not have";
  }
  OpBuilder builder(encode);
  encode.replaceAllUsesWith(
      RequantizeOp::create(builder, encode.getLoc(), encode.getType(),
                           dequantize.getInput(), quantizer.getCode(), scales,
                           biases, quantizer.getRounding(), source.axis)
          .getResult());
  return "";
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Replaces `encode` by thresholds or a line, or says why not. Empty also for
/// an encoder of the network's input, which has no sums before it.
static std::string synthesise(EncodeOp encode, int64_t maxEvaluations) {
  std::string why;
  ChannelFunction function;
  DequantizeOp dequantize = function.findSource(encode, why);
  if (!dequantize)
    return why;
  if (dequantize.getCode())
    return "codes, not sums, stand before it";
  std::optional<SumSource> source = traceSums(dequantize.getInput());
  if (!source)
    return "its sums come from no product";
  source->flippable &= !function.hasOtherUsers();
  if (why = function.bind(source->axis); !why.empty())
    return why;
  std::optional<std::vector<SumRange>> ranges = source->product.ranges();
  if (!ranges)
    return "weights are not constant";
  if (encode.getQuantizer().getBits() <= maxThresholdBits)
    return makeThresholds(encode, dequantize, *source, *ranges, function,
                          maxEvaluations);
  return makeRequantize(encode, dequantize, *source, *ranges, function,
                        maxEvaluations);
}

namespace {
struct SynthesiseThresholds
    : qnn::impl::SynthesiseThresholdsBase<SynthesiseThresholds> {
  using SynthesiseThresholdsBase::SynthesiseThresholdsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // Dead ops would count as users of sums.
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
    SmallVector<EncodeOp> encoders;
    getOperation()->walk([&](EncodeOp op) { encoders.push_back(op); });
    for (EncodeOp encode : encoders) {
      std::string why = synthesise(encode, maxEvaluations);
      if (!why.empty())
        report(encode, why);
      if (encode.use_empty())
        eraseDead(rewriter, encode);
    }
  }

  /// Erases `op` and what only it used.
  static void eraseDead(RewriterBase &rewriter, Operation *op) {
    SmallVector<Operation *> worklist{op};
    while (!worklist.empty()) {
      Operation *dead = worklist.pop_back_val();
      SetVector<Operation *> operands;
      for (Value operand : dead->getOperands())
        if (Operation *definition = operand.getDefiningOp())
          operands.insert(definition);
      rewriter.eraseOp(dead);
      for (Operation *operand : operands)
        if (isOpTriviallyDead(operand))
          worklist.push_back(operand);
    }
  }

  static void report(EncodeOp encode, StringRef why) {
    remark::missed(encode.getLoc(), remark::RemarkOpts::name("thresholds")
                                        .category("qnn-synthesise-thresholds"))
        << remark::add("kept float before the quantizer: {0}", why)
        << remark::metric("Layer", layerName(encode));
  }
};
} // namespace
