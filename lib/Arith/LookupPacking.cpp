//===- LookupPacking.cpp - Weights that index tables ------------*- C++ -*-===//

#include "qnn/Arith/LookupPacking.h"
#include "qnn/Arith/Code.h"
#include <cassert>

using namespace qnn;

LookupLayout::LookupLayout(int64_t indexBits, unsigned weightBits,
                           Encoding weights)
    : indexBits(indexBits), laneBits(indexBits == 5 ? 16 : 8),
      trits(weights == Encoding::Ternary && indexBits == 5),
      planes(trits ? 1 : weightBits) {
  assert(indexBits >= 4 && indexBits <= 6);
}

int64_t LookupLayout::lanesOfGroup() const {
  int64_t left = laneBits % indexBits;
  return left ? indexBits / left : 1;
}

int64_t LookupLayout::steps(int64_t channels) const {
  int64_t groups = (channels + channelsOfGroup() - 1) / channelsOfGroup();
  return groups * planes * lanesOfGroup();
}

int64_t LookupLayout::laneOf(int64_t n, int64_t tile) const {
  int64_t ofWord = 32 / laneBits;
  int64_t words = tile / ofWord;
  return n % words * ofWord + n / words;
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

/// The index of the weights `codes` of an index' channels, in one plane.
static unsigned indexOf(llvm::ArrayRef<uint8_t> codes, int64_t plane,
                        const LookupLayout &layout) {
  unsigned index = 0, place = 1;
  for (uint8_t code : codes) {
    if (layout.trits)
      index += place * (codeToNumber(code, 2, Encoding::Ternary) + 1);
    else
      index += place * (code >> plane & 1);
    place *= layout.trits ? 3 : 2;
  }
  return index;
}

/// What `index` says of the weight of its channel `i`.
static uint8_t codeOf(unsigned index, int64_t i, int64_t plane,
                      const LookupLayout &layout) {
  if (!layout.trits)
    return (index >> i & 1) << plane;
  for (; i > 0; --i)
    index /= 3;
  return numberToCode(static_cast<int32_t>(index % 3) - 1, 2,
                      Encoding::Ternary);
}

/// Calls bit(lane, bit of the lane) for each bit of index `i` of a group.
template <typename F>
static void forEachBit(int64_t i, const LookupLayout &layout, F bit) {
  int64_t whole = layout.laneBits / layout.indexBits;
  int64_t left = layout.laneBits % layout.indexBits;
  for (int64_t k = 0; k < layout.indexBits; ++k) {
    if (i < whole * layout.lanesOfGroup())
      bit(i / whole, i % whole * layout.indexBits + k);
    else
      bit(k / left, layout.laneBits - left + k % left);
  }
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Calls visit(first code, codes, plane, index of its group, first step's
/// position) for each index of each output channel and tap; a step more is T
/// positions more.
template <typename F>
static void forEachIndex(const FilterShape &shape, const LookupLayout &layout,
                         F visit) {
  int64_t taps = shape.kernelHeight * shape.kernelWidth;
  int64_t steps = layout.steps(shape.channels);
  int64_t width = layout.channelsOfIndex(), ofGroup = layout.indicesOfGroup();
  for (int64_t o = 0; o < shape.outChannels; ++o) {
    int64_t group = o / shape.outChannelsOfGroup();
    int64_t within = o % shape.outChannelsOfGroup();
    int64_t block = group * shape.blocksOfGroup() + within / shape.tile;
    int64_t lane = layout.laneOf(within % shape.tile, shape.tile);
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t c = 0; c < shape.channels; c += width)
        for (int64_t plane = 0; plane < layout.planes; ++plane) {
          int64_t step = (c / width / ofGroup * layout.planes + plane) *
                         layout.lanesOfGroup();
          visit((o * taps + tap) * shape.channels + c,
                std::min(width, shape.channels - c), plane, c / width % ofGroup,
                ((block * taps + tap) * steps + step) * shape.tile + lane);
        }
  }
}

std::vector<uint16_t> qnn::packLookupIndices(llvm::ArrayRef<uint8_t> codes,
                                             const FilterShape &shape,
                                             const LookupLayout &layout) {
  assert(static_cast<int64_t>(codes.size()) == shape.elements());
  std::vector<uint16_t> lanes(shape.blocks() * shape.kernelHeight *
                              shape.kernelWidth * layout.steps(shape.channels) *
                              shape.tile);
  forEachIndex(shape, layout,
               [&](int64_t first, int64_t count, int64_t plane, int64_t i,
                   int64_t position) {
                 llvm::SmallVector<uint8_t> ofIndex(codes.slice(first, count));
                 ofIndex.resize(layout.channelsOfIndex(), 0);
                 unsigned index = indexOf(ofIndex, plane, layout);
                 int64_t k = 0;
                 forEachBit(i, layout, [&](int64_t lane, int64_t bit) {
                   lanes[position + lane * shape.tile] |= (index >> k++ & 1)
                                                          << bit;
                 });
               });
  return lanes;
}

std::vector<uint8_t> qnn::unpackLookupIndices(llvm::ArrayRef<uint16_t> lanes,
                                              const FilterShape &shape,
                                              const LookupLayout &layout) {
  std::vector<uint8_t> codes(shape.elements());
  forEachIndex(shape, layout,
               [&](int64_t first, int64_t count, int64_t plane, int64_t i,
                   int64_t position) {
                 unsigned index = 0;
                 int64_t k = 0;
                 forEachBit(i, layout, [&](int64_t lane, int64_t bit) {
                   index |= (lanes[position + lane * shape.tile] >> bit & 1)
                            << k++;
                 });
                 for (int64_t c = 0; c < count; ++c)
                   codes[first + c] |= codeOf(index, c, plane, layout);
               });
  return codes;
}
