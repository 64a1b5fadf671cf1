//===- SumTables.cpp - Floats by +-1, from tables in memory -----*- C++ -*-===//
//
// The method of the Four Russians (Arlazarov, Dinic, Kronrod, Faradzhev 1970):
// G weights of one bit take one of 2^G sums of G activations. All these sums
// are made once, for a register of pixels each, and each output channel adds
// the one that its bits are the index of: one load and addition in the place of
// G multiplications. Memory is the permutation, so the table is not bound by
// the width of a register, and any target has it. Lanes are pixels here; the
// schedule of the other kernels has output channels there.
//
//   for image, for group
//     for range of output channels    (their sums fit half of the cache)
//       for tile of P pixels
//         for tap, for word of 32 channels
//           [32 / G tables of 2^G sums, P pixels wide: the first-level cache]
//           for output channel
//             P sums += the rows of the tables that its word says
//         for register of pixels
//           [the sums turned: lanes are output channels]
//           for pixel, for block of output channels
//             epilogue
//
// Pixels of a tile follow one another over all rows of the image, so narrow
// images fill registers, too; a tap outside the image is a pixel of zeros.
//
// The order of additions is not that of the reference: sums of floats differ in
// their last bits.
//
//===----------------------------------------------------------------------===//

#include "SumTables.h"
#include "../QNNToLinalg/Lanes.h"
#include "Epilogue.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Pixels that one tile has, and the registers that they take.
struct PixelTile {
  int64_t pixels, vectors;
};

class SumTableBuilder {
public:
  SumTableBuilder(ImplicitLocOpBuilder &b, const Contraction &c);
  SmallVector<Value> build();

private:
  void loop(Value low, Value high, int64_t step,
            function_ref<void(Value)> body) {
    carryLoop(b, low, high, step, state, body);
  }
  void loop(int64_t high, function_ref<void(Value)> body) {
    loop(indexOf(b, 0), indexOf(b, high), 1, body);
  }
  unsigned addBuffer(ArrayRef<int64_t> shape, Type element);
  Value add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
  int64_t blocksOfRange() const;

  void buildGroup();
  void buildRange(int64_t full, int64_t rest);
  void buildTile(PixelTile of, Value first);
  void buildTap(Value kh, Value kw);

  void placePixels(Value kh, Value kw);
  Value placeOf(Value pixel, Value kh, Value kw);
  void buildTables(Value word, int64_t channels);
  void buildTables(Value word, Value v, Value first, int64_t channels);
  SmallVector<Value> readSquare(Value lane, Value channel, int64_t channels);
  Value readPixel(Value pixel, Value channel, int64_t channels);
  void storeTable(ArrayRef<Value> activations, Value at);
  SmallVector<Value> sumsOf(ArrayRef<Value> activations);

  void addWord(Value kh, Value step, int64_t channels);
  void addChannel(Value word, Value row, int64_t tables);

  void storeTile();
  void turn(Value v);
  void storePixels(Value v, int64_t pixels);
  void storePixel(Value v, Value m);
  void storeBlock(TilePlace place, Value m, Value block, int64_t channels);

  /// Lanes of a row of a table, and output channels of the range, whole blocks.
  int64_t width() const { return tile.vectors * c.lanes; }
  int64_t channelsOfRange() const {
    return (fullBlocks + (restChannels != 0)) * c.tileChannels;
  }
  /// The number of a block of the range among all of the weights.
  Value blockOfAll(Value block) {
    return add(mulIndex(b, group, c.blocksOfGroup()), add(firstBlock, block));
  }
  VectorType floats() const { return c.vectorOf(b.getF32Type()); }

  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const ContractionGeometry &g;
  int64_t indexBits, entries, words, pixelsOfImage;
  Value activations; ///< all elements
  Value weights;     ///< [blocks, KH, KW * words, 32], of a matmul without KH

  /// The tensors that the loops carry: results, then buffers.
  SmallVector<Value> state;
  unsigned numResults = 1, tableSlot = 0, sumSlot = 0, turnedSlot = 0,
           placeSlot = 0;

  /// The place of the loops.
  Value image, group, firstBlock, firstPixel;
  int64_t fullBlocks = 0, restChannels = 0;
  PixelTile tile{0, 0};
};
} // namespace

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

