//===- SumTableWindow.cpp - Tables that all taps share ----------*- C++ -*-===//
//
// Where strides are 1, all taps read the pixels of the input one after the
// other. So the loops go over these, their tables are made once, and each tap
// adds their rows to the sums of the pixels that see them there:
//
//   for image, for group, for range of output channels
//     for tile of P positions of the input, and as far as they reach
//       [unless no pixel is left]
//         for word of 32 channels
//           [32 / G tables of 2^G sums]
//           for tap, for output channel
//             sums of P positions, that far before += rows of the tables
//       [the P oldest sums turned and stored: nothing is added to them later]
//       [the others moved to their place]
//
// Positions are pixels of the padded image, row by row, from the first pixel
// that is not padding. Padding on the left is that of the right of the row
// before, too, so a row has `pitch` positions. What its last ones would be of
// the output is computed and not stored. The window of sums holds a tile and
// those before it that the farthest tap reaches.
//
//===----------------------------------------------------------------------===//

#include "SumTableBuilder.h"
#include "qnn/Arith/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// More padding than a filter reaches over makes an output wider than that.
int64_t SumTableBuilder::pitch() const {
  return std::max(g.inWidth + std::max(g.padLeft, g.padRight), g.outWidth);
}

/// How far before a position the sum of the farthest tap lies.
int64_t SumTableBuilder::farthestTap() const {
  return (g.kernelHeight - 1) * g.dilationHeight * pitch() +
         (g.kernelWidth - 1) * g.dilationWidth;
}

/// The same in whole registers.
int64_t SumTableBuilder::reach() const {
  return llvm::alignTo(farthestTap(), lanes);
}

/// The first pixel of the image; sums before it begin in the window.
int64_t SumTableBuilder::firstPosition() const {
  return std::min(g.padTop * pitch() + g.padLeft, reach());
}

/// Tiles from there to the last pixel that a sum needs.
int64_t SumTableBuilder::tilesOfInput() const {
  int64_t end = (g.padTop + g.inHeight - 1) * pitch() + g.padLeft + g.inWidth;
  end = std::min(end, positions() + farthestTap());
  return llvm::divideCeil(end - firstPosition(), c.tilePixels);
}

/// Tiles until the last sum has left the window.
int64_t SumTableBuilder::tilesOfWindow() const {
  return llvm::divideCeil(positions() + reach() - firstPosition(),
                          c.tilePixels);
}

/// From the first position to the last one that has a sum.
int64_t SumTableBuilder::positions() const {
  return (g.outHeight - 1) * pitch() + g.outWidth;
}

/// Taps of a tile that may be added to one sum.
int64_t SumTableBuilder::tapsOfPosition() const {
  SmallVector<int64_t> offsets;
  for (int64_t kh = 0; kh < g.kernelHeight; ++kh)
    for (int64_t kw = 0; kw < g.kernelWidth; ++kw)
      offsets.push_back(kh * g.dilationHeight * pitch() + kw * g.dilationWidth);
  int64_t most = 0;
  for (int64_t first : offsets)
    most = std::max<int64_t>(most, llvm::count_if(offsets, [&](int64_t offset) {
                               return offset >= first &&
                                      offset < first + c.tilePixels;
                             }));
  return most;
}

/// Registers of sums that `rows` rows of taps may have added to, wherever those
/// begin.
int64_t SumTableBuilder::registersOfRows(int64_t rows) const {
  int64_t sums = c.tilePixels + (rows - 1) * g.dilationHeight * pitch() +
                 (g.kernelWidth - 1) * g.dilationWidth;
  return llvm::divideCeil(sums + lanes - 1, lanes);
}

/// Whether shorts are widened after some rows of taps, only where those added;
/// else the whole window is, after some words. What is less, if shorts hold
/// all taps of a word.
bool SumTableBuilder::widensRows() const {
  if (element == result)
    return false;
  int64_t words = wordsAtOnce / tapsOfPosition(), rows = rowsAtOnce();
  int64_t window = (reach() + c.tilePixels) / lanes;
  int64_t chunks = llvm::divideCeil(g.kernelHeight, rows);
  return words == 0 || chunks * registersOfRows(rows) * words < window;
}

/// Where it is less work: a table costs as much as adding four rows for each of
/// its entries, rows that are added to sums between registers a twentieth more,
/// and sums that are moved three rows, once for all words. Shorts have to hold
/// the sums of a row of taps.
bool SumTableBuilder::slides() const {
  if (!c.isConv || taps() == 1 || g.strideHeight != 1 || g.strideWidth != 1 ||
      wordsAtOnce < g.kernelWidth)
    return false;
  double table = 4.0 * entries, rows = taps() * c.channelsOfGroup();
  double moved = 3.0 * c.channelsOfGroup() * reach() / c.tilePixels /
                 llvm::divideCeil(g.channels, indexBits);
  double tiles = llvm::divideCeil(pixelsOfImage, lanes);
  double ofTile = c.tilePixels / lanes;
  return ofTile * (tilesOfInput() * (table + 1.05 * rows) +
                   tilesOfWindow() * moved) <
         tiles * (taps() * table + rows);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// As numbers without a sign, of which negative ones are great.
Value SumTableBuilder::isBelow(Value x, Value y) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, x, y);
}

