//===- Ceilings.h - What this machine can do at most ------------*- C++ -*-===//
//
// Small loops over registers and the first-level cache, one for each class of
// instructions that a kernel can be made of, made by the same code generator
// for the same target, and timed in the same run: so a kernel's share of the
// ceiling does not depend on how fast the machine is today.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_BENCH_CEILINGS_H
#define QNN_BENCH_CEILINGS_H

#include "mlir/IR/MLIRContext.h"
#include "qnn/Bench/Cases.h"
#include "llvm/Support/Error.h"
#include <map>
#include <optional>

namespace qnn {

struct CeilingLoop;

/// Classes of instructions. A row's ceiling is the best that applies to it.
enum class CeilingKind {
  Popcount,     ///< xor, count, add: 1-bit by 1-bit
  Int8Narrow,   ///< dot product of bytes by weights of at most 7 bits
  Int8Dot,      ///< dot product of bytes
  Int8Pairs,    ///< the same, while sums of pairs are small enough for i16
  F32Fma,       ///< fused multiply-add
  LookupFloats, ///< tables of f32 sums, indexed by 1-bit weights
  LookupShorts, ///< tables of i16 sums of bytes, indexed by 1-bit weights
  LookupBytes,  ///< tables of i8 sums of 2-bit codes, indexed by 1-bit weights
  TableFloats,  ///< tables of f32 sums in memory, indexed by 1-bit weights
  TableShorts   ///< the same of i16 sums of bytes
};

llvm::StringRef stringifyCeiling(CeilingKind kind);

/// A limit and what it comes from.
struct Bound {
  double gmacs = 0; ///< 1e9 multiply-adds a second
  std::string name;
};

class Ceilings {
public:
  /// `target` as parseTarget takes it. Nothing is measured before it is asked
  /// for, and nothing twice. `isRough`: one loop of each form, a few times.
  Ceilings(mlir::MLIRContext *context, std::string target, unsigned threads,
           bool isRough)
      : context(context), target(std::move(target)), threads(threads),
        isRough(isRough) {}

  /// 1e9 multiply-adds a second of the best form of a class that the target
  /// has; 0 where it has none.
  llvm::Expected<double> rate(CeilingKind kind);

  /// 1e9 bytes a second of reading a buffer of this size again and again.
  llvm::Expected<double> readBandwidth(int64_t bytes);

  /// The best ceiling for a product of these types that has to read `bytes` of
  /// weights and activations.
  llvm::Expected<Bound> bound(const OperandType &weights,
                              const OperandType &activations,
                              int64_t multiplyAdds, int64_t bytes);

  /// Measures again what was measured before and keeps the greater numbers:
  /// for a row above its ceiling, because the machine has become faster.
  llvm::Error refresh();

  /// What was measured so far.
  const std::map<CeilingKind, double> &measuredRates() const { return rates; }

private:
  /// Whether this one is the fastest of its class so far.
  llvm::Expected<bool> tryLoop(CeilingKind kind, const CeilingLoop &loop);
  llvm::Error measureFastest(CeilingKind kind);
  llvm::Expected<double> measure(const CeilingLoop &loop, unsigned copies,
                                 double seconds);

  mlir::MLIRContext *context;
  std::string target;
  unsigned threads;
  bool isRough;
  std::map<CeilingKind, double> rates;
  /// Text and work of the fastest loop of each class.
  std::map<CeilingKind, std::pair<std::string, double>> fastest;
  std::map<int64_t, double> bandwidths;
};

} // namespace qnn

#endif // QNN_BENCH_CEILINGS_H
