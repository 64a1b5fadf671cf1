//===- Tune.h - The fastest kernel of each product, measured ----*- C++ -*-===//

#ifndef QNN_BENCH_TUNE_H
#define QNN_BENCH_TUNE_H

#include "mlir/IR/BuiltinOps.h"
#include "qnn/Bench/Measure.h"
#include "qnn/Target/TuningTable.h"

namespace qnn {

/// A kernel, its tile, and the seconds that a run of the network takes with it.
struct KernelTime {
  std::string kernel, tile;
  double seconds = 0;
};

struct TunedProduct {
  std::string name; ///< as of ProductFacts
  KernelTime estimated, fastest;
};

/// Measures the products of a network in integer form, kernels chosen by the
/// cost model: for each that is not in the table, the kernels that can do it,
/// and several tiles of the fastest. What counts is the time of the whole
/// network, for a kernel decides how its neighbours pack, too. Products that
/// are alike get one kernel. `done` is told of each product, with its kernel in
/// the table.
llvm::Error tuneModule(mlir::ModuleOp module, llvm::StringRef path,
                       const MeasureOptions &options, TuningTable &table,
                       llvm::function_ref<void(const TunedProduct &)> done);

} // namespace qnn

#endif // QNN_BENCH_TUNE_H
