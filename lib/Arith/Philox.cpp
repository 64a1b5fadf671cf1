//===- Philox.cpp - Random numbers without a state --------------*- C++ -*-===//

#include "qnn/Arith/Philox.h"

using namespace qnn;

static std::array<uint32_t, 4> roundOf(std::array<uint32_t, 4> c,
                                       std::array<uint32_t, 2> k) {
  uint64_t product0 = uint64_t(0xD2511F53) * c[0];
  uint64_t product1 = uint64_t(0xCD9E8D57) * c[2];
  return {uint32_t(product1 >> 32) ^ c[1] ^ k[0], uint32_t(product1),
          uint32_t(product0 >> 32) ^ c[3] ^ k[1], uint32_t(product0)};
}

std::array<uint32_t, 4> qnn::philox4x32(std::array<uint32_t, 4> counter,
                                        std::array<uint32_t, 2> key) {
  for (int i = 0; i < 10; ++i) {
    counter = roundOf(counter, key);
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

static std::array<uint32_t, 4> blockOf(const RandomStream &stream,
                                       uint64_t block) {
  return philox4x32({uint32_t(block), stream.tensor, uint32_t(stream.step),
                     uint32_t(stream.step >> 32)},
                    {uint32_t(stream.seed), uint32_t(stream.seed >> 32)});
}

uint32_t RandomStream::word(uint64_t index) const {
  return blockOf(*this, index / 64 * 16 + index % 16)[index / 16 % 4];
}

std::vector<uint32_t> RandomStream::words(uint64_t count) const {
  std::vector<uint32_t> result(count);
  uint64_t blocks = (count + 63) / 64 * 16;
  for (uint64_t block = 0; block < blocks; ++block) {
    std::array<uint32_t, 4> four = blockOf(*this, block);
    uint64_t first = block / 16 * 64 + block % 16;
    for (uint64_t w = 0; w < 4 && first + 16 * w < count; ++w)
      result[first + 16 * w] = four[w];
  }
  return result;
}

float qnn::uniform01(uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24f;
}

float qnn::uniform11(uint32_t word) {
  return static_cast<float>(static_cast<int32_t>(word >> 8) - (1 << 23)) *
         0x1p-23f;
}

bool qnn::bernoulli(uint32_t word, float p) { return uniform01(word) < p; }
