//===- Packing.cpp - Codes to words and back, in vectors --------*- C++ -*-===//
//
// 32 channels are one vector. Bit p of each lane compared with zero is a mask
// of 32 bits, which is the word of plane p: one or two instructions on every
// target. Vectors of i1 live in registers only, for their form in memory is not
// that of i1 elements. Where the codes come from a quantizer, its arithmetic is
// done on the vector of floats right there: signs become a word without ever
// being bytes.
//
//===----------------------------------------------------------------------===//

#include "EpiloguePacks.h"
#include "Lanes.h"
#include "Patterns.h"
#include "PointwiseChain.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

/// One step of the loops: writes a group of up to 32 channels.
struct Group {
  Value row;     ///< index of the row
  Value number;  ///< index of the group in the row
  int64_t count; ///< channels in it, 32 but for the last
  Value result;  ///< the tensor so far
};
using GroupFn = llvm::function_ref<Value(Builder &, const Group &)>;

/// Calls `body` for all groups of all rows: a loop over whole groups, then the
/// rest of the row.
Value forEachGroup(Builder &b, int64_t rows, int64_t channels, Value init,
                   GroupFn body) {
  int64_t whole = channels / wordBits, rest = channels % wordBits;
  return buildCountLoop(
      b, rows, init, [&](Builder &perRow, Value row, Value out) {
        if (whole != 0)
          out = buildCountLoop(perRow, whole, out,
                               [&](Builder &inner, Value number, Value result) {
                                 return body(inner,
                                             {row, number, wordBits, result});
                               });
        if (rest != 0)
          out = body(perRow, {row, constantIndex(perRow, whole), rest, out});
        return out;
      });
}

/// `value` as [rows, columns], columns the last dimension.
Value asRows(Builder &b, Value value) {
  RankedTensorType type = tensorType(value);
  int64_t columns = type.getShape().back();
  return reshapeTo(b, value, {type.getNumElements() / columns, columns});
}

//===----------------------------------------------------------------------===//
// Pack
//===----------------------------------------------------------------------===//

/// The channels of a group in 32 lanes; lanes beyond hold zeros.
Value widen(Builder &b, Value lanes) {
  auto type = cast<VectorType>(lanes.getType());
  if (type.getNumElements() == wordBits)
    return lanes;
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(wordBits, type.getElementType())));
  return vector::InsertStridedSliceOp::create(
      b, lanes, zeros, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1});
}

Value readGroup(Builder &b, Value rows, const Group &group) {
  Value first = scaledIndex(b, group.number, wordBits, 0);
  return widen(b, readLanes(b, rows, {group.row, first}, group.count));
}

/// Packs `rows`; `masksOf` gives the masks of one group.
Value packRowsOf(
    Builder &b, PackOp op, Value input,
    llvm::function_ref<SmallVector<Value>(Builder &, Value, const Group &)>
        masksOf) {
  Value rows = asRows(b, input);
  ArrayRef<int64_t> shape = tensorType(rows).getShape();
  RankedTensorType type = tensorType(op.getResult());
  int64_t planes = op.getCode().getBits();
  auto flat = type.clone({shape[0], type.getShape().back()});
  Value words = forEachGroup(
      b, shape[0], shape[1], createEmpty(b, flat),
      [&](Builder &inner, const Group &group) {
        Value out = group.result;
        for (auto [plane, mask] :
             llvm::enumerate(masksOf(inner, rows, group))) {
          Value at = scaledIndex(inner, group.number, planes, plane);
          out = tensor::InsertOp::create(inner, maskToWord(inner, mask), out,
                                         ValueRange{group.row, at});
        }
        return out;
      });
  return reshapeTo(b, words, type.getShape());
}

struct LowerPack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    if (isEpiloguePack(op))
      return rewriter.notifyMatchFailure(op, "left to the product");
    if (!tensorType(op.getInput()).getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(
          op, "expected codes as bytes, as qnn-pack leaves them");
    Builder b(op.getLoc(), rewriter);
    unsigned planes = op.getCode().getBits();
    auto masks = [&](Builder &inner, Value rows, const Group &group) {
      return emitBitMasks(inner, readGroup(inner, rows, group), planes);
    };
    rewriter.replaceOp(op, packRowsOf(b, op, op.getInput(), masks));
    return success();
  }
};

/// An elementwise encode moves up through a reshape, so that its pack sees it.
struct MoveEncodeThroughReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto encode = op.getInput().getDefiningOp<EncodeOp>();
    if (!encode || !encode->hasOneUse() || encode.getQuantizer().isPerChannel())
      return rewriter.notifyMatchFailure(
          op, "expected the only use of a per-tensor encode");
    RankedTensorType type = tensorType(op.getResult());
    Value input =
        ReshapeOp::create(rewriter, op.getLoc(),
                          type.clone(rewriter.getF32Type()), encode.getInput());
    rewriter.replaceOpWithNewOp<EncodeOp>(op, type, input,
                                          encode.getQuantizer());
    return success();
  }
};

