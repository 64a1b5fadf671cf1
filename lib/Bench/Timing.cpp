//===- Timing.cpp - Best of many runs ---------------------------*- C++ -*-===//

#include "qnn/Bench/Timing.h"
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

using namespace qnn;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

static double timeOf(llvm::function_ref<void()> run, int64_t calls) {
  double start = now();
  for (int64_t i = 0; i < calls; ++i)
    run();
  return (now() - start) / calls;
}

double qnn::bestTime(llvm::function_ref<void()> run, double seconds) {
  // The clock itself takes some 30 ns: a run must be long beside that.
  constexpr double shortest = 5e-6;
  double end = now() + seconds;
  double first = std::min(timeOf(run, 1), timeOf(run, 1));
  int64_t calls = first < shortest ? int64_t(shortest / (first + 1e-9)) + 1 : 1;
  double best = std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < 3 || now() < end; ++i)
    best = std::min(best, timeOf(run, calls));
  return best;
}
