//===- EpiloguePacks.h - Packs that a product may store ---------*- C++ -*-===//
//
// Codes of what a product's epilogue or the loop behind it computes are best
// packed there, from registers (QNNToVector). Their encoders and packs are
// marked before everything else becomes loops, and left alone. Those that no
// product has taken get loops of their own at the end.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_EPILOGUEPACKS_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_EPILOGUEPACKS_H

#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// Marks encoders of a product's floats, of what elementwise ops make of them,
/// or of updated weights, where all users pack the codes; and those packs.
void markEpiloguePacks(mlir::Operation *root);

/// True for what has been marked.
bool isEpiloguePack(mlir::Operation *op);

/// The words of `encode` can be stored with the blocks of `product`, whose
/// pixels the encoder's are.
bool fillsWords(PackedContractionOpInterface product);

/// Gives what is still marked loops of its own.
mlir::LogicalResult lowerEpiloguePacks(mlir::Operation *root);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_EPILOGUEPACKS_H
