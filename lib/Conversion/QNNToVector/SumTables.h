//===- SumTables.h - Products by tables in memory ---------------*- C++ -*-===//

#ifndef QNN_CONVERSION_QNNTOVECTOR_SUMTABLES_H
#define QNN_CONVERSION_QNNTOVECTOR_SUMTABLES_H

#include "Contraction.h"

namespace qnn {

/// True where the kernel of the product keeps its tables of sums in memory, and
/// its pixels fill registers.
bool hasSumTables(const Contraction &c);

/// The loops of such a product; gives its results, or its consumer's.
llvm::SmallVector<mlir::Value> buildSumTables(mlir::ImplicitLocOpBuilder &b,
                                              const Contraction &c);

} // namespace qnn

#endif // QNN_CONVERSION_QNNTOVECTOR_SUMTABLES_H
