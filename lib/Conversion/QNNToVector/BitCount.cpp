//===- BitCount.cpp - Counting bits of words on each target -----*- C++ -*-===//

#include "BitCount.h"
#include "InnerProduct.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

/// A byte counts 8 bits of a word: 31 words make at most 248.
static constexpr int64_t wordsInBytes = 31;

BitCount::BitCount(const Contraction &c)
    : c(c), inWords(findInstruction(c.target, Instruction::PopcountWords)) {}

static VectorType integers(OpBuilder &b, int64_t count, unsigned bits) {
  return VectorType::get({count}, b.getIntegerType(bits));
}

NarrowLayout BitCount::narrow(int64_t count) const {
  if (inWords)
    return {};
  Builder b(c.target.getContext());
  auto bytes = VectorType::get({4 * c.lanes}, b.getI8Type());
  return {SmallVector<Type>(count, bytes), wordsInBytes};
}

Value BitCount::add(ImplicitLocOpBuilder &b, Value counts, Value words,
                    bool subtract) const {
  if (!inWords)
    words =
        vector::BitCastOp::create(b, cast<VectorType>(counts.getType()), words);
  Value bits = math::CtPopOp::create(b, words);
  if (subtract)
    return arith::SubIOp::create(b, counts, bits);
  return arith::AddIOp::create(b, counts, bits);
}

/// The sums of even and odd numbers of `bits` bits, as numbers twice as wide.
Value BitCount::addPairs(ImplicitLocOpBuilder &b, Value numbers,
                         unsigned bits) const {
  VectorType wide = integers(b, 32 * c.lanes / (2 * bits), 2 * bits);
  auto kind = bits == 8 ? Instruction::MultiplyAddBytes
                        : Instruction::MultiplyAddShorts;
  if (std::optional<StringRef> name = findInstruction(c.target, kind)) {
    Value ones = integerOf(b, numbers.getType(), 1);
    return callIntrinsic(b, *name, wide, {numbers, ones});
  }
  numbers = vector::BitCastOp::create(b, wide, numbers);
  Value odd = arith::ShRUIOp::create(b, numbers, integerOf(b, wide, bits));
  Value even = arith::AndIOp::create(
      b, numbers, integerOf(b, wide, (int64_t(1) << bits) - 1));
  return arith::AddIOp::create(b, even, odd);
}

Value BitCount::widen(ImplicitLocOpBuilder &b, Value bytes) const {
  return addPairs(b, addPairs(b, bytes, 8), 16);
}
