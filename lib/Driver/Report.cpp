//===- Report.cpp - What each layer became ----------------------*- C++ -*-===//

#include "qnn/Driver/Report.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Driver/Diagnostics.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;

static int64_t bytesOf(Value value) {
  if (!value)
    return 0;
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

static std::string shapeOf(const ContractionGeometry &g, bool isMatmul) {
  if (isMatmul)
    return llvm::formatv("{0}x{1}x{2}", g.batch * g.outWidth, g.channels,
                         g.outChannels);
  std::string text = llvm::formatv(
      "{0}x{1}x{2}x{3}@{4}x{5}", g.channels * g.groups, g.outChannels,
      g.kernelHeight, g.kernelWidth, g.inHeight, g.inWidth);
  if (g.groups != 1)
    text += llvm::formatv(" groups {0}", g.groups);
  return text;
}

static LayerReport describe(PackedContractionOpInterface op) {
  ContractionGeometry g = op.getGeometry();
  bool isMatmul = op->getName().getStringRef().ends_with("_matmul");
  KernelAttr kernel = op.getChosenKernel();
  int64_t weights = g.outChannels * g.channels * g.kernelHeight * g.kernelWidth;
  LayerReport layer;
  layer.name = nodeName(op->getLoc());
  layer.kernel = stringifyKernelKind(kernel.getKind()).str();
  layer.tile =
      llvm::formatv("{0:$[x]}", llvm::make_range(kernel.getTile().begin(),
                                                 kernel.getTile().end()));
  layer.shape = shapeOf(g, isMatmul);
  layer.weightBytes =
      bytesOf(op.getWeightTiles()) + bytesOf(op.getEpilogueThresholds());
  layer.floatBytes = weights * 4;
  layer.multiplyAdds = weights * g.batch * g.outHeight * g.outWidth;
  layer.hasThresholds = static_cast<bool>(op.getEpilogueThresholds());
  return layer;
}

std::vector<LayerReport> qnn::collectLayers(ModuleOp module) {
  std::vector<LayerReport> layers;
  module.walk(
      [&](PackedContractionOpInterface op) { layers.push_back(describe(op)); });
  for (auto [i, layer] : llvm::enumerate(layers))
    if (layer.name.empty())
      layer.name = "layer" + std::to_string(i);
  return layers;
}

void qnn::printTable(const Report &report, llvm::raw_ostream &os) {
  size_t nameWidth = 5, shapeWidth = 5;
  for (const LayerReport &layer : report.layers) {
    nameWidth = std::max(nameWidth, layer.name.size());
    shapeWidth = std::max(shapeWidth, layer.shape.size());
  }
  auto row = [&](StringRef name, StringRef kernel, StringRef tile,
                 StringRef shape, StringRef weights, StringRef floats,
                 StringRef macs) {
    os << llvm::left_justify(name, nameWidth) << "  "
       << llvm::left_justify(kernel, 13) << "  " << llvm::left_justify(tile, 6)
       << "  " << llvm::left_justify(shape, shapeWidth) << "  "
       << llvm::right_justify(weights, 12) << "  "
       << llvm::right_justify(floats, 12) << "  "
       << llvm::right_justify(macs, 12) << "\n";
  };
  row("layer", "kernel", "tile", "shape", "weight bytes", "as f32",
      "multiply-adds");
  LayerReport total = {};
  for (const LayerReport &layer : report.layers) {
    row(layer.name, layer.kernel, layer.tile, layer.shape,
        std::to_string(layer.weightBytes), std::to_string(layer.floatBytes),
        std::to_string(layer.multiplyAdds));
    total.weightBytes += layer.weightBytes;
    total.floatBytes += layer.floatBytes;
    total.multiplyAdds += layer.multiplyAdds;
  }
  row("total", "", "", "", std::to_string(total.weightBytes),
      std::to_string(total.floatBytes), std::to_string(total.multiplyAdds));
  if (report.arenaBytes)
    os << "arena " << report.arenaBytes << " bytes\n";
  if (report.codeBytes)
    os << "object " << report.codeBytes << " bytes\n";
}

llvm::json::Value qnn::toJSON(const Report &report) {
  llvm::json::Array layers;
  for (const LayerReport &layer : report.layers)
    layers.push_back(
        llvm::json::Object{{"name", llvm::json::fixUTF8(layer.name)},
                           {"kernel", layer.kernel},
                           {"tile", layer.tile},
                           {"shape", layer.shape},
                           {"weight_bytes", layer.weightBytes},
                           {"float_bytes", layer.floatBytes},
                           {"multiply_adds", layer.multiplyAdds},
                           {"thresholds", layer.hasThresholds}});
  return llvm::json::Object{{"layers", std::move(layers)},
                            {"arena_bytes", report.arenaBytes},
                            {"object_bytes", report.codeBytes}};
}
