//===- Measure.h - Times of compiled products -------------------*- C++ -*-===//

#ifndef QNN_BENCH_MEASURE_H
#define QNN_BENCH_MEASURE_H

#include "qnn/Bench/Cases.h"
#include "qnn/Bench/Ceilings.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace qnn {

struct MeasureOptions {
  std::string target = "native";    ///< as parseTarget takes it
  std::optional<KernelKind> kernel; ///< instead of the compiler's choice
  int64_t threads = 1;
  double seconds = 0.3; ///< of timing, for each case
  std::string tuning;   ///< file of kernels that were measured before
};

/// A row of the table.
struct Measurement {
  BenchCase product;
  std::string kernel, tile;
  double seconds = 0;
  Bound ceiling;
  int64_t bytes = 0; ///< weights as stored, input and output

  double gmacs() const { return product.multiplyAdds() / seconds / 1e9; }
  double ratio() const { return gmacs() / ceiling.gmacs; }
  double gigabytes() const { return bytes / seconds / 1e9; }
};

/// Compiles a case and times it. Fails where it cannot be compiled, or not with
/// the kernel asked for.
llvm::Expected<Measurement> measureCase(const BenchCase &c,
                                        mlir::MLIRContext *context,
                                        const MeasureOptions &options,
                                        Ceilings &ceilings);

} // namespace qnn

#endif // QNN_BENCH_MEASURE_H
