//===- ScheduleBuilder.h - The state of building one loop nest --*- C++ -*-===//
//
// Schedule.cpp has the loops, SchedulePrepare.cpp what they prepare,
// ScheduleSums.cpp what is done for one tile.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SCHEDULEBUILDER_H
#define QNN_CONVERSION_QNNTOVECTOR_SCHEDULEBUILDER_H

#include "ScheduleColumns.h"
#include "ScheduleOperands.h"

namespace qnn {

/// Rows low .. high - 1 of the filter lie in the image.
struct FilterRows {
  mlir::Value low, high;
};

/// Full blocks of output channels (of each group), then `rest` channels.
struct ChannelRange {
  mlir::Value first;
  int64_t count, rest;
  bool isShared; ///< one of as many for each thread
};

/// Units of each tap that are summed before the results are stored.
struct SumBlock {
  mlir::Value first;
  int64_t count;
  bool isLast;
};

/// What is done with one unit: adds it to values that the loops carry.
using UnitBody = llvm::function_ref<void(TileShape, const UnitReader &,
                                         llvm::MutableArrayRef<mlir::Value>)>;

class ScheduleBuilder {
public:
  ScheduleBuilder(mlir::ImplicitLocOpBuilder &b, const Contraction &c)
      : b(b), c(c), g(c.g), product(InnerProduct::create(c)),
        counts(c, *product), operands(b, c),
        columns(cutColumns(g, c.tilePixels)) {}
  /// The product's result, or its consumer's.
  llvm::SmallVector<mlir::Value> build();

private:
  //===--- Loops that carry the tensors -----------------------------------===//
  void loop(mlir::Value low, mlir::Value high, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  void loop(int64_t high, llvm::function_ref<void(mlir::Value)> body);
  void makeBuffers();
  unsigned addBuffer(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  int64_t unitsAtOnce() const;
  int64_t blocksOfRange() const;
  void buildRange(const ChannelRange &range);
  void buildSumBlock(const ChannelRange &range, const SumBlock &block);
  int64_t threads() const;
  int64_t rowsOfPart(const ChannelRange &range) const;
  void buildPart(const ChannelRange &range, mlir::Value first, int64_t count);
  /// A row of an image is prepared for all rows of the result that read it.
  bool preparesImage() const { return counts.isPrepared() && c.isConv; }
  void buildRow(const ChannelRange &range);
  void buildColumns(const ChannelRange &range, const ColumnTiles &tiles);
  void buildGroup(const ChannelRange &range, const ColumnTiles &tiles);
  void buildBlocks(const ChannelRange &range, const ColumnTiles &tiles,
                   int64_t atOnce, int64_t &done);

  //===--- Prepared activations -------------------------------------------===//
  int64_t bufferRows() const;
  mlir::Value bufferRowOf(mlir::Value imageRow);
  void prepareImageRows();
  void prepareTile(int64_t pixels);
  bool copiesRows() const;
  int64_t copiedElements() const;
  void copyTile(int64_t pixels);
  void preparePixel(PlacedReader &reader, mlir::Value bufferPixel);
  void prepareUnit(PlacedReader reader, mlir::Value pixelElement,
                   mlir::Value bufferPixel, mlir::Value unit, int64_t channels);

  //===--- One tile -------------------------------------------------------===//
  void buildTile(const ColumnTiles &tiles, TileShape tile, mlir::Value block,
                 int64_t channels);
  void sumPixelTerms(const ColumnTiles &tiles);
  TileSums sumTile(const ColumnTiles &tiles, TileShape tile, mlir::Value block);
  void storeBlocks(const TileSums &sums, mlir::Value block, int64_t channels);
  TileSums addPartials(TileSums sums, mlir::Value block);
  mlir::Value blockOfAll(mlir::Value block);
  llvm::SmallVector<mlir::Value> lengthsOf(const ColumnTiles &tiles);
  llvm::SmallVector<mlir::Value> sumPass(const ColumnTiles &tiles,
                                         TileShape tile, PlacedReader reader,
                                         mlir::ValueRange sums);
  llvm::SmallVector<mlir::Value>
  overRows(const ColumnTiles &tiles, PlacedReader &reader,
           mlir::ValueRange sums,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(PlacedReader &,
                                                             mlir::ValueRange)>
               body);
  llvm::SmallVector<mlir::Value> sumRow(const ColumnTiles &tiles,
                                        TileShape tile,
                                        const PlacedReader &reader,
                                        mlir::ValueRange sums, UnitBody body);
  llvm::SmallVector<mlir::Value>
  overTaps(const TapRun &run, const PlacedReader &reader, mlir::ValueRange sums,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(
               PlacedReader &, mlir::Value, int64_t, int64_t, mlir::ValueRange)>
               body);
  llvm::SmallVector<mlir::Value> sumUnits(TileShape tile,
                                          const PlacedReader &reader,
                                          mlir::Value low, mlir::Value high,
                                          int64_t channels,
                                          mlir::ValueRange sums, UnitBody body);
  llvm::SmallVector<mlir::Value>
  sumInChunks(const ColumnTiles &tiles, TileShape tile,
              const PlacedReader &reader, mlir::ValueRange sums, UnitBody body);
  llvm::SmallVector<mlir::Value> zeros(llvm::ArrayRef<mlir::Type> types);
  bool tapsAreContiguous() const {
    return counts.tapsAreContiguous() && sumBlock.count == counts.units;
  }

  mlir::ImplicitLocOpBuilder &b;
  const Contraction &c;
  const ContractionGeometry &g;
  std::unique_ptr<InnerProduct> product;
  UnitCounts counts;
  Operands operands;
  llvm::SmallVector<ColumnTiles> columns;

  llvm::MutableArrayRef<mlir::Value> results() {
    return llvm::MutableArrayRef(state).take_front(numResults);
  }

  /// The tensors that the loops carry: results, then the buffers that exist.
  llvm::SmallVector<mlir::Value> state;
  unsigned numResults = 1, bufferSlot = 0, copySlot = 0, partialSlot = 0;

  /// The place of the loops.
  SumBlock sumBlock;
  mlir::Value firstBlock, batch, firstRow, row, column, group;
  FilterRows rows;
  llvm::SmallVector<mlir::Value> terms;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SCHEDULEBUILDER_H
