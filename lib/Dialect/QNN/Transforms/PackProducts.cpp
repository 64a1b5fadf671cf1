//===- PackProducts.cpp - Products in kernel layout -------------*- C++ -*-===//
//
// The kernel that qnn-select-kernels chose says which packed op a product
// becomes; constant weights are laid out here, once, by Arith/Packing. Floats
// that are computed are laid out when the network runs, by shape ops.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "FloatKernels.h"
#include "PackLookups.h"
#include "PackSigns.h"
#include "SignSource.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_PACKPRODUCTS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Activations in words of bit-planes, not in bytes: tables of sums in
/// registers are made of planes where those are few.
static bool readsWords(KernelAttr kernel, CodeAttr activations) {
  switch (kernel.getKind()) {
  case KernelKind::XnorPopcount:
  case KernelKind::BitSerial:
    return true;
  case KernelKind::Lookup:
    return activations.getBits() <= 4 && !keepsSumTables(kernel, activations);
  default:
    return false;
  }
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Shape [blocks, KH, KW, steps, T] of weight tiles, [blocks, steps, T] of a
/// matmul's.
static SmallVector<int64_t> tileShape(const FilterShape &shape, int64_t steps,
                                      bool isConv) {
  SmallVector<int64_t> sizes{shape.blocks()};
  if (isConv)
    sizes.append({shape.kernelHeight, shape.kernelWidth});
  sizes.append({steps, shape.tile});
  return sizes;
}

/// Bytes of one output channel in a filter tap, in steps.
static int64_t dotSteps(const FilterShape &shape) {
  return (shape.channels + dotChannels - 1) / dotChannels;
}

/// Gives a kernel of bytes or floats the widest blocks of whole groups, where
/// each group has one channel and one output channel. A tile has half the
/// pixels, for no register of activations is shared by several sums.
static KernelAttr chooseBlocks(KernelAttr kernel, FilterShape &shape) {
  int64_t tile = kernel.getTile()[1];
  while (tile > 4 && shape.groups % tile != 0)
    tile /= 2;
  shape.tile = kernel.getTile()[1];
  if (!isDepthwise(kernel.getKind(), shape.channels, shape.outChannels,
                   shape.groups, tile))
    return kernel;
  shape.tile = tile;
  shape.depthwise = true;
  return kernel.withTile({std::max<int64_t>(kernel.getTile()[0] / 2, 1), tile});
}

template <typename T>
static Value createTiles(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                         Type element, ArrayRef<T> values) {
  auto type = RankedTensorType::get(shape, element);
  return arith::ConstantOp::create(b, loc,
                                   DenseElementsAttr::get(type, values));
}

/// Codes as indices of tables of sums.
static Value packIndices(OpBuilder &b, Location loc, ArrayRef<uint8_t> codes,
                         const LookupLayout &layout, const FilterShape &shape,
                         bool isConv) {
  std::vector<uint16_t> lanes = packLookupIndices(codes, shape, layout);
  SmallVector<int64_t> sizes =
      tileShape(shape, layout.steps(shape.channels), isConv);
  if (layout.laneBits == 16)
    return createTiles<uint16_t>(b, loc, sizes, b.getI16Type(), lanes);
  std::vector<uint8_t> bytes(lanes.begin(), lanes.end());
  return createTiles<uint8_t>(b, loc, sizes, b.getI8Type(), bytes);
}

/// The numbers of constant weights as tiles of words, bytes or indices.
static Value packWeights(OpBuilder &b, Location loc, ArrayRef<int32_t> numbers,
                         CodeAttr activations, CodeAttr code,
                         const FilterShape &shape, KernelAttr kernel,
                         bool isConv) {
  if (kernel.getKind() == KernelKind::Int8Dot) {
    std::vector<int8_t> bytes(numbers.begin(), numbers.end());
    bytes = packWeightBytes(bytes, shape);
    SmallVector<int64_t> sizes = tileShape(shape, dotSteps(shape), isConv);
    if (!shape.depthwise)
      sizes.back() *= dotChannels;
    return createTiles<int8_t>(b, loc, sizes, b.getI8Type(), bytes);
  }
  std::vector<uint8_t> patterns;
  patterns.reserve(numbers.size());
  for (int32_t number : numbers)
    patterns.push_back(
        numberToCode(number, code.getBits(), code.getEncoding()));
  int64_t index = indexBitsOf(kernel);
  if (index && !keepsSumTables(kernel, activations))
    return packIndices(b, loc, patterns,
                       {index, code.getBits(), code.getEncoding()}, shape,
                       isConv);
  std::vector<uint32_t> words =
      packWeightWords(patterns, shape, code.getBits());
  int64_t steps = packedWords(shape.channels, code.getBits());
  return createTiles<uint32_t>(b, loc, tileShape(shape, steps, isConv),
                               b.getI32Type(), words);
}

/// Activations as words. The channels of each group are packed on their own.
static Value packActivations(OpBuilder &b, Location loc, Value input,
                             CodeAttr code, int64_t groups) {
  SmallVector<int64_t> shape(shapeOf(input));
  int64_t channels = shape.back() / groups;
  if (groups == 1 || channels % wordBits == 0)
    return PackOp::create(b, loc, input, code);
  Type element = tensorType(input).getElementType();
  shape.back() = groups;
  shape.push_back(channels);
  Value split =
      ReshapeOp::create(b, loc, RankedTensorType::get(shape, element), input);
  Value words = PackOp::create(b, loc, split, code);
  shape.pop_back();
  shape.back() = groups * shapeOf(words).back();
  return ReshapeOp::create(b, loc, RankedTensorType::get(shape, b.getI32Type()),
                           words);
}

//===----------------------------------------------------------------------===//
// Integer products
//===----------------------------------------------------------------------===//

namespace {
/// Matches what matmul and convolution of codes have in common.
struct ProductToPack {
  KernelAttr kernel;
  std::vector<int32_t> weights;
  FilterShape shape;
};
} // namespace

/// A lookup gets the form that its target has for tables in registers.
static FailureOr<KernelAttr> withForm(Operation *op, KernelAttr kernel,
                                      CodeAttr activations) {
  if (kernel.getKind() != KernelKind::Lookup || indexBitsOf(kernel))
    return kernel;
  auto form = chooseLookup(getTarget(op), activations.getBits());
  if (!form)
    return failure();
  return kernel.withTile({std::min(kernel.getTile()[0], leastTablePixels - 1),
                          kernel.getTile()[1], form->indexBits});
}

static FailureOr<ProductToPack> matchProduct(PatternRewriter &rewriter,
                                             Operation *op, KernelAttr kernel,
                                             Value weights, CodeAttr lhsCode,
                                             CodeAttr code) {
  if (!kernel)
    return rewriter.notifyMatchFailure(op, "no kernel chosen");
  FailureOr<KernelAttr> form = withForm(op, kernel, lhsCode);
  if (failed(form))
    return rewriter.notifyMatchFailure(op, "no lookups on the target");
  if (kernel.getKind() == KernelKind::F32Fma)
    return rewriter.notifyMatchFailure(op, "a kernel of floats");
  bool isBeyondTables =
      keepsSumTables(*form, lhsCode)
          ? lhsCode.isBipolar() || wordsOfShorts(lhsCode, code) == 0
          : indexBitsOf(*form) > 6;
  if (isBeyondTables)
    return rewriter.notifyMatchFailure(op, "codes that tables do not take");
  std::optional<std::vector<int32_t>> numbers = constantNumbers(weights, code);
  if (!numbers)
    return rewriter.notifyMatchFailure(op, "weights are not constant");
  ProductToPack product{*form, std::move(*numbers), {}};
  ArrayRef<int64_t> shape = shapeOf(weights);
  product.shape.outChannels = shape.front();
  product.shape.channels = shape.back();
  product.shape.tile = kernel.getTile()[1];
  if (shape.size() == 4) {
    product.shape.kernelHeight = shape[1];
    product.shape.kernelWidth = shape[2];
  }
  return product;
}

namespace {
struct PackMatmul : OpRewritePattern<IMatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IMatmulOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<ProductToPack> product =
        matchProduct(rewriter, op, op.getKernelAttr(), op.getRhs(),
                     op.getLhsCode(), op.getRhsCode());
    if (failed(product))
      return failure();
    Value input = op.getLhs();
    if (readsWords(product->kernel, op.getLhsCode()))
      input = packActivations(rewriter, op.getLoc(), input, op.getLhsCode(), 1);
    else if (!tensorType(input).getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(op, "activations are not bytes");
    switch (product->kernel.getKind()) {
    case KernelKind::XnorPopcount:
      return replace<XnorMatmulOp>(op, *product, input, rewriter);
    case KernelKind::BitSerial:
      return replace<BitSerialMatmulOp>(op, *product, input, rewriter);
    case KernelKind::Lookup:
      return replace<LookupMatmulOp>(op, *product, input, rewriter);
    default:
      return replace<Int8MatmulOp>(op, *product, input, rewriter);
    }
  }

private:
  template <typename PackedOp>
  static LogicalResult replace(IMatmulOp op, const ProductToPack &product,
                               Value input, PatternRewriter &rewriter) {
    Value tiles = packWeights(rewriter, op.getLoc(), product.weights,
                              op.getLhsCode(), op.getRhsCode(), product.shape,
                              product.kernel, /*isConv=*/false);
    rewriter.replaceOpWithNewOp<PackedOp>(
        op, op.getType(), input, tiles, ValueRange(), product.shape.channels,
        product.shape.outChannels, op.getLhsCodeAttr(), op.getRhsCodeAttr(),
        CodeAttr(), /*scaled=*/false, /*residual=*/false, DenseF32ArrayAttr(),
        product.kernel);
    return success();
  }
};

struct PackConv2d : OpRewritePattern<IConv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IConv2dOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getPadValue() != PadValue::Zero &&
        llvm::any_of(op.getPads(), [](int64_t pad) { return pad != 0; }))
      return rewriter.notifyMatchFailure(op, "padding is not zero");
    FailureOr<ProductToPack> product =
        matchProduct(rewriter, op, op.getKernelAttr(), op.getFilter(),
                     op.getLhsCode(), op.getRhsCode());
    if (failed(product))
      return failure();
    product->shape.groups = op.getGroups();
    product->kernel = chooseBlocks(product->kernel, product->shape);
    Value input = op.getInput();
    if (readsWords(product->kernel, op.getLhsCode()))
      input = packActivations(rewriter, op.getLoc(), input, op.getLhsCode(),
                              op.getGroups());
    else if (!tensorType(input).getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(op, "activations are not bytes");
    switch (product->kernel.getKind()) {
    case KernelKind::XnorPopcount:
      return replace<XnorConv2dOp>(op, *product, input, rewriter);
    case KernelKind::BitSerial:
      return replace<BitSerialConv2dOp>(op, *product, input, rewriter);
    case KernelKind::Lookup:
      return replace<LookupConv2dOp>(op, *product, input, rewriter);
    default:
      return replace<Int8Conv2dOp>(op, *product, input, rewriter);
    }
  }

