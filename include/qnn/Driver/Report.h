//===- Report.h - What each layer became ------------------------*- C++ -*-===//

#ifndef QNN_DRIVER_REPORT_H
#define QNN_DRIVER_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace qnn {

/// A matmul or convolution of the packed form.
struct LayerReport {
  std::string name;     ///< of the ONNX node
  std::string kernel;   ///< xnor_popcount, ...
  std::string tile;     ///< pixels x channels in registers
  std::string shape;    ///< MxKxN, or CxOxKHxKW@HxW of the input
  int64_t weightBytes;  ///< as stored, thresholds included
  int64_t floatBytes;   ///< of the same weights as f32
  int64_t multiplyAdds; ///< for one sample
  bool hasThresholds;   ///< the next layer's codes are made in registers
};

struct Report {
  std::vector<LayerReport> layers;
  int64_t arenaBytes = 0;
  int64_t codeBytes = 0; ///< of the object file; 0 where none was made
};

/// The layers of a module in packed form, in order.
std::vector<LayerReport> collectLayers(mlir::ModuleOp module);

void printTable(const Report &report, llvm::raw_ostream &os);
llvm::json::Value toJSON(const Report &report);

} // namespace qnn

#endif // QNN_DRIVER_REPORT_H
