//===- HoistPacking.cpp - Packs codes as early as possible ------*- C++ -*-===//
//
// Words are an eighth of the bytes, so pooling, padding and reshaping are done
// on words; and where qnn.pack meets the thresholds of a product, the product
// can store words and no byte is ever written (qnn-fuse-thresholds).
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qnn {
#define GEN_PASS_DEF_HOISTPACKING
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

namespace {
/// pack(f(x)) where f is an op of type `OpTy` whose result is only packed.
/// Equal packs of one result each get their own, and CSE makes them one.
template <typename OpTy>
struct HoistPack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto op = pack.getInput().getDefiningOp<OpTy>();
    if (!op)
      return rewriter.notifyMatchFailure(pack, "packs another op's result");
    if (!llvm::all_of(op->getUsers(), [&](Operation *user) {
          auto other = dyn_cast<PackOp>(user);
          return other && other.getCode() == pack.getCode();
        }))
      return rewriter.notifyMatchFailure(pack, "somebody reads the codes");
    return hoist(pack, op, rewriter);
  }

  virtual LogicalResult hoist(PackOp pack, OpTy op,
                              PatternRewriter &rewriter) const = 0;
};

/// The greatest of 1-bit codes is the or of their bits, unless bit 1 is the
/// lesser number.
struct HoistPackOverPool : HoistPack<IMaxPool2dOp> {
  using HoistPack::HoistPack;

  LogicalResult hoist(PackOp pack, IMaxPool2dOp op,
                      PatternRewriter &rewriter) const override {
    CodeAttr code = pack.getCode();
    if (code.getBits() != 1 || code.getEncoding() == Encoding::Signed)
      return rewriter.notifyMatchFailure(pack, "or is not the maximum");
    if (op.getCodeAttr() != code)
      return rewriter.notifyMatchFailure(pack, "pool and pack differ in code");
    Value words = PackOp::create(rewriter, pack.getLoc(), op.getInput(), code);
    rewriter.replaceOpWithNewOp<PackedMaxPool2dOp>(
        pack, pack.getType(), words, op.getKernel(), op.getStrides(),
        op.getPads(), op.getDilations());
    return success();
  }
};

/// Row-major order of words is that of codes where rows keep their length, or
/// end at the end of a word.
struct HoistPackOverReshape : HoistPack<ReshapeOp> {
  using HoistPack::HoistPack;

  LogicalResult hoist(PackOp pack, ReshapeOp op,
                      PatternRewriter &rewriter) const override {
    if (shapeOf(op.getInput()).empty())
      return rewriter.notifyMatchFailure(pack, "a reshaped scalar");
    int64_t from = shapeOf(op.getInput()).back();
    int64_t to = op.getType().getShape().back();
    if (from != to && (from % wordBits != 0 || to % wordBits != 0))
      return rewriter.notifyMatchFailure(pack, "words would be cut");
    Value words =
        PackOp::create(rewriter, pack.getLoc(), op.getInput(), pack.getCode());
    rewriter.replaceOpWithNewOp<ReshapeOp>(pack, pack.getType(), words);
    return success();
  }
};

struct HoistPackOverTranspose : HoistPack<TransposeOp> {
  using HoistPack::HoistPack;

  LogicalResult hoist(PackOp pack, TransposeOp op,
                      PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> permutation = op.getPermutation();
    if (permutation.back() != static_cast<int64_t>(permutation.size()) - 1)
      return rewriter.notifyMatchFailure(pack, "channels move");
    Value words =
        PackOp::create(rewriter, pack.getLoc(), op.getInput(), pack.getCode());
    rewriter.replaceOpWithNewOp<TransposeOp>(pack, words, permutation);
    return success();
  }
};

/// Padding with a 1-bit code is padding with words of that bit.
struct HoistPackOverPad : HoistPack<PadOp> {
  using HoistPack::HoistPack;

  LogicalResult hoist(PackOp pack, PadOp op,
                      PatternRewriter &rewriter) const override {
    if (op.getLow().back() != 0 || op.getHigh().back() != 0)
      return rewriter.notifyMatchFailure(pack, "channels are padded");
    auto value = cast<IntegerAttr>(op.getValue());
    unsigned bits = pack.getCode().getBits();
    uint64_t pattern = value.getValue().getZExtValue() & ((1u << bits) - 1);
    if (pattern != 0 && bits != 1)
      return rewriter.notifyMatchFailure(pack, "planes have different bits");
    if (pattern != 0 && op.getType().getShape().back() % wordBits != 0)
      return rewriter.notifyMatchFailure(pack, "the last word is not full");
    Value words =
        PackOp::create(rewriter, pack.getLoc(), op.getInput(), pack.getCode());
    rewriter.replaceOpWithNewOp<PadOp>(
        pack, words, op.getLow(), op.getHigh(),
        rewriter.getI32IntegerAttr(pattern ? -1 : 0));
    return success();
  }
};

struct HoistPacking : qnn::impl::HoistPackingBase<HoistPacking> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<HoistPackOverPool, HoistPackOverReshape,
                 HoistPackOverTranspose, HoistPackOverPad>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
