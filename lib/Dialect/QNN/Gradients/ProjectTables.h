//===- ProjectTables.h - Products with rows of a table ----------*- C++ -*-===//

#ifndef QNN_LIB_DIALECT_QNN_GRADIENTS_PROJECTTABLES_H
#define QNN_LIB_DIALECT_QNN_GRADIENTS_PROJECTTABLES_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

/// A product with rows that were taken from a table becomes rows of the product
/// with the table, and so does a bias behind it, where that are fewer rows: the
/// words of a batch of texts are more than the words of a language.
void populateProjectTables(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_GRADIENTS_PROJECTTABLES_H
