//===- Model.cpp - `qnn-bench model` ----------------------------*- C++ -*-===//

#include "Model.h"
#include "Output.h"
#include "qnn/Support/Files.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace qnn;
using llvm::formatv;

static double sumOf(const ModelTimes &times) {
  double seconds = 0;
  for (const LayerTime &layer : times.layers)
    seconds += layer.seconds;
  return seconds;
}

static void printLayers(const ModelTimes &times) {
  size_t nameWidth = 5, shapeWidth = 5;
  for (const LayerTime &layer : times.layers) {
    nameWidth = std::max(nameWidth, layer.name.size());
    shapeWidth = std::max(shapeWidth, layer.shape.size());
  }
  const int widths[] = {-static_cast<int>(nameWidth),
                        -13,
                        -static_cast<int>(shapeWidth),
                        12,
                        10,
                        6,
                        9,
                        9,
                        6,
                        8};
  printRow({"layer", "kernel", "shape", "MACs", "us", "share", "GMAC/s",
            "ceiling", "ratio", "GB/s", "ceiling is"},
           widths);
  double sum = sumOf(times);
  for (const LayerTime &layer : times.layers) {
    bool hasProduct = !layer.kernel.empty();
    auto forProduct = [&](std::string text) {
      return hasProduct ? text : std::string();
    };
    printRow(
        {layer.name, layer.kernel, layer.shape,
         forProduct(std::to_string(layer.multiplyAdds)),
         number(layer.seconds * 1e6),
         formatv("{0:f1} %", 100 * layer.seconds / sum),
         forProduct(number(layer.gmacs())),
         forProduct(number(layer.ceiling.gmacs)),
         forProduct(formatv("{0:f2}", layer.gmacs() / layer.ceiling.gmacs)),
         number(layer.bytes / layer.seconds / 1e9), layer.ceiling.name},
        widths);
  }
}

static llvm::json::Object layerObject(const LayerTime &layer) {
  llvm::json::Object object{{"layer", llvm::json::fixUTF8(layer.name)},
                            {"us", layer.seconds * 1e6},
                            {"bytes", layer.bytes}};
  if (layer.kernel.empty())
    return object;
  object["kernel"] = layer.kernel;
  object["shape"] = layer.shape;
  object["multiply_adds"] = layer.multiplyAdds;
  object["gmacs"] = layer.gmacs();
  object["ceiling_gmacs"] = layer.ceiling.gmacs;
  object["ratio"] = layer.gmacs() / layer.ceiling.gmacs;
  return object;
}

llvm::Error qnn::benchModel(const ModelOptions &options) {
  Progress progress;
  llvm::Expected<ModelTimes> times =
      measureModel(options.path, options.batch, options.measure,
                   [&](llvm::StringRef what) { progress.show(what); });
  progress.clear();
  if (!times)
    return times.takeError();
  double sum = sumOf(*times) * 1e6, image = times->secondsPerImage * 1e6;
  if (options.json) {
    for (const LayerTime &layer : times->layers)
      printLine(layerObject(layer));
    printLine(llvm::json::Object{{"us_per_image", image},
                                 {"images_per_s", 1e6 / image},
                                 {"batch", options.batch},
                                 {"threads", options.measure.threads},
                                 {"target", options.measure.target},
                                 {"us_of_layers", sum}});
  } else {
    printLayers(*times);
    llvm::outs() << formatv(
        "whole network, batch {0}, {1} {2}: {3} us an image, {4:f0} images a "
        "second\nlayers, each alone: {5} us\n",
        options.batch, options.measure.threads,
        options.measure.threads == 1 ? "thread" : "threads", number(image),
        1e6 / image, number(sum));
  }
  return flushStandardOutput();
}
