//===- CeilingLoops.h - Loops that do nothing but one thing -----*- C++ -*-===//

#ifndef QNN_LIB_BENCH_CEILINGLOOPS_H
#define QNN_LIB_BENCH_CEILINGLOOPS_H

#include "qnn/Bench/Ceilings.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// A function on tensors, in the dialects of the loops.
struct CeilingLoop {
  std::string text;
  double work; ///< multiply-adds (bandwidth: bytes) of one call
};

/// Every form of a class that `target` can run, with every tile, the likeliest
/// one first.
std::vector<std::vector<CeilingLoop>> ceilingLoops(CeilingKind kind,
                                                   TargetAttr target);

/// Sums of rows of tables in memory, of floats or of codes, for each of the
/// kernel's tiles.
std::vector<CeilingLoop> tableLoops(bool ofFloats, TargetAttr target);

/// Reads `bytes` (rounded up) once.
CeilingLoop readLoop(int64_t bytes, TargetAttr target);

} // namespace qnn

#endif // QNN_LIB_BENCH_CEILINGLOOPS_H
