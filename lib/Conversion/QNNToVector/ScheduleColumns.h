//===- ScheduleColumns.h - Rows of the result, cut into tiles ---*- C++ -*-===//
//
// Plain numbers: which columns are one tile, and which of its pixels have which
// taps inside the image.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SCHEDULECOLUMNS_H
#define QNN_CONVERSION_QNNTOVECTOR_SCHEDULECOLUMNS_H

#include "Contraction.h"

namespace qnn {

/// The taps low .. high - 1 of a filter row are inside the image for the pixels
/// first .. last - 1 of a tile, outside for the others.
struct TapRun {
  int64_t low, high, first, last;

  bool operator==(const TapRun &o) const {
    return low == o.low && high == o.high && first == o.first && last == o.last;
  }
};

/// Columns begin .. end - 1 in tiles of `pixels` columns, all with these taps.
struct ColumnTiles {
  int64_t begin, end, pixels;
  llvm::SmallVector<TapRun> taps;

  /// Taps inside the image of pixel `m` of each tile.
  int64_t tapsOf(int64_t m) const;
};

/// The columns of a row of the result in tiles of at most `pixels` columns, of
/// equal widths as far as they go: 26 columns and 14 pixels give two tiles of
/// 13. Tiles with the same taps that follow one another are one entry.
llvm::SmallVector<ColumnTiles> cutColumns(const ContractionGeometry &g,
                                          int64_t pixels);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SCHEDULECOLUMNS_H
