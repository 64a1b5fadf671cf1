//===- ImportInteger.cpp - Integer products, scales found at run time -----===//
//
// MatMulInteger and ConvInteger multiply numbers less their zero points and
// give 32-bit integers. Numbers are floats here, and products of constants of
// 8 bits by what a quantizer makes become exact products of codes. A zero point
// that is only known at run time stays out of the product:
//
//     sum((a - z) * w) = sum(a * w) - z * sum(w)
//
// f32 holds integers up to 2^24 exactly; greater sums are rounded to 24 bits.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "TensorData.h"
#include "onnx/defs/attr_proto_util.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <limits>

using namespace mlir;
using namespace qnn;
using onnx::MakeAttribute;
using onnx::TensorProto;

static Value quantizeNumbers(NodeImporter &node, Value value,
                             Encoding encoding) {
  return node.quantize(value, node.quantizer(8, encoding));
}

//===----------------------------------------------------------------------===//
// DynamicQuantizeLinear
//===----------------------------------------------------------------------===//

static Value reduceAll(NodeImporter &node, Value input, ReduceKind kind) {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(0)));
  if (axes.empty())
    return input;
  return node.reduce(input, kind, axes, /*keepsDims=*/false);
}

/// The range of the numbers, with 0 in it, in 255 steps. Where all are 0 the
/// scale is the least float, so that nothing is divided by 0.
static void importDynamicQuantizeLinear(NodeImporter &node) {
  Value x = node.input(0), zero = node.splat(0.0f);
  Value min = reduceAll(node, x, ReduceKind::Min);
  Value max = reduceAll(node, x, ReduceKind::Max);
  min = node.create<MinOp>({min, zero});
  max = node.create<MaxOp>({max, zero});
  Value scale =
      node.create<DivOp>({node.create<SubOp>({max, min}), node.splat(255.0f)});
  scale = node.create<MaxOp>(
      {scale, node.splat(std::numeric_limits<float>::min())});
  Value zeroPoint = node.create<NegOp>(node.create<DivOp>({min, scale}));
  zeroPoint = quantizeNumbers(node, zeroPoint, Encoding::Unsigned);
  Value steps = node.create<RoundOp>(node.create<DivOp>({x, scale}));
  Value numbers = node.create<AddOp>({steps, zeroPoint});
  node.defineNumbers(0, quantizeNumbers(node, numbers, Encoding::Unsigned),
                     TensorProto::UINT8);
  node.define(1, scale);
  node.defineNumbers(2, zeroPoint, TensorProto::UINT8);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The weights, input 1, less their zero point, input 3: one, or one for each
/// index of dimension `channelDim`.
static Tensor readWeights(NodeImporter &node, int64_t channelDim) {
  Tensor tensor;
  llvm::append_range(tensor.floats, node.floats(1, "the right operand"));
  ArrayRef<int64_t> shape = node.shape(1);
  tensor.shape.assign(shape.begin(), shape.end());
  if (!node.hasInput(3))
    return tensor;
  SmallVector<float> zeroPoints = node.floats(3, "its zero point");
  int64_t count = zeroPoints.size(), channels = shape[channelDim];
  if (count != 1 && count != channels)
    node.fail("expected 1 or " + Twine(channels) + " zero points, but got " +
              Twine(count));
  int64_t inner = llvm::product_of(shape.drop_front(channelDim + 1));
  for (auto [i, number] : llvm::enumerate(tensor.floats))
    number -= zeroPoints[count == 1 ? 0 : i / inner % channels];
  return tensor;
}

/// With a quantizer that changes nothing, where one does not.
static Value markCodes(NodeImporter &node, Value weights,
                       const Tensor &tensor) {
  bool fits = llvm::all_of(tensor.floats, [](float number) {
    return number >= -128.0f && number <= 127.0f;
  });
  return fits ? quantizeNumbers(node, weights, Encoding::Signed) : weights;
}

/// Numbers of the activations as codes, of 8 bits and of the sign they have.
static Value readActivations(NodeImporter &node) {
  Value numbers = node.numbers(0);
  if (numbers.getDefiningOp<QuantizeOp>())
    return numbers;
  return quantizeNumbers(node, numbers,
                         node.elementType(0) == TensorProto::UINT8
                             ? Encoding::Unsigned
                             : Encoding::Signed);
}

/// Output 0 is `product` less the activations' zero point, input 2, times what
/// `sums` returns.
static void defineProduct(NodeImporter &node, const std::string &product,
                          function_ref<std::string()> sums) {
  Value result = node.valueOf(product);
  if (node.hasInput(2)) {
    if (llvm::product_of(node.shape(2)) != 1)
      node.notSupported("a zero point for each row");
    Value zeroPoint = node.reshape(node.numbers(2), {});
    Value offset = node.create<MulOp>({node.valueOf(sums()), zeroPoint});
    result = node.create<SubOp>({result, offset});
  }
  node.defineNumbers(0, result, TensorProto::INT32);
}

static std::string sumOver(NodeImporter &node, const std::string &weights,
                           ArrayRef<int64_t> axes) {
  std::vector<int64_t> numbers(axes.begin(), axes.end());
  return node.importPart("ReduceSum", weights, MakeAttribute("axes", numbers));
}

static void importMatMulInteger(NodeImporter &node) {
  int64_t rank = node.rank(1);
  if (rank < 2 || node.rank(0) < 2)
    node.notSupported("a vector as operand");
  Tensor tensor = readWeights(node, rank - 1);
  Value weights =
      node.constantOp(makeConstant(tensor, node.getBuilder().getContext()));
  std::string product = node.importPart(
      "MatMul", {node.nameOf(readActivations(node)),
                 node.nameOf(markCodes(node, weights, tensor))});
  defineProduct(node, product,
                [&] { return sumOver(node, node.nameOf(weights), rank - 2); });
}

static bool isPadded(const NodeImporter &node) {
  std::string mode = node.getString("auto_pad", "NOTSET");
  return StringRef(mode).starts_with("SAME") ||
         llvm::any_of(node.getInts("pads"),
                      [](int64_t pad) { return pad != 0; });
}

/// In the padding stands the zero point, which adds nothing: there the sum of
/// the weights is that of the taps inside, a convolution of ones.
static void importConvInteger(NodeImporter &node) {
  if (node.rank(1) != node.rank(0) || node.rank(0) < 3)
    node.fail("expected a filter of the rank of the input, 3 or more");
  const auto &own = node.proto().attribute();
  std::vector<onnx::AttributeProto> attributes(own.begin(), own.end());
  Tensor tensor = readWeights(node, 0);
  Value weights =
      node.constantOp(makeConstant(tensor, node.getBuilder().getContext()));
  std::string product =
      node.importPart("Conv",
                      {node.nameOf(readActivations(node)),
                       node.nameOf(markCodes(node, weights, tensor))},
                      attributes);
  defineProduct(node, product, [&]() -> std::string {
    if (isPadded(node)) {
      SmallVector<int64_t> shape(node.shape(0));
      shape[0] = 1;
      return node.importPart(
          "Conv", {node.nameOf(node.splat(1.0f, shape)), node.nameOf(weights)},
          attributes);
    }
    SmallVector<int64_t> shape(node.rank(1), 1);
    shape[1] = node.shape(1)[0];
    auto axes = llvm::to_vector(llvm::seq<int64_t>(1, node.rank(1)));
    Value sums = node.valueOf(sumOver(node, node.nameOf(weights), axes));
    return node.nameOf(node.reshape(sums, shape));
  });
}

//===----------------------------------------------------------------------===//
// XnorPopcountMatMul
//===----------------------------------------------------------------------===//

/// Bits 0 and 1 as -1 and +1, behind a sign that changes nothing.
static Value readSigns(NodeImporter &node, int index) {
  Value doubled = node.create<MulOp>({node.input(index), node.splat(2.0f)});
  Value signs = node.create<SubOp>({doubled, node.splat(1.0f)});
  return node.quantize(signs, node.quantizer(1, Encoding::Bipolar));
}

/// How many of K bits are equal: (the product of signs + K) / 2.
static void importXnorPopcountMatMul(NodeImporter &node) {
  int64_t rank = node.rank(0);
  if (rank < 1)
    node.fail("expected matrices");
  float length = static_cast<float>(node.shape(0)[rank - 1]);
  std::string product =
      node.importPart("MatMul", {node.nameOf(readSigns(node, 0)),
                                 node.nameOf(readSigns(node, 1))});
  Value sum = node.create<AddOp>({node.valueOf(product), node.splat(length)});
  node.define(0, node.create<MulOp>({sum, node.splat(0.5f)}));
}

void qnn::addIntegerHandlers(HandlerTable &table) {
  table["ConvInteger"] = importConvInteger;
  table["DynamicQuantizeLinear"] = importDynamicQuantizeLinear;
  table["MatMulInteger"] = importMatMulInteger;
  table["qonnx.XnorPopcountMatMul"] = importXnorPopcountMatMul;
}
