//===- PixelLanes.cpp - Codes of images that are channels first -*- C++ -*-===//
//
// A network's input is channels first, its codes are channels last. The pixels
// of a channel lie side by side, so a register holds one channel of 16 pixels;
// what is computed of it, the bits of a code or the byte, goes to its place in
// a 32-bit unit of each pixel: after 32 channels (or 4, of bytes) the lanes are
// the result. So an image is transposed, quantized and packed in one pass, and
// nothing is shuffled but whole units.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "Patterns.h"
#include "PlaneTranspose.h"
#include "PointwiseChain.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Target/Target.h"

using namespace mlir;
using namespace qnn;

namespace {

using Builder = ImplicitLocOpBuilder;

/// encode(transpose(chain(x))) that turns planes of pixels into rows.
struct PlanarEncode {
  EncodeOp encode;
  TransposeOp transpose;
  PlaneTranspose planes; ///< rows: channels, columns: pixels

  static std::optional<PlanarEncode> match(Value codes) {
    auto encode = codes.getDefiningOp<EncodeOp>();
    if (!encode)
      return std::nullopt;
    auto transpose = encode.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || !transpose->hasOneUse())
      return std::nullopt;
    std::optional<PlaneTranspose> planes = PlaneTranspose::match(transpose);
    if (!planes ||
        planes->rows != tensorType(encode.getResult()).getShape().back())
      return std::nullopt;
    return PlanarEncode{encode, transpose, *planes};
  }

  int64_t channelDim() { return transpose.getPermutation().back(); }
};

/// The codes of one channel of a register of pixels.
class PlanarSource {
public:
  PlanarSource(Builder &b, PlanarEncode match)
      : quantizer(match.encode.getQuantizer()),
        chain(match.transpose.getInput(), match.channelDim()),
        planes(match.planes),
        lanes(std::min<int64_t>(getTarget(match.encode).getVectorBits() / 32,
                                planes.columns)) {
    chain.prepare(b);
    scales = numbersOf(b, quantizer.getScale(), 1.0f);
    zeroPoints = numbersOf(b, quantizer.getZeroPoint(), 0.0f);
    source =
        reshapeTo(b, chain.root(), {planes.outer, planes.rows, planes.columns});
  }

  int64_t pixelsOfRegister() const { return lanes; }
  unsigned bits() const { return quantizer.getBits(); }

  /// The floats of a channel.
  Value read(Builder &b, Value n, Value channel, Value pixel) const {
    Value x = readLanes(b, source, {n, channel, pixel}, lanes);
    return chain.emit(b, x, [&](Builder &at, Value constant) {
      return readSplat(at, constant, channel, lanes);
    });
  }

  /// Mask of +1; of bipolar codes.
  Value signs(Builder &b, Value floats) const {
    return emitSignBit(b, floats, quantizer.getSignZero());
  }
  bool isBipolar() const {
    return quantizer.getEncoding() == Encoding::Bipolar;
  }

  /// The numbers as i32; of other codes.
  Value numbers(Builder &b, Value floats, Value channel) const {
    AffineValues affine{parameter(b, scales, channel),
                        parameter(b, zeroPoints, channel)};
    return arith::FPToSIOp::create(b, vectorOf(lanes, b.getI32Type()),
                                   emitQuantize(b, floats, affine, quantizer));
  }

private:
  /// A splat number or a tensor of them; none where neutral.
  struct Parameter {
    std::optional<float> number;
    Value tensor;
  };

  static Parameter numbersOf(Builder &b, DenseF32ArrayAttr attr,
                             float neutral) {
    if (!attr ||
        llvm::all_of(attr.asArrayRef(), [&](float x) { return x == neutral; }))
      return {};
    if (llvm::all_equal(attr.asArrayRef()))
      return {attr[0], {}};
    auto type = RankedTensorType::get(attr.size(), b.getF32Type());
    return {{},
            arith::ConstantOp::create(
                b, DenseElementsAttr::get(type, attr.asArrayRef()))};
  }

