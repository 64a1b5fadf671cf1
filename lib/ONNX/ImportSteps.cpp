//===- ImportSteps.cpp - Quantizers whose steps differ --------------------===//
//
// QONNX's FloatQuant, to floats of few bits, and FINN's MultiThreshold. No
// qnn.quantize has such steps; both become elementwise ops that are exact in
// f32, and pointwise, so that thresholds can be found through them.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "TensorData.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// FloatQuant
//===----------------------------------------------------------------------===//

namespace {
struct FloatFormat {
  int exponentBits, mantissaBits, bias;
  float max;

  /// The greatest exponent, and that of the least normal number.
  int maxExponent() const { return (1 << exponentBits) - 1 - bias; }
  int minExponent() const { return 1 - bias; }
};
} // namespace

static int readWhole(NodeImporter &node, int index, StringRef what, int min,
                     int max) {
  float number = node.scalar(index, what);
  if (!(number >= min && number <= max) || number != std::floor(number))
    node.notSupported(what + " is not a whole number from " + Twine(min) +
                      " to " + Twine(max));
  return static_cast<int>(number);
}

static FloatFormat readFormat(NodeImporter &node) {
  FloatFormat format;
  format.exponentBits = readWhole(node, 2, "the exponent's bit width", 1, 5);
  format.mantissaBits = readWhole(node, 3, "the mantissa's bit width", 0, 10);
  format.bias = readWhole(node, 4, "the exponent's bias", -64, 64);
  format.max = std::ldexp(2.0f - std::ldexp(1.0f, -format.mantissaBits),
                          format.maxExponent());
  if (node.hasInput(5))
    format.max = std::min(format.max, node.scalar(5, "the greatest value"));
  if (!(format.max > 0.0f))
    node.notSupported("a greatest value that is not positive");
  return format;
}

/// The part of x >= 0 between two powers of two, rounded to multiples of
/// `quantum`; those below and above are whole multiples.
static Value roundBetween(NodeImporter &node, Value x, float from, float to,
                          float quantum) {
  Value part =
      node.create<MulOp>({node.clip(x, from, to), node.splat(1.0f / quantum)});
  part = node.create<MulOp>({node.create<RoundOp>(part), node.splat(quantum)});
  return from == 0.0f ? part : node.create<SubOp>({part, node.splat(from)});
}

/// Between two powers of two floats have one distance: x is cut there and each
/// part rounded on its own. Products are by powers of two and sums of numbers
/// of few bits, so nothing else is rounded.
static Value roundToFormat(NodeImporter &node, Value x,
                           const FloatFormat &format) {
  Value sum;
  float from = 0.0f;
  for (int e = format.minExponent(); e <= format.maxExponent(); ++e) {
    float to = std::ldexp(1.0f, e + 1);
    float quantum = std::ldexp(1.0f, e - format.mantissaBits);
    Value part = roundBetween(node, x, from, to, quantum);
    sum = sum ? node.create<AddOp>({sum, part}) : part;
    if (to > format.max)
      break;
    from = to;
  }
  return node.clip(sum, 0.0f, format.max);
}

static void importFloatQuant(NodeImporter &node) {
  if (node.getInt("saturation", 1) == 0)
    node.notSupported("a quantizer that does not saturate");
  std::string rounding = node.getString("rounding_mode", "ROUND");
  if (StringRef(rounding).upper() != "ROUND")
    node.notSupported("rounding mode '" + rounding + "', expected 'ROUND'");
  FloatFormat format = readFormat(node);
  SmallVector<float> scales = node.floats(1, "the scale");
  if (!llvm::all_of(scales, [](float scale) {
        return scale > 0.0f && std::isfinite(scale);
      }))
    node.notSupported("a scale that is not positive");
  Value scale = node.input(1);
  Value x = node.create<DivOp>({node.input(0), scale});
  Value magnitude = roundToFormat(node, node.create<AbsOp>(x), format);
  x = node.create<MulOp>({node.create<SignOp>(x), magnitude});
  node.define(0, node.create<MulOp>({x, scale}));
}

//===----------------------------------------------------------------------===//
// MultiThreshold
//===----------------------------------------------------------------------===//

/// The dimension of the channels: the second, or the last.
static int64_t channelDim(NodeImporter &node) {
  std::string layout = node.getString("data_layout", "NCHW");
  int64_t rank = node.rank(0);
  if (rank < 1)
    node.notSupported("an input of rank 0");
  bool isFirst = layout == "NCHW" || layout == "NC";
  if (!isFirst && layout != "NHWC")
    node.notSupported("data layout '" + layout + "'");
  return isFirst && (rank == 2 || rank == 4) ? 1 : rank - 1;
}

