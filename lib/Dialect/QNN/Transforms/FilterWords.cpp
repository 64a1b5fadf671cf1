//===- FilterWords.cpp - Words of computed filters --------------*- C++ -*-===//
//
// A convolution wants words along the channels of its filter, its gradient
// words along the output channels. What lies side by side is packed, and words
// are turned. Of channels that lie last, words are those of the convolution as
// they are, and those of its gradient turned once; of other filters each output
// channel's weights are a row, whose words turned once are along the output
// channels, twice along the channels.
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

//===----------------------------------------------------------------------===//
// Filters [O, C, KH, KW]
//===----------------------------------------------------------------------===//

/// Words [C, KH, KW, W] along the output channels.
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

//===----------------------------------------------------------------------===//
// Filters [O, KH * KW, C]
//===----------------------------------------------------------------------===//

/// Words [O, KH, KW, W] along the channels.
static Value packChannels(ImplicitLocOpBuilder &b, const SignSource &source,
                          ArrayRef<int64_t> window) {
  Value words =
      PackOp::create(b, source.encode(b, source.root), bipolarCode(b));
  ArrayRef<int64_t> shape = shapeOf(words);
  return reshape(b, words, {shape[0], window[0], window[1], shape[2]});
}

/// Tiles of the filter with O and C changed, of what packChannels made.
static Value tileOutChannels(ImplicitLocOpBuilder &b, Value words) {
  SmallVector<int64_t> shape(shapeOf(words));
  words = reshape(b, words, {shape[0], shape[1] * shape[2] * shape[3]});
  Value tiles = turnWords(b, b.getLoc(), words);
  tiles = reshape(b, tiles,
                  {shape[1], shape[2], shape[3], shapeOf(tiles)[1], wordBits});
  return transpose(b, tiles, {2, 0, 1, 3, 4});
}

//===----------------------------------------------------------------------===//
// Where a filter comes from
//===----------------------------------------------------------------------===//

namespace {
/// What a filter of signs is made of.
struct Origin {
  SignSource source; ///< its root: the weights
  /// Of each of the filter's dimensions, which of the weights' it is, of
  /// [O, C, KH, KW] or of [O, KH, KW, C].
  SmallVector<int64_t, 4> dims{0, 1, 2, 3};
  bool reversed = false;     ///< rows and columns are in the other order
  bool channelsLast = false; ///< the root is [O, KH * KW, C]

  static std::optional<Origin> find(Value filter, float scale);
  /// O and C have changed places.
  bool isTurned() const { return dims[0] != 0; }

private:
  bool enter(Operation *op);
  bool isKnown() const;
};
} // namespace

/// Nothing but the order of dimensions `first` and `second` changes.
static bool isReversal(SliceOp op, int64_t first, int64_t second) {
  SmallVector<int64_t> steps(4, 1);
  steps[first] = steps[second] = -1;
  return op.getType().getShape() == shapeOf(op.getInput()) &&
         op.getSteps() == ArrayRef(steps);
}

/// [O, KH * KW, C] as [O, KH, KW, C], C of whole words.
static bool splitsTaps(ReshapeOp op) {
  ArrayRef<int64_t> from = shapeOf(op.getInput()), to = op.getType().getShape();
  return from.size() == 3 && to.size() == 4 && from[0] == to[0] &&
         from[2] == to[3] && from[2] % wordBits == 0;
}

/// Takes `op`, which moves or encodes weights, as part of the way from the root
/// to the filter; false where it is none. Weights are moved before or behind
/// their quantizer.
bool Origin::enter(Operation *op) {
  auto transpose = dyn_cast<TransposeOp>(op);
  auto slice = dyn_cast<SliceOp>(op);
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (transpose && !channelsLast) {
    for (int64_t &dim : dims)
      dim = transpose.getPermutation()[dim];
  } else if (slice && !channelsLast && isReversal(slice, dims[2], dims[3])) {
    reversed = !reversed;
  } else if (reshape && !channelsLast && splitsTaps(reshape)) {
    channelsLast = true;
  } else if (isa<QuantizeOp, EncodeOp>(op) && !source.quantizer) {
    source.quantizer = op->getAttrOfType<QuantizerAttr>("quantizer");
  } else {
    return isa<DequantizeOp>(op) && !source.quantizer;
  }
  return true;
}

/// The weights have one of the two orders.
bool Origin::isKnown() const {
  SmallVector<int64_t, 4> order{0, 1, 2, 3};
  if (channelsLast)
    order = {0, 3, 1, 2};
  if (isTurned())
    std::swap(order[0], order[1]);
  return dims == order;
}

std::optional<Origin> Origin::find(Value filter, float scale) {
  Origin origin{{filter, {}, scale}};
  Value &x = origin.source.root;
  for (Operation *op = x.getDefiningOp(); op && origin.enter(op);
       op = x.getDefiningOp())
    x = op->getOperand(0);
  QuantizerAttr quantizer = origin.source.quantizer;
  if (!quantizer || quantizer.getEncoding() != Encoding::Bipolar ||
      quantizer.isPerChannel() || !origin.isKnown())
    return {};
  return origin;
}

/// Dimensions 1 and 2 in the other order.
static Value reverseTaps(ImplicitLocOpBuilder &b, Value words) {
  ArrayRef<int64_t> shape = shapeOf(words);
  SmallVector<int64_t> offsets(shape.size(), 0), steps(shape.size(), 1);
  for (int64_t dim : {1, 2}) {
    offsets[dim] = shape[dim] - 1;
    steps[dim] = -1;
  }
  return SliceOp::create(b, words, offsets, shape, steps);
}

Value qnn::tileSignFilter(OpBuilder &builder, Location loc, Value filter,
                          const SignSource &source, int64_t tile) {
  ImplicitLocOpBuilder b(loc, builder);
  std::optional<Origin> origin = Origin::find(filter, source.scale);
  // What is turned into tiles has 32 in each.
  bool turnsToTiles = origin && origin->isTurned() == origin->channelsLast;
  if (!origin || (turnsToTiles && tile != wordBits)) {
    Value words = source.pack(b, filter, ArrayRef<int64_t>{0, 2, 3, 1});
    return tileSignWords(b, loc, words, tile);
  }
  Value words =
      origin->channelsLast
          ? packChannels(b, origin->source, shapeOf(filter).take_back(2))
          : packOutChannels(b, origin->source);
  if (origin->reversed)
    words = reverseTaps(b, words);
  if (!turnsToTiles)
    return tileSignWords(b, loc, words, tile);
  return origin->channelsLast ? tileOutChannels(b, words)
                              : tileChannels(b, words);
}