  Value parameter(Builder &b, const Parameter &of, Value channel) const {
    if (of.tensor)
      return readSplat(b, of.tensor, channel, lanes);
    if (!of.number)
      return {};
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(vectorOf(lanes, b.getF32Type()), *of.number));
  }

  QuantizerAttr quantizer;
  PointwiseChain chain;
  PlaneTranspose planes;
  int64_t lanes;
  Parameter scales, zeroPoints;
  Value source;
};

/// Fills units of 32 bits of `perUnit` channels each, and writes the rows of
/// all pixels.
class UnitWriter {
public:
  /// `rowUnits` units for each pixel, made `units` at a time.
  UnitWriter(const PlaneTranspose &planes, const PlanarSource &source,
             int64_t channelsOfUnit, int64_t unitsOfChannel)
      : planes(planes), source(source), channelsOfUnit(channelsOfUnit),
        unitsOfChannel(unitsOfChannel) {}
  virtual ~UnitWriter() = default;

  Value build(Builder &b, Type element, int64_t rowElements) {
    int64_t fullGroups = planes.rows / channelsOfUnit;
    rest = planes.rows % channelsOfUnit;
    together = 1;
    while (rest == 0 && fullGroups % (2 * together) == 0 &&
           2 * together * unitsOfChannel <= 8)
      together *= 2;
    this->rowElements = rowElements;
    int64_t rowUnits = (fullGroups + (rest != 0)) * unitsOfChannel;
    bool isPower = llvm::isPowerOf2_64(together * unitsOfChannel);
    wholeRows = isPower && rowUnits == together * unitsOfChannel;
    elementsOfUnit = 32 / element.getIntOrFloatBitWidth();
    SmallVector<int64_t> shape = {planes.outer, planes.columns, rowElements};
    if (wholeRows)
      shape = {planes.outer, planes.columns * rowElements};
    Value out = createEmpty(b, RankedTensorType::get(shape, element));
    return overPixels(b, out, fullGroups / together);
  }

protected:
  /// The units of the channels from `channel` on.
  virtual SmallVector<Value> units(Builder &b, Value n, Value channel,
                                   Value pixel, int64_t count) = 0;

  const PlaneTranspose &planes;
  const PlanarSource &source;
  int64_t channelsOfUnit, unitsOfChannel;

private:
  Value overPixels(Builder &b, Value out, int64_t steps) {
    int64_t lanes = source.pixelsOfRegister();
    int64_t blocks = (planes.columns + lanes - 1) / lanes;
    return buildCountLoop(
        b, planes.outer, out, [&](Builder &perPlane, Value n, Value out) {
          return buildCountLoop(
              perPlane, blocks, out,
              [&](Builder &inner, Value block, Value out) {
                Value pixel = scaledIndex(inner, block, lanes, 0);
                // The last block may overlap the one before.
                if (planes.columns % lanes != 0)
                  pixel = arith::MinSIOp::create(
                      inner, pixel,
                      constantIndex(inner, planes.columns - lanes));
                return overChannels(inner, n, pixel, out, steps);
              });
        });
  }

  Value overChannels(Builder &b, Value n, Value pixel, Value out,
                     int64_t steps) {
    auto step = [&](Builder &inner, Value i, int64_t count, Value out) {
      Value group = scaledIndex(inner, i, together, 0);
      SmallVector<Value> made;
      for (int64_t k = 0; k < together; ++k) {
        Value channel =
            scaledIndex(inner, group, channelsOfUnit, k * channelsOfUnit);
        llvm::append_range(made, units(inner, n, channel, pixel, count));
      }
      Value firstUnit = scaledIndex(inner, group, unitsOfChannel, 0);
      return store(inner, made, n, pixel, firstUnit, out);
    };
    if (steps == 1)
      out = step(b, constantIndex(b, 0), channelsOfUnit, out);
    else if (steps > 1)
      out = buildCountLoop(b, steps, out,
                           [&](Builder &inner, Value i, Value out) {
                             return step(inner, i, channelsOfUnit, out);
                           });
    if (rest != 0)
      out = step(b, constantIndex(b, steps), rest, out);
    return out;
  }