SumTableBuilder::SumTableBuilder(ImplicitLocOpBuilder &b, const Contraction &c)
    : b(b), c(c), g(c.g), indexBits(indexBitsOf(c.op.getChosenKernel())),
      entries(int64_t(1) << indexBits), words(packedWords(g.channels, 1)),
      pixelsOfImage(g.outHeight * g.outWidth),
      activations(mergeDims(b, c.op.getActivations(), 0, c.isConv ? 4 : 2)),
      weights(c.isConv ? mergeDims(b, c.op.getWeightTiles(), 2, 2)
                       : c.op.getWeightTiles()) {}

/// Not tensor.empty: of two with one shape CSE would make one, for which no
/// place is found in the loops.
unsigned SumTableBuilder::addBuffer(ArrayRef<int64_t> shape, Type element) {
  state.push_back(bufferization::AllocTensorOp::create(
      b, RankedTensorType::get(shape, element), ValueRange()));
  return state.size() - 1;
}

/// As many blocks as have sums for half of the cache; of one image at least two
/// ranges, which threads can share.
int64_t SumTableBuilder::blocksOfRange() const {
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  int64_t ofBlock = c.tileChannels * c.tilePixels * sizeof(float);
  int64_t ranges =
      llvm::divideCeil(full * ofBlock, getCacheBytes(c.target) / 2);
  if (c.isConv && g.batch == 1)
    ranges = std::max<int64_t>(llvm::alignTo(ranges, 2), 2);
  return std::max<int64_t>(llvm::divideCeil(full, std::max<int64_t>(ranges, 1)),
                           1);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> SumTableBuilder::build() {
  state = c.makeResults(b);
  numResults = state.size();
  if (c.resultType().getNumElements() != 0)
    loop(g.batch, [&](Value n) {
      image = n;
      loop(g.groups, [&](Value ofImage) {
        group = ofImage;
        buildGroup();
      });
    });
  return SmallVector<Value>(ArrayRef(state).take_front(numResults));
}

/// Ranges of whole blocks, then what is left.
void SumTableBuilder::buildGroup() {
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  int64_t rest = c.channelsOfGroup() % c.tileChannels;
  int64_t step = blocksOfRange(), whole = full / step * step;
  if (whole)
    loop(indexOf(b, 0), indexOf(b, whole), step, [&](Value first) {
      firstBlock = first;
      buildRange(step, 0);
    });
  if (whole == full && rest == 0)
    return;
  firstBlock = indexOf(b, whole);
  buildRange(full - whole, rest);
}

void SumTableBuilder::buildRange(int64_t full, int64_t rest) {
  fullBlocks = full, restChannels = rest;
  int64_t ofTile = c.tilePixels, whole = pixelsOfImage / ofTile * ofTile;
  if (whole)
    loop(indexOf(b, 0), indexOf(b, whole), ofTile,
         [&](Value first) { buildTile({ofTile, ofTile / c.lanes}, first); });
  int64_t left = pixelsOfImage - whole;
  if (left)
    buildTile({left, static_cast<int64_t>(llvm::divideCeil(left, c.lanes))},
              indexOf(b, whole));
}

void SumTableBuilder::buildTile(PixelTile of, Value first) {
  size_t carried = state.size();
  tile = of, firstPixel = first;
  Type f32 = b.getF32Type();
  tableSlot = addBuffer(wordBits / indexBits * entries * width(), f32);
  sumSlot = addBuffer(channelsOfRange() * width(), f32);
  turnedSlot = addBuffer(c.lanes * channelsOfRange(), f32);
  placeSlot = addBuffer(width(), b.getI64Type());
  loop(channelsOfRange() * tile.vectors, [&](Value i) {
    state[sumSlot] = writeLanes(b, zeroOf(b, floats()), state[sumSlot],
                                mulIndex(b, i, c.lanes));
  });
  loop(g.kernelHeight, [&](Value kh) {
    loop(g.kernelWidth, [&](Value kw) { buildTap(kh, kw); });
  });
  storeTile();
  state.truncate(carried);
}

void SumTableBuilder::buildTap(Value kh, Value kw) {
  placePixels(kh, kw);
  Value first = mulIndex(b, kw, words);
  auto ofWord = [&](Value word, int64_t channels) {
    buildTables(word, channels);
    addWord(kh, add(first, word), channels);
  };
  int64_t full = g.channels / wordBits, rest = g.channels % wordBits;
  if (full)
    loop(full, [&](Value word) { ofWord(word, wordBits); });
  if (rest)
    ofWord(indexOf(b, full), rest);
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The first element of each pixel of the tile under a tap, or -1 where that
/// lies outside the image. Pixels that only fill a register are some other.
void SumTableBuilder::placePixels(Value kh, Value kw) {
  Value last = indexOf(b, pixelsOfImage - 1);
  loop(width(), [&](Value i) {
    Value pixel = add(firstPixel, i);
    if (tile.pixels % c.lanes)
      pixel = arith::MinUIOp::create(b, pixel, last);
    Value place =
        arith::IndexCastOp::create(b, b.getI64Type(), placeOf(pixel, kh, kw));
    state[placeSlot] = tensor::InsertOp::create(b, place, state[placeSlot], i);
  });
}

Value SumTableBuilder::placeOf(Value pixel, Value kh, Value kw) {
  if (!c.isConv)
    return mulIndex(b, pixel, c.pixelStride());
  Value width = indexOf(b, g.outWidth);
  Value row = arith::DivUIOp::create(b, pixel, width);
  Value column = arith::RemUIOp::create(b, pixel, width);
  auto under = [&](Value at, int64_t stride, Value tap, int64_t dilation,
                   int64_t pad) {
    return addIndex(b, add(mulIndex(b, at, stride), mulIndex(b, tap, dilation)),
                    -pad);
  };
  Value ih = under(row, g.strideHeight, kh, g.dilationHeight, g.padTop);
  Value iw = under(column, g.strideWidth, kw, g.dilationWidth, g.padLeft);
  // Negative numbers are great ones without a sign.
  auto inside = [&](Value at, int64_t size) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at,
                                 indexOf(b, size));
  };
  Value isInside =
      arith::AndIOp::create(b, inside(ih, g.inHeight), inside(iw, g.inWidth));
  Value line = add(mulIndex(b, image, g.inHeight), ih);
  Value place =
      mulIndex(b, add(mulIndex(b, line, g.inWidth), iw), c.pixelStride());
  return arith::SelectOp::create(b, isInside, place, indexOf(b, -1));
}

