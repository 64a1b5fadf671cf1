//===- Tune.cpp - The fastest kernel of each product, measured --*- C++ -*-===//

#include "qnn/Bench/Tune.h"
#include "Running.h"
#include "qnn/Dialect/QNN/IR/LookupKernel.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Target/CostModel.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Ops that are one product for the table, by its name.
using ProductOps = std::map<std::string, SmallVector<Operation *>>;

static ProductOps collectProducts(ModuleOp module) {
  ProductOps products;
  module.walk([&](Operation *op) {
    if (std::optional<ProductFacts> facts = ProductFacts::get(op))
      products[facts->name()].push_back(op);
  });
  return products;
}

static void setKernel(ModuleOp module, StringRef name, KernelAttr kernel) {
  ProductOps products = collectProducts(module);
  for (Operation *op : products[name.str()])
    op->setAttr("kernel", kernel);
}

/// The kernel of a product in packed form; null where it is no packed product.
static KernelAttr packedKernel(ModuleOp module, StringRef name) {
  KernelAttr kernel;
  module.walk([&](PackedContractionOpInterface op) {
    if (ProductFacts::get(op)->name() == name)
      kernel = op.getChosenKernel();
  });
  return kernel;
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// Kernels that the cost model thinks slower than the best by more are not
/// tried: it is not that wrong.
static constexpr double worstEstimate = 5;

/// The cheapest form of a kernel.
static KernelAttr bestOf(TargetAttr target, KernelKind kind, Operation *op) {
  KernelEstimate estimate =
      estimateKernel(target, *ProductFacts::get(op), kind);
  return KernelAttr::get(target.getContext(), kind, estimate.tile);
}

static SmallVector<KernelAttr> kernelsOf(TargetAttr target,
                                         const ProductFacts &product) {
  SmallVector<KernelAttr> kernels;
  SmallVector<KernelEstimate> ranking = rankKernels(target, product);
  for (const KernelEstimate &estimate : ranking) {
    if (estimate.cycles > worstEstimate * ranking.front().cycles)
      break;
    SmallVector<SmallVector<int64_t>> tiles{estimate.tile};
    if (estimate.kernel == KernelKind::Lookup)
      tiles = lookupTiles(target, product);
    for (ArrayRef<int64_t> tile : tiles)
      kernels.push_back(
          KernelAttr::get(target.getContext(), estimate.kernel, tile));
  }
  return kernels;
}

/// Smaller tiles than a kernel's, for short rows and few channels, and one that
/// is greater. Tables in memory have the tiles of lookupTiles.
static SmallVector<KernelAttr> otherTiles(KernelAttr kernel) {
  if (indexBitsOf(kernel))
    return {};
  int64_t pixels = kernel.getTile()[0], channels = kernel.getTile()[1];
  llvm::SmallSetVector<int64_t, 4> sizes;
  for (int64_t size : {pixels / 2, pixels * 3 / 4, pixels + (pixels + 3) / 4})
    if (size > 0 && size != pixels)
      sizes.insert(size);
  SmallVector<KernelAttr> kernels;
  for (int64_t size : sizes)
    kernels.push_back(KernelAttr::get(kernel.getContext(), kernel.getKind(),
                                      {size, channels}));
  return kernels;
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {
/// One product of a network.
class Tuner {
public:
  Tuner(ModuleOp module, StringRef path, StringRef name,
        const MeasureOptions &options)
      : module(module), path(path), name(name), options(options) {}

  /// Measures a kernel, null: the compiler's choice. Where it is the fastest so
  /// far it is kept.
  llvm::Error measure(KernelAttr kernel);

  /// As qnn-select-kernels sets them; null: the product is not packed.
  KernelAttr estimated, fastest;
  double estimatedSeconds = 0, fastestSeconds = 0;

private:
  ModuleOp module;
  StringRef path, name;
  const MeasureOptions &options;
};
} // namespace

llvm::Error Tuner::measure(KernelAttr kernel) {
  OwningOpRef<ModuleOp> copy(module.clone());
  if (kernel)
    setKernel(*copy, name, kernel);
  CompileOptions compile;
  compile.target = options.target;
  compile.threads = options.threads;
  compile.reached = Level::Integer;
  compile.level = Level::Packed;
  if (llvm::Error error = compileModule(*copy, path, compile))
    return error;
  KernelAttr packed = packedKernel(*copy, name);
  // Not one that the compiler ignores.
  if (!packed || (kernel && packed.getKind() != kernel.getKind()))
    return llvm::Error::success();
  auto model = compileInProcess(*copy, path, options.target, /*optLevel=*/3,
                                Level::Packed, options.threads);
  if (!model)
    return model.takeError();
  llvm::Expected<double> seconds = timeModel(**model, 1, options.seconds);
  if (!seconds)
    return seconds.takeError();
  if (!kernel) {
    // Packing halves the tile of depthwise products, so that of the op counts.
    Operation *chosen = collectProducts(module)[name.str()].front();
    estimated = chosen->getAttrOfType<KernelAttr>("kernel");
    if (!estimated)
      estimated = bestOf(getTarget(module), packed.getKind(), chosen);
    estimated = estimated.withThreads(0); // no part of the table
    fastest = estimated;
    estimatedSeconds = fastestSeconds = *seconds;
  } else if (*seconds < fastestSeconds) {
    fastest = kernel;
    fastestSeconds = *seconds;
  }
  return llvm::Error::success();
}

static KernelTime timeOf(KernelAttr kernel, double seconds) {
  SmallVector<std::string> numbers;
  for (int64_t number : kernel.getTile())
    numbers.push_back(std::to_string(number));
  return {stringifyKernelKind(kernel.getKind()).str(), llvm::join(numbers, "x"),
          seconds};
}

llvm::Error
qnn::tuneModule(ModuleOp module, StringRef path, const MeasureOptions &options,
                TuningTable &table,
                llvm::function_ref<void(const TunedProduct &)> done) {
  TargetAttr target = getTarget(module);
  for (auto &[name, ops] : collectProducts(module)) {
    ProductFacts product = *ProductFacts::get(ops.front());
    if (table.find(product))
      continue;
    Tuner tuner(module, path, name, options);
    if (llvm::Error error = tuner.measure({}))
      return error;
    if (!tuner.fastest)
      continue;
    for (KernelAttr kernel : kernelsOf(target, product))
      if (kernel != tuner.estimated)
        if (llvm::Error error = tuner.measure(kernel))
          return error;
    for (KernelAttr kernel : otherTiles(tuner.fastest))
      if (llvm::Error error = tuner.measure(kernel))
        return error;
    setKernel(module, name, tuner.fastest);
    table.set(product, {tuner.fastest.getKind(),
                        SmallVector<int64_t>(tuner.fastest.getTile()),
                        tuner.fastestSeconds * 1e6});
    done({name, timeOf(tuner.estimated, tuner.estimatedSeconds),
          timeOf(tuner.fastest, tuner.fastestSeconds)});
  }
  return llvm::Error::success();
}