  Value store(Builder &b, ArrayRef<Value> made, Value n, Value pixel,
              Value firstUnit, Value out) {
    if (wholeRows)
      return storeRows(b, made, n, pixel, out);
    int64_t lanes = source.pixelsOfRegister();
    bool isPower = llvm::isPowerOf2_64(made.size());
    Value all = isPower ? interleaveLanes(b, made) : Value();
    for (int64_t i = 0; i < lanes; ++i) {
      Value at = scaledIndex(b, pixel, 1, i);
      if (isPower && made.size() > 1) {
        Value units = takeLanes(b, all, i * made.size(), made.size());
        out = writeLanes(b, asElements(b, units), out,
                         {n, at, scaledIndex(b, firstUnit, elementsOfUnit, 0)});
        continue;
      }
      for (auto [k, unit] : llvm::enumerate(made))
        out = writeLanes(
            b, asElements(b, takeLanes(b, unit, i, 1)), out,
            {n, at,
             scaledIndex(b, firstUnit, elementsOfUnit, k * elementsOfUnit)});
    }
    return out;
  }

  Value storeRows(Builder &b, ArrayRef<Value> made, Value n, Value pixel,
                  Value out) {
    Value elements = asElements(b, interleaveLanes(b, made));
    Value first = scaledIndex(b, pixel, rowElements, 0);
    return writeLanes(b, dropUnused(b, elements), out, {n, first});
  }

  /// Units of 4 bytes where the row has fewer.
  Value dropUnused(Builder &b, Value elements) {
    int64_t have = cast<VectorType>(elements.getType()).getNumElements();
    int64_t lanes = source.pixelsOfRegister();
    if (have == lanes * rowElements)
      return elements;
    SmallVector<int64_t> kept;
    for (int64_t i = 0; i < lanes; ++i)
      for (int64_t k = 0; k < rowElements; ++k)
        kept.push_back(i * have / lanes + k);
    return vector::ShuffleOp::create(b, elements, elements, kept);
  }

  Value asElements(Builder &b, Value units) {
    if (elementsOfUnit == 1)
      return units;
    int64_t count = cast<VectorType>(units.getType()).getNumElements();
    return vector::BitCastOp::create(
        b, vectorOf(count * elementsOfUnit, b.getI8Type()), units);
  }

  int64_t rest = 0, together = 1, rowElements = 0, elementsOfUnit = 1;
  bool wholeRows = false;
};

Value constantWords(Builder &b, int64_t lanes, uint32_t word) {
  return arith::ConstantOp::create(
      b,
      DenseElementsAttr::get(vectorOf(lanes, b.getI32Type()), APInt(32, word)));
}

