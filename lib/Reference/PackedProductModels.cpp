//===- PackedProductModels.cpp - Products in kernel layout ------*- C++ -*-===//
//
// The layouts of PackedOps.td, read one output channel at a time. Where the
// kernels count bits, so does this; bytes and floats are multiplied.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Thresholds.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include <array>
#include <functional>
#include <numeric>

using namespace mlir;
using namespace qnn;

/// Tiles [blocks, length, T] as rows [O, length].
template <typename T>
static std::vector<T> untile(const std::vector<T> &tiles,
                             const ContractionGeometry &g, int64_t tile) {
  int64_t ofGroup = g.outChannels / g.groups;
  int64_t blocksOfGroup = (ofGroup + tile - 1) / tile;
  int64_t length = tiles.size() / (g.groups * blocksOfGroup * tile);
  std::vector<T> rows;
  for (int64_t o = 0; o < g.outChannels; ++o) {
    int64_t within = o % ofGroup;
    int64_t block = o / ofGroup * blocksOfGroup + within / tile;
    for (int64_t i = 0; i < length; ++i)
      rows.push_back(tiles[(block * length + i) * tile + within % tile]);
  }
  return rows;
}

/// The groups that blocks belong to: depthwise all are one.
static ContractionGeometry blockGroups(PackedContractionOpInterface op,
                                       ContractionGeometry g) {
  KernelAttr kernel = op.getChosenKernel();
  if (isDepthwise(kernel.getKind(), g.channels, g.outChannels, g.groups,
                  kernel.getTile()[1]))
    g.groups = 1;
  return g;
}

/// Calls tap(input pixel, filter tap) for the taps of an output pixel that lie
/// in the image.
template <typename F>
static void forEachTap(const ContractionGeometry &g, int64_t pixel, F tap) {
  int64_t ow = pixel % g.outWidth, oh = pixel / g.outWidth % g.outHeight;
  int64_t n = pixel / (g.outWidth * g.outHeight);
  for (int64_t kh = 0; kh < g.kernelHeight; ++kh)
    for (int64_t kw = 0; kw < g.kernelWidth; ++kw) {
      int64_t h = oh * g.strideHeight + kh * g.dilationHeight - g.padTop;
      int64_t w = ow * g.strideWidth + kw * g.dilationWidth - g.padLeft;
      if (h >= 0 && h < g.inHeight && w >= 0 && w < g.inWidth)
        tap((n * g.inHeight + h) * g.inWidth + w, kh * g.kernelWidth + kw);
    }
}

/// Sums [pixels, O]. `input` is [pixels, groups * inSteps], `filter` [O, taps,
/// steps]; dot(a, b) is the product of one tap.
template <typename Sum, typename T, typename Dot>
static std::vector<Sum> contract(const ContractionGeometry &g,
                                 const std::vector<T> &input,
                                 const std::vector<T> &filter, int64_t inSteps,
                                 int64_t steps, Dot dot) {
  int64_t taps = g.kernelHeight * g.kernelWidth;
  std::vector<Sum> sums;
  for (int64_t p = 0; p < g.batch * g.outHeight * g.outWidth; ++p)
    for (int64_t o = 0; o < g.outChannels; ++o) {
      int64_t group = o / (g.outChannels / g.groups);
      Sum sum = 0;
      forEachTap(g, p, [&](int64_t pixel, int64_t tap) {
        sum += dot(&input[(pixel * g.groups + group) * inSteps],
                   &filter[(o * taps + tap) * steps]);
      });
      sums.push_back(sum);
    }
  return sums;
}

static std::vector<int64_t> sumsOfWords(PackedContractionOpInterface op,
                                        const ContractionGeometry &g,
                                        const Tensor &input,
                                        const Tensor &filter) {
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  int64_t inSteps = packedWords(g.channels, lhs.getBits());
  int64_t steps = packedWords(g.channels, rhs.getBits());
  std::vector<uint32_t> words(input.integers.begin(), input.integers.end());
  std::vector<uint32_t> tiles(filter.integers.begin(), filter.integers.end());
  auto dot = [&](const uint32_t *a, const uint32_t *b) {
    return planesDot(ArrayRef(a, inSteps), lhs.getBits(), lhs.getEncoding(),
                     ArrayRef(b, steps), rhs.getBits(), rhs.getEncoding(),
                     g.channels);
  };
  return contract<int64_t>(g, words, untile(tiles, g, filter.shape.back()),
                           inSteps, steps, dot);
}

/// The weights of a step of one output channel.
using Quad = std::array<int64_t, dotChannels>;