/// The tables of `channels` channels of a word, for each register of pixels as
/// many channels at once as are turned, or as index a table.
void SumTableBuilder::buildTables(Value word, int64_t channels) {
  int64_t atOnce = std::max(c.lanes, indexBits);
  int64_t full = channels / atOnce, rest = channels % atOnce;
  loop(tile.vectors, [&](Value v) {
    if (full)
      loop(full, [&](Value i) {
        buildTables(word, v, mulIndex(b, i, atOnce), atOnce);
      });
    if (rest)
      buildTables(word, v, indexOf(b, full * atOnce), rest);
  });
}

void SumTableBuilder::buildTables(Value word, Value v, Value first,
                                  int64_t channels) {
  Value channel = add(mulIndex(b, group, g.channels),
                      add(mulIndex(b, word, wordBits), first));
  Value lane = mulIndex(b, v, c.lanes);
  SmallVector<Value> rows;
  for (int64_t i = 0; i < channels; i += c.lanes)
    rows.append(readSquare(lane, addIndex(b, channel, i),
                           std::min(channels - i, c.lanes)));
  rows.resize(llvm::alignTo(rows.size(), indexBits), zeroOf(b, floats()));
  Value table = arith::DivUIOp::create(b, first, indexOf(b, indexBits));
  for (int64_t i = 0; i < channels; i += indexBits) {
    Value at =
        mulIndex(b, addIndex(b, table, i / indexBits), entries * width());
    storeTable(ArrayRef(rows).slice(i, indexBits), add(at, lane));
  }
}