Value orWith(Builder &b, Value sum, Value bits) {
  return sum ? arith::OrIOp::create(b, sum, bits).getResult() : bits;
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// Bit i of a word is channel i.
class WordWriter : public UnitWriter {
public:
  WordWriter(const PlaneTranspose &planes, const PlanarSource &source)
      : UnitWriter(planes, source, wordBits, source.bits()) {}

protected:
  SmallVector<Value> units(Builder &b, Value n, Value channel, Value pixel,
                           int64_t count) override {
    SmallVector<Value> words(source.bits());
    for (int64_t i = 0; i < count; ++i) {
      Value at = scaledIndex(b, channel, 1, i);
      Value floats = source.read(b, n, at, pixel);
      if (source.isBipolar())
        words[0] = orWith(b, words[0], signBit(b, floats, i));
      else
        addPlanes(b, source.numbers(b, floats, at), i, words);
    }
    return words;
  }

private:
  Value signBit(Builder &b, Value floats, int64_t i) {
    int64_t lanes = source.pixelsOfRegister();
    return arith::SelectOp::create(b, source.signs(b, floats),
                                   constantWords(b, lanes, uint32_t(1) << i),
                                   constantWords(b, lanes, 0));
  }

  /// Bit p of the numbers goes to bit i of word p.
  void addPlanes(Builder &b, Value numbers, int64_t i,
                 SmallVectorImpl<Value> &words) {
    int64_t lanes = source.pixelsOfRegister();
    for (int64_t p = 0, e = words.size(); p < e; ++p) {
      Value moved = numbers;
      if (i > p)
        moved =
            arith::ShLIOp::create(b, numbers, constantWords(b, lanes, i - p));
      else if (i < p)
        moved =
            arith::ShRUIOp::create(b, numbers, constantWords(b, lanes, p - i));
      Value bit = arith::AndIOp::create(
          b, moved, constantWords(b, lanes, uint32_t(1) << i));
      words[p] = orWith(b, words[p], bit);
    }
  }
};

struct LowerPlanarPack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<PlanarEncode> match = PlanarEncode::match(op.getInput());
    if (!match || !op.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "packs no image's codes");
    Builder b(op.getLoc(), rewriter);
    PlanarSource source(b, *match);
    ArrayRef<int64_t> shape = tensorType(op.getResult()).getShape();
    Value words = WordWriter(match->planes, source)
                      .build(b, b.getI32Type(), shape.back());
    rewriter.replaceOp(op, reshapeTo(b, words, shape));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

/// Byte i of a unit is channel i.
class ByteWriter : public UnitWriter {
public:
  ByteWriter(const PlaneTranspose &planes, const PlanarSource &source)
      : UnitWriter(planes, source, /*channelsOfUnit=*/4,
                   /*unitsOfChannel=*/1) {}

protected:
  SmallVector<Value> units(Builder &b, Value n, Value channel, Value pixel,
                           int64_t count) override {
    int64_t lanes = source.pixelsOfRegister();
    Value unit;
    for (int64_t i = 0; i < count; ++i) {
      Value at = scaledIndex(b, channel, 1, i);
      Value byte = byteOf(b, source.read(b, n, at, pixel), at);
      if (i != 0)
        byte = arith::ShLIOp::create(b, byte, constantWords(b, lanes, 8 * i));
      unit = orWith(b, unit, byte);
    }
    return {unit};
  }

private:
  /// Zeros above the byte.
  Value byteOf(Builder &b, Value floats, Value channel) {
    int64_t lanes = source.pixelsOfRegister();
    if (source.isBipolar())
      return arith::ExtUIOp::create(b, vectorOf(lanes, b.getI32Type()),
                                    source.signs(b, floats));
    return arith::AndIOp::create(b, source.numbers(b, floats, channel),
                                 constantWords(b, lanes, 255));
  }
};

struct LowerPlanarEncode : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<PlanarEncode> match = PlanarEncode::match(op.getResult());
    if (!match || !op.getType().getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(op, "makes no image's bytes");
    int64_t channels = match->planes.rows;
    if (channels > 4 && channels % 4 != 0)
      return rewriter.notifyMatchFailure(op, "channels do not fill units");
    Builder b(op.getLoc(), rewriter);
    PlanarSource source(b, *match);
    Value bytes =
        ByteWriter(match->planes, source).build(b, b.getI8Type(), channels);
    rewriter.replaceOp(
        op, reshapeTo(b, bytes, tensorType(op.getResult()).getShape()));
    return success();
  }
};

} // namespace

void qnn::populatePixelLanesPatterns(RewritePatternSet &patterns) {
  // Before the encode is lowered alone.
  patterns.add<LowerPlanarPack>(patterns.getContext(), /*benefit=*/2);
  patterns.add<LowerPlanarEncode>(patterns.getContext());
}
