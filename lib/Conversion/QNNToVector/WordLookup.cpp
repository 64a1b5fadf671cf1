//===- WordLookup.cpp - Codes in words by tables of sums --------*- C++ -*-===//
//
// Activations of few bits lie in words of bit-planes, and a table is the sum of
// one for each plane, which only has the plane's bits of an index' channels to
// choose from: a constant holds them all.
//
//===----------------------------------------------------------------------===//

#include "CodeLookup.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/bit.h"
#include <numeric>

using namespace mlir;
using namespace qnn;

namespace {
struct WordLookup final : CodeLookup {
  WordLookup(const Contraction &c, StringRef permute) : CodeLookup(c, permute) {
    setPasses();
  }

  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;

protected:
  /// Whole words and whole groups of the weights.
  int64_t channelsOfUnit() const override {
    return std::lcm(wordBits, layout.channelsOfGroup());
  }
  int64_t activationStride() const override {
    return channelsOfUnit() / wordBits * a.getBits();
  }
  int64_t greatestEntry() const override {
    return layout.indexBits * ((1 << a.getBits()) - 1);
  }
  /// A plane of negative weight counts the channels that have not both bits.
  int64_t bias(unsigned) const override {
    return isNegative(a.getBits() - 1) ? layout.indexBits << (a.getBits() - 1)
                                       : 0;
  }
  int32_t factorOf(unsigned plane) const override {
    int32_t weight = weightOf(w, plane);
    if (!a.isBipolar())
      return weight;
    return w.isBipolar() ? -2 : -weight;
  }
  int32_t activationFactor() const override;
  Value sumOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
              int64_t m) const override {
    int64_t words = llvm::divideCeil(reader.channels, wordBits);
    return sumOfPlanes(b, reader, m, words, a);
  }

private:
  static int32_t weightOf(CodeAttr code, unsigned plane) {
    return planeWeight(plane, code.getBits(), code.getEncoding());
  }
  bool isNegative(unsigned plane) const { return weightOf(a, plane) < 0; }
  uint8_t entry(unsigned plane, unsigned bits, unsigned index) const;
  Value allTables(ImplicitLocOpBuilder &b) const;
  Value bitsOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
               unsigned plane, int64_t first) const;
};
} // namespace

/// sum (+-1) a = 2 sum_{w = 1} a - sum a; of +-1 it is the bits that count, see
/// BitSerialProduct.cpp.
int32_t WordLookup::activationFactor() const {
  if (a.isBipolar() == w.isBipolar())
    return 0;
  if (w.isBipolar())
    return 1;
  int32_t factor = 0;
  for (unsigned plane = 0; plane < w.getBits(); ++plane)
    factor -= weightOf(w, plane);
  return factor;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

uint8_t WordLookup::entry(unsigned plane, unsigned bits, unsigned index) const {
  if (a.isBipolar())
    return llvm::popcount(bits ^ index);
  int count = llvm::popcount(bits & index);
  if (isNegative(plane))
    count = layout.indexBits - count;
  return count << plane;
}

/// [planes, bits of the plane, index].
Value WordLookup::allTables(ImplicitLocOpBuilder &b) const {
  int64_t size = tableLanes();
  std::vector<uint8_t> entries;
  for (unsigned plane = 0; plane < a.getBits(); ++plane)
    for (int64_t bits = 0; bits < size; ++bits)
      for (int64_t index = 0; index < size; ++index)
        entries.push_back(entry(plane, bits, index));
  auto type = RankedTensorType::get({a.getBits(), size, size}, b.getI8Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<uint8_t>(entries)));
}

/// The bits of a plane from channel `first` of a unit on, those of an index.
Value WordLookup::bitsOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
                         unsigned plane, int64_t first) const {
  Type i32 = b.getI32Type();
  int64_t words = llvm::divideCeil(reader.channels, wordBits);
  int64_t word = first / wordBits, shift = first % wordBits;
  auto wordAt = [&](int64_t i) {
    return reader.activation(0, i * a.getBits() + plane);
  };
  Value bits = wordAt(word);
  if (shift)
    bits = arith::ShRUIOp::create(b, bits, integerOf(b, i32, shift));
  if (shift + layout.indexBits > wordBits && word + 1 < words) {
    Value next = arith::ShLIOp::create(b, wordAt(word + 1),
                                       integerOf(b, i32, wordBits - shift));
    bits = arith::OrIOp::create(b, bits, next);
  }
  bits = arith::AndIOp::create(b, bits, integerOf(b, i32, tableLanes() - 1));
  return arith::IndexCastUIOp::create(b, b.getIndexType(), bits);
}

void WordLookup::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                             function_ref<void(Value, int64_t)> store) const {
  Value all = allTables(b);
  auto type = VectorType::get({tableLanes()}, b.getI8Type());
  for (int64_t t = 0; t < tablesOf(reader.channels); ++t) {
    Value table;
    for (unsigned plane = 0; plane < a.getBits(); ++plane) {
      Value bits = bitsOf(b, reader, plane, t * layout.indexBits);
      Value ofPlane =
          readVector(b, type, all, {indexOf(b, plane), bits, indexOf(b, 0)});
      table = table ? arith::AddIOp::create(b, table, ofPlane) : ofPlane;
    }
    store(table, t * tableLanes());
  }
}

std::unique_ptr<InnerProduct> qnn::createWordLookup(const Contraction &c) {
  auto instruction = lookupLayoutOf(c.op).indexBits == 4
                         ? Instruction::ShuffleBytes
                         : Instruction::PermuteBytes;
  auto permute = findInstruction(c.target, instruction);
  if (!permute || c.lanes * 32 != c.target.getVectorBits())
    return nullptr;
  auto product = std::make_unique<WordLookup>(c, *permute);
  return product->fitsLanes() ? std::move(product) : nullptr;
}
