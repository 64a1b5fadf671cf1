//===- PackedOps.cpp - Packed form: words and kernel layouts ----*- C++ -*-===//
//
// All products share one verifier: what the layouts at the top of PackedOps.td
// say about ranks and sizes, computed from the geometry of the op.
//
//===----------------------------------------------------------------------===//

#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"

using namespace mlir;
using namespace qnn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

static ErrorSite siteOf(Operation *op) {
  return {op->getLoc(), op->getName().getStringRef()};
}

/// A code lies in the low bits of its element.
static LogicalResult verifyCodeFits(ErrorSite site, RankedTensorType type,
                                    CodeAttr code) {
  if (type.getElementTypeBitWidth() >= code.getBits())
    return success();
  return site.fail("expected elements of at least ", code.getBits(),
                   " bits, but got ", type.getElementTypeBitWidth());
}

//===----------------------------------------------------------------------===//
// pack, unpack
//===----------------------------------------------------------------------===//

LogicalResult PackOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> location,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(adaptor.getInput());
  ErrorSite site{location, getOperationName()};
  if (input.getRank() == 0)
    return site.fail("expected a rank of at least 1, but got 0");
  if (failed(verifyCodeFits(site, input, adaptor.getCode())))
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = packedWords(shape.back(), adaptor.getCode().getBits());
  results.push_back(
      RankedTensorType::get(shape, IntegerType::get(context, 32)));
  return success();
}

static DenseElementsAttr packConstant(DenseElementsAttr codes, unsigned bits,
                                      RankedTensorType type) {
  std::vector<uint8_t> patterns;
  patterns.reserve(codes.getNumElements());
  for (const APInt &code : codes.getValues<APInt>())
    patterns.push_back(code.getZExtValue());
  std::vector<uint32_t> words =
      packRows(patterns, codes.getType().getShape().back(), bits);
  return DenseElementsAttr::get(type, ArrayRef<uint32_t>(words));
}

OpFoldResult PackOp::fold(FoldAdaptor adaptor) {
  auto unpack = getInput().getDefiningOp<UnpackOp>();
  if (unpack && unpack.getCode() == getCode() &&
      unpack.getInput().getType() == getType())
    return unpack.getInput();
  auto constant = dyn_cast_if_present<DenseElementsAttr>(adaptor.getInput());
  if (!constant || constant.getNumElements() == 0)
    return {};
  return packConstant(constant, getCode().getBits(), getType());
}

LogicalResult UnpackOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (input.getRank() != result.getRank() || input.getRank() == 0)
    return emitOpError("expected input and result of one rank of at least 1, "
                       "but got ")
           << input.getRank() << " and " << result.getRank();
  if (input.getShape().drop_back() != result.getShape().drop_back())
    return emitOpError("expected equal sizes but for the last dimension, but "
                       "got ")
           << input << " and " << result;
  if (failed(verifyCodeFits(siteOf(*this), result, getCode())))
    return failure();
  int64_t words = packedWords(result.getShape().back(), getCode().getBits());
  if (input.getShape().back() != words)
    return emitOpError("expected ")
           << words << " words for " << result.getShape().back()
           << " codes, but got " << input.getShape().back();
  return success();
}

//===----------------------------------------------------------------------===//
// packed_max_pool2d
//===----------------------------------------------------------------------===//

