//===- SignSource.cpp - Where computed signs come from ----------*- C++ -*-===//

#include "SignSource.h"
#include "ConstantCodes.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

std::optional<SignSource> SignSource::find(QuantizeOp op) {
  QuantizerAttr quantizer = op.getQuantizer();
  if (quantizer.getEncoding() != Encoding::Bipolar ||
      quantizer.getSignZero() == SignZero::Zero || quantizer.isPerChannel())
    return {};
  return SignSource{op.getInput(), quantizer, quantizer.getScaleOf(0)};
}

std::optional<SignSource> SignSource::find(DequantizeOp op) {
  auto isZero = [](float number) { return number == 0.0f; };
  Type element = tensorType(op.getInput()).getElementType();
  bool areCodes = element.isInteger(1) || element.isInteger(8);
  if (!areCodes || !op.getCode() || !op.getCode()->isBipolar() ||
      axisOf(op) != -1 ||
      !llvm::all_of(op.getZeroPoint().value_or(ArrayRef<float>()), isZero))
    return {};
  float scale = op.getScale()[0];
  auto encode = op.getInput().getDefiningOp<EncodeOp>();
  if (!encode || encode.getQuantizer().isPerChannel())
    return SignSource{op.getInput(), {}, scale};
  return SignSource{encode.getInput(), encode.getQuantizer(), scale};
}

std::optional<SignSource> SignSource::find(Value numbers) {
  while (
      isa_and_nonnull<TransposeOp, ReshapeOp, SliceOp>(numbers.getDefiningOp()))
    numbers = numbers.getDefiningOp()->getOperand(0);
  if (auto quantize = numbers.getDefiningOp<QuantizeOp>())
    return find(quantize);
  if (auto dequantize = numbers.getDefiningOp<DequantizeOp>())
    return find(dequantize);
  return {};
}

Value SignSource::move(OpBuilder &b, Value numbers) const {
  Location loc = numbers.getLoc();
  if (auto transpose = numbers.getDefiningOp<TransposeOp>())
    return TransposeOp::create(b, loc, move(b, transpose.getInput()),
                               transpose.getPermutation());
  if (auto reshape = numbers.getDefiningOp<ReshapeOp>()) {
    auto type =
        withElements(tensorType(numbers), tensorType(root).getElementType());
    return ReshapeOp::create(b, loc, type, move(b, reshape.getInput()));
  }
  if (auto slice = numbers.getDefiningOp<SliceOp>())
    return SliceOp::create(b, loc, move(b, slice.getInput()),
                           slice.getOffsets(), slice.getSizes(),
                           slice.getSteps());
  return root;
}

Value SignSource::encode(OpBuilder &b, Value moved) const {
  if (!quantizer)
    return moved;
  return EncodeOp::create(b, moved.getLoc(),
                          withElements(tensorType(moved), b.getI8Type()), moved,
                          quantizer);
}

Value SignSource::pack(OpBuilder &b, Value numbers,
                       ArrayRef<int64_t> permutation) const {
  Value moved = move(b, numbers);
  if (!permutation.empty())
    moved = TransposeOp::create(b, moved.getLoc(), moved, permutation);
  return PackOp::create(b, moved.getLoc(), encode(b, moved), bipolarCode(b));
}

Value qnn::tileSignWords(OpBuilder &b, Location loc, Value words,
                         int64_t tile) {
  SmallVector<int64_t> shape(shapeOf(words));
  SmallVector<int64_t> low(shape.size(), 0), high(low);
  high[0] = llvm::alignTo(shape[0], tile) - shape[0];
  if (high[0])
    words = PadOp::create(b, loc, words, low, high,
                          cast<TypedAttr>(b.getI32IntegerAttr(0)));
  shape[0] = tile;
  shape.insert(shape.begin(), shapeOf(words)[0] / tile);
  words = ReshapeOp::create(
      b, loc, RankedTensorType::get(shape, b.getI32Type()), words);
  SmallVector<int64_t> permutation{0};
  for (int64_t i = 2, rank = shape.size(); i < rank; ++i)
    permutation.push_back(i);
  permutation.push_back(1);
  return TransposeOp::create(b, loc, words, permutation);
}

CodeAttr qnn::bipolarCode(OpBuilder &b) {
  return CodeAttr::get(b.getContext(), 1, Encoding::Bipolar, /*narrow=*/false);
}

Value qnn::turnWords(OpBuilder &b, Location loc, Value words) {
  ArrayRef<int64_t> shape = shapeOf(words);
  auto type = RankedTensorType::get(
      {shape[1], packedWords(shape[0], 1), wordBits}, b.getI32Type());
  return TurnWordsOp::create(b, loc, type, words);
}

Value qnn::tileRhs(OpBuilder &b, MatmulOp op, const SignSource &source,
                   int64_t tile) {
  Value words = source.pack(b, op.getRhs());
  if (op.getTransposeRhs())
    return tileSignWords(b, op.getLoc(), words, tile);
  return turnWords(b, op.getLoc(), words);
}
