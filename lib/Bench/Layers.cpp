//===- Layers.cpp - Where a network's time goes -----------------*- C++ -*-===//

#include "qnn/Bench/Layers.h"
#include "Running.h"
#include "qnn/Driver/Compile.h"

using namespace mlir;
using namespace qnn;

/// A layer alone, in the caches that it leaves warm itself.
static llvm::Expected<LayerTime>
timeLayer(CutLayer &layer, const MeasureOptions &options, Ceilings &ceilings) {
  const LayerReport &report = layer.report;
  LayerTime time{
      report.name, report.kernel, report.shape, report.multiplyAdds, 0, 0, {}};
  auto model = compileInProcess(*layer.module, report.name, options.target,
                                /*optLevel=*/3, Level::Packed, options.threads);
  if (!model)
    return model.takeError();
  llvm::Expected<double> seconds = timeModel(**model, 1, options.seconds);
  if (!seconds)
    return seconds.takeError();
  int64_t read = report.weightBytes + bytesOf((*model)->inputs());
  time.seconds = *seconds;
  time.bytes = read + bytesOf((*model)->outputs());
  if (!layer.hasProduct)
    return time;
  llvm::Expected<Bound> ceiling = ceilings.bound(
      layer.weights, layer.activations, report.multiplyAdds, read);
  if (!ceiling)
    return ceiling.takeError();
  time.ceiling = *ceiling;
  return time;
}

static llvm::Expected<double> timeWhole(ModuleOp packed, StringRef path,
                                        int64_t batch,
                                        const MeasureOptions &options) {
  auto model = compileInProcess(packed, path, options.target, /*optLevel=*/3,
                                Level::Packed, options.threads);
  if (!model)
    return model.takeError();
  llvm::Expected<double> seconds = timeModel(**model, batch, options.seconds);
  if (!seconds)
    return seconds.takeError();
  return *seconds / batch;
}

llvm::Expected<ModelTimes>
qnn::measureModel(StringRef path, int64_t batch, const MeasureOptions &options,
                  llvm::function_ref<void(StringRef)> progress) {
  auto context = createContext();
  auto module = loadModel(path, context.get());
  if (!module)
    return module.takeError();
  CompileOptions compile;
  compile.target = options.target;
  compile.threads = options.threads;
  compile.tuning = options.tuning;
  compile.level = Level::Packed;
  if (llvm::Error error = compileModule(**module, path, compile))
    return std::move(error);
  std::vector<CutLayer> layers = cutLayers(**module);
  Ceilings ceilings(context.get(), options.target, options.threads,
                    /*isRough=*/options.seconds == 0);
  ModelTimes times;
  progress("the whole network");
  llvm::Expected<double> whole = timeWhole(**module, path, batch, options);
  if (!whole)
    return whole.takeError();
  times.secondsPerImage = *whole;
  for (CutLayer &layer : layers) {
    progress(layer.report.name);
    llvm::Expected<LayerTime> time = timeLayer(layer, options, ceilings);
    if (!time)
      return time.takeError();
    times.layers.push_back(*time);
  }
  return times;
}
