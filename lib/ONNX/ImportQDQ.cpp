//===- ImportQDQ.cpp - QuantizeLinear and DequantizeLinear ----------------===//
//
// A tensor of integers is known here by the floats that it stands for: what
// QuantizeLinear makes is the output of qnn.quantize, and DequantizeLinear with
// the same numbers passes it on. Constants are dequantized now; those of 8 bits
// get a quantizer, which changes nothing and says how they were made.
//
// ONNX adds the zero point after rounding, qnn.quantize before. With a zero
// point, rounding therefore comes first and the quantizer, of scale 1, sees
// whole numbers; the scale is a product behind it. A zero point of 128 of
// unsigned bytes is one of 0 of signed ones.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace qnn;
using onnx::TensorProto;

namespace {
/// What turns integers into floats, for a tensor or along `axis` of it.
struct Linear {
  SmallVector<float> scales, zeroPoints;
  int64_t axis = -1;
  unsigned bits = 0; ///< of the code; none for wide integers
  bool isSigned = false;
};
} // namespace

/// The width of integers that a code can hold, else 0.
static unsigned codeBits(int32_t type) {
  switch (type) {
  case TensorProto::INT4:
  case TensorProto::UINT4:
    return 4;
  case TensorProto::INT8:
  case TensorProto::UINT8:
    return 8;
  default:
    return 0;
  }
}

static SmallVector<float> readNumbers(NodeImporter &node, int index,
                                      StringRef what) {
  SmallVector<float> numbers = node.floats(index, what);
  if (numbers.empty())
    node.fail("expected a number for " + what);
  if (llvm::all_equal(numbers))
    numbers.truncate(1);
  return numbers;
}

/// Scale and zero point, inputs 1 and 2, of integers of `type`.
static Linear readLinear(NodeImporter &node, int32_t type) {
  if (node.getInt("block_size", 0) != 0)
    node.notSupported("scales of blocks");
  Linear linear;
  linear.bits = codeBits(type);
  linear.isSigned = type != TensorProto::UINT8 && type != TensorProto::UINT4;
  linear.scales = readNumbers(node, 1, "the scale");
  linear.zeroPoints = {0.0f};
  if (node.hasInput(2))
    linear.zeroPoints = readNumbers(node, 2, "the zero point");
  for (float scale : linear.scales)
    if (!(scale > 0.0f) || !std::isfinite(scale))
      node.notSupported("a scale that is not positive");
  if (linear.scales.size() == 1 && linear.zeroPoints.size() == 1)
    return linear;
  linear.axis = node.normalizeAxis(node.getInt("axis", 1), node.rank(0));
  for (const auto &numbers : {linear.scales, linear.zeroPoints})
    if (numbers.size() != 1 &&
        static_cast<int64_t>(numbers.size()) != node.shape(0)[linear.axis])
      node.fail("expected a scale and a zero point for each of " +
                Twine(node.shape(0)[linear.axis]) + " indices");
  return linear;
}

/// Unsigned integers around the middle are signed ones around 0.
static Linear recentered(Linear linear) {
  if (!linear.isSigned && llvm::all_equal(linear.zeroPoints) &&
      linear.zeroPoints[0] == static_cast<float>(1 << (linear.bits - 1))) {
    linear.isSigned = true;
    linear.zeroPoints = {0.0f};
  }
  return linear;
}

static QuantizerAttr quantizerOf(NodeImporter &node, const Linear &linear) {
  Builder &builder = node.getBuilder();
  auto toAttr = [&](ArrayRef<float> numbers, float neutral) {
    if (llvm::all_of(numbers, [&](float x) { return x == neutral; }))
      return DenseF32ArrayAttr();
    return builder.getDenseF32ArrayAttr(numbers);
  };
  return QuantizerAttr::get(
      builder.getContext(), linear.bits,
      linear.isSigned ? Encoding::Signed : Encoding::Unsigned,
      /*narrow=*/false, RoundingMode::HalfEven, SignZero::PlusOne,
      toAttr(linear.scales, 1.0f), toAttr(linear.zeroPoints, 0.0f), linear.axis,
      Surrogate::StraightThrough);
}

static Value quantize(NodeImporter &node, Value input, const Linear &linear) {
  return node.quantize(input, quantizerOf(node, linear));
}

/// No code holds integers of 16 bits: they are known by their numbers.
static void quantizeToShort(NodeImporter &node, int32_t type) {
  Linear linear = readLinear(node, type);
  if (linear.axis >= 0)
    node.notSupported("integers of 16 bits with scales of several channels");
  float least = type == TensorProto::INT16 ? -32768.0f : 0.0f;
  Value steps = node.create<RoundOp>(
      node.create<DivOp>({node.input(0), node.splat(linear.scales[0])}));
  Value numbers = node.create<AddOp>({steps, node.splat(linear.zeroPoints[0])});
  node.defineNumbers(0, node.clip(numbers, least, least + 65535.0f), type);
}