private:
  template <typename PackedOp>
  static LogicalResult replace(IConv2dOp op, const ProductToPack &product,
                               Value input, PatternRewriter &rewriter) {
    Value tiles = packWeights(rewriter, op.getLoc(), product.weights,
                              op.getLhsCode(), op.getRhsCode(), product.shape,
                              product.kernel, /*isConv=*/true);
    rewriter.replaceOpWithNewOp<PackedOp>(
        op, op.getType(), input, tiles, ValueRange(), product.shape.channels,
        product.shape.outChannels, op.getLhsCodeAttr(), op.getRhsCodeAttr(),
        CodeAttr(), /*scaled=*/false, /*residual=*/false, DenseF32ArrayAttr(),
        op.getStrides(), op.getPads(), op.getDilations(), op.getGroups(),
        product.kernel);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Float products
//===----------------------------------------------------------------------===//

/// A product takes this kernel, too, where it cannot have the one it was given.
KernelAttr floatKernel(Operation *op) {
  if (KernelAttr chosen = chosenKernel(op, KernelKind::F32Fma))
    return chosen;
  auto [pixels, channels] = chooseTile(getTarget(op), KernelKind::F32Fma);
  return KernelAttr::get(op->getContext(), KernelKind::F32Fma,
                         {pixels, channels});
}

/// Rows [N, K] of a matrix [K, N].
std::vector<float> transposed(ArrayRef<float> values, int64_t rows,
                              int64_t columns) {
  std::vector<float> result(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      result[j * rows + i] = values[i * columns + j];
  return result;
}

/// `numbers` in another shape. What quantizes them moves behind the reshape: a
/// transpose computes it on the way, and they need no memory.
Value reshapeComputed(OpBuilder &b, Location loc, Value numbers,
                      ArrayRef<int64_t> shape) {
  auto reshape = [&](Value tensor) -> Value {
    Type element = tensorType(tensor).getElementType();
    return ReshapeOp::create(b, loc, RankedTensorType::get(shape, element),
                             tensor);
  };
  auto dequantize = numbers.getDefiningOp<DequantizeOp>();
  std::optional<SignSource> source = SignSource::find(numbers);
  if (!dequantize || !source || !source->quantizer)
    return reshape(numbers);
  Value codes = source->encode(b, reshape(source->root));
  return DequantizeOp::create(
      b, loc, withElements(tensorType(codes), b.getF32Type()), codes,
      dequantize.getCodeAttr(), dequantize.getScaleAttr(),
      dequantize.getZeroPointAttr(), dequantize.getAxisAttr());
}

/// Computed weights [O, ..] in tiles [blocks, .., T], zeros beyond O.
Value tileComputed(OpBuilder &b, Location loc, Value rows, int64_t tile) {
  SmallVector<int64_t> shape(shapeOf(rows)), permutation{0};
  SmallVector<int64_t> low(shape.size(), 0), high(low);
  high[0] = (tile - shape[0] % tile) % tile;
  Value full = rows;
  if (high[0])
    full = PadOp::create(b, loc, rows, low, high,
                         cast<TypedAttr>(b.getF32FloatAttr(0.0f)));
  shape[0] = tile;
  shape.insert(shape.begin(), shapeOf(full)[0] / tile);
  for (int64_t i = 2, rank = shape.size(); i < rank; ++i)
    permutation.push_back(i);
  permutation.push_back(1);
  Value blocks = reshapeComputed(b, loc, full, shape);
  return TransposeOp::create(b, loc, blocks, permutation);
}

/// A computed matrix [K, O] in tiles [blocks, K, T], zeros beyond O: its rows
/// are cut, and nothing is turned.
Value tileRows(OpBuilder &b, Location loc, Value matrix, int64_t tile) {
  ArrayRef<int64_t> shape = shapeOf(matrix);
  int64_t rows = shape[0], blocks = (shape[1] + tile - 1) / tile;
  if (int64_t beyond = blocks * tile - shape[1])
    matrix = PadOp::create(b, loc, matrix, ArrayRef<int64_t>{0, 0},
                           ArrayRef<int64_t>{0, beyond},
                           cast<TypedAttr>(b.getF32FloatAttr(0.0f)));
  auto type = RankedTensorType::get({rows, blocks, tile}, b.getF32Type());
  Value cut = ReshapeOp::create(b, loc, type, matrix);
  return TransposeOp::create(b, loc, cut, ArrayRef<int64_t>{1, 0, 2});
}

/// The tiles of a matmul's right operand: a constant, or computed.
Value tileMatrix(OpBuilder &b, MatmulOp op, const FilterShape &shape) {
  std::optional<Tensor> weights = constantTensor(op.getRhs());
  if (!weights || !weights->isFloat) {
    if (op.getTransposeRhs())
      return tileComputed(b, op.getLoc(), op.getRhs(), shape.tile);
    return tileRows(b, op.getLoc(), op.getRhs(), shape.tile);
  }
  std::vector<float> rows = std::move(weights->floats);
  if (!op.getTransposeRhs())
    rows = transposed(rows, shape.channels, shape.outChannels);
  return createTiles<float>(b, op.getLoc(),
                            tileShape(shape, shape.channels, /*isConv=*/false),
                            b.getF32Type(), packWeightElements(rows, shape));
}

struct PackFloatMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (!canPackFloats(op))
      return rewriter.notifyMatchFailure(op,
                                         "no product by a matrix, or small");
    KernelAttr kernel = floatKernel(op);
    FilterShape shape;
    shape.outChannels = op.getType().getShape().back();
    shape.channels = shapeOf(op.getLhs()).back();
    shape.tile = kernel.getTile()[1];
    int64_t rows = op.getType().getNumElements() / shape.outChannels;
    Location loc = op.getLoc();
    Type f32 = rewriter.getF32Type();
    Value input = op.getLhs();
    if (shapeOf(input).size() != 2)
      input = ReshapeOp::create(
          rewriter, loc, RankedTensorType::get({rows, shape.channels}, f32),
          input);
    Value tiles = tileMatrix(rewriter, op, shape);
    Value sums = F32MatmulOp::create(
        rewriter, loc, RankedTensorType::get({rows, shape.outChannels}, f32),
        input, tiles, ValueRange(), shape.channels, shape.outChannels,
        CodeAttr(), CodeAttr(), CodeAttr(), /*scaled=*/false,
        /*residual=*/false, DenseF32ArrayAttr(), kernel);
    if (sums.getType() != op.getType())
      sums = ReshapeOp::create(rewriter, loc, op.getType(), sums);
    rewriter.replaceOp(op, sums);
    return success();
  }
};

