//===- Compare.h - Native code against the reference ------------*- C++ -*-===//
//
// Which layer differs first? Every layer of the integer form gets a further
// result, the module is compiled with these, and each is held against what the
// reference evaluator says of the same function. The model's own results are
// compared too, compiled as always against graph form.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DRIVER_COMPARE_H
#define QNN_DRIVER_COMPARE_H

#include "mlir/IR/OwningOpRef.h"
#include "qnn/Driver/Inputs.h"

namespace qnn {

struct Tolerance {
  double relative = 0, absolute = 0;
  /// |actual - expected| <= absolute + relative * |expected|; NaN equals NaN.
  bool holds(double actual, double expected) const;
};

/// The first element in which two arrays of one shape differ.
struct Difference {
  int64_t index;
  double actual, expected;
};
std::optional<Difference> firstDifference(const Array &actual,
                                          const Array &expected,
                                          Tolerance tolerance,
                                          int64_t threads = 1);
/// Greatest |actual - expected|.
double greatestDifference(const Array &actual, const Array &expected);

/// `[1, 0, 5]`.
std::string indexName(int64_t index, llvm::ArrayRef<int64_t> shape);

struct LayerComparison {
  std::string name; ///< of the ONNX node or the output
  std::string op;   ///< its op in integer form, or `output`
  bool exact;       ///< compared without tolerance
  double greatest = 0;
  bool differs = false;
  int64_t sample = 0; ///< where it differs first
  std::string where = {};
  double native = 0, reference = 0;
};

struct Comparison {
  int64_t samples = 0;
  std::vector<LayerComparison> layers; ///< in the order of execution
  const LayerComparison *firstDifferent() const;
};

/// Compares over all samples of `inputs`. `module` is a model as it was loaded.
llvm::Expected<Comparison>
compareEngines(mlir::ModuleOp module, llvm::StringRef path,
               llvm::StringRef target, unsigned optLevel, InputSource &inputs,
               Tolerance tolerance, int64_t threads = 1,
               llvm::StringRef tuning = "");

} // namespace qnn

#endif // QNN_DRIVER_COMPARE_H
