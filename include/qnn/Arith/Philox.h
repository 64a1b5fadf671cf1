//===- Philox.h - Random numbers without a state ----------------*- C++ -*-===//
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011): ten rounds turn a counter of four words into four random words. The
// number of an element is a function of seed, step, tensor and index alone, so
// that any number of threads, in any order, draws the same ones.
//
//   key      0: low word of the seed      1: high word of the seed
//   counter  0: block                     1: tensor
//            2: low word of the step      3: high word of the step
//
// 64 consecutive elements share 16 blocks: element i reads
//
//   word (i / 16) % 4 of block (i / 64) * 16 + i % 16.
//
// Vectors of 4, 8 or 16 lanes that hold consecutive blocks so give consecutive
// elements, without a shuffle: of 16 lanes, word w of blocks 16 g .. 16 g + 15
// is elements 64 g + 16 w .. 64 g + 16 w + 15.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_PHILOX_H
#define QNN_ARITH_PHILOX_H

#include <array>
#include <cstdint>
#include <vector>

namespace qnn {

/// The ten rounds.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

/// The random numbers of one tensor in one step.
struct RandomStream {
  uint64_t seed = 0;
  uint64_t step = 0;
  uint32_t tensor = 0;

  /// The word of element `index`, which is less than 2^34.
  uint32_t word(uint64_t index) const;
  /// The words of elements 0 .. count - 1.
  std::vector<uint32_t> words(uint64_t count) const;
};

/// In [0, 1): the upper 24 bits times 2^-24, exact.
float uniform01(uint32_t word);

/// In [-1, 1): 2 uniform01(word) - 1, exact.
float uniform11(uint32_t word);

/// True with probability `p`: uniform01(word) < p. NaN: false.
bool bernoulli(uint32_t word, float p);

} // namespace qnn

#endif // QNN_ARITH_PHILOX_H
