//===- Int8Plan.h - How a target multiplies codes in bytes ------*- C++ -*-===//
//
// What a CPU does with 4 bytes of a pixel and 4 of each output channel differs,
// most of all in the signs that it takes. The kernel of bytes and the cost
// model ask here which form fits a target and the numbers that occur.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_INT8PLAN_H
#define QNN_TARGET_INT8PLAN_H

#include "qnn/Target/Target.h"

namespace qnn {

enum class Int8Form {
  Dot,        ///< 4 products added to 32 bits by one instruction
  BytePairs,  ///< pairs of bytes added to 16 bits
  ShortPairs, ///< bytes extended to shorts, pairs of those added to 32 bits
  Products    ///< 32-bit products, channel by channel
};

/// What is done with 4 channels.
struct Int8Plan {
  Int8Form form = Int8Form::Products;
  llvm::StringRef instruction;
  /// The same for registers of 128 bits, of a Dot; empty: there is none.
  llvm::StringRef narrowDot;
  bool weightsFirst = false; ///< the weights are its u8 factor
  int32_t shift = 0;         ///< added to the weights in the register
  int64_t narrowUnits = 0;   ///< units whose pairs' sums fit 16 bits
};

/// The fastest form that is exact for all numbers of the codes.
Int8Plan chooseInt8Plan(TargetAttr target, CodeAttr activations,
                        CodeAttr weights);

} // namespace qnn

#endif // QNN_TARGET_INT8PLAN_H
