//===- ByteLookup.cpp - Codes in bytes by tables of sums --------*- C++ -*-===//
//
// Activations of five to eight bits. Where shorts are permuted, sums of whole
// activations are their entries: pairs of activations times pairs of weights of
// each index, a constant, are added by one instruction. Where only bytes are,
// activations are cut into parts of four bits, and in a table's bytes each
// activation is added where the index has its bit.
//
//===----------------------------------------------------------------------===//

#include "CodeLookup.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

namespace {
struct ByteLookup : CodeLookup {
  using CodeLookup::CodeLookup;

protected:
  int64_t activationStride() const override { return channelsOfUnit(); }
  bool isSigned() const { return a.getEncoding() != Encoding::Unsigned; }
  int32_t planeFactor(unsigned plane) const {
    return planeWeight(plane, w.getBits(), w.getEncoding());
  }
};

//===----------------------------------------------------------------------===//
// Tables of shorts
//===----------------------------------------------------------------------===//

struct ShortTables final : ByteLookup {
  ShortTables(const Contraction &c, StringRef permute, StringRef multiplyAdd)
      : ByteLookup(c, permute), multiplyAdd(multiplyAdd) {
    setPasses();
  }

  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;

protected:
  int64_t channelsOfUnit() const override { return layout.channelsOfGroup(); }
  /// Signs and trits are numbers in an index, bits of other codes planes.
  bool hasNumbers() const { return layout.trits || w.isBipolar(); }
  int32_t factorOf(unsigned plane) const override {
    return hasNumbers() ? 1 : planeFactor(plane);
  }
  int64_t bias(unsigned) const override {
    int64_t least = hasNumbers() ? -std::max(-a.getMin(), a.getMax())
                                 : std::min(a.getMin(), 0);
    return -least * layout.channelsOfIndex();
  }
  int64_t greatestEntry() const override {
    int64_t most = std::max(hasNumbers() ? -a.getMin() : 0, a.getMax());
    return bias(0) + most * layout.channelsOfIndex();
  }

private:
  int8_t weightOf(int64_t index, int64_t channel) const;
  Value pairOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
               int64_t channel) const;
  Value tableOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
                int64_t first, int64_t last) const;

  StringRef multiplyAdd;
};
} // namespace

int8_t ShortTables::weightOf(int64_t index, int64_t channel) const {
  if (!layout.trits)
    return index >> channel & 1 ? 1 : w.isBipolar() ? -1 : 0;
  for (; channel > 0; --channel)
    index /= 3;
  return index % 3 - 1;
}

/// Two activations from `channel` on, the second perhaps beyond the last one:
/// then it is 0. Signed ones are moved by 128.
Value ShortTables::pairOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
                          int64_t channel) const {
  Type i16 = b.getI16Type();
  Value pair;
  if (channel + 1 < reader.channels) {
    auto bytes = VectorType::get({2}, b.getI8Type());
    pair = vector::BitCastOp::create(b, VectorType::get({1}, i16),
                                     reader.activation(0, channel, bytes));
    pair = vector::ExtractOp::create(b, pair, ArrayRef<int64_t>{0});
  } else {
    pair = arith::ExtUIOp::create(b, i16, reader.activation(0, channel));
  }
  pair = broadcast(b, lanes.typeOf(16), pair);
  if (isSigned())
    pair = arith::XOrIOp::create(b, pair,
                                 integerOf(b, pair.getType(), int16_t(0x8080)));
  return vector::BitCastOp::create(b, lanes.typeOf(8), pair);
}

/// The sums of the channels first .. last - 1, of all indices.
Value ShortTables::tableOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
                           int64_t first, int64_t last) const {
  VectorType type = lanes.typeOf(16);
  auto constant = [&](VectorType type, auto numbers) {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, ArrayRef(numbers)));
  };
  int64_t count = last - first;
  SmallVector<int16_t> moved(tableLanes(), bias(0));
  for (int64_t i = 0; i < tableLanes(); ++i)
    for (int64_t k = 0; k < count && isSigned(); ++k)
      moved[i] -= 128 * weightOf(i, k);
  Value table = constant(type, moved);
  for (int64_t k = 0; k < count; k += 2) {
    SmallVector<int8_t> weights;
    for (int64_t i = 0; i < tableLanes(); ++i)
      for (int64_t j : {k, k + 1})
        weights.push_back(j < count ? weightOf(i, j) : 0);
    Value sums = callIntrinsic(
        b, multiplyAdd, type,
        {pairOf(b, reader, first + k), constant(lanes.typeOf(8), weights)});
    table = arith::AddIOp::create(b, table, sums);
  }
  return table;
}

void ShortTables::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                              function_ref<void(Value, int64_t)> store) const {
  int64_t width = layout.channelsOfIndex();
  for (int64_t t = 0; t < tablesOf(reader.channels); ++t)
    store(tableOf(b, reader, t * width,
                  std::min((t + 1) * width, reader.channels)),
          placeOf(0, t));
}

//===----------------------------------------------------------------------===//
// Tables of bytes
//===----------------------------------------------------------------------===//

namespace {
struct ByteTables final : ByteLookup {
  ByteTables(const Contraction &c, StringRef permute) : ByteLookup(c, permute) {
    setPasses();
  }

