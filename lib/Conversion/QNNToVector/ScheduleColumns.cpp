//===- ScheduleColumns.cpp - Rows of the result, cut into tiles -*- C++ -*-===//

#include "ScheduleColumns.h"

using namespace qnn;

/// The first tap at or behind column `image` of the image, for column `ow`.
static int64_t firstTap(const ContractionGeometry &g, int64_t ow,
                        int64_t image) {
  int64_t distance = image + g.padLeft - ow * g.strideWidth;
  int64_t tap =
      distance <= 0 ? 0 : (distance + g.dilationWidth - 1) / g.dilationWidth;
  return std::min(tap, g.kernelWidth);
}

/// Taps with the same pixels are one run; taps without pixels are none.
static llvm::SmallVector<TapRun> tapsOfTile(const ContractionGeometry &g,
                                            int64_t begin, int64_t pixels) {
  llvm::SmallVector<TapRun> runs;
  for (int64_t kw = 0; kw < g.kernelWidth; ++kw) {
    TapRun tap{kw, kw + 1, pixels, pixels};
    for (int64_t m = pixels - 1; m >= 0; --m)
      if (firstTap(g, begin + m, 0) <= kw)
        tap.first = m;
    while (tap.last > tap.first &&
           firstTap(g, begin + tap.last - 1, g.inWidth) <= kw)
      --tap.last;
    if (tap.first == tap.last)
      continue;
    if (!runs.empty() && runs.back().high == kw &&
        runs.back().first == tap.first && runs.back().last == tap.last)
      ++runs.back().high;
    else
      runs.push_back(tap);
  }
  return runs;
}

int64_t ColumnTiles::tapsOf(int64_t m) const {
  int64_t count = 0;
  for (const TapRun &run : taps)
    if (run.first <= m && m < run.last)
      count += run.high - run.low;
  return count;
}

/// Appends a tile, to the last ones where it continues them.
static void append(llvm::SmallVector<ColumnTiles> &tiles, ColumnTiles tile) {
  if (!tiles.empty() && tiles.back().end == tile.begin &&
      tiles.back().pixels == tile.pixels && tiles.back().taps == tile.taps)
    tiles.back().end = tile.end;
  else
    tiles.push_back(std::move(tile));
}

llvm::SmallVector<ColumnTiles> qnn::cutColumns(const ContractionGeometry &g,
                                               int64_t pixels) {
  llvm::SmallVector<ColumnTiles> tiles;
  int64_t count = (g.outWidth + pixels - 1) / pixels;
  int64_t width = (g.outWidth + count - 1) / std::max<int64_t>(count, 1);
  for (int64_t ow = 0; ow < g.outWidth; ow += width) {
    int64_t ofTile = std::min(width, g.outWidth - ow);
    append(tiles, {ow, ow + ofTile, ofTile, tapsOfTile(g, ow, ofTile)});
  }
  return tiles;
}
