//===- KeptWords.h - Packed weights beside the weights ----------*- C++ -*-===//

#ifndef QNN_LIB_TRAINING_KEPTWORDS_H
#define QNN_LIB_TRAINING_KEPTWORDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Driver/Model.h"

namespace qnn {

/// Memory of words that a step reads and writes (qnn-keep-words).
class KeptWords {
public:
  /// Of argument `argument`, which has kWordsOfAttr.
  KeptWords(mlir::func::FuncOp function, unsigned argument);

  llvm::StringRef name() const { return argument; }
  /// The weights that the words are packed of.
  llvm::StringRef weights() const { return packed; }
  const void *data() const { return memory.data(); }

  void pack(llvm::ArrayRef<float> weights);

private:
  std::string argument, packed;
  int64_t rows, words; ///< words of a row
  QuantizerSpec spec;
  float scale, zeroPoint;
  AlignedBuffer memory;
};

} // namespace qnn

#endif // QNN_LIB_TRAINING_KEPTWORDS_H
