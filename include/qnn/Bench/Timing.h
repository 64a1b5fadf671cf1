//===- Timing.h - Best of many runs -----------------------------*- C++ -*-===//

#ifndef QNN_BENCH_TIMING_H
#define QNN_BENCH_TIMING_H

#include "llvm/ADT/STLFunctionalExtras.h"

namespace qnn {

/// Seconds of the fastest of many calls of `run`, by a clock that only goes
/// forward: calls until `seconds` have passed, at least three. The fastest is
/// what the code can do; others were disturbed by the rest of the machine. Runs
/// much shorter than a microsecond are timed several at once.
double bestTime(llvm::function_ref<void()> run, double seconds);

} // namespace qnn

#endif // QNN_BENCH_TIMING_H