/// Weights are numbers in bytes, activations codes.
static std::vector<int64_t> sumsOfBytes(PackedContractionOpInterface op,
                                        const ContractionGeometry &g,
                                        const Tensor &input,
                                        const Tensor &filter) {
  Type byte = IntegerType::get(op->getContext(), 8);
  bool isUnsigned = op.getWeightCode().getEncoding() == Encoding::Unsigned;
  std::vector<int64_t> numbers(input.integers), tiles(filter.integers);
  for (int64_t &number : numbers)
    number = numberOf(number, op.getActivationCode(), byte);
  for (int64_t &weight : tiles)
    weight = isUnsigned ? weight & 255 : numberOf(weight, {}, byte);
  ContractionGeometry blocks = blockGroups(op, g);
  if (blocks.groups != g.groups) {
    auto product = [](const int64_t *a, const int64_t *b) { return *a * *b; };
    return contract<int64_t>(
        g, numbers, untile(tiles, blocks, filter.shape.back()), 1, 1, product);
  }
  std::vector<Quad> quads(tiles.size() / dotChannels);
  for (size_t i = 0; i < tiles.size(); ++i)
    quads[i / dotChannels][i % dotChannels] = tiles[i];
  std::vector<int64_t> weights;
  for (const Quad &quad : untile(quads, g, filter.shape.back() / dotChannels))
    weights.insert(weights.end(), quad.begin(), quad.end());
  int64_t steps = (g.channels + dotChannels - 1) / dotChannels * dotChannels;
  auto dot = [&](const int64_t *a, const int64_t *b) {
    return std::inner_product(a, a + g.channels, b, int64_t(0));
  };
  return contract<int64_t>(g, numbers, weights, g.channels, steps, dot);
}

static FilterShape shapeOf(const ContractionGeometry &g, int64_t tile) {
  FilterShape shape;
  shape.outChannels = g.outChannels;
  shape.kernelHeight = g.kernelHeight, shape.kernelWidth = g.kernelWidth;
  shape.channels = g.channels, shape.groups = g.groups;
  shape.tile = tile;
  return shape;
}

/// Weights as indices of tables of sums, or as words.
static std::vector<uint8_t> codesOfTiles(PackedContractionOpInterface op,
                                         const ContractionGeometry &g,
                                         const Tensor &filter) {
  int64_t tile = filter.shape.back();
  if (keepsSumTables(op.getChosenKernel(), op.getActivationCode())) {
    std::vector<uint32_t> tiles(filter.integers.begin(), filter.integers.end());
    return unpackRows(untile(tiles, g, tile), g.channels,
                      op.getWeightCode().getBits());
  }
  std::vector<uint16_t> lanes(filter.integers.begin(), filter.integers.end());
  return unpackLookupIndices(lanes, shapeOf(g, tile), lookupLayoutOf(op));
}

/// A lookup of codes: activations are words or bytes.
static std::vector<int64_t> sumsOfIndices(PackedContractionOpInterface op,
                                          const ContractionGeometry &g,
                                          const Tensor &input,
                                          const Tensor &filter) {
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  std::vector<int64_t> numbers(input.integers);
  auto type = cast<RankedTensorType>(op.getActivations().getType());
  if (type.getElementType().isInteger(32)) {
    std::vector<uint32_t> words(input.integers.begin(), input.integers.end());
    std::vector<uint8_t> codes = unpackRows(words, g.channels, lhs.getBits());
    numbers.clear();
    for (uint8_t code : codes)
      numbers.push_back(codeToNumber(code, lhs.getBits(), lhs.getEncoding()));
  } else {
    for (int64_t &number : numbers)
      number = numberOf(number, lhs, IntegerType::get(op->getContext(), 8));
  }
  std::vector<int64_t> weights;
  for (uint8_t code : codesOfTiles(op, g, filter))
    weights.push_back(codeToNumber(code, rhs.getBits(), rhs.getEncoding()));
  auto dot = [&](const int64_t *a, const int64_t *b) {
    return std::inner_product(a, a + g.channels, b, int64_t(0));
  };
  return contract<int64_t>(g, numbers, weights, g.channels, g.channels, dot);
}

/// Stores codes [pixels, O] in the form of the result, words or bytes.
static void storeCodes(PackedContractionOpInterface op,
                       const ContractionGeometry &g,
                       const std::vector<uint8_t> &codes, Tensor &out) {
  CodeAttr code = op.getEpilogueCode();
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  if (!result.getElementType().isInteger(32)) {
    llvm::copy(codes, out.integers.begin());
    patternsToElements(out, code, result);
    return;
  }
  std::vector<uint32_t> words = packRows(codes, g.outChannels, code.getBits());
  for (auto [word, element] : llvm::zip(words, out.integers))
    element = static_cast<int32_t>(word);
}

/// Codes of the sums [pixels, O] by `thresholds` [blocks, levels, T].
static void applyThresholds(PackedContractionOpInterface op,
                            const ContractionGeometry &g,
                            const Tensor &thresholds,
                            const std::vector<int64_t> &sums, Tensor &out) {
  CodeAttr code = op.getEpilogueCode();
  std::vector<int32_t> tiles(thresholds.integers.begin(),
                             thresholds.integers.end());
  std::vector<int32_t> rows =
      untile(tiles, blockGroups(op, g), thresholds.shape.back());
  int64_t levels = thresholds.shape[1];
  std::vector<uint8_t> codes;
  for (size_t i = 0; i < sums.size(); ++i) {
    int64_t o = i % g.outChannels;
    ArrayRef<int32_t> row(rows.data() + o * levels, levels);
    codes.push_back(codeOfLevel(countReached(row, sums[i]), code));
  }
  storeCodes(op, g, codes, out);
}

