//===- Packing.cpp - Codes in 32-bit words, weights in tiles ----*- C++ -*-===//

#include "qnn/Arith/Packing.h"
#include "qnn/Arith/Thresholds.h"
#include <array>
#include <cassert>

using namespace qnn;

//===----------------------------------------------------------------------===//
// Rows of codes
//===----------------------------------------------------------------------===//

int64_t qnn::packedWords(int64_t count, unsigned bits) {
  return (count + wordBits - 1) / wordBits * bits;
}

/// Sets the bits of one row in words that are 0.
static void packRow(const uint8_t *codes, int64_t count, unsigned bits,
                    uint32_t *words) {
  for (int64_t i = 0; i < count; ++i)
    for (unsigned p = 0; p < bits; ++p)
      words[i / wordBits * bits + p] |= uint32_t(codes[i] >> p & 1)
                                        << (i % wordBits);
}

std::vector<uint32_t> qnn::packRows(llvm::ArrayRef<uint8_t> codes,
                                    int64_t count, unsigned bits) {
  assert(count > 0 && codes.size() % count == 0);
  int64_t rows = codes.size() / count, length = packedWords(count, bits);
  std::vector<uint32_t> words(rows * length);
  for (int64_t row = 0; row < rows; ++row)
    packRow(codes.data() + row * count, count, bits,
            words.data() + row * length);
  return words;
}

std::vector<uint8_t> qnn::unpackRows(llvm::ArrayRef<uint32_t> words,
                                     int64_t count, unsigned bits) {
  int64_t length = packedWords(count, bits);
  assert(count > 0 && words.size() % length == 0);
  int64_t rows = words.size() / length;
  std::vector<uint8_t> codes(rows * count);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < count; ++i)
      for (unsigned p = 0; p < bits; ++p) {
        uint32_t word = words[row * length + i / wordBits * bits + p];
        codes[row * count + i] |= (word >> (i % wordBits) & 1) << p;
      }
  return codes;
}

//===----------------------------------------------------------------------===//
// Weights and thresholds in kernel layout
//===----------------------------------------------------------------------===//

namespace {
/// Where an output channel lies in tiles.
struct Place {
  int64_t block, lane;
};
} // namespace

bool qnn::isDepthwise(KernelKind kind, int64_t channels, int64_t outChannels,
                      int64_t groups, int64_t tile) {
  return (kind == KernelKind::Int8Dot || kind == KernelKind::F32Fma) &&
         channels == 1 && groups > 1 && outChannels == groups &&
         groups % tile == 0;
}

static Place placeOf(int64_t outChannel, const FilterShape &shape) {
  if (shape.depthwise)
    return {outChannel / shape.tile, outChannel % shape.tile};
  int64_t group = outChannel / shape.outChannelsOfGroup();
  int64_t within = outChannel % shape.outChannelsOfGroup();
  return {group * shape.blocksOfGroup() + within / shape.tile,
          within % shape.tile};
}

/// Rows [O, rowLength] to [blocks, rowLength, T], `fill` beyond the channels.
template <typename T>
static std::vector<T> tileRows(llvm::ArrayRef<T> rows, int64_t rowLength,
                               const FilterShape &shape, T fill) {
  assert(shape.outChannels % shape.groups == 0 &&
         int64_t(rows.size()) == shape.outChannels * rowLength);
  std::vector<T> tiles(shape.blocks() * rowLength * shape.tile, fill);
  for (int64_t o = 0; o < shape.outChannels; ++o) {
    Place place = placeOf(o, shape);
    for (int64_t i = 0; i < rowLength; ++i)
      tiles[(place.block * rowLength + i) * shape.tile + place.lane] =
          rows[o * rowLength + i];
  }
  return tiles;
}

std::vector<uint32_t> qnn::packWeightWords(llvm::ArrayRef<uint8_t> codes,
                                           const FilterShape &shape,
                                           unsigned bits) {
  std::vector<uint32_t> rows = packRows(codes, shape.channels, bits);
  int64_t length = shape.kernelHeight * shape.kernelWidth *
                   packedWords(shape.channels, bits);
  return tileRows<uint32_t>(rows, length, shape, 0);
}

