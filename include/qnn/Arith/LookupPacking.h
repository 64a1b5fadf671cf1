//===- LookupPacking.h - Weights that index tables --------------*- C++ -*-===//
//
// A lookup product adds, for a few channels at a time, one entry of a table of
// all sums that weights of few bits can make of those channels' activations.
// An index is
//
// * a bit of each of `indexBits` channels (the first in the least bit), one for
//   each plane of the weights; or
// * three trits, 5 bits: sum of 3^i (weight i + 1).
//
// Indices of an output channel lie densely in *lanes*, bytes or shorts, that
// one register has for many output channels: as many as fit in each lane, from
// its least bit, and the bits that are left over in `lanesOfGroup` lanes make
// one more. Of a group's lanes, that index has the topmost bits of the first,
// then those of the second, ...
//
//   4 bits in bytes:   2 a lane, 8 channels
//   6 bits in bytes:   4 in 3 lanes, 24 channels
//   5 bits in shorts: 16 in 5 lanes, 80 channels, or 48 trits
//
// Tiles are [blocks, KH, KW, S, T]: step (group * planes + plane) *
// lanesOfGroup
// + l is lane l of a group of channels, of each of the T output channels. The
// lanes of a 32-bit word are T / laneBytes channels apart, so that sums that
// are widened lane by lane end in the order of their channels.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_LOOKUPPACKING_H
#define QNN_ARITH_LOOKUPPACKING_H

#include "qnn/Arith/Packing.h"

namespace qnn {

struct LookupLayout {
  /// Indices of 4, 5 or 6 bits by weights of that code. Ternary weights are
  /// three trits where an index has 5 bits, else two planes.
  LookupLayout(int64_t indexBits, unsigned weightBits, Encoding weights);

  int64_t indexBits, laneBits;
  bool trits;
  int64_t planes;

  int64_t channelsOfIndex() const { return trits ? 3 : indexBits; }
  int64_t lanesOfGroup() const;
  int64_t indicesOfGroup() const {
    return lanesOfGroup() * laneBits / indexBits;
  }
  int64_t channelsOfGroup() const {
    return indicesOfGroup() * channelsOfIndex();
  }
  /// Steps S of a filter tap of `channels` channels.
  int64_t steps(int64_t channels) const;
  /// Where output channel `n` of the T of a block lies in a step.
  int64_t laneOf(int64_t n, int64_t tile) const;
};

/// Codes [O, KH, KW, C] to lanes [blocks, KH, KW, S, T]. Bits beyond the
/// channels are 0, trits those of a weight of 0.
std::vector<uint16_t> packLookupIndices(llvm::ArrayRef<uint8_t> codes,
                                        const FilterShape &shape,
                                        const LookupLayout &layout);

/// The inverse: codes [O, KH, KW, C].
std::vector<uint8_t> unpackLookupIndices(llvm::ArrayRef<uint16_t> lanes,
                                         const FilterShape &shape,
                                         const LookupLayout &layout);

} // namespace qnn

#endif // QNN_ARITH_LOOKUPPACKING_H