/// Weights [O, C, KH, KW] as [O, KH, KW, C].
std::vector<float> channelsLast(const Tensor &weights) {
  int64_t channels = weights.shape[1];
  int64_t taps = weights.shape[2] * weights.shape[3];
  std::vector<float> result;
  result.reserve(weights.floats.size());
  for (int64_t o = 0; o < weights.shape[0]; ++o) {
    ArrayRef<float> filter = ArrayRef<float>(weights.floats)
                                 .slice(o * channels * taps, channels * taps);
    std::vector<float> last = transposed(filter, channels, taps);
    result.insert(result.end(), last.begin(), last.end());
  }
  return result;
}

/// The tiles of a convolution's filter: a constant, or computed.
Value tileFilter(OpBuilder &b, Conv2dOp op, const FilterShape &shape) {
  std::optional<Tensor> weights = constantTensor(op.getFilter());
  if (!weights || !weights->isFloat) {
    Value rows = TransposeOp::create(b, op.getLoc(), op.getFilter(),
                                     ArrayRef<int64_t>{0, 2, 3, 1});
    return tileComputed(b, op.getLoc(), rows, shape.tile);
  }
  return createTiles<float>(
      b, op.getLoc(), tileShape(shape, shape.channels, /*isConv=*/true),
      b.getF32Type(), packWeightElements(channelsLast(*weights), shape));
}