std::vector<int8_t> qnn::packWeightBytes(llvm::ArrayRef<int8_t> weights,
                                         const FilterShape &shape) {
  if (shape.depthwise)
    return tileRows<int8_t>(weights, shape.kernelHeight * shape.kernelWidth,
                            shape, 0);
  using Quad = std::array<int8_t, dotChannels>;
  int64_t taps = shape.outChannels * shape.kernelHeight * shape.kernelWidth;
  int64_t quads = (shape.channels + dotChannels - 1) / dotChannels;
  std::vector<Quad> rows(taps * quads, Quad{});
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t c = 0; c < shape.channels; ++c)
      rows[tap * quads + c / dotChannels][c % dotChannels] =
          weights[tap * shape.channels + c];
  std::vector<Quad> tiles =
      tileRows<Quad>(rows, rows.size() / shape.outChannels, shape, Quad{});
  std::vector<int8_t> bytes;
  for (const Quad &quad : tiles)
    bytes.insert(bytes.end(), quad.begin(), quad.end());
  return bytes;
}

std::vector<float> qnn::packWeightElements(llvm::ArrayRef<float> weights,
                                           const FilterShape &shape) {
  return tileRows<float>(weights, shape.elements() / shape.outChannels, shape,
                         0);
}

std::vector<int32_t> qnn::packThresholds(llvm::ArrayRef<int32_t> thresholds,
                                         int64_t levels,
                                         const FilterShape &shape) {
  return tileRows<int32_t>(thresholds, levels, shape, neverReached);
}

std::vector<float> qnn::packScales(llvm::ArrayRef<float> factors,
                                   llvm::ArrayRef<float> offsets,
                                   const FilterShape &shape) {
  std::vector<float> ones = tileRows<float>(factors, 1, shape, 1.0f);
  std::vector<float> zeros = tileRows<float>(offsets, 1, shape, -0.0f);
  std::vector<float> tiles;
  for (int64_t block = 0; block < shape.blocks(); ++block)
    for (const std::vector<float> *rows : {&ones, &zeros})
      tiles.insert(tiles.end(), rows->begin() + block * shape.tile,
                   rows->begin() + (block + 1) * shape.tile);
  return tiles;
}

//===----------------------------------------------------------------------===//
// Products of packed rows
//===----------------------------------------------------------------------===//

static int32_t popcount(uint32_t word) { return __builtin_popcount(word); }

int32_t qnn::bipolarDot(llvm::ArrayRef<uint32_t> a, llvm::ArrayRef<uint32_t> b,
                        int64_t count) {
  assert(a.size() == b.size());
  int32_t differences = 0;
  for (size_t i = 0; i < a.size(); ++i)
    differences += popcount(a[i] ^ b[i]);
  return count - 2 * differences;
}

int32_t qnn::planeWeight(unsigned plane, unsigned bits, Encoding encoding) {
  if (encoding == Encoding::Bipolar)
    return 2;
  bool isSign = encoding != Encoding::Unsigned && plane + 1 == bits;
  return isSign ? -(1 << plane) : 1 << plane;
}

int32_t qnn::planeOffset(Encoding encoding) {
  return encoding == Encoding::Bipolar ? -1 : 0;
}

/// sum_p planeWeight(p) * popcount of plane p of a packed row.
static int32_t weightedBits(llvm::ArrayRef<uint32_t> words, unsigned bits,
                            Encoding encoding) {
  int32_t sum = 0;
  for (size_t i = 0; i < words.size(); ++i)
    sum += planeWeight(i % bits, bits, encoding) * popcount(words[i]);
  return sum;
}

int32_t qnn::planesDot(llvm::ArrayRef<uint32_t> a, unsigned aBits,
                       Encoding aEncoding, llvm::ArrayRef<uint32_t> b,
                       unsigned bBits, Encoding bEncoding, int64_t count) {
  assert(a.size() / aBits == b.size() / bBits);
  int32_t sum = 0;
  for (size_t word = 0; word < a.size() / aBits; ++word)
    for (unsigned p = 0; p < aBits; ++p)
      for (unsigned q = 0; q < bBits; ++q)
        sum += planeWeight(p, aBits, aEncoding) *
               planeWeight(q, bBits, bEncoding) *
               popcount(a[word * aBits + p] & b[word * bBits + q]);
  int32_t aOffset = planeOffset(aEncoding), bOffset = planeOffset(bEncoding);
  return sum + aOffset * weightedBits(b, bBits, bEncoding) +
         bOffset * weightedBits(a, aBits, aEncoding) +
         aOffset * bOffset * static_cast<int32_t>(count);
}