/// pack(encode(chain(x))) without floats or bytes in between.
struct LowerPackOfEncode : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    auto encode = op.getInput().getDefiningOp<EncodeOp>();
    if (!encode || !encode->hasOneUse() || isEpiloguePack(op))
      return rewriter.notifyMatchFailure(op, "expected the only use of encode");
    QuantizerAttr quantizer = encode.getQuantizer();
    if (quantizer.isPerChannel() &&
        quantizer.getEncoding() != Encoding::Bipolar)
      return rewriter.notifyMatchFailure(op, "scales differ between lanes");
    Builder b(encode.getLoc(), rewriter);
    PointwiseChain chain(encode.getInput(),
                         tensorType(encode.getInput()).getRank() - 1);
    chain.prepare(b);
    auto masks = [&](Builder &inner, Value rows, const Group &group) {
      auto readConstant = [&](Builder &at, Value constant) {
        Value first = scaledIndex(at, group.number, wordBits, 0);
        return widen(at, readLanes(at, constant, first, group.count));
      };
      Value lanes = readGroup(inner, rows, group);
      lanes = chain.emit(inner, lanes, readConstant);
      return clearRest(inner, emitCodeBits(inner, lanes, quantizer),
                       group.count);
    };
    rewriter.replaceOp(op, packRowsOf(b, op, chain.root(), masks));
    rewriter.eraseOp(encode);
    return success();
  }

private:
  /// Lanes beyond `count` are no channels, whatever was computed there.
  static SmallVector<Value> clearRest(Builder &b, SmallVector<Value> masks,
                                      int64_t count) {
    if (count == wordBits)
      return masks;
    SmallVector<bool> isChannel(wordBits, false);
    std::fill_n(isChannel.begin(), count, true);
    Value channels = arith::ConstantOp::create(
        b, DenseElementsAttr::get(vectorOf(wordBits, b.getI1Type()),
                                  ArrayRef<bool>(isChannel)));
    for (Value &mask : masks)
      mask = arith::AndIOp::create(b, mask, channels);
    return masks;
  }
};

//===----------------------------------------------------------------------===//
// Unpack
//===----------------------------------------------------------------------===//

struct LowerUnpack : OpRewritePattern<UnpackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnpackOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = tensorType(op.getResult());
    if (!type.getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(
          op, "expected codes as bytes, as qnn-pack leaves them");
    Builder b(op.getLoc(), rewriter);
    Value words = asRows(b, op.getInput());
    int64_t channels = type.getShape().back();
    int64_t rows = tensorType(words).getDimSize(0);
    Value codes = forEachGroup(
        b, rows, channels, createEmpty(b, type.clone({rows, channels})),
        [&](Builder &inner, const Group &group) {
          return writeGroup(inner, bytesOf(inner, words, group, op.getCode()),
                            group);
        });
    rewriter.replaceOp(op, reshapeTo(b, codes, type.getShape()));
    return success();
  }

private:
  static Value bytesOf(Builder &b, Value words, const Group &group,
                       CodeAttr code) {
    VectorType bytes = vectorOf(wordBits, b.getI8Type());
    Value sum;
    for (unsigned plane = 0; plane < code.getBits(); ++plane) {
      Value at = scaledIndex(b, group.number, code.getBits(), plane);
      Value word =
          tensor::ExtractOp::create(b, words, ValueRange{group.row, at});
      Value single =
          vector::BroadcastOp::create(b, vectorOf(1, b.getI32Type()), word);
      Value mask = vector::BitCastOp::create(
          b, vectorOf(wordBits, b.getI1Type()), single);
      Value bits = arith::SelectOp::create(
          b, mask, planeWeightBytes(b, bytes, plane, code),
          arith::ConstantOp::create(b, b.getZeroAttr(bytes)));
      sum = sum ? arith::OrIOp::create(b, sum, bits).getResult() : bits;
    }
    return sum;
  }

  /// What a set bit of `plane` adds to the byte: the last plane of a signed
  /// code sets all bits from its own up.
  static Value planeWeightBytes(Builder &b, VectorType bytes, unsigned plane,
                                CodeAttr code) {
    bool isSign = plane + 1 == code.getBits() &&
                  (code.getEncoding() == Encoding::Signed ||
                   code.getEncoding() == Encoding::Ternary);
    APInt weight = isSign ? APInt::getHighBitsSet(8, 8 - plane)
                          : APInt::getOneBitSet(8, plane);
    return arith::ConstantOp::create(b, DenseElementsAttr::get(bytes, weight));
  }

  static Value writeGroup(Builder &b, Value bytes, const Group &group) {
    bytes = takeLanes(b, bytes, 0, group.count);
    Value first = scaledIndex(b, group.number, wordBits, 0);
    return writeLanes(b, bytes, group.result, {group.row, first});
  }
};

} // namespace

void qnn::populatePackingPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPack, LowerUnpack>(patterns.getContext());
}

void qnn::populateFusedPackPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPackOfEncode, MoveEncodeThroughReshape>(
      patterns.getContext());
}
