//===- LookupKernel.h - Kernels that index tables of sums -------*- C++ -*-===//
//
// The tile [M, N, B] of a `lookup` may have a third number: the bits of an
// index. Of codes it is 4, 5 or 6, and the layout of the weights follows from
// it; before qnn-pack-products asks the target there is none.
//
// Where tables are kept in memory, with M pixels in each row, an index has 4 or
// 8 bits, and weights are words: of floats wherever there is a third number
// (without one a table is a register), of codes from 16 pixels on.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_LOOKUPKERNEL_H
#define QNN_DIALECT_QNN_IR_LOOKUPKERNEL_H

#include "qnn/Arith/LookupPacking.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// The bits of an index; 0 without one.
inline int64_t indexBitsOf(KernelAttr kernel) {
  return kernel.getTile().size() > 2 ? kernel.getTile()[2] : 0;
}

/// The least pixels of a tile of codes whose tables are in memory: lanes are
/// pixels there, where tiles of tables in registers have a few of them.
inline constexpr int64_t leastTablePixels = 16;

/// True for a lookup whose tables are in memory; no activations are floats.
inline bool keepsSumTables(KernelAttr kernel, CodeAttr activations) {
  return kernel.getKind() == KernelKind::Lookup && indexBitsOf(kernel) != 0 &&
         (!activations || kernel.getTile()[0] >= leastTablePixels);
}

/// Sums of products of so many words of 32 channels fit 16 bits.
inline int64_t wordsOfShorts(CodeAttr activations, CodeAttr weights) {
  auto most = [](CodeAttr code) -> int64_t {
    return std::max<int64_t>(-code.getMin(), code.getMax());
  };
  return std::numeric_limits<int16_t>::max() /
         (wordBits * most(activations) * most(weights));
}

/// The layout of the weights of a product with an index.
inline LookupLayout lookupLayoutOf(PackedContractionOpInterface op) {
  CodeAttr weights = op.getWeightCode();
  return LookupLayout(indexBitsOf(op.getChosenKernel()), weights.getBits(),
                      weights.getEncoding());
}

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_LOOKUPKERNEL_H
