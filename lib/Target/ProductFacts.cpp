//===- ProductFacts.cpp - A product, for those who choose kernels -*- C++ -*-=//

#include "qnn/Target/ProductFacts.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;
using llvm::formatv;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static ContractionGeometry matmulGeometry(int64_t rows, int64_t channels,
                                          int64_t outChannels) {
  ContractionGeometry g;
  g.inWidth = g.outWidth = rows;
  g.channels = channels;
  g.outChannels = outChannels;
  return g;
}

/// Of a convolution whose dimensions are in the order of `input`, `filter` and
/// `output`: [N, H, W], [O, KH, KW, C], [H, W].
template <typename Op>
static ContractionGeometry convGeometry(Op op, std::array<int64_t, 3> input,
                                        std::array<int64_t, 4> filter,
                                        std::array<int64_t, 2> output) {
  ContractionGeometry g;
  g.batch = input[0], g.inHeight = input[1], g.inWidth = input[2];
  g.outChannels = filter[0], g.channels = filter[3];
  g.kernelHeight = filter[1], g.kernelWidth = filter[2];
  g.outHeight = output[0], g.outWidth = output[1];
  g.groups = op.getGroups();
  g.strideHeight = op.getStrides()[0], g.strideWidth = op.getStrides()[1];
  g.dilationHeight = op.getDilations()[0];
  g.dilationWidth = op.getDilations()[1];
  g.padTop = op.getPads()[0], g.padLeft = op.getPads()[1];
  g.padBottom = op.getPads()[2], g.padRight = op.getPads()[3];
  return g;
}

ProductFacts ProductFacts::ofMatmul(int64_t rows, int64_t channels,
                                    int64_t outChannels) {
  return {false, matmulGeometry(rows, channels, outChannels), {}, {}};
}

static std::optional<ProductFacts> factsOf(MatmulOp op) {
  int64_t count = op.getType().getNumElements();
  if (shapeOf(op.getRhs()).size() != 2 || count == 0)
    return {};
  int64_t outChannels = op.getType().getShape().back();
  return ProductFacts::ofMatmul(count / outChannels,
                                shapeOf(op.getLhs()).back(), outChannels);
}

static ProductFacts factsOf(IMatmulOp op) {
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  return {false, matmulGeometry(lhs[0], lhs[1], rhs[0]), op.getLhsCode(),
          op.getRhsCode()};
}

static ProductFacts factsOf(Conv2dOp op) {
  ArrayRef<int64_t> in = shapeOf(op.getInput()), out = op.getType().getShape();
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  return {true,
          convGeometry(op, {in[0], in[2], in[3]},
                       {filter[0], filter[2], filter[3], filter[1]},
                       {out[2], out[3]}),
          {},
          {}};
}

static ProductFacts factsOf(IConv2dOp op) {
  ArrayRef<int64_t> in = shapeOf(op.getInput());
  ArrayRef<int64_t> out = shapeOf(op.getResult());
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  return {true,
          convGeometry(op, {in[0], in[1], in[2]},
                       {filter[0], filter[1], filter[2], filter[3]},
                       {out[1], out[2]}),
          op.getLhsCode(), op.getRhsCode()};
}

/// Lookups of floats were products of floats when their kernel was chosen.
static ProductFacts factsOf(PackedContractionOpInterface op) {
  ProductFacts facts{shapeOf(op.getActivations()).size() == 4, op.getGeometry(),
                     op.getActivationCode(), op.getWeightCode()};
  if (!facts.activations)
    facts.weights = {};
  return facts;
}

std::optional<ProductFacts> ProductFacts::get(Operation *op) {
  if (auto product = dyn_cast<IMatmulOp>(op))
    return factsOf(product);
  if (auto product = dyn_cast<IConv2dOp>(op))
    return factsOf(product);
  if (auto product = dyn_cast<MatmulOp>(op))
    return factsOf(product);
  if (auto product = dyn_cast<Conv2dOp>(op))
    return factsOf(product);
  if (auto product = dyn_cast<PackedContractionOpInterface>(op))
    return factsOf(product);
  return {};
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string ProductFacts::shape() const {
  if (!isConv)
    return formatv("{0}x{1}x{2}", g.inWidth, g.channels, g.outChannels);
  std::string text = formatv(
      "{0}x{1}x{2}x{3}@{4}x{5}x{6}", g.channels * g.groups, g.outChannels,
      g.kernelHeight, g.kernelWidth, g.batch, g.inHeight, g.inWidth);
  if (g.strideHeight != 1 || g.strideWidth != 1)
    text += formatv(" stride {0}x{1}", g.strideHeight, g.strideWidth);
  if (g.padTop || g.padLeft || g.padBottom || g.padRight)
    text += formatv(" pads {0}x{1}x{2}x{3}", g.padTop, g.padLeft, g.padBottom,
                    g.padRight);
  if (g.dilationHeight != 1 || g.dilationWidth != 1)
    text += formatv(" dilation {0}x{1}", g.dilationHeight, g.dilationWidth);
  if (g.groups != 1)
    text += formatv(" groups {0}", g.groups);
  return text;
}

std::string ProductFacts::typeName(CodeAttr code) {
  if (!code)
    return "f32";
  return (stringifyEncoding(code.getEncoding()) + Twine(code.getBits())).str();
}

std::string ProductFacts::name() const {
  return opName() + " " + typeName(weights) + " x " + typeName(activations) +
         " " + shape();
}