void SumTableBuilder::when(Value condition, function_ref<void()> body) {
  Value once =
      arith::SelectOp::create(b, condition, indexOf(b, 1), indexOf(b, 0));
  loop(indexOf(b, 0), once, 1, [&](Value) { body(); });
}

void SumTableBuilder::buildWindow() {
  size_t carried = state.size();
  tile = {c.tilePixels, c.tilePixels / lanes};
  // Rows whose distance is a power of two share sets of the cache; what is
  // widened may end in that register.
  sumsOfChannel = reach() + width() + lanes;
  addBuffers(/*tapsOfPlaces=*/1);
  clear(sumSlot);
  int64_t begin = firstPosition();
  Value end = indexOf(b, begin + tilesOfInput() * width());
  loop(indexOf(b, begin), indexOf(b, begin + tilesOfWindow() * width()),
       width(), [&](Value first) {
         firstPixel = first;
         when(isBelow(first, end), [&] {
           placePositions();
           forWords([&](const WordsOfTap &words) { addWords(words); });
         });
         storeWindow();
         slide();
       });
  state.truncate(carried);
}

/// Shorts are widened after as many words, or rows of taps, as they hold.
void SumTableBuilder::addWords(const WordsOfTap &words) {
  bool widensWords = element != result && !widensRows();
  int64_t atOnce = words.count;
  if (widensWords)
    atOnce = std::min(wordsAtOnce / tapsOfPosition(), atOnce);
  auto chunk = [&](Value low, Value high) {
    loop(low, high, 1, [&](Value word) {
      word = addIndex(b, word, words.first);
      buildTables(indexOf(b, 0), word, words.channels);
      addTapsOfWord(word, words.channels);
    });
    if (widensWords)
      widenSums(indexOf(b, 0), reach() / lanes + tile.vectors);
  };
  int64_t whole = words.count / atOnce * atOnce;
  loop(indexOf(b, 0), indexOf(b, whole), atOnce,
       [&](Value first) { chunk(first, addIndex(b, first, atOnce)); });
  if (whole < words.count)
    chunk(indexOf(b, whole), indexOf(b, words.count));
}

/// The sums that a tap adds the tile's first position to.
Value SumTableBuilder::firstSumOf(Value kh, Value kw) {
  Value before = add(mulIndex(b, kh, g.dilationHeight * pitch()),
                     mulIndex(b, kw, g.dilationWidth));
  return b.createOrFold<arith::SubIOp>(indexOf(b, reach()), before);
}

void SumTableBuilder::addTapsOfWord(Value word, int64_t channels) {
  int64_t atOnce = widensRows() ? rowsAtOnce() : g.kernelHeight;
  auto addTap = [&](Value kh, Value kw) {
    firstSum = firstSumOf(kh, kw);
    Value tap = add(mulIndex(b, kh, g.kernelWidth), kw);
    addWord(add(mulIndex(b, tap, words), word), channels);
  };
  auto chunk = [&](Value low, int64_t rows) {
    Value high = addIndex(b, low, rows);
    loop(low, high, 1, [&](Value kh) {
      loop(g.kernelWidth, [&](Value kw) { addTap(kh, kw); });
    });
    // The last tap was added the farthest before.
    Value first =
        firstSumOf(addIndex(b, high, -1), indexOf(b, g.kernelWidth - 1));
    if (widensRows())
      widenSums(first, registersOfRows(rows));
  };
  int64_t whole = g.kernelHeight / atOnce * atOnce;
  loop(indexOf(b, 0), indexOf(b, whole), atOnce,
       [&](Value first) { chunk(first, atOnce); });
  if (whole < g.kernelHeight)
    chunk(indexOf(b, whole), g.kernelHeight - whole);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// The oldest sums, of those positions that are pixels of the output.
void SumTableBuilder::storeWindow() {
  Value end = indexOf(b, positions()), width = indexOf(b, pitch());
  loop(this->width() / c.lanes, [&](Value v) {
    Value first =
        addIndex(b, add(firstPixel, mulIndex(b, v, c.lanes)), -reach());
    storeRegister(v, c.lanes, [&](Value m, const BlocksOfRange &blocks) {
      Value position = add(first, m);
      Value row = arith::DivUIOp::create(b, position, width);
      Value column = arith::RemUIOp::create(b, position, width);
      Value isPixel = arith::AndIOp::create(
          b, isBelow(position, end), isBelow(column, indexOf(b, g.outWidth)));
      when(isPixel, [&] {
        TilePlace place;
        place.row = {image, row}, place.column = column;
        storePixel(m, place, blocks);
      });
    });
  });
}

/// Moves all sums by a tile; those behind start at 0.
void SumTableBuilder::slide() {
  VectorType type = typeOf(result);
  loop(channelsOfRange(), [&](Value row) {
    Value at = mulIndex(b, row, sumsOfChannel);
    auto move = [&](Value i, Value sums) {
      write(wideSlot, sums, add(at, mulIndex(b, i, lanes)));
    };
    int64_t kept = reach() / lanes;
    loop(kept, [&](Value i) {
      Value from = addIndex(b, add(at, mulIndex(b, i, lanes)), width());
      move(i, read(wideSlot, type, from));
    });
    loop(indexOf(b, kept), indexOf(b, kept + tile.vectors), 1,
         [&](Value i) { move(i, zeroOf(b, type)); });
  });
}
