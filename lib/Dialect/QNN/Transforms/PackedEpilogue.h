//===- PackedEpilogue.h - A product with another epilogue -------*- C++ -*-===//
//
// What the passes that fuse ops into a packed product share.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKEDEPILOGUE_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKEDEPILOGUE_H

#include "mlir/IR/PatternMatch.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// The output channels of a product and its blocks, for the layouts of
/// lib/Arith/Packing that have one row for each output channel.
FilterShape channelsOf(PackedContractionOpInterface product);

/// True where every user of the codes packs them, and blocks of channels are
/// words.
bool canStoreWords(mlir::Value codes, CodeAttr code,
                   const ContractionGeometry &geometry);

/// Replaces the packs of `codes` by the words that `product` stores.
void replacePacks(mlir::RewriterBase &rewriter, mlir::Value codes,
                  mlir::Operation *product);

/// `product` with operands and attributes of an epilogue and another result.
mlir::Operation *withEpilogue(mlir::OpBuilder &builder,
                              mlir::Operation *product,
                              mlir::ValueRange operands,
                              llvm::ArrayRef<mlir::NamedAttribute> attributes,
                              mlir::Type type);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_PACKEDEPILOGUE_H
