//===- ImportQuant.cpp - QONNX's quantizers -------------------------------===//
//
// Quant (or IntQuant) and BipolarQuant become qnn.quantize. Their scale, zero
// point and bit width are inputs in ONNX and attributes here, so they must be
// known. QONNX clamps before it rounds, qnn.quantize after: the same, as the
// bounds are integers. Trunc is a quantizer of whole numbers, rounded down.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

namespace {
/// One number, or one for each index of dimension `axis`.
struct Parameter {
  SmallVector<float> numbers;
  int64_t axis = -1;
};
} // namespace

static std::string toText(float number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number);
  return text;
}

/// The dimension of the quantized tensor along which a parameter of `shape`
/// varies, or -1.
static int64_t findAxis(NodeImporter &node, ArrayRef<int64_t> shape,
                        StringRef what) {
  int64_t axis = -1, missing = node.rank(0) - int64_t(shape.size());
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (size == 1)
      continue;
    if (axis >= 0 || missing < 0)
      node.notSupported(what + " varies along several dimensions");
    axis = missing + d;
    if (node.shape(0)[axis] != size)
      node.fail("expected " + Twine(node.shape(0)[axis]) + " numbers in " +
                what + ", but got " + Twine(size));
  }
  return axis;
}

static Parameter readParameter(NodeImporter &node, int index, StringRef what) {
  Parameter parameter{node.floats(index, what)};
  if (parameter.numbers.empty())
    node.fail("expected a number for " + what);
  if (!llvm::all_equal(parameter.numbers))
    parameter.axis = findAxis(node, node.shape(index), what);
  else
    parameter.numbers.truncate(1);
  for (float number : parameter.numbers)
    if (!std::isfinite(number))
      node.fail("expected finite numbers for " + what);
  return parameter;
}

static Parameter readScale(NodeImporter &node) {
  Parameter scale = readParameter(node, 1, "the scale");
  for (float number : scale.numbers)
    if (!(number > 0.0f))
      node.notSupported("a scale of " + toText(number) +
                        ", expected a positive one");
  return scale;
}

static unsigned readBits(NodeImporter &node, int index) {
  Parameter bits = readParameter(node, index, "the bit width");
  float number = bits.numbers.front();
  if (bits.axis >= 0)
    node.notSupported("a bit width for each channel");
  if (number != std::floor(number) || number < 1 || number > 8)
    node.notSupported("a bit width of " + toText(number) + ", expected 1 to 8");
  return static_cast<unsigned>(number);
}

static RoundingMode readRounding(NodeImporter &node, StringRef ifMissing) {
  std::string name =
      StringRef(node.getString("rounding_mode", ifMissing)).upper();
  auto mode = llvm::StringSwitch<std::optional<RoundingMode>>(name)
                  .Cases({"ROUND", "HALF_EVEN"}, RoundingMode::HalfEven)
                  .Case("HALF_UP", RoundingMode::HalfUp)
                  .Case("HALF_DOWN", RoundingMode::HalfDown)
                  .Case("CEIL", RoundingMode::Ceil)
                  .Case("FLOOR", RoundingMode::Floor)
                  .Case("UP", RoundingMode::Up)
                  .Cases({"DOWN", "ROUND_TO_ZERO"}, RoundingMode::Down)
                  .Default(std::nullopt);
  if (!mode)
    node.notSupported("rounding mode '" + name + "'");
  return *mode;
}

/// The attribute, or null where all numbers are `ifMissing`.
static DenseF32ArrayAttr toAttr(NodeImporter &node, const Parameter &parameter,
                                float ifMissing) {
  if (parameter.numbers.size() == 1 && parameter.numbers[0] == ifMissing)
    return {};
  return node.getBuilder().getDenseF32ArrayAttr(parameter.numbers);
}

static void buildQuantize(NodeImporter &node, QuantizerAttr quantizer) {
  node.define(0, node.quantize(node.input(0), quantizer));
}

static void buildBipolar(NodeImporter &node, const Parameter &scale) {
  buildQuantize(node,
                QuantizerAttr::get(
                    node.getBuilder().getContext(), 1, Encoding::Bipolar,
                    /*narrow=*/false, RoundingMode::HalfEven, SignZero::PlusOne,
                    toAttr(node, scale, 1.0f),
                    /*zero_point=*/{}, scale.axis, Surrogate::StraightThrough));
}

static void importBipolarQuant(NodeImporter &node) {
  buildBipolar(node, readScale(node));
}

