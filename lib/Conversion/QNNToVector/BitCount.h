//===- BitCount.h - Counting bits of words on each target -------*- C++ -*-===//
//
// Where vectors count the bits of 32-bit words with an instruction, counts are
// words and are added to the sums at once. Elsewhere bits are counted in bytes
// (NEON by an instruction, x86 by looking up halves of bytes, which LLVM does
// for math.ctpop on bytes) and added as bytes, as long as those can hold them;
// then the four bytes of each word are added up.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_BITCOUNT_H
#define QNN_CONVERSION_QNNTOVECTOR_BITCOUNT_H

#include "InnerProduct.h"

namespace qnn {

class BitCount {
public:
  explicit BitCount(const Contraction &c);

  /// Narrow accumulators for `count` sums, where counts are not words.
  NarrowLayout narrow(int64_t count) const;
  /// Adds the bits of each word of a register to counts, words or bytes, or
  /// subtracts them.
  mlir::Value add(mlir::ImplicitLocOpBuilder &b, mlir::Value counts,
                  mlir::Value words, bool subtract = false) const;
  /// The sum of the four bytes of each word.
  mlir::Value widen(mlir::ImplicitLocOpBuilder &b, mlir::Value bytes) const;

private:
  mlir::Value addPairs(mlir::ImplicitLocOpBuilder &b, mlir::Value numbers,
                       unsigned bits) const;

  const Contraction &c;
  bool inWords;
};

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_BITCOUNT_H
