//===- LookupLanes.cpp - Indices and sums in bytes or shorts ----*- C++ -*-===//

#include "LookupLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

VectorType LookupLanes::typeOf(int64_t bits) const {
  auto element = IntegerType::get(c.target.getContext(), bits);
  return VectorType::get({32 * c.lanes / bits}, element);
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

/// A register that is wider than a block holds several blocks side by side.
Value LookupLanes::readLanes(ImplicitLocOpBuilder &b, const Group &group,
                             int64_t lane) const {
  VectorType type = typeOf(layout.laneBits);
  int64_t parts = count() / ofBlock(), step = group.step + lane;
  if (parts == 1)
    return group.reader.weights(group.v, step, type);
  auto part = VectorType::get({ofBlock()}, type.getElementType());
  Value all = zeroOf(b, type);
  for (int64_t i = 0; i < parts; ++i)
    if (int64_t block = group.v * parts + i; block < blocks(group.tile))
      all = vector::InsertStridedSliceOp::create(
          b, group.reader.weights(block, step, part), all,
          ArrayRef<int64_t>(i * ofBlock()), ArrayRef<int64_t>(1));
  return all;
}

Value LookupLanes::bitsFrom(ImplicitLocOpBuilder &b, Value lanes,
                            int64_t shift) const {
  if (!shift)
    return lanes;
  return arith::ShRUIOp::create(b, lanes, integerOf(b, lanes.getType(), shift));
}

/// The topmost bits of all lanes of a group are its last index.
Value LookupLanes::lanesOf(ImplicitLocOpBuilder &b, Group &group,
                           int64_t lane) const {
  group.lanes.resize(layout.lanesOfGroup());
  Value &lanes = group.lanes[lane];
  if (lanes)
    return lanes;
  lanes = readLanes(b, group, lane);
  if (int64_t left = layout.laneBits % layout.indexBits) {
    int64_t to = lane * left;
    Value bits = bitsFrom(b, lanes, layout.laneBits - left - to);
    bits = arith::AndIOp::create(
        b, bits, integerOf(b, bits.getType(), ((1 << left) - 1) << to));
    Value &topmost = group.topmost;
    topmost = topmost ? arith::OrIOp::create(b, topmost, bits) : bits;
  }
  return lanes;
}

/// A byte's shuffle looks at bit 7 too, permutations of whole registers at the
/// bits of the index only.
Value LookupLanes::indexOf(ImplicitLocOpBuilder &b, Group &group,
                           int64_t i) const {
  int64_t whole = layout.laneBits / layout.indexBits;
  if (int64_t lane = i / whole; lane < layout.lanesOfGroup()) {
    Value index =
        bitsFrom(b, lanesOf(b, group, lane), i % whole * layout.indexBits);
    if (layout.indexBits != 4)
      return index;
    return arith::AndIOp::create(b, index, integerOf(b, index.getType(), 15));
  }
  for (int64_t lane = 0; lane < layout.lanesOfGroup(); ++lane)
    lanesOf(b, group, lane);
  return group.topmost;
}

Value LookupLanes::everywhere(ImplicitLocOpBuilder &b, Value table) const {
  int64_t size = cast<VectorType>(table.getType()).getNumElements();
  if (size == count())
    return table;
  SmallVector<int64_t> lanes;
  for (int64_t i = 0; i < count(); ++i)
    lanes.push_back(i % size);
  return vector::ShuffleOp::create(b, table, table, lanes);
}

Value LookupLanes::lookUp(ImplicitLocOpBuilder &b, Value table,
                          Value index) const {
  return callIntrinsic(b, permute, table.getType(), {table, index});
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

std::pair<Value, Value> LookupLanes::halves(ImplicitLocOpBuilder &b,
                                            Value numbers, int64_t bits) const {
  VectorType wide = typeOf(2 * bits);
  numbers = b.createOrFold<vector::BitCastOp>(wide, numbers);
  Value even = arith::AndIOp::create(
      b, numbers, integerOf(b, wide, (int64_t(1) << bits) - 1));
  return {even, arith::ShRUIOp::create(b, numbers, integerOf(b, wide, bits))};
}

SmallVector<Value> LookupLanes::toWords(ImplicitLocOpBuilder &b,
                                        Value numbers) const {
  auto [even, odd] = halves(b, numbers, layout.laneBits);
  return toWords(b, even, odd);
}

SmallVector<Value> LookupLanes::toWords(ImplicitLocOpBuilder &b, Value even,
                                        Value odd) const {
  if (layout.laneBits == 16)
    return {even, odd};
  auto [first, third] = halves(b, even, 16);
  auto [second, fourth] = halves(b, odd, 16);
  return {first, second, third, fourth};
}

/// Output channel n of a block is lane n % L of word n / L, where a block has L
/// lanes of 32 bits. Either a register holds no more than those, or a vector of
/// the tile is halves of two words.
SmallVector<Value>
LookupLanes::inOrder(ImplicitLocOpBuilder &b, TileShape tile,
                     ArrayRef<SmallVector<Value>> registers) const {
  int64_t ofBlock = c.tileChannels / words();
  int64_t piece = std::min(ofBlock, c.lanes);
  SmallVector<Value> vectors;
  for (int64_t v = 0; v < tile.vectors; ++v) {
    SmallVector<Value> sources;
    SmallVector<int64_t> lanes;
    for (int64_t first = 0; first < c.lanes; first += piece) {
      int64_t n = (v * c.lanes + first) % c.tileChannels;
      int64_t lane =
          (v * c.lanes + first) / c.tileChannels * ofBlock + n % ofBlock;
      sources.push_back(registers[lane / c.lanes][n / ofBlock]);
      for (int64_t i = 0; i < piece; ++i)
        lanes.push_back(first / piece * c.lanes + lane % c.lanes + i);
    }
    vectors.push_back(
        sources.size() == 1
            ? sources[0]
            : vector::ShuffleOp::create(b, sources[0], sources[1], lanes));
  }
  return vectors;
}