static void importQuant(NodeImporter &node) {
  unsigned bits = readBits(node, 3);
  Parameter scale = readScale(node);
  Parameter zeroPoint = readParameter(node, 2, "the zero point");
  bool isSigned = node.getInt("signed", 1) != 0;
  DenseF32ArrayAttr zeroPointAttr = toAttr(node, zeroPoint, 0.0f);
  // QONNX: one signed bit is the sign, +1 for 0.
  if (bits == 1 && isSigned && !zeroPointAttr)
    return buildBipolar(node, scale);
  if (bits == 1 && isSigned)
    node.notSupported("a zero point of a signed quantizer of 1 bit");
  if (scale.axis >= 0 && zeroPoint.axis >= 0 && scale.axis != zeroPoint.axis)
    node.notSupported("scale and zero point along different dimensions");
  buildQuantize(
      node, QuantizerAttr::get(node.getBuilder().getContext(), bits,
                               isSigned ? Encoding::Signed : Encoding::Unsigned,
                               node.getInt("narrow", 0) != 0,
                               readRounding(node, "ROUND"), SignZero::PlusOne,
                               toAttr(node, scale, 1.0f), zeroPointAttr,
                               std::max(scale.axis, zeroPoint.axis),
                               Surrogate::StraightThrough));
}

//===----------------------------------------------------------------------===//
// Trunc
//===----------------------------------------------------------------------===//

static float readNumber(NodeImporter &node, int index, StringRef what) {
  float number = node.scalar(index, what);
  if (!std::isfinite(number))
    node.fail("expected a finite number for " + what);
  return number;
}

/// By how much Trunc divides, a power of two, and the scale of its result: by
/// the difference of bit widths, under the old scale, or given as scale.
static std::pair<float, float> readTruncation(NodeImporter &node, float scale) {
  if (!node.hasInput(5)) {
    float bits = readNumber(node, 3, "the bit width of the input") -
                 readNumber(node, 4, "the bit width");
    return {std::exp2(bits), scale};
  }
  float resultScale = readNumber(node, 4, "the scale of the result");
  if (!(resultScale > 0.0f))
    node.notSupported("a scale of " + toText(resultScale) +
                      ", expected a positive one");
  return {std::exp2(std::nearbyint(std::log2(resultScale / scale))),
          resultScale};
}

/// Drops the low bits of numbers: round(round(x / scale + zero point) /
/// divisor) less the zero point over the divisor. The zero point is not divided
/// in the older form, which has no bounds either but those of its input.
static void importTrunc(NodeImporter &node) {
  bool isOld = !node.hasInput(5);
  float scale = readNumber(node, 1, "the scale");
  float zeroPoint = readNumber(node, 2, "the zero point");
  if (!(scale > 0.0f))
    node.notSupported("a scale of " + toText(scale) +
                      ", expected a positive one");
  auto [divisor, resultScale] = readTruncation(node, scale);
  unsigned bits = readBits(node, isOld ? 4 : 5);
  // Whether numbers are signed is not said there: one bit more holds both.
  bool isSigned = isOld || node.getInt("signed", 1) != 0;
  if (isOld && ++bits > 8)
    node.notSupported("a bit width of 8 without the scale of the result");
  Value x = node.create<DivOp>({node.input(0), node.splat(scale)});
  if (zeroPoint != 0.0f)
    x = node.create<AddOp>({x, node.splat(zeroPoint)});
  x = node.create<MulOp>({node.create<RoundOp>(x), node.splat(1.0f / divisor)});
  QuantizerAttr quantizer = QuantizerAttr::get(
      node.getBuilder().getContext(), bits,
      isSigned ? Encoding::Signed : Encoding::Unsigned,
      node.getInt("narrow", 0) != 0, readRounding(node, "FLOOR"),
      SignZero::PlusOne, /*scale=*/{}, /*zero_point=*/{}, /*axis=*/-1,
      Surrogate::StraightThrough);
  x = node.quantize(x, quantizer);
  if (zeroPoint != 0.0f)
    x = node.create<SubOp>(
        {x, node.splat(isOld ? zeroPoint : zeroPoint / divisor)});
  node.define(0, node.create<MulOp>({x, node.splat(resultScale)}));
}

void qnn::addQuantHandlers(HandlerTable &table) {
  table["qonnx.BipolarQuant"] = importBipolarQuant;
  table["qonnx.IntQuant"] = importQuant;
  table["qonnx.Quant"] = importQuant;
  table["qonnx.Trunc"] = importTrunc;
}
