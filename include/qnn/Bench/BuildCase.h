//===- BuildCase.h - A network of one product -------------------*- C++ -*-===//

#ifndef QNN_BENCH_BUILDCASE_H
#define QNN_BENCH_BUILDCASE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "qnn/Bench/Cases.h"
#include "qnn/Pipelines/Pipelines.h"
#include <optional>

namespace qnn {

struct BuiltCase {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<Level> reached; ///< graph form: none; integer form: Graph
};

/// A module with one function and one product of random constant weights, in
/// the form that the first stage reads: graph form where the case's input and
/// output are floats, integer form where they are codes. The layouts of
/// activations are those of `qnn.unpack` and `qnn.pack`, so that nothing here
/// depends on a kernel.
BuiltCase buildCase(const BenchCase &c, mlir::MLIRContext *context);

} // namespace qnn

#endif // QNN_BENCH_BUILDCASE_H
