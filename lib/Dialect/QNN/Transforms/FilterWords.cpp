//===- FilterWords.cpp - Words of computed filters --------------*- C++ -*-===//
//
// A convolution wants words along the channels of its filter, its gradient
// words along the output channels; neither lie side by side. What does is
// packed, each output channel's weights in a row, and words are turned: once
// they are along the output channels, twice along the channels.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "SignSource.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

/// Words [C, KH, KW, W] along the output channels of the filter [O, C, KH, KW].
static Value packOutChannels(ImplicitLocOpBuilder &b,
                             const SignSource &source) {
  SmallVector<int64_t> shape(shapeOf(source.root));
  int64_t columns = shape[1] * shape[2] * shape[3];
  Value rows = reshape(b, source.root, {shape[0], columns});
  Value words = PackOp::create(b, source.encode(b, rows), bipolarCode(b));
  Value turned = transpose(b, turnWords(b, b.getLoc(), words), {0, 2, 1});
  int64_t length = shapeOf(turned)[2], all = shapeOf(words)[1] * wordBits;
  turned = reshape(b, turned, {all, length});
  if (all != columns)
    turned = SliceOp::create(b, turned, ArrayRef<int64_t>{0, 0},
                             ArrayRef<int64_t>{columns, length},
                             ArrayRef<int64_t>{1, 1});
  return reshape(b, turned, {shape[1], shape[2], shape[3], length});
}

/// Tiles of the filter, of what packOutChannels made.
static Value tileChannels(ImplicitLocOpBuilder &b, Value words) {
  words = transpose(b, words, {1, 2, 0, 3});
  SmallVector<int64_t> shape(shapeOf(words)), none(4, 0), high(none);
  high[2] = llvm::alignTo(shape[2], wordBits) - shape[2];
  if (high[2])
    words = PadOp::create(b, words, none, high,
                          cast<TypedAttr>(b.getI32IntegerAttr(0)));
  int64_t steps = (shape[2] + high[2]) / wordBits;
  int64_t rows = shape[0] * shape[1] * steps * wordBits;
  Value tiles = turnWords(b, b.getLoc(), reshape(b, words, {rows, shape[3]}));
  return reshape(b, tiles, {shape[3], shape[0], shape[1], steps, wordBits});
}

namespace {
/// What a filter of signs is made of.
struct Origin {
  SignSource source;     ///< its root: the weights [O, C, KH, KW]
  bool turned = false;   ///< O and C change places
  bool reversed = false; ///< rows and columns are in the other order

  static std::optional<Origin> find(Value filter, float scale);
};
} // namespace

static bool isReversal(SliceOp op) {
  return op.getType().getShape() == shapeOf(op.getInput()) &&
         op.getSteps() == ArrayRef<int64_t>{1, 1, -1, -1};
}

/// Weights are moved before or behind their quantizer.
std::optional<Origin> Origin::find(Value filter, float scale) {
  Origin origin{{filter, {}, scale}};
  Value &x = origin.source.root;
  for (Operation *op = x.getDefiningOp(); op; op = x.getDefiningOp()) {
    auto transpose = dyn_cast<TransposeOp>(op);
    auto slice = dyn_cast<SliceOp>(op);
    auto quantizer = op->getAttrOfType<QuantizerAttr>("quantizer");
    if (transpose &&
        transpose.getPermutation() == ArrayRef<int64_t>{1, 0, 2, 3})
      origin.turned = !origin.turned;
    else if (slice && isReversal(slice))
      origin.reversed = !origin.reversed;
    else if (isa<QuantizeOp, EncodeOp>(op) && !origin.source.quantizer)
      origin.source.quantizer = quantizer;
    else if (!isa<DequantizeOp>(op) || origin.source.quantizer)
      break;
    x = op->getOperand(0);
  }
  QuantizerAttr quantizer = origin.source.quantizer;
  if (!quantizer || quantizer.getEncoding() != Encoding::Bipolar ||
      quantizer.isPerChannel())
    return {};
  return origin;
}

static Value reverseTaps(ImplicitLocOpBuilder &b, Value words) {
  ArrayRef<int64_t> shape = shapeOf(words);
  return SliceOp::create(b, words,
                         ArrayRef<int64_t>{0, shape[1] - 1, shape[2] - 1, 0},
                         shape, ArrayRef<int64_t>{1, -1, -1, 1});
}

Value qnn::tileSignFilter(OpBuilder &builder, Location loc, Value filter,
                          const SignSource &source, int64_t tile) {
  ImplicitLocOpBuilder b(loc, builder);
  std::optional<Origin> origin = Origin::find(filter, source.scale);
  if (!origin || (!origin->turned && tile != wordBits)) {
    Value words = source.pack(b, filter, ArrayRef<int64_t>{0, 2, 3, 1});
    return tileSignWords(b, loc, words, tile);
  }
  Value words = packOutChannels(b, origin->source);
  if (origin->reversed)
    words = reverseTaps(b, words);
  return origin->turned ? tileSignWords(b, loc, words, tile)
                        : tileChannels(b, words);
}