LogicalResult PackedMaxPool2dOp::verify() {
  RankedTensorType input = getInput().getType();
  if (input.getRank() != 4)
    return emitOpError("expected an input of rank 4, but got ") << input;
  SmallVector<int64_t> shape(input.getShape());
  auto size =
      inferWindow(siteOf(*this), {shape[1], shape[2]},
                  {getKernel(), getStrides(), getPads(), getDilations()});
  if (failed(size))
    return failure();
  shape[1] = (*size)[0], shape[2] = (*size)[1];
  auto expected = RankedTensorType::get(shape, input.getElementType());
  if (getType() != expected)
    return emitOpError("expected result type ")
           << expected << ", but got " << getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Products: geometry
//===----------------------------------------------------------------------===//

template <typename Op>
static ContractionGeometry matmulGeometry(Op op) {
  ContractionGeometry geometry;
  geometry.inWidth = geometry.outWidth = op.getInput().getType().getDimSize(0);
  geometry.channels = op.getChannels();
  geometry.outChannels = op.getOutChannels();
  return geometry;
}

template <typename Op>
static Window windowOf(Op op) {
  return {op.getFilter().getType().getShape().slice(1, 2), op.getStrides(),
          op.getPads(), op.getDilations()};
}

template <typename Op>
static ContractionGeometry convGeometry(Op op) {
  ContractionGeometry g;
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape();
  g.batch = input[0], g.inHeight = input[1], g.inWidth = input[2];
  g.channels = op.getChannels(), g.outChannels = op.getOutChannels();
  g.groups = op.getGroups();
  g.kernelHeight = filter[1], g.kernelWidth = filter[2];
  g.strideHeight = op.getStrides()[0], g.strideWidth = op.getStrides()[1];
  g.dilationHeight = op.getDilations()[0];
  g.dilationWidth = op.getDilations()[1];
  g.padTop = op.getPads()[0], g.padLeft = op.getPads()[1];
  g.padBottom = op.getPads()[2], g.padRight = op.getPads()[3];
  // The verifier has seen to it that the window fits.
  auto size = inferWindow({}, {g.inHeight, g.inWidth}, windowOf(op));
  if (succeeded(size))
    g.outHeight = (*size)[0], g.outWidth = (*size)[1];
  return g;
}

//===----------------------------------------------------------------------===//
// Products: verifier
//===----------------------------------------------------------------------===//

namespace {
/// Checks one product against the layouts of its kernel.
struct ContractionVerifier {
  PackedContractionOpInterface op;
  KernelKind kind;
  ContractionGeometry g;
  bool isConv;

  LogicalResult verify();

private:
  bool isWords() const {
    return kind == KernelKind::XnorPopcount || kind == KernelKind::BitSerial;
  }
  bool keepsTables() const {
    auto product = op;
    return keepsSumTables(product.getChosenKernel(),
                          product.getActivationCode());
  }
  /// Tables of sums of codes in registers.
  bool isIndexed() const {
    auto product = op;
    return product.getActivationCode() && !keepsTables() &&
           indexBitsOf(product.getChosenKernel()) != 0;
  }
  /// Elements of a pixel (of one group), steps of a filter tap, and weights of
  /// one output channel in a step.
  int64_t activations() const;
  int64_t steps() const;
  int64_t weightsOfStep() const {
    return kind == KernelKind::Int8Dot && !depthwise() ? dotChannels : 1;
  }
  bool depthwise() const {
    auto product = op;
    return isDepthwise(kind, g.channels, g.outChannels, g.groups,
                       product.getChosenKernel().getTile()[1]);
  }
  LogicalResult verifySizes();
  LogicalResult verifyCodes();
  LogicalResult verifyLookup();
  LogicalResult verifyIndices();
  LogicalResult verifyTables();
  LogicalResult verifyOperand(StringRef name, Value value,
                              ArrayRef<int64_t> expected);
  LogicalResult verifyScales(int64_t blocks, int64_t tile);
  LogicalResult verifyThresholds(int64_t blocks, int64_t tile);
  LogicalResult verifyEpilogue(int64_t blocks, int64_t tile);
  LogicalResult verifyResult();
  SmallVector<int64_t> resultShape(int64_t last) const;
};
} // namespace

int64_t ContractionVerifier::activations() const {
  auto product = op;
  bool words = isIndexed() &&
               typeOf(product.getActivations()).getElementType().isInteger(32);
  if (!isWords() && !words)
    return g.channels;
  return packedWords(g.channels, product.getActivationCode().getBits());
}

int64_t ContractionVerifier::steps() const {
  auto product = op;
  if (isIndexed())
    return lookupLayoutOf(product).steps(g.channels);
  if (isWords() || kind == KernelKind::Lookup)
    return packedWords(g.channels, product.getWeightCode().getBits());
  return ceilDiv(g.channels, weightsOfStep());
}

LogicalResult ContractionVerifier::verify() {
  KernelAttr kernel = op.getChosenKernel();
  if (kernel.getKind() != kind)
    return op.emitOpError("expected a kernel of kind ")
           << stringifyKernelKind(kind) << ", but got "
           << stringifyKernelKind(kernel.getKind());
  if (failed(verifySizes()) || failed(verifyCodes()))
    return failure();
  int64_t tile = kernel.getTile()[1];
  int64_t blocks = g.groups * ceilDiv(g.outChannels / g.groups, tile);
  if (depthwise())
    blocks = g.groups / tile;
  SmallVector<int64_t> input{g.inWidth};
  SmallVector<int64_t> filter{blocks};
  if (isConv) {
    input = {g.batch, g.inHeight, g.inWidth};
    filter.append({g.kernelHeight, g.kernelWidth});
  }
  input.push_back(g.groups * activations());
  filter.append({steps(), tile * weightsOfStep()});
  if (failed(verifyOperand("input", op.getActivations(), input)) ||
      failed(verifyOperand("filter", op.getWeightTiles(), filter)) ||
      failed(verifyEpilogue(blocks, tile)))
    return failure();
  return verifyResult();
}

LogicalResult ContractionVerifier::verifySizes() {
  if (g.channels < 1)
    return op.emitOpError("expected at least 1 channel, but got ")
           << g.channels;
  if (g.groups < 1 || g.outChannels < 1 || g.outChannels % g.groups != 0)
    return op.emitOpError("expected output channels that the groups divide, "
                          "but got ")
           << g.outChannels << " in " << g.groups << " groups";
  return success();
}

LogicalResult ContractionVerifier::verifyCodes() {
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  if (kind == KernelKind::F32Fma) {
    if (lhs || rhs)
      return op.emitOpError("expected no codes of operands for floats");
    return success();
  }
  if (kind == KernelKind::Lookup)
    return verifyLookup();
  if (!lhs || !rhs)
    return op.emitOpError("expected lhs_code and rhs_code");
  if (kind == KernelKind::XnorPopcount && !(lhs.isBipolar() && rhs.isBipolar()))
    return op.emitOpError("expected bipolar codes, but got ")
           << lhs << " and " << rhs;
  return success();
}

/// Weights are indices of tables of sums of codes.
LogicalResult ContractionVerifier::verifyIndices() {
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  if (!lhs || !rhs)
    return op.emitOpError("expected lhs_code and rhs_code");
  if (int64_t index = indexBitsOf(op.getChosenKernel()); index > 6)
    return op.emitOpError("expected indices of 4 to 6 bits for codes, but got ")
           << index;
  Type activation = typeOf(op.getActivations()).getElementType();
  if (!activation.isInteger(32) && !activation.isInteger(8))
    return op.emitOpError("expected activations in words (i32) or bytes (i8), "
                          "but got ")
           << activation;
  Type weight = typeOf(op.getWeightTiles()).getElementType();
  unsigned bits = lookupLayoutOf(op).laneBits;
  if (!weight.isInteger(bits))
    return op.emitOpError("expected weights of type i")
           << bits << " for indices of " << indexBitsOf(op.getChosenKernel())
           << " bits, but got " << weight;
  return success();
}

/// Codes in bytes by weights in words.
LogicalResult ContractionVerifier::verifyTables() {
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  if (!rhs || lhs.isBipolar() ||
      !typeOf(op.getActivations()).getElementType().isInteger(8))
    return op.emitOpError("expected rhs_code, and activations in bytes (i8) "
                          "that are not bipolar, for tables in memory");
  if (wordsOfShorts(lhs, rhs) == 0)
    return op.emitOpError("expected codes whose sums of 32 channels fit 16 "
                          "bits for tables in memory, but got ")
           << lhs << " and " << rhs;
  return success();
}

/// Floats by 1-bit weights in words, or codes.
LogicalResult ContractionVerifier::verifyLookup() {
  if (isIndexed())
    return verifyIndices();
  CodeAttr lhs = op.getActivationCode(), rhs = op.getWeightCode();
  bool ofCodes = lhs && keepsTables();
  if (ofCodes && failed(verifyTables()))
    return failure();
  if (!ofCodes &&
      (lhs || !typeOf(op.getActivations()).getElementType().isF32()))
    return op.emitOpError("expected activations of type f32, without a code");
  if (!ofCodes && (!rhs || !rhs.isBipolar()))
    return op.emitOpError("expected bipolar weights");
  if (!typeOf(op.getWeightTiles()).getElementType().isInteger(32))
    return op.emitOpError("expected weights in words of type i32");
  int64_t indexBits = indexBitsOf(op.getChosenKernel());
  if (indexBits != 0 && indexBits != 4 && indexBits != 8)
    return op.emitOpError(
               "expected indices of 4 or 8 bits for tables in memory, but got ")
           << indexBits;
  return success();
}

LogicalResult ContractionVerifier::verifyOperand(StringRef name, Value value,
                                                 ArrayRef<int64_t> expected) {
  if (typeOf(value).getShape() == expected)
    return success();
  return op.emitOpError("expected ")
         << name << " of shape [" << expected << "], but got ["
         << typeOf(value).getShape() << "]";
}

/// Factors and offsets, and what goes with them.
LogicalResult ContractionVerifier::verifyScales(int64_t blocks, int64_t tile) {
  RankedTensorType scales = typeOf(op.getEpilogueScales());
  SmallVector<int64_t> shape{blocks, 2, tile};
  if (!scales.getElementType().isF32() || scales.getShape() != ArrayRef(shape))
    return op.emitOpError("expected scales of type f32 and shape [")
           << shape << "], but got " << scales;
  if (DenseF32ArrayAttr clip = op.getEpilogueClip())
    if (clip.size() != 2 || !(clip[0] <= clip[1]))
      return op.emitOpError("expected clip to be a lower and an upper bound, "
                            "but got ")
             << clip;
  if (CodeAttr code = op.getEpilogueCode(); code && code.isBipolar())
    return op.emitOpError("expected thresholds for bipolar codes, but got "
                          "scales");
  Value addend = op.getEpilogueAddend();
  SmallVector<int64_t> result = resultShape(g.outChannels);
  if (addend && (!typeOf(addend).getElementType().isF32() ||
                 typeOf(addend).getShape() != ArrayRef(result)))
    return op.emitOpError("expected a residual of type f32 and shape [")
           << result << "], but got " << typeOf(addend);
  return success();
}

LogicalResult ContractionVerifier::verifyThresholds(int64_t blocks,
                                                    int64_t tile) {
  CodeAttr code = op.getEpilogueCode();
  if (!op.getActivationCode() || !op.getWeightCode())
    return op.emitOpError("expected no thresholds for floats");
  RankedTensorType type = typeOf(op.getEpilogueThresholds());
  if (!type.getElementType().isInteger(32) || type.getRank() != 3 ||
      type.getDimSize(0) != blocks || type.getDimSize(2) != tile)
    return op.emitOpError("expected thresholds of type i32 and shape [")
           << blocks << ", levels, " << tile << "], but got " << type;
  int64_t most = code.getMax() - code.getMin();
  if (code.isBipolar())
    most = 1;
  if (type.getDimSize(1) < 1 || type.getDimSize(1) > most)
    return op.emitOpError("expected 1 to ")
           << most << " levels for " << code << ", but got "
           << type.getDimSize(1);
  return success();
}

LogicalResult ContractionVerifier::verifyEpilogue(int64_t blocks,
                                                  int64_t tile) {
  bool scaled = op->hasAttr("scaled"), residual = op->hasAttr("residual");
  CodeAttr code = op.getEpilogueCode();
  if (!scaled && (residual || op.getEpilogueClip()))
    return op.emitOpError("expected scaled with residual or clip");
  unsigned operands = scaled ? 1 + residual : code ? 1 : 0;
  unsigned given = op->getNumOperands() - 2;
  if (!scaled && given != operands && given <= 1)
    return op.emitOpError("expected thresholds and out_code together");
  if (given != operands)
    return op.emitOpError("expected ")
           << operands << " operands of the epilogue, but got " << given;
  if (scaled)
    return verifyScales(blocks, tile);
  return code ? verifyThresholds(blocks, tile) : success();
}

SmallVector<int64_t> ContractionVerifier::resultShape(int64_t last) const {
  if (!isConv)
    return {g.outWidth, last};
  return {g.batch, g.outHeight, g.outWidth, last};
}

LogicalResult ContractionVerifier::verifyResult() {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  Type element = result.getElementType();
  CodeAttr code = op.getEpilogueCode();
  int64_t last = g.outChannels;
  bool floats = !op.getWeightCode() || !op.getActivationCode();
  if (!code && (floats || op.getEpilogueScales())) {
    if (!element.isF32())
      return op.emitOpError("expected sums of type f32, but got ") << element;
  } else if (!code) {
    if (!element.isInteger(8) && !element.isInteger(16) &&
        !element.isInteger(32))
      return op.emitOpError("expected sums of type i8, i16 or i32, but got ")
             << element;
  } else if (element.isInteger(32)) {
    last = packedWords(g.outChannels, code.getBits());
    if (g.groups != 1 && (g.outChannels / g.groups) % wordBits != 0)
      return op.emitOpError("expected groups of a multiple of 32 output "
                            "channels for a result in words, but got ")
             << g.outChannels / g.groups;
  } else if (!element.isInteger(8)) {
    return op.emitOpError("expected codes in words (i32) or bytes (i8), but "
                          "got ")
           << element;
  }
  SmallVector<int64_t> expected = resultShape(last);
  if (result.getShape() != ArrayRef<int64_t>(expected))
    return op.emitOpError("expected a result of shape [")
           << expected << "], but got [" << result.getShape() << "]";
  return success();
}

template <typename Op>
static LogicalResult verifyMatmul(Op op, KernelKind kind) {
  if (op.getInput().getType().getRank() != 2 ||
      op.getFilter().getType().getRank() != 3)
    return op.emitOpError("expected an input of rank 2 and a filter of rank "
                          "3, but got ")
           << op.getInput().getType() << " and " << op.getFilter().getType();
  return ContractionVerifier{op, kind, op.getGeometry(), false}.verify();
}

template <typename Op>
static LogicalResult verifyConv(Op op, KernelKind kind) {
  if (op.getInput().getType().getRank() != 4 ||
      op.getFilter().getType().getRank() != 5)
    return op.emitOpError("expected an input of rank 4 and a filter of rank "
                          "5, but got ")
           << op.getInput().getType() << " and " << op.getFilter().getType();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  if (failed(inferWindow(siteOf(op), {input[1], input[2]}, windowOf(op))))
    return failure();
  return ContractionVerifier{op, kind, op.getGeometry(), true}.verify();
}

//===----------------------------------------------------------------------===//
// Products: the ops
//===----------------------------------------------------------------------===//

ContractionGeometry XnorMatmulOp::getGeometry() {
  return matmulGeometry(*this);
}
ContractionGeometry BitSerialMatmulOp::getGeometry() {
  return matmulGeometry(*this);
}
ContractionGeometry Int8MatmulOp::getGeometry() {
  return matmulGeometry(*this);
}
ContractionGeometry F32MatmulOp::getGeometry() { return matmulGeometry(*this); }
ContractionGeometry LookupMatmulOp::getGeometry() {
  return matmulGeometry(*this);
}
ContractionGeometry LookupConv2dOp::getGeometry() {
  return convGeometry(*this);
}
ContractionGeometry XnorConv2dOp::getGeometry() { return convGeometry(*this); }
ContractionGeometry BitSerialConv2dOp::getGeometry() {
  return convGeometry(*this);
}
ContractionGeometry Int8Conv2dOp::getGeometry() { return convGeometry(*this); }
ContractionGeometry F32Conv2dOp::getGeometry() { return convGeometry(*this); }

LogicalResult XnorMatmulOp::verify() {
  return verifyMatmul(*this, KernelKind::XnorPopcount);
}
LogicalResult BitSerialMatmulOp::verify() {
  return verifyMatmul(*this, KernelKind::BitSerial);
}
LogicalResult Int8MatmulOp::verify() {
  return verifyMatmul(*this, KernelKind::Int8Dot);
}
LogicalResult F32MatmulOp::verify() {
  return verifyMatmul(*this, KernelKind::F32Fma);
}
LogicalResult XnorConv2dOp::verify() {
  return verifyConv(*this, KernelKind::XnorPopcount);
}
LogicalResult BitSerialConv2dOp::verify() {
  return verifyConv(*this, KernelKind::BitSerial);
}
LogicalResult Int8Conv2dOp::verify() {
  return verifyConv(*this, KernelKind::Int8Dot);
}
LogicalResult F32Conv2dOp::verify() {
  return verifyConv(*this, KernelKind::F32Fma);
}
LogicalResult LookupMatmulOp::verify() {
  return verifyMatmul(*this, KernelKind::Lookup);
}
LogicalResult LookupConv2dOp::verify() {
  return verifyConv(*this, KernelKind::Lookup);
}
