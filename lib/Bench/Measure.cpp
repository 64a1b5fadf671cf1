//===- Measure.cpp - Times of compiled products -----------------*- C++ -*-===//

#include "qnn/Bench/Measure.h"
#include "Running.h"
#include "qnn/Bench/BuildCase.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Report.h"
#include "qnn/Support/Files.h"
#include "qnn/Target/CostModel.h"

using namespace mlir;
using namespace qnn;

/// Names the kernel of every product of integer form. Products of floats take
/// the attribute too; a kernel that the compiler ignores shows afterwards.
static void forceKernel(ModuleOp module, KernelKind kind) {
  TargetAttr target = getTarget(module);
  module.walk([&](Operation *op) {
    if (std::optional<ProductFacts> facts = ProductFacts::get(op))
      op->setAttr("kernel",
                  KernelAttr::get(module.getContext(), kind,
                                  estimateKernel(target, *facts, kind).tile));
  });
}

/// The product in packed form.
static llvm::Expected<LayerReport>
lowerToPacked(const BenchCase &c, BuiltCase &built,
              const MeasureOptions &options) {
  CompileOptions compile;
  compile.target = options.target;
  compile.reached = built.reached;
  compile.threads = options.threads;
  compile.tuning = options.tuning;
  compile.level = Level::Integer;
  if (llvm::Error error = compileModule(*built.module, c.name(), compile))
    return std::move(error);
  if (options.kernel)
    forceKernel(*built.module, *options.kernel);
  compile.reached = Level::Integer;
  compile.level = Level::Packed;
  if (llvm::Error error = compileModule(*built.module, c.name(), compile))
    return std::move(error);
  std::vector<LayerReport> layers = collectLayers(*built.module);
  if (layers.size() != 1)
    return fileError(c.name(), "has no kernel");
  if (options.kernel &&
      layers[0].kernel != stringifyKernelKind(*options.kernel))
    return fileError(c.name(), "kernel " +
                                   stringifyKernelKind(*options.kernel) +
                                   " does not apply");
  return layers[0];
}

llvm::Expected<Measurement> qnn::measureCase(const BenchCase &c,
                                             MLIRContext *context,
                                             const MeasureOptions &options,
                                             Ceilings &ceilings) {
  BuiltCase built = buildCase(c, context);
  llvm::Expected<LayerReport> layer = lowerToPacked(c, built, options);
  if (!layer)
    return layer.takeError();
  auto model = compileInProcess(*built.module, c.name(), options.target,
                                /*optLevel=*/3, Level::Packed, options.threads);
  if (!model)
    return model.takeError();
  llvm::Expected<double> seconds = timeModel(**model, 1, options.seconds);
  if (!seconds)
    return seconds.takeError();
  int64_t read = layer->weightBytes + bytesOf((*model)->inputs());
  llvm::Expected<Bound> ceiling =
      ceilings.bound(c.weights, c.activations, c.multiplyAdds(), read);
  if (!ceiling)
    return ceiling.takeError();
  if (c.multiplyAdds() / *seconds / 1e9 > ceiling->gmacs) {
    if (llvm::Error error = ceilings.refresh())
      return std::move(error);
    ceiling = ceilings.bound(c.weights, c.activations, c.multiplyAdds(), read);
    if (!ceiling)
      return ceiling.takeError();
  }
  return Measurement{c,           layer->kernel,
                     layer->tile, *seconds,
                     *ceiling,    read + bytesOf((*model)->outputs())};
}
