//===- Epilogue.h - From sums to what the next layer reads ------*- C++ -*-===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_EPILOGUE_H
#define QNN_CONVERSION_QNNTOVECTOR_EPILOGUE_H

#include "Contraction.h"

namespace qnn {

/// The place of a tile in the result.
struct TilePlace {
  llvm::SmallVector<mlir::Value> row; ///< indices before the column
  mlir::Value column;                 ///< of the first pixel
  mlir::Value block;                  ///< of the weights, of all groups
  mlir::Value firstChannel;           ///< of all groups
  int64_t channels;                   ///< that are stored, at most a block
};

/// Stores a tile in `dests`, in whose place it puts the new tensors: sums (cut
/// to the width of the result), the floats that the op's scales make of them,
/// what the consumer makes of these, or the codes that the op's thresholds or
/// scales do, as words or as bytes. Only a consumer has several results.
void storeTile(mlir::ImplicitLocOpBuilder &b, const Contraction &c,
               const TilePlace &place, const TileSums &sums,
               llvm::MutableArrayRef<mlir::Value> dests);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_EPILOGUE_H