static void importQuantizeLinear(NodeImporter &node) {
  int32_t type =
      node.hasInput(2) ? node.elementType(2) : node.getInt("output_dtype", 0);
  if (type == 0)
    type = TensorProto::UINT8;
  if (type == TensorProto::INT16 || type == TensorProto::UINT16)
    return quantizeToShort(node, type);
  if (codeBits(type) == 0)
    node.notSupported("integers of another width than 4, 8 or 16 bits");
  Linear linear = readLinear(node, type), around = recentered(linear);
  Value value = node.input(0);
  bool isSymmetric = around.zeroPoints.size() == 1 && around.zeroPoints[0] == 0;
  if (!isSymmetric && linear.axis >= 0)
    node.notSupported("zero points that are not 0, of several channels");
  if (isSymmetric) {
    value = quantize(node, value, around);
  } else {
    Value scale = node.splat(around.scales[0]);
    value = node.create<RoundOp>(node.create<DivOp>({value, scale}));
    Linear whole = around;
    whole.scales = {1.0f};
    value = node.create<MulOp>({quantize(node, value, whole), scale});
  }
  node.defineIntegers(value, type, quantizerOf(node, linear));
}

//===----------------------------------------------------------------------===//
// Back to floats
//===----------------------------------------------------------------------===//

/// (number - zero point) * scale of a constant.
static Value dequantizeConstant(NodeImporter &node, const Tensor &tensor,
                                const Linear &linear) {
  int64_t inner = 1, count = 1;
  if (linear.axis >= 0) {
    ArrayRef<int64_t> shape = node.shape(0);
    inner = llvm::product_of(shape.drop_front(linear.axis + 1));
    count = shape[linear.axis];
  }
  SmallVector<float> floats;
  for (auto [i, number] : llvm::enumerate(tensor.integers)) {
    int64_t channel = i / inner % count;
    auto of = [&](ArrayRef<float> numbers) {
      return numbers[numbers.size() == 1 ? 0 : channel];
    };
    floats.push_back(static_cast<float>(
                         number - static_cast<int64_t>(of(linear.zeroPoints))) *
                     of(linear.scales));
  }
  auto type =
      RankedTensorType::get(node.shape(0), node.getBuilder().getF32Type());
  return node.constantOp(DenseElementsAttr::get(type, ArrayRef<float>(floats)));
}

/// Of integers with a scale that is only known when the model runs.
static void dequantizeNumbers(NodeImporter &node) {
  if (llvm::product_of(node.shape(1)) != 1)
    node.notSupported("a scale for each channel that is not a constant");
  Value value = node.numbers(0);
  if (node.hasInput(2))
    value = node.create<SubOp>({value, node.reshape(node.numbers(2), {})});
  Value scale = node.reshape(node.input(1), {});
  node.define(0, node.create<MulOp>({value, scale}));
}

/// Of a constant whose scales are for blocks of `size` along a dimension.
static void dequantizeBlocks(NodeImporter &node, int64_t size) {
  SmallVector<float> numbers = node.floats(0, "a tensor with scales of blocks");
  SmallVector<float> scales = node.floats(1, "the scale"), zeroPoints;
  if (node.hasInput(2))
    zeroPoints = node.floats(2, "the zero point");
  ArrayRef<int64_t> shape = node.shape(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 1), node.rank(0));
  int64_t inner = llvm::product_of(shape.drop_front(axis + 1));
  int64_t blocks = llvm::divideCeil(shape[axis], size);
  for (auto [i, number] : llvm::enumerate(numbers)) {
    int64_t index = i / inner % shape[axis], outer = i / inner / shape[axis];
    size_t block = (outer * blocks + index / size) * inner + i % inner;
    if (block >= scales.size())
      node.fail("expected a scale for each block");
    number -= block < zeroPoints.size() ? zeroPoints[block] : 0.0f;
    number *= scales[block];
  }
  auto type = RankedTensorType::get(shape, node.getBuilder().getF32Type());
  node.define(0, node.constantOp(
                     DenseElementsAttr::get(type, ArrayRef<float>(numbers))));
}

static void importDequantizeLinear(NodeImporter &node) {
  if (node.hasNumbers(0))
    return dequantizeNumbers(node);
  if (int64_t size = node.getInt("block_size", 0); size > 0)
    return dequantizeBlocks(node, size);
  int32_t type = node.elementType(0);
  Linear linear = readLinear(node, type);
  if (QuantizerAttr made = node.quantizerOfIntegers(0)) {
    if (made != quantizerOf(node, linear))
      node.notSupported(
          "other numbers than those of the QuantizeLinear before");
    return node.define(0, node.floatsOfIntegers(0));
  }
  std::optional<Tensor> tensor = node.constant(0);
  if (!tensor || tensor->isFloat)
    node.notSupported("integers that are neither constant nor made by "
                      "QuantizeLinear");
  Value value = dequantizeConstant(node, *tensor, linear);
  if (linear.bits != 0)
    value = quantize(node, value, recentered(linear));
  node.define(0, value);
}

void qnn::addQDQHandlers(HandlerTable &table) {
  table["DequantizeLinear"] = importDequantizeLinear;
  table["QuantizeLinear"] = importQuantizeLinear;
  table["microsoft.DequantizeLinear"] = importDequantizeLinear;
  table["microsoft.QuantizeLinear"] = importQuantizeLinear;
}