static float clipTo(DenseF32ArrayAttr clip, float y) {
  return clip ? minimum(maximum(y, clip[0]), clip[1]) : y;
}

/// Floats, or codes, of the sums [pixels, O] by the operands of the epilogue:
/// scales [blocks, 2, T], and the residual where there is one.
template <typename Sum>
static void applyScales(PackedContractionOpInterface op,
                        const ContractionGeometry &g, Operands epilogue,
                        const std::vector<Sum> &sums, Tensor &out) {
  CodeAttr code = op.getEpilogueCode();
  std::vector<float> rows =
      untile(epilogue[0].floats, blockGroups(op, g), epilogue[0].shape.back());
  std::vector<uint8_t> codes;
  for (size_t i = 0; i < sums.size(); ++i) {
    const float *row = &rows[i % g.outChannels * 2];
    float product = static_cast<float>(sums[i]) * row[0];
    float y = product + row[1];
    if (epilogue.size() > 1)
      y += epilogue[1].floats[i];
    y = clipTo(op.getEpilogueClip(), y);
    if (!code) {
      out.floats[i] = y;
      continue;
    }
    int32_t number =
        roundAndClamp(y, RoundingMode::HalfEven, code.getMin(), code.getMax());
    codes.push_back(numberToCode(number, code.getBits(), code.getEncoding()));
  }
  if (code)
    storeCodes(op, g, codes, out);
}

/// The product of two rows, in f64.
static auto floatDot(int64_t channels) {
  return [=](const float *a, const float *b) {
    return std::inner_product(a, a + channels, b, 0.0, std::plus<double>(),
                              [](double x, double y) { return x * y; });
  };
}

static std::vector<double> sumsOfFloats(PackedContractionOpInterface op,
                                        const ContractionGeometry &g,
                                        const Tensor &input,
                                        const Tensor &filter) {
  return contract<double>(
      g, input.floats,
      untile(filter.floats, blockGroups(op, g), filter.shape.back()),
      g.channels, g.channels, floatDot(g.channels));
}

/// Floats by the numbers +1 and -1 of the bits of words.
static std::vector<double> sumsOfSigns(const ContractionGeometry &g,
                                       const Tensor &input,
                                       const Tensor &filter) {
  std::vector<uint32_t> tiles(filter.integers.begin(), filter.integers.end());
  std::vector<float> signs;
  for (uint8_t bit :
       unpackRows(untile(tiles, g, filter.shape.back()), g.channels, 1))
    signs.push_back(bit ? 1.0f : -1.0f);
  return contract<double>(g, input.floats, signs, g.channels, g.channels,
                          floatDot(g.channels));
}

/// The sums of a product of codes.
static std::vector<int64_t> sumsOfCodes(PackedContractionOpInterface op,
                                        const Tensor &input,
                                        const Tensor &filter) {
  ContractionGeometry g = op.getGeometry();
  switch (op.getChosenKernel().getKind()) {
  case KernelKind::Int8Dot:
    return sumsOfBytes(op, g, input, filter);
  case KernelKind::Lookup:
    return sumsOfIndices(op, g, input, filter);
  default:
    return sumsOfWords(op, g, input, filter);
  }
}

template <typename OpTy>
static void evaluateProduct(OpTy op, Operands in, Results out) {
  PackedContractionOpInterface product = op;
  ContractionGeometry g = product.getGeometry();
  KernelKind kind = product.getChosenKernel().getKind();
  Operands epilogue = in.drop_front(2);
  if (!product.getActivationCode()) {
    std::vector<double> sums = kind == KernelKind::Lookup
                                   ? sumsOfSigns(g, in[0], in[1])
                                   : sumsOfFloats(product, g, in[0], in[1]);
    if (op.getScaled())
      applyScales(product, g, epilogue, sums, out[0]);
    else
      llvm::copy(sums, out[0].floats.begin());
    return;
  }
  std::vector<int64_t> sums = sumsOfCodes(product, in[0], in[1]);
  if (op.getScaled())
    applyScales(product, g, epilogue, sums, out[0]);
  else if (!epilogue.empty())
    applyThresholds(product, g, epilogue[0], sums, out[0]);
  else
    out[0].integers = std::move(sums);
}

template <typename... Ops>
static void attachProducts(MLIRContext *context) {
  (attach<evaluateProduct<Ops>>(context), ...);
}

void qnn::attachPackedProductModels(MLIRContext *context) {
  attachProducts<XnorMatmulOp, XnorConv2dOp, BitSerialMatmulOp,
                 BitSerialConv2dOp, Int8MatmulOp, Int8Conv2dOp, F32MatmulOp,
                 F32Conv2dOp, LookupMatmulOp, LookupConv2dOp>(context);
}
