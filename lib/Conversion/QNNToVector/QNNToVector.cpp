//===- QNNToVector.cpp - Packed products to loops and vectors ---*- C++ -*-===//
//
// One pattern for every op of PackedContractionOpInterface. The work is in
// Schedule.cpp (loops), InnerProducts.cpp (kernels), Epilogue.cpp (stores).
//
//===----------------------------------------------------------------------===//

#include "InnerProduct.h"
#include "Schedule.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_CONVERTQNNTOVECTOR
#include "qnn/Conversion/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
struct LowerContraction
    : OpInterfaceRewritePattern<PackedContractionOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(PackedContractionOpInterface op,
                                PatternRewriter &rewriter) const override {
    Contraction contraction(op, getTarget(op));
    if (contraction.tileChannels % contraction.lanes != 0)
      return rewriter.notifyMatchFailure(
          op, "the registers do not divide the tile");
    bool words = op.getEpilogueCode() &&
                 contraction.resultType().getElementType().isInteger(32);
    if (words && contraction.tileChannels != 32)
      return rewriter.notifyMatchFailure(op, "a tile of words has 32 channels");
    if (!InnerProduct::create(contraction))
      return rewriter.notifyMatchFailure(op, "no inner product of the kernel");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, buildSchedule(b, contraction));
    return success();
  }
};

struct ConvertQNNToVector
    : qnn::impl::ConvertQNNToVectorBase<ConvertQNNToVector> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerContraction>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