struct PackFloatConv2d : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp op,
                                PatternRewriter &rewriter) const override {
    if (!padsZeros(op))
      return rewriter.notifyMatchFailure(op, "padding is not zero");
    KernelAttr kernel = floatKernel(op);
    ArrayRef<int64_t> filter = shapeOf(op.getFilter());
    FilterShape shape{filter[0], filter[2], filter[3], filter[1],
                      static_cast<int64_t>(op.getGroups())};
    kernel = chooseBlocks(kernel, shape);
    bool blocksHaveOneGroup =
        shape.groups == 1 || shape.outChannelsOfGroup() % shape.tile == 0;
    if (!blocksHaveOneGroup && !constantTensor(op.getFilter()))
      return rewriter.notifyMatchFailure(op, "groups of computed weights");
    Location loc = op.getLoc();
    Value tiles = tileFilter(rewriter, op, shape);
    Value input = TransposeOp::create(rewriter, loc, op.getInput(),
                                      ArrayRef<int64_t>{0, 2, 3, 1});
    ArrayRef<int64_t> sizes = op.getType().getShape();
    auto type = RankedTensorType::get({sizes[0], sizes[2], sizes[3], sizes[1]},
                                      rewriter.getF32Type());
    Value sums = F32Conv2dOp::create(
        rewriter, loc, type, input, tiles, ValueRange(), shape.channels,
        shape.outChannels, CodeAttr(), CodeAttr(), CodeAttr(),
        /*scaled=*/false, /*residual=*/false, DenseF32ArrayAttr(),
        op.getStrides(), op.getPads(), op.getDilations(), op.getGroups(),
        kernel);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, sums,
                                             ArrayRef<int64_t>{0, 3, 1, 2});
    return success();
  }
};

struct PackProducts : qnn::impl::PackProductsBase<PackProducts> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PackMatmul, PackConv2d, PackFloatMatmul, PackFloatConv2d>(
        &getContext());
    populatePackLookupPatterns(patterns);
    populatePackLookupWindowsPatterns(patterns);
    populatePackSignPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
