//===- Layers.h - Where a network's time goes -------------------*- C++ -*-===//

#ifndef QNN_BENCH_LAYERS_H
#define QNN_BENCH_LAYERS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "qnn/Bench/Measure.h"
#include "qnn/Driver/Report.h"

namespace qnn {

/// A part of a network, as a network of its own.
struct CutLayer {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The product in it; without one, `name` lists the ops.
  LayerReport report;
  OperandType weights, activations; ///< of the product
  bool hasProduct = false;
};

/// Cuts the entry function of a module in packed form before and after each
/// product, wherever the values that pass the cut have a type that a model's
/// inputs and outputs may have (16-bit sums have not). The parts, one after the
/// other, compute what the whole computes.
std::vector<CutLayer> cutLayers(mlir::ModuleOp module);

struct LayerTime {
  std::string name, kernel, shape; ///< no kernel: only other ops
  int64_t multiplyAdds = 0, bytes = 0;
  double seconds = 0;
  Bound ceiling;

  double gmacs() const { return multiplyAdds / seconds / 1e9; }
};

struct ModelTimes {
  std::vector<LayerTime> layers; ///< each timed alone, one sample
  double secondsPerImage = 0;    ///< of the whole network, uncut
};

/// Compiles the model in `path` and times it: as a whole with `batch` samples a
/// run, and each layer alone.
llvm::Expected<ModelTimes>
measureModel(llvm::StringRef path, int64_t batch, const MeasureOptions &options,
             llvm::function_ref<void(llvm::StringRef)> progress);

} // namespace qnn

#endif // QNN_BENCH_LAYERS_H
