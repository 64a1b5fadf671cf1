//===- CostModel.cpp - What each kernel costs on a target -------*- C++ -*-===//
//
// A kernel repeats a *step*: so many channels of the sum of one pixel, for one
// register of output channels. Its cost is
//
//   pixels x taps x registers x steps x cycles of a step
//
// but no less than reading the weights takes: once for each tile of pixels from
// the second-level cache, the first time from memory where they do not fit.
// What is done for a pixel and not for each register comes on top: activations
// that are prepared (for a pixel of the input), sums of them (for a pixel of
// the result). Registers are counted whole, so few output channels in a group,
// as few channels in a step, cost as much as many.
//
// A new kernel, or form of one, is a column of the table or two, and a function
// in the list at the end.
//
//===----------------------------------------------------------------------===//

#include "qnn/Target/CostModel.h"
#include "qnn/Arith/LookupPacking.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Target/Int8Plan.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;
using llvm::divideCeil;

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

namespace {
/// Cycles of a step on one CPU, or on a class of targets.
struct CostRow {
  StringLiteral cpu; ///< empty: any
  unsigned vectorBits, registers;
  /// 32 channels, 1 bit by 1 bit: by popcounts of words; of bytes.
  double countWords, countBytes;
  /// 4 channels of bytes, for each Int8Form.
  double dot, bytePairs, shortPairs, products;
  /// 1 channel of floats.
  double fma;
  /// As many channels of floats as index a table of one register.
  double permuteFloats;
  /// The same of a table in memory: the index, and each register of an entry,
  /// floats or shorts.
  double index, addEntry, addShorts;
  /// As many channels of codes as index a table of 16 bytes, or of one
  /// register; sums of bytes or shorts are widened.
  double shuffle, permute, widen;
};
} // namespace

/// AVX-512 as measured on Zen 4 in the first-level cache (lookups of whole
/// registers in the second-level one, where their tables are), AVX2 on Zen 1,
/// which takes registers in halves, and others in half the time; the rest by
/// counting instructions, two or three of which start in a cycle. The first row
/// that fits is taken.
static const CostRow costs[] = {
    {"", 512, 32, 1.5, 4.0, 1.05, 1.25, 2.5, 6.0, 1.0, 1.33, 0.7, 1.1, 1.8,
     1.15, 1.4, 1.5},
    {"znver1", 256, 16, 2.0, 4.6, 1.0, 2.0, 4.0, 12.0, 1.0, 4.0, 1.0, 1.25,
     1.06, 1.6, 1.6, 5.2},
    {"", 256, 16, 1.0, 2.3, 0.5, 1.0, 2.0, 6.0, 0.5, 0.76, 0.6, 0.5, 0.43, 0.8,
     0.8, 2.6},
    {"", 128, 32, 1.5, 1.5, 0.5, 1.0, 2.0, 4.0, 0.5, 1.0, 0.6, 0.5, 0.43, 1.2,
     1.2, 1.5},
    {"", 128, 16, 1.0, 2.7, 0.5, 0.75, 1.5, 8.0, 1.0, 1.0, 0.6, 0.5, 0.43, 1.0,
     1.0, 1.5},
};

static const CostRow &costsOf(TargetAttr target) {
  for (const CostRow &row : costs)
    if ((row.cpu.empty() || row.cpu == target.getCpu()) &&
        row.vectorBits == target.getVectorBits() &&
        row.registers == target.getRegisters())
      return row;
  return std::end(costs)[-1];
}

/// Bytes that a core reads in a cycle, from its own cache or from beyond all.
static constexpr double fromMemory = 6.5, fromCache = 32;

