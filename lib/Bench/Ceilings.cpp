//===- Ceilings.cpp - What this machine can do at most ----------*- C++ -*-===//

#include "qnn/Bench/Ceilings.h"
#include "CeilingLoops.h"
#include "Running.h"
#include "qnn/Bench/Timing.h"
#include "qnn/Target/Target.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace qnn;

StringRef qnn::stringifyCeiling(CeilingKind kind) {
  switch (kind) {
  case CeilingKind::Popcount:
    return "popcount";
  case CeilingKind::Int8Narrow:
    return "int8 (7-bit weights)";
  case CeilingKind::Int8Dot:
    return "int8";
  case CeilingKind::Int8Pairs:
    return "int8 (few bits)";
  case CeilingKind::F32Fma:
    return "f32 fma";
  case CeilingKind::LookupFloats:
    return "lookup f32";
  case CeilingKind::LookupShorts:
    return "lookup i16";
  case CeilingKind::LookupBytes:
    return "lookup i8";
  case CeilingKind::TableFloats:
    return "tables f32";
  case CeilingKind::TableShorts:
    return "tables i16";
  }
  llvm_unreachable("unknown class of instructions");
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

/// 1e9 units of a loop's work a second, by several threads at once.
llvm::Expected<double> Ceilings::measure(const CeilingLoop &loop,
                                         unsigned copies, double seconds) {
  auto module = parseSourceString<ModuleOp>(loop.text, context, "ceiling");
  if (!module)
    llvm::report_fatal_error("the text of a ceiling cannot be parsed");
  // Each its own, as a model has one arena.
  std::vector<std::unique_ptr<Model>> models;
  for (unsigned i = 0; i < copies; ++i) {
    OwningOpRef<ModuleOp> copy(module->clone());
    auto model = compileInProcess(*copy, "ceiling", target, /*optLevel=*/3,
                                  /*reached=*/Level::Packed);
    if (!model)
      return model.takeError();
    models.push_back(std::move(*model));
  }
  return loop.work * runsPerSecond(models, seconds) / 1e9;
}

llvm::Expected<double> Ceilings::rate(CeilingKind kind) {
  auto [it, isNew] = rates.try_emplace(kind, 0);
  if (!isNew)
    return it->second;
  llvm::Expected<TargetAttr> attr = parseTarget(context, target);
  if (!attr)
    return attr.takeError();
  // The best form, then its best tile: each loop takes time to compile.
  std::vector<CeilingLoop> best;
  for (std::vector<CeilingLoop> &tiles : ceilingLoops(kind, *attr)) {
    llvm::Expected<bool> isBest = tryLoop(kind, tiles.front());
    if (!isBest)
      return isBest.takeError();
    if (*isBest)
      best = std::move(tiles);
  }
  if (isRough)
    return rates[kind];
  for (const CeilingLoop &loop : llvm::drop_begin(best, best.empty() ? 0 : 1))
    if (llvm::Expected<bool> isBest = tryLoop(kind, loop); !isBest)
      return isBest.takeError();
  // Once more, longer, and with all threads.
  if (llvm::Error error = measureFastest(kind))
    return std::move(error);
  return rates[kind];
}

llvm::Expected<bool> Ceilings::tryLoop(CeilingKind kind,
                                       const CeilingLoop &loop) {
  llvm::Expected<double> rate =
      measure(loop, isRough ? threads : 1, isRough ? 0 : 0.02);
  if (!rate)
    return rate.takeError();
  if (*rate <= rates[kind])
    return false;
  rates[kind] = *rate;
  fastest[kind] = {loop.text, loop.work};
  return true;
}

llvm::Error Ceilings::measureFastest(CeilingKind kind) {
  auto it = fastest.find(kind);
  if (it == fastest.end())
    return llvm::Error::success();
  auto &[text, work] = it->second;
  llvm::Expected<double> rate = measure({text, work}, threads, 0.2);
  if (!rate)
    return rate.takeError();
  rates[kind] = std::max(rates[kind], *rate);
  return llvm::Error::success();
}

llvm::Error Ceilings::refresh() {
  if (isRough)
    return llvm::Error::success();
  for (auto &[kind, loop] : fastest)
    if (llvm::Error error = measureFastest(kind))
      return error;
  for (auto &[bytes, bandwidth] : std::exchange(bandwidths, {})) {
    llvm::Expected<double> again = readBandwidth(bytes);
    if (!again)
      return again.takeError();
    bandwidths[bytes] = std::max(bandwidth, *again);
  }
  return llvm::Error::success();
}

llvm::Expected<double> Ceilings::readBandwidth(int64_t bytes) {
  auto [it, isNew] = bandwidths.try_emplace(bytes, 0);
  if (!isNew)
    return it->second;
  llvm::Expected<TargetAttr> attr = parseTarget(context, target);
  if (!attr)
    return attr.takeError();
  llvm::Expected<double> rate =
      measure(readLoop(bytes / threads, *attr), threads, isRough ? 0 : 0.1);
  if (!rate)
    return rate.takeError();
  return it->second = *rate;
}

//===----------------------------------------------------------------------===//
// The ceiling of a product
//===----------------------------------------------------------------------===//

/// The classes that can compute a product, and by how much more work.
static std::vector<std::pair<CeilingKind, double>>
applicable(const OperandType &weights, const OperandType &activations) {
  using Kinds = std::vector<std::pair<CeilingKind, double>>;
  Kinds kinds;
  if (activations.isFloat) {
    kinds.push_back({CeilingKind::F32Fma, 1});
    if (weights.bits == 1) {
      kinds.push_back({CeilingKind::LookupFloats, 1});
      kinds.push_back({CeilingKind::TableFloats, 1});
    }
    return kinds;
  }
  // Plane by plane, and in bytes.
  kinds.push_back({CeilingKind::Popcount, weights.bits * activations.bits});
  kinds.push_back({CeilingKind::Int8Dot, 1});
  if (weights.bits <= 7)
    kinds.push_back({CeilingKind::Int8Narrow, 1});
  // 2 * 2^bits * 2^(bits - 1) is the greatest sum of a pair: it fits i16 some
  // thirty times.
  if (weights.bits + activations.bits <= 10)
    kinds.push_back({CeilingKind::Int8Pairs, 1});
  // One table for all planes of the weights, of four bits of the activations;
  // three trits fit five bits.
  bool ternary = weights.encoding == Encoding::Ternary;
  if (weights.bits <= 4)
    kinds.push_back({CeilingKind::LookupBytes,
                     weights.bits * (activations.bits > 4 ? 2 : 1)});
  if (weights.bits <= 4 && activations.bits == 8)
    kinds.push_back(
        {CeilingKind::LookupShorts, ternary ? 5.0 / 3 : weights.bits});
  // In memory plane by plane; activations are bytes.
  if (weights.bits <= 4 && activations.bits > 4)
    kinds.push_back({CeilingKind::TableShorts, weights.bits});
  return kinds;
}

llvm::Expected<Bound> Ceilings::bound(const OperandType &weights,
                                      const OperandType &activations,
                                      int64_t multiplyAdds, int64_t bytes) {
  Bound best;
  for (auto [kind, factor] : applicable(weights, activations)) {
    llvm::Expected<double> gmacs = rate(kind);
    if (!gmacs)
      return gmacs.takeError();
    if (*gmacs / factor > best.gmacs)
      best = {*gmacs / factor, stringifyCeiling(kind).str()};
  }
  // No memory is slower than a gigabyte a second.
  double macsPerByte = double(multiplyAdds) / bytes;
  if (macsPerByte > best.gmacs)
    return best;
  llvm::Expected<double> bandwidth = readBandwidth(bytes);
  if (!bandwidth)
    return bandwidth.takeError();
  double streamed = *bandwidth * macsPerByte;
  if (streamed < best.gmacs)
    best = {streamed, "memory"};
  return best;
}