/// The sums of the low half of the activations, and of the high half, make all.
/// Sums of more than 4 are made row by row, from the one of the high half that
/// was stored in the row's first place.
void SumTableBuilder::storeTable(ArrayRef<Value> activations, Value at) {
  auto store = [&](Value sum, Value entry) {
    state[tableSlot] = writeLanes(b, sum, state[tableSlot], entry);
  };
  if (indexBits <= 4) {
    for (auto [e, sum] : llvm::enumerate(sumsOf(activations)))
      store(sum, addIndex(b, at, e * width()));
    return;
  }
  int64_t half = indexBits / 2, row = width() << half;
  SmallVector<Value> low = sumsOf(activations.take_front(half));
  for (auto [e, sum] : llvm::enumerate(sumsOf(activations.drop_front(half))))
    store(sum, addIndex(b, at, e * row));
  loop(int64_t(1) << half, [&](Value e) {
    Value first = add(at, mulIndex(b, e, row));
    Value high = readVector(b, floats(), state[tableSlot], first);
    for (auto [i, sum] : llvm::enumerate(low))
      store(arith::AddFOp::create(b, sum, high),
            addIndex(b, first, i * width()));
  });
}

/// Channels from `channel` on of a register of pixels, a register for each.
SmallVector<Value> SumTableBuilder::readSquare(Value lane, Value channel,
                                               int64_t channels) {
  SmallVector<Value> rows;
  for (int64_t i = 0; i < c.lanes; ++i)
    rows.push_back(readPixel(addIndex(b, lane, i), channel, channels));
  return transposeLanes(b, rows);
}

/// Channels of a pixel in the lanes, zeros where it has none.
Value SumTableBuilder::readPixel(Value pixel, Value channel, int64_t channels) {
  Value place = tensor::ExtractOp::create(b, state[placeSlot], pixel);
  Value isInside;
  if (c.isConv) {
    Value none = integerOf(b, b.getI64Type(), 0);
    isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, place, none);
    place = arith::MaxSIOp::create(b, place, none);
  }
  Value at =
      add(arith::IndexCastOp::create(b, b.getIndexType(), place).getResult(),
          channel);
  Value zeros = zeroOf(b, floats()), lanes;
  if (channels == c.lanes) {
    lanes = readVector(b, floats(), activations, at);
  } else {
    Value mask = vector::ConstantMaskOp::create(
        b, VectorType::get({c.lanes}, b.getI1Type()),
        ArrayRef<int64_t>{channels});
    lanes = vector::TransferReadOp::create(
        b, floats(), activations, at, b.getMultiDimIdentityMap(1),
        zeroOf(b, b.getF32Type()), mask, b.getBoolArrayAttr({true}));
  }
  if (isInside)
    lanes = arith::SelectOp::create(b, isInside, lanes, zeros);
  return lanes;
}

