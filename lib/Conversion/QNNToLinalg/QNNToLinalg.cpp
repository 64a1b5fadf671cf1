//===- QNNToLinalg.cpp - Ops on tensors to linalg ---------------*- C++ -*-===//

#include "qnn/Conversion/QNNToLinalg.h"
#include "EpiloguePacks.h"
#include "Patterns.h"
#include "qnn/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_CONVERTQNNTOLINALG
#include "qnn/Conversion/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

void qnn::populateQNNToLinalgPatterns(RewritePatternSet &patterns) {
  populateBatchNormPatterns(patterns);
  populateElementwisePatterns(patterns);
  populateMaxPoolGradPatterns(patterns);
  populatePackingPatterns(patterns);
  populatePoolingPatterns(patterns);
  populateProductPatterns(patterns);
  populateQuantizationPatterns(patterns);
  populateRandomNumberPatterns(patterns);
  populateReductionPatterns(patterns);
  populateScatterPatterns(patterns);
  populateShapePatterns(patterns);
  populateTrainingElementwisePatterns(patterns);
  populateUpdatePatterns(patterns);
}

static void populateFusedPatterns(RewritePatternSet &patterns) {
  populatePixelLanesPatterns(patterns);
  populateFusedPackPatterns(patterns);
  populateTurnWindowsPatterns(patterns);
  populateTurnWordsPatterns(patterns);
  populateRecurrentPatterns(patterns);
}

namespace {

struct ConvertQNNToLinalg
    : qnn::impl::ConvertQNNToLinalgBase<ConvertQNNToLinalg> {
  void runOnOperation() override {
    markEpiloguePacks(getOperation());
    // A transpose on its own would hide that it stands before an encoder.
    if (failed(apply(populateFusedPatterns)) ||
        failed(apply(populatePlaneTransposePatterns)) ||
        failed(apply(populateQNNToLinalgPatterns)) ||
        failed(checkNothingLeft()))
      signalPassFailure();
  }

  LogicalResult apply(void (*populate)(RewritePatternSet &)) {
    RewritePatternSet patterns(&getContext());
    populate(patterns);
    // Folding would evaluate what the levels above left to run time.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    return applyPatternsGreedily(getOperation(), std::move(patterns), config);
  }

  LogicalResult checkNothingLeft() {
    WalkResult result = getOperation()->walk([](Operation *op) -> WalkResult {
      if (!isa_and_nonnull<QNNDialect>(op->getDialect()) ||
          isa<PackedContractionOpInterface>(op) || isEpiloguePack(op))
        return success();
      return op->emitOpError("has no loops in this form: expected codes as "
                             "bytes and integer products in packed form");
    });
    return failure(result.wasInterrupted());
  }
};

} // namespace
