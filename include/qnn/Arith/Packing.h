//===- Packing.h - Codes in 32-bit words, weights in tiles ------*- C++ -*-===//
//
// The layouts that PackedOps.td describes, as plain arrays. A packed row holds
// ceil(count / 32) groups of `bits` words: word w * bits + p has bit p of the
// codes 32 w .. 32 w + 31, code 32 w + i in bit i; bits beyond `count` are 0.
//
// Example: the 2-bit codes 3 1 2 are the words 0b011 (bit 0 of each code, the
// first code in the least bit) and 0b101 (bit 1 of each).
//
// Weight tiles are [blocks, KH, KW, S, T]: of each filter tap the S steps
// (words, or elements) of the T output channels of a block side by side. Each
// group has ceil(O / groups / T) blocks; what lies beyond its channels is 0.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_PACKING_H
#define QNN_ARITH_PACKING_H

#include "qnn/Arith/Enums.h"
#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace qnn {

/// Bits of a word of the packed form.
constexpr int64_t wordBits = 32;

/// Channels of a step of weights in bytes: what a dot product of bytes adds to
/// one 32-bit sum.
constexpr int64_t dotChannels = 4;

//===----------------------------------------------------------------------===//
// Rows of codes
//===----------------------------------------------------------------------===//

/// Words that a packed row of `count` codes of `bits` bits takes.
int64_t packedWords(int64_t count, unsigned bits);

/// Packs rows of `count` codes (patterns, one a byte; bits above `bits` are
/// ignored). The size of `codes` must be a multiple of `count`.
std::vector<uint32_t> packRows(llvm::ArrayRef<uint8_t> codes, int64_t count,
                               unsigned bits);

/// The inverse of packRows: patterns 0 .. 2^bits-1, one a byte.
std::vector<uint8_t> unpackRows(llvm::ArrayRef<uint32_t> words, int64_t count,
                                unsigned bits);

//===----------------------------------------------------------------------===//
// Weights and thresholds in kernel layout
//===----------------------------------------------------------------------===//

/// Sizes of a filter [outChannels, kernelHeight, kernelWidth, channels] that is
/// put into tiles of `tile` output channels. A matmul's [N, K] is
/// {outChannels = N, channels = K}.
struct FilterShape {
  int64_t outChannels = 1; ///< of all groups; a multiple of groups
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t channels = 1; ///< of one group
  int64_t groups = 1;
  int64_t tile = 32;      ///< T
  bool depthwise = false; ///< a block is T groups, see isDepthwise

  int64_t elements() const {
    return outChannels * kernelHeight * kernelWidth * channels;
  }
  int64_t outChannelsOfGroup() const { return outChannels / groups; }
  int64_t blocksOfGroup() const {
    return (outChannelsOfGroup() + tile - 1) / tile;
  }
  int64_t blocks() const {
    return depthwise ? groups / tile : groups * blocksOfGroup();
  }
};

/// True where the blocks of a kernel are not parts of a group, but T groups
/// with one channel and one output channel each: a step is that channel (bytes,
/// too) of T groups. T divides the groups.
bool isDepthwise(KernelKind kind, int64_t channels, int64_t outChannels,
                 int64_t groups, int64_t tile);

/// Codes [O, KH, KW, C] to words [blocks, KH, KW, S, T], S = packedWords(C,
/// bits).
std::vector<uint32_t> packWeightWords(llvm::ArrayRef<uint8_t> codes,
                                      const FilterShape &shape, unsigned bits);

/// Floats [O, KH, KW, C] to [blocks, KH, KW, C, T], unchanged but for their
/// place; zeros beyond a group's channels.
std::vector<float> packWeightElements(llvm::ArrayRef<float> weights,
                                      const FilterShape &shape);

/// Bytes [O, KH, KW, C] to [blocks, KH, KW, ceil(C / 4), T, 4]: 4 channels of
/// an output channel side by side; zeros beyond the channels and beyond a
/// group's. Depthwise: [blocks, KH, KW, 1, T].
std::vector<int8_t> packWeightBytes(llvm::ArrayRef<int8_t> weights,
                                    const FilterShape &shape);

/// Thresholds [O, levels] to [blocks, levels, T]; the greatest i32 beyond a
/// group's channels. Of `shape` only outChannels, groups and tile count.
std::vector<int32_t> packThresholds(llvm::ArrayRef<int32_t> thresholds,
                                    int64_t levels, const FilterShape &shape);

/// One factor and one offset for each output channel to [blocks, 2, T]; beyond
/// a group's channels 1 and -0.0, which change nothing.
std::vector<float> packScales(llvm::ArrayRef<float> factors,
                              llvm::ArrayRef<float> offsets,
                              const FilterShape &shape);

//===----------------------------------------------------------------------===//
// Products of packed rows
//===----------------------------------------------------------------------===//

/// The product of two rows of `count` bipolar codes:
/// count - 2 popcount(a xor b), for their unused bits are equal (0).
int32_t bipolarDot(llvm::ArrayRef<uint32_t> a, llvm::ArrayRef<uint32_t> b,
                   int64_t count);

/// number(code) = planeOffset + sum_p planeWeight(p) * bit p of the code.
int32_t planeWeight(unsigned plane, unsigned bits, Encoding encoding);
int32_t planeOffset(Encoding encoding);

/// The product of two packed rows of any codes, from their bit-planes:
///   sum_pq wa_p wb_q popcount(a_p and b_q) + oa sum_q wb_q popcount(b_q)
///   + ob sum_p wa_p popcount(a_p) + oa ob count.
int32_t planesDot(llvm::ArrayRef<uint32_t> a, unsigned aBits,
                  Encoding aEncoding, llvm::ArrayRef<uint32_t> b,
                  unsigned bBits, Encoding bEncoding, int64_t count);

} // namespace qnn

#endif // QNN_ARITH_PACKING_H