/// Sum i: each activation with the sign that its bit of i says, 1 for plus.
SmallVector<Value> SumTableBuilder::sumsOf(ArrayRef<Value> activations) {
  if (activations.size() == 1)
    return {arith::NegFOp::create(b, activations[0]), activations[0]};
  size_t half = activations.size() / 2;
  SmallVector<Value> low = sumsOf(activations.take_front(half));
  SmallVector<Value> high = sumsOf(activations.drop_front(half));
  SmallVector<Value> sums;
  for (Value y : high)
    for (Value x : low)
      sums.push_back(arith::AddFOp::create(b, x, y));
  return sums;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

void SumTableBuilder::addWord(Value kh, Value step, int64_t channels) {
  int64_t tables = llvm::divideCeil(channels, indexBits);
  auto addBlock = [&](Value block, int64_t count) {
    loop(count, [&](Value n) {
      SmallVector<Value> at{blockOfAll(block)};
      if (c.isConv)
        at.push_back(kh);
      at.append({step, n});
      Value word = tensor::ExtractOp::create(b, weights, at);
      Value row = add(mulIndex(b, block, c.tileChannels), n);
      addChannel(word, row, tables);
    });
  };
  if (fullBlocks)
    loop(fullBlocks, [&](Value block) { addBlock(block, c.tileChannels); });
  if (restChannels)
    addBlock(indexOf(b, fullBlocks), restChannels);
}

void SumTableBuilder::addChannel(Value word, Value row, int64_t tables) {
  Value at = mulIndex(b, row, width());
  auto registerAt = [&](Value first, int64_t v) {
    return addIndex(b, first, v * c.lanes);
  };
  SmallVector<Value> sums;
  for (int64_t v = 0; v < tile.vectors; ++v)
    sums.push_back(readVector(b, floats(), state[sumSlot], registerAt(at, v)));
  Type i32 = b.getI32Type();
  for (int64_t t = 0; t < tables; ++t) {
    Value field = word;
    if (t)
      field = arith::ShRUIOp::create(b, word, integerOf(b, i32, t * indexBits));
    field = arith::AndIOp::create(b, field, integerOf(b, i32, entries - 1));
    Value entry = arith::IndexCastUIOp::create(b, b.getIndexType(), field);
    Value from =
        addIndex(b, mulIndex(b, entry, width()), t * entries * width());
    for (int64_t v = 0; v < tile.vectors; ++v)
      sums[v] = arith::AddFOp::create(
          b, sums[v],
          readVector(b, floats(), state[tableSlot], registerAt(from, v)));
  }
  for (int64_t v = 0; v < tile.vectors; ++v)
    state[sumSlot] = writeLanes(b, sums[v], state[sumSlot], registerAt(at, v));
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

void SumTableBuilder::storeTile() {
  int64_t full = tile.pixels / c.lanes, rest = tile.pixels % c.lanes;
  if (full)
    loop(full, [&](Value v) { storePixels(v, c.lanes); });
  if (rest)
    storePixels(indexOf(b, full), rest);
}

/// Pixel after pixel, so that few rows of the result are written at once.
void SumTableBuilder::storePixels(Value v, int64_t pixels) {
  turn(v);
  loop(pixels, [&](Value m) { storePixel(v, m); });
}

/// The sums of a register of pixels as rows of output channels.
void SumTableBuilder::turn(Value v) {
  Value lane = mulIndex(b, v, c.lanes);
  loop(indexOf(b, 0), indexOf(b, channelsOfRange()), c.lanes,
       [&](Value channel) {
         SmallVector<Value> rows;
         for (int64_t i = 0; i < c.lanes; ++i) {
           Value at = add(mulIndex(b, addIndex(b, channel, i), width()), lane);
           rows.push_back(readVector(b, floats(), state[sumSlot], at));
         }
         for (auto [m, row] : llvm::enumerate(transposeLanes(b, rows)))
           state[turnedSlot] =
               writeLanes(b, row, state[turnedSlot],
                          addIndex(b, channel, m * channelsOfRange()));
       });
}

void SumTableBuilder::storePixel(Value v, Value m) {
  Value pixel = add(firstPixel, add(mulIndex(b, v, c.lanes), m));
  TilePlace place;
  place.column = pixel;
  if (c.isConv) {
    Value width = indexOf(b, g.outWidth);
    place.row = {image, arith::DivUIOp::create(b, pixel, width)};
    place.column = arith::RemUIOp::create(b, pixel, width);
  }
  if (fullBlocks)
    loop(fullBlocks,
         [&](Value block) { storeBlock(place, m, block, c.tileChannels); });
  if (restChannels)
    storeBlock(place, m, indexOf(b, fullBlocks), restChannels);
}

void SumTableBuilder::storeBlock(TilePlace place, Value m, Value block,
                                 int64_t channels) {
  place.block = blockOfAll(block);
  place.firstChannel = add(mulIndex(b, group, c.channelsOfGroup()),
                           mulIndex(b, add(firstBlock, block), c.tileChannels));
  place.channels = channels;
  Value at = add(mulIndex(b, m, channelsOfRange()),
                 mulIndex(b, block, c.tileChannels));
  TileSums sums(1);
  for (int64_t first = 0; first < channels; first += c.lanes)
    sums[0].push_back(
        readVector(b, floats(), state[turnedSlot], addIndex(b, at, first)));
  qnn::storeTile(b, c, place, sums,
                 MutableArrayRef(state).take_front(numResults));
}

bool qnn::keepsSumTables(const Contraction &c) {
  return c.kind == KernelKind::Lookup && !c.op.getActivationCode() &&
         indexBitsOf(c.op.getChosenKernel()) != 0;
}

SmallVector<Value> qnn::buildSumTables(ImplicitLocOpBuilder &b,
                                       const Contraction &c) {
  return SumTableBuilder(b, c).build();
}