  void prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                   function_ref<void(Value, int64_t)> store) const override;

protected:
  int64_t channelsOfUnit() const override { return wordBits; }
  /// An index' channels of up to 6 bits add up in a byte.
  unsigned parts() const override { return a.getBits() > 6 ? 2 : 1; }
  unsigned shiftOf(unsigned part) const override { return 4 * part; }
  int64_t bias(unsigned part) const override {
    bool hasSign = isSigned() && part + 1 == parts();
    return hasSign ? layout.indexBits << (bitsOf(part) - 1) : 0;
  }
  int64_t greatestEntry() const override {
    return layout.indexBits * ((1 << bitsOf(0)) - 1);
  }
  int32_t factorOf(unsigned plane) const override { return planeFactor(plane); }
  int32_t activationFactor() const override { return w.isBipolar(); }
  /// The sum of a unit's activations, in two bytes; tables stay aligned.
  int64_t lanesBehindTables() const override {
    return activationFactor() ? tableLanes() : 0;
  }
  Value sumOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
              int64_t m) const override;

private:
  unsigned bitsOf(unsigned part) const {
    if (parts() == 1)
      return a.getBits();
    return part == 0 ? 4 : a.getBits() - 4;
  }
  Value sumOfBytes(ImplicitLocOpBuilder &b, Value bytes) const;
  Value partOf(ImplicitLocOpBuilder &b, Value bytes, unsigned part) const;
  Value tablesFrom(ImplicitLocOpBuilder &b, Value numbers, int64_t first,
                   int64_t count, int64_t bias) const;
};
} // namespace

Value ByteTables::sumOf(ImplicitLocOpBuilder &b, const UnitReader &reader,
                        int64_t m) const {
  auto bytes = VectorType::get({2}, b.getI8Type());
  auto type = VectorType::get({1}, b.getI16Type());
  Value sum = reader.prepared(m, placeOf(parts(), 0), bytes);
  sum = vector::BitCastOp::create(b, type, sum);
  sum = vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{0});
  return arith::ExtSIOp::create(b, b.getI32Type(), sum);
}

/// As two bytes: 32 activations of 8 bits have sums of 13.
Value ByteTables::sumOfBytes(ImplicitLocOpBuilder &b, Value bytes) const {
  auto type = cast<VectorType>(bytes.getType()).clone(b.getI16Type());
  Value x = isSigned() ? Value(arith::ExtSIOp::create(b, type, bytes))
                       : Value(arith::ExtUIOp::create(b, type, bytes));
  Value sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, x);
  sum = broadcast(b, VectorType::get({1}, b.getI16Type()), sum);
  return vector::BitCastOp::create(b, VectorType::get({2}, b.getI8Type()), sum);
}

/// The part of each byte, as a number in a byte.
Value ByteTables::partOf(ImplicitLocOpBuilder &b, Value bytes,
                         unsigned part) const {
  if (parts() == 1)
    return bytes;
  Type type = bytes.getType();
  if (part == 0)
    return arith::AndIOp::create(b, bytes, integerOf(b, type, 15));
  Value four = integerOf(b, type, 4);
  if (isSigned())
    return arith::ShRSIOp::create(b, bytes, four);
  return arith::ShRUIOp::create(b, bytes, four);
}

/// `count` tables side by side, of the activations from `first` on.
Value ByteTables::tablesFrom(ImplicitLocOpBuilder &b, Value numbers,
                             int64_t first, int64_t count, int64_t bias) const {
  int64_t channels = cast<VectorType>(numbers.getType()).getNumElements();
  int64_t width = layout.indexBits, size = tableLanes();
  auto type = VectorType::get({count * size}, b.getI8Type());
  Value tables = integerOf(b, type, bias);
  for (int64_t k = 0; k < width; ++k) {
    SmallVector<int64_t> from;
    SmallVector<bool> has;
    for (int64_t i = 0; i < count * size; ++i) {
      int64_t channel = first + i / size * width + k;
      from.push_back(std::min(channel, channels - 1));
      has.push_back(channel < channels && (i % size >> k & 1));
    }
    Value x = vector::ShuffleOp::create(b, numbers, numbers, from);
    Value here = arith::ConstantOp::create(
        b,
        DenseElementsAttr::get(VectorType::get(type.getShape(), b.getI1Type()),
                               ArrayRef<bool>(has)));
    x = arith::SelectOp::create(b, here, x, zeroOf(b, type));
    tables = arith::AddIOp::create(b, tables, x);
  }
  return tables;
}

void ByteTables::prepareUnit(ImplicitLocOpBuilder &b, const UnitReader &reader,
                             function_ref<void(Value, int64_t)> store) const {
  auto type = VectorType::get({reader.channels}, b.getI8Type());
  Value bytes = reader.activation(0, 0, type);
  int64_t count = tablesOf(reader.channels);
  int64_t atOnce = lanes.count() / tableLanes();
  for (unsigned part = 0; part < parts(); ++part) {
    Value numbers = partOf(b, bytes, part);
    for (int64_t t = 0; t < count; t += atOnce)
      store(tablesFrom(b, numbers, t * layout.indexBits,
                       std::min(atOnce, count - t), bias(part)),
            placeOf(part, t));
  }
  if (activationFactor())
    store(sumOfBytes(b, bytes), placeOf(parts(), 0));
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

std::unique_ptr<InnerProduct> qnn::createByteLookup(const Contraction &c) {
  bool isShort = lookupLayoutOf(c.op).laneBits == 16;
  auto permute = findInstruction(c.target, isShort ? Instruction::PermuteShorts
                                                   : Instruction::ShuffleBytes);
  auto multiplyAdd = findInstruction(c.target, Instruction::MultiplyAddBytes);
  bool wholeRegisters = c.lanes * 32 == c.target.getVectorBits();
  if (!permute || !wholeRegisters || c.op.getActivationCode().isBipolar())
    return nullptr;
  if (!isShort)
    return std::make_unique<ByteTables>(c, *permute);
  if (!multiplyAdd)
    return nullptr;
  return std::make_unique<ShortTables>(c, *permute, *multiplyAdd);
}
