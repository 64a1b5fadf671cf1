//===- SumTables.cpp - Products by tables in memory -------------*- C++ -*-===//
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
//           [after some words: sums of shorts added to those of 32 bits]
//         for register of pixels
//           [the sums turned: lanes are output channels]
//           for pixel, for block of output channels
//             epilogue
//
// Pixels of a tile follow one another over all rows of the image, so narrow
// images fill registers, too; a tap outside the image is a pixel of zeros.
// Where strides are 1 the taps can share tables: SumTableWindow.cpp.
//
// Of floats the order of additions is not that of the reference: sums differ in
// their last bits. Codes are summed in shorts, two for one float of a register.
// Weights of several bits are planes, the greatest first: each doubles the sum
// of those before it. Their tables have the sums of subsets of the activations,
// those of +-1 all activations with signs; so no correction is left.
//
//===----------------------------------------------------------------------===//

#include "SumTables.h"
#include "SumTableBuilder.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static Type elementOf(const Contraction &c) {
  MLIRContext *context = c.target.getContext();
  if (c.op.getActivationCode())
    return IntegerType::get(context, 16);
  return Float32Type::get(context);
}

static int64_t lanesOf(const Contraction &c) {
  return c.lanes * 32 / elementOf(c).getIntOrFloatBitWidth();
}

SumTableBuilder::SumTableBuilder(ImplicitLocOpBuilder &b, const Contraction &c)
    : b(b), c(c), g(c.g), element(elementOf(c)),
      result(element.isF32() ? element : b.getI32Type()), lanes(lanesOf(c)),
      indexBits(indexBitsOf(c.op.getChosenKernel())),
      entries(int64_t(1) << indexBits), words(packedWords(g.channels, 1)),
      planes(c.op.getWeightCode().getBits()),
      pixelsOfImage(g.outHeight * g.outWidth),
      wordsAtOnce(element.isF32() ? g.kernelHeight * g.kernelWidth * words
                                  : wordsOfShorts(c.op.getActivationCode(),
                                                  c.op.getWeightCode())),
      activations(mergeDims(b, c.op.getActivations(), 0, c.isConv ? 4 : 2)),
      weights(c.isConv ? mergeDims(b, c.op.getWeightTiles(), 1, 3)
                       : c.op.getWeightTiles()) {}

/// Not tensor.empty: of two with one shape CSE would make one, for which no
/// place is found in the loops.
unsigned SumTableBuilder::addBuffer(ArrayRef<int64_t> shape, Type element) {
  state.push_back(bufferization::AllocTensorOp::create(
      b, RankedTensorType::get(shape, element), ValueRange()));
  return state.size() - 1;
}

/// Of a short and of the number that it is widened to, or of a float.
int64_t SumTableBuilder::bytesOfSum() const {
  int64_t bits = element.getIntOrFloatBitWidth();
  if (element != result)
    bits += result.getIntOrFloatBitWidth();
  return bits / 8;
}

/// As many blocks as have sums for half of the cache; of one image at least two
/// ranges, which threads can share.
int64_t SumTableBuilder::blocksOfRange() const {
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  int64_t pixels = c.tilePixels + (slides() ? reach() : 0);
  int64_t ofBlock = c.tileChannels * pixels * bytesOfSum();
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
  if (slides())
    return buildWindow();
  int64_t ofTile = c.tilePixels, whole = pixelsOfImage / ofTile * ofTile;
  if (whole)
    loop(indexOf(b, 0), indexOf(b, whole), ofTile,
         [&](Value first) { buildTile({ofTile, ofTile / lanes}, first); });
  int64_t left = pixelsOfImage - whole;
  if (left)
    buildTile({left, static_cast<int64_t>(llvm::divideCeil(left, lanes))},
              indexOf(b, whole));
}

/// All buffers of a tile. Behind the sums is place for one more channel.
void SumTableBuilder::addBuffers(int64_t tapsOfPlaces) {
  tableSlot = addBuffer(wordBits / indexBits * entries * width(), element);
  int64_t sums = channelsOfRange() * sumsOfChannel;
  sumSlot = wideSlot = addBuffer(sums + width(), element);
  if (element != result)
    wideSlot = addBuffer(sums, result);
  turnedSlot = addBuffer(c.lanes * channelsTurned(), result);
  placeSlot = addBuffer(tapsOfPlaces * width(), b.getI64Type());
  if (wideSlot != sumSlot)
    clear(wideSlot);
}

void SumTableBuilder::buildTile(PixelTile of, Value first) {
  size_t carried = state.size();
  tile = of, firstPixel = first;
  sumsOfChannel = width(), firstSum = indexOf(b, 0);
  addBuffers(taps());
  for (int64_t v = 0; v < tile.vectors; ++v)
    write(sumSlot, zeroOf(b, ofTables()), addIndex(b, zeroSum(), v * lanes));
  placePixels();
  forWords([&](const WordsOfTap &words) { addTaps(words); });
  storeTile();
  state.truncate(carried);
}

/// The full words of each tap, then the one that is not.
void SumTableBuilder::forWords(function_ref<void(const WordsOfTap &)> body) {
  int64_t full = g.channels / wordBits, rest = g.channels % wordBits;
  if (full)
    body({0, full, wordBits});
  if (rest)
    body({full, 1, rest});
}

/// A step is a word of a tap.
void SumTableBuilder::addTaps(const WordsOfTap &words) {
  int64_t steps = taps() * words.count;
  int64_t whole = steps / wordsAtOnce * wordsAtOnce;
  if (whole)
    loop(indexOf(b, 0), indexOf(b, whole), wordsAtOnce, [&](Value first) {
      addSteps(words, first, addIndex(b, first, wordsAtOnce));
    });
  if (whole < steps)
    addSteps(words, indexOf(b, whole), indexOf(b, steps));
}

void SumTableBuilder::addSteps(const WordsOfTap &words, Value low, Value high) {
  loop(low, high, 1, [&](Value step) {
    Value tap = indexOf(b, 0), word = step, count = indexOf(b, words.count);
    if (taps() > 1) {
      tap = b.createOrFold<arith::DivUIOp>(step, count);
      word = b.createOrFold<arith::RemUIOp>(step, count);
    }
    word = addIndex(b, word, words.first);
    buildTables(tap, word, words.channels);
    Value isFirst;
    if (wideSlot != sumSlot || words.first == 0)
      isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, step, low);
    addWord(add(mulIndex(b, tap, this->words), word), words.channels, isFirst);
  });
  if (wideSlot != sumSlot)
    widenSums(indexOf(b, 0), tile.vectors);
}

//===----------------------------------------------------------------------===//
// Of a product
//===----------------------------------------------------------------------===//

bool qnn::hasSumTables(const Contraction &c) {
  return keepsSumTables(c.op.getChosenKernel(), c.op.getActivationCode()) &&
         c.tilePixels % lanesOf(c) == 0;
}

SmallVector<Value> qnn::buildSumTables(ImplicitLocOpBuilder &b,
                                       const Contraction &c) {
  return SumTableBuilder(b, c).build();
}
