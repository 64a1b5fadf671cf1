//===- SumTableBuilder.h - The state of building sum tables -----*- C++ -*-===//
//
// SumTables.cpp has the loops, SumTableWindow.cpp those of convolutions whose
// taps share tables, SumTableRows.cpp what makes the tables of a word,
// SumTableSums.cpp what adds their rows and stores the sums.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SUMTABLEBUILDER_H
#define QNN_CONVERSION_QNNTOVECTOR_SUMTABLEBUILDER_H

#include "Contraction.h"
#include "Epilogue.h"

namespace qnn {

/// Pixels that one tile has, and the registers that they take.
struct PixelTile {
  int64_t pixels, vectors;
};

/// A word of each tap, or several words of it, of `channels` channels each.
struct WordsOfTap {
  int64_t first, count, channels;
};

/// Blocks of output channels of a range: `full` ones from `first` on, and
/// `rest` channels of one more.
struct BlocksOfRange {
  mlir::Value first;
  int64_t full, rest;
};

class SumTableBuilder {
public:
  SumTableBuilder(mlir::ImplicitLocOpBuilder &b, const Contraction &c);
  llvm::SmallVector<mlir::Value> build();

private:
  void loop(mlir::Value low, mlir::Value high, int64_t step,
            llvm::function_ref<void(mlir::Value)> body) {
    carryLoop(b, low, high, step, state, body);
  }
  void loop(int64_t high, llvm::function_ref<void(mlir::Value)> body) {
    loop(indexOf(b, 0), indexOf(b, high), 1, body);
  }
  unsigned addBuffer(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  mlir::Value read(unsigned slot, mlir::VectorType type, mlir::Value at) {
    return readVector(b, type, state[slot], at);
  }
  void write(unsigned slot, mlir::Value lanes, mlir::Value at);
  mlir::Value add(mlir::Value x, mlir::Value y);

  //===--- Loops ----------------------------------------------------------===//
  int64_t blocksOfRange() const;
  void buildGroup();
  void buildRange(int64_t full, int64_t rest);
  void buildTile(PixelTile of, mlir::Value first);
  void addBuffers(int64_t tapsOfPlaces);
  void forWords(llvm::function_ref<void(const WordsOfTap &)> body);
  void addTaps(const WordsOfTap &words);
  void addSteps(const WordsOfTap &words, mlir::Value low, mlir::Value high);

  //===--- A window of sums -----------------------------------------------===//
  int64_t pitch() const;
  int64_t farthestTap() const;
  int64_t reach() const;
  int64_t firstPosition() const;
  int64_t positions() const;
  int64_t tilesOfInput() const;
  int64_t tilesOfWindow() const;
  int64_t tapsOfPosition() const;
  /// Rows of taps whose sums shorts hold, wherever they are added.
  int64_t rowsAtOnce() const {
    return std::min(wordsAtOnce / g.kernelWidth, g.kernelHeight);
  }
  int64_t registersOfRows(int64_t rows) const;
  bool widensRows() const;
  bool slides() const;
  mlir::Value isBelow(mlir::Value x, mlir::Value y);
  void when(mlir::Value condition, llvm::function_ref<void()> body);
  void buildWindow();
  void addWords(const WordsOfTap &words);
  mlir::Value firstSumOf(mlir::Value kh, mlir::Value kw);
  void addTapsOfWord(mlir::Value word, int64_t channels);
  void storeWindow();
  void slide();

  //===--- Tables ---------------------------------------------------------===//
  void placePixels();
  mlir::Value placeOf(mlir::Value pixel, mlir::Value kh, mlir::Value kw);
  void placePositions();
  mlir::Value placeAt(mlir::Value ih, mlir::Value iw);
  void buildTables(mlir::Value tap, mlir::Value word, int64_t channels);
  void buildTables(mlir::Value tap, mlir::Value word, mlir::Value v,
                   mlir::Value first, int64_t channels);
  llvm::SmallVector<mlir::Value>
  readSquare(mlir::Value place, mlir::Value channel, int64_t channels);
  mlir::Value readPixel(mlir::Value place, mlir::Value channel,
                        int64_t channels);
  mlir::Value toElement(mlir::Value activations);
  mlir::Value without(mlir::Value activation);
  void storeTable(llvm::ArrayRef<mlir::Value> activations, mlir::Value at);
  llvm::SmallVector<mlir::Value>
  sumsOf(llvm::ArrayRef<mlir::Value> activations);

  //===--- Sums -----------------------------------------------------------===//
  void clear(unsigned slot);
  void addWord(mlir::Value step, int64_t channels, mlir::Value isFirst = {});
  void addChannel(llvm::ArrayRef<mlir::Value> words, mlir::Value from,
                  mlir::Value row, int64_t tables);
  void addPlane(mlir::Value word, bool isNegative, int64_t tables,
                llvm::MutableArrayRef<mlir::Value> sums);
  void widenSums(mlir::Value first, int64_t count);
  void storeTile();
  void storePixels(mlir::Value v, int64_t pixels);
  void storeRegister(
      mlir::Value v, int64_t pixels,
      llvm::function_ref<void(mlir::Value, const BlocksOfRange &)> storePixel);
  void turn(mlir::Value v, const BlocksOfRange &blocks);
  void storePixel(mlir::Value m, TilePlace place, const BlocksOfRange &blocks);
  void storeBlock(TilePlace place, mlir::Value at, mlir::Value block,
                  int64_t channels);

  //===--- Sizes ----------------------------------------------------------===//
  int64_t taps() const { return g.kernelHeight * g.kernelWidth; }
  int64_t bytesOfSum() const;
  /// Lanes of a row of a table, and output channels of the range, whole blocks.
  int64_t width() const { return tile.vectors * lanes; }
  int64_t channelsOfRange() const {
    return (fullBlocks + (restChannels != 0)) * c.tileChannels;
  }
  /// Zeros, behind the sums of the last output channel.
  mlir::Value zeroSum() {
    return indexOf(b, channelsOfRange() * sumsOfChannel);
  }
  int64_t blocksTurned() const;
  int64_t channelsTurned() const {
    return std::min(channelsOfRange(), blocksTurned() * c.tileChannels);
  }
  /// The number of a block of the range among all of the weights.
  mlir::Value blockOfAll(mlir::Value block);
  bool isFloat() const { return element.isF32(); }
  mlir::VectorType typeOf(mlir::Type element) const {
    return mlir::VectorType::get({lanes}, element);
  }
  /// Registers of tables, and of the sums that they are added to; of the sums
  /// that the epilogue reads.
  mlir::VectorType ofTables() const { return typeOf(element); }
  mlir::VectorType ofResults() const { return c.vectorOf(result); }

  mlir::ImplicitLocOpBuilder &b;
  const Contraction &c;
  const ContractionGeometry &g;
  mlir::Type element, result; ///< of tables; of the epilogue's sums
  int64_t lanes;              ///< of `element`
  int64_t indexBits, entries, words, planes, pixelsOfImage;
  int64_t wordsAtOnce;     ///< that sums hold before they are widened
  mlir::Value activations; ///< all elements
  mlir::Value weights;     ///< [blocks, taps * words * planes, 32]

  /// The tensors that the loops carry: results, then buffers.
  llvm::SmallVector<mlir::Value> state;
  unsigned numResults = 1, tableSlot = 0, sumSlot = 0, wideSlot = 0,
           turnedSlot = 0, placeSlot = 0;

  /// The place of the loops.
  mlir::Value image, group, firstBlock, firstPixel;
  int64_t fullBlocks = 0, restChannels = 0;
  PixelTile tile{0, 0};
  /// Sums of an output channel lie side by side, those of the tile from
  /// `firstSum` on.
  int64_t sumsOfChannel = 0;
  mlir::Value firstSum;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SUMTABLEBUILDER_H