/// Column `step` of the thresholds, to broadcast along the channels.
static Value thresholdColumn(NodeImporter &node, ArrayRef<float> thresholds,
                             ArrayRef<int64_t> shape, int64_t step,
                             int64_t dim) {
  Tensor column;
  column.shape.assign(node.rank(0) - dim, 1);
  column.shape[0] = shape[0];
  for (int64_t c = 0; c < shape[0]; ++c)
    column.floats.push_back(thresholds[c * shape[1] + step]);
  return node.constantOp(makeConstant(column, node.getBuilder().getContext()));
}

/// 1 where x >= threshold, else 0.
static Value reaches(NodeImporter &node, Value x, Value threshold) {
  Value sign = node.create<SignOp>(node.create<SubOp>({x, threshold}));
  return node.clip(node.create<AddOp>({sign, node.splat(1.0f)}), 0.0f, 1.0f);
}

static Value quantize(NodeImporter &node, Value value, unsigned bits,
                      Encoding encoding, float scale, float zeroPoint) {
  auto toAttr = [&](float number, float ifMissing) {
    return number == ifMissing ? DenseF32ArrayAttr()
                               : node.getBuilder().getDenseF32ArrayAttr(number);
  };
  return node.quantize(value,
                       node.quantizer(bits, encoding, toAttr(scale, 1.0f),
                                      toAttr(zeroPoint, 0.0f)));
}

/// The zero point of codes whose floats are scale * count + bias, to the bit.
static std::optional<float> findZeroPoint(int64_t steps, float scale,
                                          float bias) {
  float zeroPoint = -bias / scale;
  if (!(zeroPoint >= 0 && zeroPoint <= steps) ||
      zeroPoint != std::floor(zeroPoint))
    return std::nullopt;
  for (int64_t count = 0; count <= steps; ++count)
    if ((count - zeroPoint) * scale != scale * count + bias)
      return std::nullopt;
  return zeroPoint;
}

/// scale * count + bias, behind a quantizer that changes nothing.
static Value scaleCount(NodeImporter &node, Value count, int64_t steps) {
  float scale = node.getFloat("out_scale", 1.0f);
  float bias = node.getFloat("out_bias", 0.0f);
  unsigned bits = llvm::Log2_64_Ceil(steps + 1);
  auto add = [&](Value value, float number) {
    return number == 0.0f ? value
                          : node.create<AddOp>({value, node.splat(number)});
  };
  std::optional<float> zeroPoint = findZeroPoint(steps, scale, bias);
  bool isCentred = zeroPoint == static_cast<float>(1 << (bits - 1));
  Value codes = quantize(node, add(count, -zeroPoint.value_or(0.0f)), bits,
                         isCentred ? Encoding::Signed : Encoding::Unsigned,
                         1.0f, isCentred ? 0.0f : zeroPoint.value_or(0.0f));
  if (scale != 1.0f)
    codes = node.create<MulOp>({codes, node.splat(scale)});
  return zeroPoint ? codes : add(codes, bias);
}

/// scale * (how many thresholds of its channel x reaches) + bias. One threshold
/// between two numbers that differ in sign only is a sign.
static void importMultiThreshold(NodeImporter &node) {
  SmallVector<float> thresholds = node.floats(1, "the table of thresholds");
  SmallVector<int64_t> shape(node.shape(1));
  int64_t dim = channelDim(node);
  if (shape.size() != 2 || (shape[0] != 1 && shape[0] != node.shape(0)[dim]))
    node.fail("expected a row of thresholds for each of " +
              Twine(node.shape(0)[dim]) + " channels, or one");
  int64_t steps = shape[1];
  if (steps < 1 || steps > 255)
    node.notSupported(Twine(steps) + " thresholds, expected 1 to 255");
  if (!(node.getFloat("out_scale", 1.0f) > 0.0f))
    node.notSupported("a scale that is not positive");
  auto column = [&](int64_t step) {
    return thresholdColumn(node, thresholds, shape, step, dim);
  };
  Value x = node.input(0);
  float half = node.getFloat("out_scale", 1.0f) / 2;
  if (steps == 1 && node.getFloat("out_bias", 0.0f) == -half) {
    x = node.create<SubOp>({x, column(0)});
    return node.define(0, quantize(node, x, 1, Encoding::Bipolar, half, 0.0f));
  }
  Value count = reaches(node, x, column(0));
  for (int64_t step = 1; step < steps; ++step)
    count = node.create<AddOp>({count, reaches(node, x, column(step))});
  node.define(0, scaleCount(node, count, steps));
}

void qnn::addStepHandlers(HandlerTable &table) {
  table["qonnx.FloatQuant"] = importFloatQuant;
  table["qonnx.MultiThreshold"] = importMultiThreshold;
}
