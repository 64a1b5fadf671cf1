//===- Random.h - Counter-based random numbers ------------------*- C++ -*-===//
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011): a number is a function of a key and a counter, not of what was drawn
// before. The key is the seed; the counter says which step, which tensor, which
// element. The same run twice gives the same bits, in any order and on any
// number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_RANDOM_H
#define QNN_ARITH_RANDOM_H

#include <array>
#include <cstdint>

namespace qnn {

/// Four random words of a counter and a key.
inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * counter[0];
    uint64_t b = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(b >> 32) ^ counter[1] ^ key[0], uint32_t(b),
               uint32_t(a >> 32) ^ counter[3] ^ key[1], uint32_t(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// The word of element `index` of `tensor` in `step`. Elements 4n to 4n + 3
/// share a counter.
inline uint32_t randomWord(uint64_t seed, uint32_t step, uint32_t tensor,
                           uint64_t index) {
  uint64_t block = index / 4;
  return philox({uint32_t(block), uint32_t(block >> 32), step, tensor},
                {uint32_t(seed), uint32_t(seed >> 32)})[index % 4];
}

/// Uniform in [0, 1), a multiple of 2^-24.
inline float uniformFromWord(uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24f;
}

} // namespace qnn

#endif // QNN_ARITH_RANDOM_H
