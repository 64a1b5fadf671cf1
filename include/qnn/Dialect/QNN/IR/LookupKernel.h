//===- LookupKernel.h - Kernels that index tables of sums -------*- C++ -*-===//
//
// The tile [M, N, B] of a `lookup` may have a third number: the bits of an
// index. Of codes it is 4, 5 or 6, and the layout of the weights follows from
// it; before qnn-pack-products asks the target there is none. Of floats it is 4
// or 8 where tables are kept in memory, with M pixels in each row; without it a
// table is a register.
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

/// The layout of the weights of a product with an index.
inline LookupLayout lookupLayoutOf(PackedContractionOpInterface op) {
  CodeAttr weights = op.getWeightCode();
  return LookupLayout(indexBitsOf(op.getChosenKernel()), weights.getBits(),
                      weights.getEncoding());
}

} // namespace qnn

#endif // QNN_DIALECT_QNN_IR_LOOKUPKERNEL_H