/// The same of weights that are read for the first time. What the last cache
/// gives has been measured on Zen 4 only; its 20 to 27 bytes are 4 times those
/// of memory.
static double fromBeyondCache(TargetAttr target, double bytes) {
  return isInNearCache(target, std::ceil(bytes)) ? 20 : fromMemory;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

namespace {
/// What a kernel does with a product.
struct Work {
  int64_t channels = 1; ///< of the sum, in a step
  double cycles = 0;    ///< of a step
  int64_t weightBits = 32;
  int64_t passes = 1; ///< over the same weights
  /// Once for each step of an input pixel; of an output pixel and tap.
  double prepare = 0, terms = 0;
  /// Once for each register of sums.
  double finish = 0;
  bool lanesAreGroups = false; ///< depthwise
  bool lanesArePixels = false;
  int64_t laneBits = 32; ///< of an output channel, or a pixel, in a register
  SmallVector<int64_t> tile;
};

/// What a kernel needs to know, and where it says why it cannot.
struct Question {
  TargetAttr target;
  const ProductFacts &product;
  const CostRow &costs;
  std::string &refusal;

  Work refuse(StringRef reason) const {
    refusal = reason.str();
    return {};
  }
  bool isFloat() const { return !product.activations; }
  SmallVector<int64_t> tileOf(KernelKind kernel) const {
    auto [pixels, channels] = chooseTile(target, kernel, product.activations);
    return {pixels, channels};
  }
  /// Cycles of packing a word of each plane of the activations. The layer
  /// before stores words itself where it has thresholds, which codes of up to 4
  /// bits have, and where groups fill words.
  double packCycles() const {
    int64_t planes = product.activations.getBits();
    bool isWhole = product.g.groups == 1 || product.g.channels % wordBits == 0;
    if (isWhole && planes <= 4)
      return 0;
    return 1.5 * planes + (isWhole ? 0 : 10);
  }
  /// A step of 32 pairs of bits.
  double countCycles() const {
    return findInstruction(target, Instruction::PopcountWords)
               ? costs.countWords
               : costs.countBytes;
  }
};
} // namespace

static Work xnorWork(const Question &q) {
  if (q.isFloat() || !q.product.activations.isBipolar() ||
      !q.product.weights.isBipolar())
    return q.refuse("both operands have to be bipolar");
  Work work;
  work.channels = wordBits;
  work.cycles = q.countCycles();
  work.prepare = q.packCycles();
  work.weightBits = 1;
  return work;
}

static Work bitSerialWork(const Question &q) {
  if (q.isFloat())
    return q.refuse("the operands are floats");
  if (q.product.activations.isBipolar() && q.product.weights.isBipolar())
    return q.refuse("xnor_popcount does the same");
  int64_t a = q.product.activations.getBits(), w = q.product.weights.getBits();
  Work work;
  work.prepare = q.packCycles();
  work.channels = wordBits;
  work.cycles = a * w * q.countCycles();
  work.weightBits = w;
  work.passes = a;
  if (q.product.activations.isBipolar() || q.product.weights.isBipolar())
    work.terms = 2 * a;
  return work;
}

/// A channel of as many groups as there are lanes: extend, multiply, add.
static Work depthwiseWork(const Question &q) {
  Work work;
  work.cycles = q.costs.products / 2;
  work.weightBits = 8;
  work.lanesAreGroups = true;
  return work;
}

static Work int8Work(const Question &q) {
  if (q.isFloat())
    return q.refuse("the operands are floats");
  const ContractionGeometry &g = q.product.g;
  if (isDepthwise(KernelKind::Int8Dot, g.channels, g.outChannels, g.groups,
                  /*tile=*/4))
    return depthwiseWork(q);
  Int8Plan plan =
      chooseInt8Plan(q.target, q.product.activations, q.product.weights);
  Work work;
  work.channels = dotChannels;
  work.weightBits = 8;
  bool isWhole =
      g.channels % dotChannels == 0 && !q.product.activations.isBipolar();
  work.prepare = isWhole ? 0 : 2;
  work.terms = plan.shift ? 2 : 0;
  switch (plan.form) {
  case Int8Form::Dot:
    work.cycles = q.costs.dot;
    return work;
  case Int8Form::BytePairs:
    // Sums in 16 bits are added up when they are full.
    work.cycles = q.costs.bytePairs * (1 + 1.0 / plan.narrowUnits);
    return work;
  case Int8Form::ShortPairs:
    work.cycles = q.costs.shortPairs;
    work.prepare = 4;
    return work;
  case Int8Form::Products:
    work.cycles = q.costs.products;
    return work;
  }
  llvm_unreachable("unknown form");
}

static Work floatWork(const Question &q) {
  if (!q.isFloat())
    return q.refuse("the operands are codes");
  const ContractionGeometry &g = q.product.g;
  Work work;
  work.cycles = q.costs.fma;
  work.lanesAreGroups = isDepthwise(KernelKind::F32Fma, g.channels,
                                    g.outChannels, g.groups, /*tile=*/4);
  return work;
}

/// Codes by weights of few bits, each plane of which is looked up in the tables
/// of each part of the activations; see
/// lib/Conversion/QNNToVector/CodeLookup.h.
static Work codeLookupWork(const Question &q, LookupForm form) {
  unsigned a = q.product.activations.getBits();
  CodeAttr w = q.product.weights;
  LookupLayout layout(form.indexBits, w.getBits(), w.getEncoding());
  bool isShuffle = form.permute == Instruction::ShuffleBytes;
  int64_t parts = isShuffle && a > 6 ? 2 : 1;
  // A lane adds so many entries of the greatest size.
  double most = layout.indexBits * ((1 << divideCeil(a, parts)) - 1);
  double atOnce = std::floor(((1 << layout.laneBits) - 1) / most);
  double lookUp = isShuffle ? q.costs.shuffle : q.costs.permute;
  // Indices are shifted out of their lanes once for a tile, and bytes read for
  // two blocks.
  if (!isShuffle)
    lookUp += (layout.laneBits == 8 ? 1.8 : 0.8) /
              std::min(q.product.g.outWidth, int64_t(form.pixels));
  Work work;
  work.channels = layout.channelsOfIndex();
  work.laneBits = layout.laneBits;
  work.cycles = layout.planes * parts * (lookUp + q.costs.widen / atOnce);
  work.weightBits = w.getBits();
  // Of words by a load for each plane, of bytes by arithmetic.
  work.prepare =
      a <= 4 ? 0.5 + a + q.packCycles() * work.channels / wordBits : 3 * parts;
  if (q.product.activations.isBipolar() != w.isBipolar() && !layout.trits)
    work.terms = 0.1 * a;
  return work;
}

/// Floats by tables in registers. One takes a product for each of its channels;
/// the buffer that it goes through costs some cycles, too.
static Work registerTablesWork(const Question &q) {
  Work work;
  work.channels = llvm::Log2_64(q.target.getVectorBits() / 32);
  work.cycles = q.costs.permuteFloats;
  work.weightBits = 1;
  work.prepare = work.channels * q.costs.fma + 8;
  return work;
}

/// Cycles of one plane and register of an index of tables in memory. The index
/// of shorts is found meanwhile where a row has several registers; more sums
/// than the first-level cache holds are read and written for each word.
static double rowCycles(const Question &q, SumTables tables, int64_t lanes) {
  double ofRegister = double(lanes) / tables.pixels;
  if (q.isFloat())
    return q.costs.addEntry + q.costs.index * ofRegister;
  double hidden = tables.pixels > lanes ? 0.4 : 1;
  double cycles = q.costs.addShorts + hidden * q.costs.index * ofRegister;
  int64_t sums = 2 * tables.pixels * q.product.outChannelsOfGroup();
  if (sums > getCacheBytes(q.target) / 4)
    cycles += 2 * q.costs.addEntry * tables.indexBits / wordBits;
  return cycles;
}

/// Tables in memory, made anew for each tap: a sum and a store for each entry,
/// and the activations are turned before, the sums after. Or all taps share
/// them: then sums lie between registers, and are moved. Those of codes are
/// widened after some words, and planes of their weights put together.
static Work memoryTablesWork(const Question &q, SumTables tables,
                             bool tapsShare) {
  Work work;
  work.laneBits = q.isFloat() ? 32 : 16;
  int64_t lanes = q.target.getVectorBits() / work.laneBits;
  int64_t planes = q.isFloat() ? 1 : q.product.weights.getBits();
  int64_t entries = int64_t(1) << tables.indexBits;
  double tablesOfWord =
      divideCeil(std::min(q.product.g.channels, wordBits), tables.indexBits);
  work.channels = tables.indexBits;
  work.cycles = planes * rowCycles(q, tables, lanes) +
                2 * (planes - 1) * q.costs.addEntry / tablesOfWord;
  // Sums are read and written for each word; those of full ones are in the
  // cycles of a row.
  work.cycles += 1.5 * q.costs.addEntry *
                 (1 / tablesOfWord - double(tables.indexBits) / wordBits);
  work.weightBits = planes;
  double table = q.isFloat() ? 3 * entries + 16 : 2.5 * entries + 40;
  work.terms = q.costs.fma * table / lanes;
  work.finish = (q.isFloat() ? 10 : 20) * q.costs.fma;
  work.lanesArePixels = true;
  work.tile = {tables.pixels, wordBits, tables.indexBits};
  if (tapsShare) {
    work.terms /= q.product.taps();
    work.cycles *= 1.05;
    work.finish *= 2.2;
  }
  if (!q.isFloat())
    work.cycles += (tapsShare ? 8 : 5) * q.costs.addEntry /
                   (tablesOfWord *
                    wordsOfShorts(q.product.activations, q.product.weights));
  return work;
}

/// Codes that are looked up in memory are bytes, not words of planes.
static bool takesMemoryTables(const Question &q) {
  return q.isFloat() ||
         (q.product.activations.getBits() > 4 &&
          wordsOfShorts(q.product.activations, q.product.weights) > 0);
}

static double cyclesOf(const Question &q, const Work &work);

/// All forms of the lookup kernel; of floats, by signs.
static SmallVector<Work> lookupForms(const Question &q) {
  SmallVector<Work> forms;
  auto addRegisters = [&](Work work) {
    work.tile = q.tileOf(KernelKind::Lookup);
    forms.push_back(work);
  };
  ArrayRef<SumTables> tables =
      q.isFloat() ? ArrayRef(kFloatTables) : ArrayRef(kCodeTables);
  const ContractionGeometry &g = q.product.g;
  bool tapsShare =
      q.product.taps() > 1 && g.strideHeight == 1 && g.strideWidth == 1;
  int64_t lanes = q.target.getVectorBits() / (q.isFloat() ? 32 : 16);
  for (SumTables form : tables) {
    if (!takesMemoryTables(q) || form.pixels % lanes != 0)
      continue;
    forms.push_back(memoryTablesWork(q, form, false));
    // Where tables fill a cache, a window of sums beside them does not pay.
    if (tapsShare && form.indexBits == 4)
      forms.push_back(memoryTablesWork(q, form, true));
  }
  if (q.isFloat() && findInstruction(q.target, Instruction::PermuteFloats))
    addRegisters(registerTablesWork(q));
  if (!q.isFloat())
    if (auto form = chooseLookup(q.target, q.product.activations.getBits()))
      addRegisters(codeLookupWork(q, *form));
  return forms;
}

/// The cheapest lookup.
static Work lookupWork(const Question &q) {
  SmallVector<Work> forms = lookupForms(q);
  if (forms.empty())
    return q.refuse("the target looks up no sums of such activations");
  return *llvm::min_element(forms, [&](const Work &x, const Work &y) {
    return cyclesOf(q, x) < cyclesOf(q, y);
  });
}

static constexpr struct {
  KernelKind kernel;
  Work (*work)(const Question &);
} kernels[] = {
    {KernelKind::XnorPopcount, xnorWork},
    {KernelKind::BitSerial, bitSerialWork},
    {KernelKind::Int8Dot, int8Work},
    {KernelKind::F32Fma, floatWork},
    {KernelKind::Lookup, lookupWork},
};

//===----------------------------------------------------------------------===//
// Estimates
//===----------------------------------------------------------------------===//

/// Cycles in which the weights are read.
static double streamCycles(TargetAttr target, const ProductFacts &product,
                           const Work &work) {
  const ContractionGeometry &g = product.g;
  double bytes =
      double(g.outChannels) * product.taps() * g.channels * work.weightBits / 8;
  double tiles = divideCeil(product.pixels(), work.tile[0]);
  if (bytes <= getCacheBytes(target))
    return bytes * tiles / fromCache;
  return bytes / fromBeyondCache(target, bytes) +
         bytes * (tiles - 1) / fromCache;
}

static double cyclesOf(const Question &q, const Work &work) {
  const ProductFacts &product = q.product;
  const ContractionGeometry &g = product.g;
  int64_t lanes = q.target.getVectorBits() / work.laneBits;
  int64_t groups = work.lanesAreGroups ? divideCeil(g.groups, lanes) : g.groups;
  // Narrow lanes are looked up for whole blocks of output channels.
  int64_t channels = product.outChannelsOfGroup();
  if (work.laneBits < 32 && !work.lanesArePixels)
    channels = llvm::alignTo(channels, wordBits);
  double registers = double(groups) * product.pixels();
  if (work.lanesArePixels)
    registers = double(groups) * channels * g.batch *
                divideCeil(g.outHeight * g.outWidth, lanes);
  else
    registers *= divideCeil(channels, lanes);
  double steps = divideCeil(g.channels, work.channels);
  double sums =
      registers * (product.taps() * steps * work.cycles + work.finish);
  double prepared = product.inputPixels() * groups * steps * work.prepare;
  double terms =
      product.pixels() * product.taps() * groups * steps * work.terms;
  // Only the first pass waits for the weights.
  double first = sums / work.passes;
  double stream = std::max(streamCycles(q.target, product, work) - first, 0.0);
  return sums + stream + prepared + terms;
}

KernelEstimate qnn::estimateKernel(TargetAttr target,
                                   const ProductFacts &product,
                                   KernelKind kernel) {
  KernelEstimate estimate{kernel, 0, {}, {}};
  Question question{target, product, costsOf(target), estimate.refusal};
  for (const auto &row : kernels)
    if (row.kernel == kernel) {
      Work work = row.work(question);
      if (work.tile.empty())
        work.tile = question.tileOf(kernel);
      estimate.tile = work.tile;
      if (estimate.isPossible())
        estimate.cycles = cyclesOf(question, work);
    }
  return estimate;
}

SmallVector<KernelEstimate> qnn::rankKernels(TargetAttr target,
                                             const ProductFacts &product) {
  SmallVector<KernelEstimate> estimates;
  for (const auto &row : kernels)
    estimates.push_back(estimateKernel(target, product, row.kernel));
  llvm::erase_if(estimates,
                 [](const KernelEstimate &e) { return !e.isPossible(); });
  llvm::sort(estimates, [](const KernelEstimate &a, const KernelEstimate &b) {
    return std::tie(a.cycles, a.kernel) < std::tie(b.cycles, b.kernel);
  });
  return estimates;
}

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Cycles that each thread of the runtime's pool but the first takes to begin
/// and to be waited for: empty regions, one after the other, take two threads
/// of a Zen 1 at 2 GHz 0.26 to 0.4 us.
static constexpr double threadCycles = 600;

/// Tiles of a product: of its columns, where tables are in memory of all pixels
/// of an image, by blocks of output channels.
static int64_t countTiles(const ProductFacts &product,
                          const KernelEstimate &estimate) {
  const ContractionGeometry &g = product.g;
  int64_t pixels = estimate.tile[0], channels = estimate.tile[1];
  bool hasTables = estimate.tile.size() > 2;
  int64_t ofImage = hasTables ? divideCeil(g.outHeight * g.outWidth, pixels)
                              : g.outHeight * divideCeil(g.outWidth, pixels);
  bool depthwise = isDepthwise(estimate.kernel, g.channels, g.outChannels,
                               g.groups, /*tile=*/4);
  int64_t blocks =
      depthwise ? divideCeil(g.outChannels, channels)
                : g.groups * divideCeil(product.outChannelsOfGroup(), channels);
  return g.batch * ofImage * blocks;
}

int64_t qnn::chooseThreads(const ProductFacts &product,
                           const KernelEstimate &estimate, int64_t most) {
  int64_t tiles = countTiles(product, estimate), best = 1;
  double least = estimate.cycles;
  for (int64_t threads = 2; threads <= std::min(most, tiles); ++threads) {
    double ofBusiest = double(divideCeil(tiles, threads)) / tiles;
    double cycles =
        estimate.cycles * ofBusiest + threadCycles * double(threads - 1);
    if (cycles >= least)
      continue;
    best = threads;
    least = cycles;
  }
  return best;
}

std::optional<SmallVector<int64_t>>
qnn::chooseSignLookup(TargetAttr target, const ProductFacts &product) {
  KernelEstimate best = rankKernels(target, product).front();
  if (best.kernel != KernelKind::Lookup)
    return std::nullopt;
  return best.tile;
}

SmallVector<SmallVector<int64_t>>
qnn::lookupTiles(TargetAttr target, const ProductFacts &product) {
  std::string refusal;
  SmallVector<SmallVector<int64_t>> tiles;
  for (Work &form : lookupForms({target, product, costsOf(target), refusal}))
    if (!llvm::is_contained(tiles, form.tile))
      tiles.push_back(form.tile);
  return tiles;
}
