//===- Pipelines.h - The way from graph form to LLVM ------------*- C++ -*-===//
//
// One function for each stage, in order; each list of passes reads top to
// bottom in lib/Pipelines. qnn-opt offers them as --qnn-graph-pipeline,
// --qnn-integer-pipeline, --qnn-packed-pipeline, --qnn-loops-pipeline,
// --qnn-llvm-pipeline.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_PIPELINES_PIPELINES_H
#define QNN_PIPELINES_PIPELINES_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

namespace qnn {

/// How far to compile; each level includes those before it.
enum class Level { Graph, Integer, Packed, Loops, LLVM };

void buildGraphPipeline(mlir::OpPassManager &pm); ///< graph form, simplified
/// To integer form, kernels chosen; `tuning`: a file as qnn-bench --tune writes
/// it.
void buildIntegerPipeline(mlir::OpPassManager &pm, llvm::StringRef tuning = "");
void buildPackedPipeline(mlir::OpPassManager &pm); ///< to packed form
void buildLoopsPipeline(
    mlir::OpPassManager &pm); ///< to loops and vectors on memrefs, one arena
void buildLLVMPipeline(mlir::OpPassManager &pm); ///< to the llvm dialect

/// All stages up to `level`.
void buildPipeline(mlir::OpPassManager &pm, Level level);

/// Every dialect, extension and external model that the pipelines use.
void registerAllDialects(mlir::DialectRegistry &registry);
/// Our passes and pipelines, and the upstream passes that they use.
void registerAllPasses();

} // namespace qnn

#endif // QNN_PIPELINES_PIPELINES_H
