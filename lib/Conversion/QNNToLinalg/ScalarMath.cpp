//===- ScalarMath.cpp - lib/Arith's formulas as IR --------------*- C++ -*-===//

#include "ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace qnn;

using Predicate = arith::CmpFPredicate;

Type qnn::withElement(Type type, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(element);
  return element;
}

Value qnn::constantLike(ImplicitLocOpBuilder &b, Value like, double number) {
  Type element = getElementTypeOrSelf(like.getType());
  TypedAttr attr;
  if (isa<FloatType>(element))
    attr = b.getFloatAttr(element, number);
  else
    attr = b.getIntegerAttr(element, static_cast<int64_t>(number));
  if (auto shaped = dyn_cast<ShapedType>(like.getType()))
    attr = DenseElementsAttr::get(shaped, Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

static Value compare(ImplicitLocOpBuilder &b, Predicate predicate, Value a,
                     Value c) {
  return arith::CmpFOp::create(b, predicate, a, c);
}

// A compare and a select are one instruction (maxps, fmaxnm needs more), and
// say which operand a NaN gives; arith.maximumf costs three on x86.
Value qnn::emitMax(ImplicitLocOpBuilder &b, Value a, Value c) {
  return arith::SelectOp::create(b, compare(b, Predicate::OGT, a, c), a, c);
}

Value qnn::emitMin(ImplicitLocOpBuilder &b, Value a, Value c) {
  return arith::SelectOp::create(b, compare(b, Predicate::OLT, a, c), a, c);
}

static Value replaceWhere(ImplicitLocOpBuilder &b, Predicate predicate,
                          Value best, Value x) {
  Value better = compare(b, predicate, x, best);
  Value isNaN = compare(b, Predicate::UNO, x, x);
  return arith::SelectOp::create(b, arith::OrIOp::create(b, better, isNaN), x,
                                 best);
}

Value qnn::emitGreatest(ImplicitLocOpBuilder &b, Value best, Value x) {
  return replaceWhere(b, Predicate::OGT, best, x);
}

Value qnn::emitLeast(ImplicitLocOpBuilder &b, Value best, Value x) {
  return replaceWhere(b, Predicate::OLT, best, x);
}

/// One step away from zero where what truncation dropped compares with `limit`.
static Value truncateAndStep(ImplicitLocOpBuilder &b, Value x,
                             Predicate predicate, double limit) {
  Value whole = math::TruncOp::create(b, x);
  Value rest = math::AbsFOp::create(b, arith::SubFOp::create(b, x, whole));
  Value one = math::CopySignOp::create(b, constantLike(b, x, 1.0), x);
  Value next = arith::AddFOp::create(b, whole, one);
  Value steps = compare(b, predicate, rest, constantLike(b, x, limit));
  return arith::SelectOp::create(b, steps, next, whole);
}

Value qnn::emitRound(ImplicitLocOpBuilder &b, Value x, RoundingMode mode) {
  switch (mode) {
  case RoundingMode::HalfEven:
    return math::RoundEvenOp::create(b, x);
  case RoundingMode::HalfUp:
    return truncateAndStep(b, x, Predicate::OGE, 0.5);
  case RoundingMode::HalfDown:
    return truncateAndStep(b, x, Predicate::OGT, 0.5);
  case RoundingMode::Ceil:
    return math::CeilOp::create(b, x);
  case RoundingMode::Floor:
    return math::FloorOp::create(b, x);
  case RoundingMode::Up:
    return truncateAndStep(b, x, Predicate::OGT, 0.0);
  case RoundingMode::Down:
    return math::TruncOp::create(b, x);
  }
  llvm_unreachable("all rounding modes are handled");
}

Value qnn::emitRoundAndClamp(ImplicitLocOpBuilder &b, Value x,
                             RoundingMode mode, CodeAttr code) {
  Value rounded = emitRound(b, x, mode);
  // NaN gives the second operand, the least number.
  Value above = emitMax(b, rounded, constantLike(b, x, code.getMin()));
  return emitMin(b, above, constantLike(b, x, code.getMax()));
}

Value qnn::emitSignBit(ImplicitLocOpBuilder &b, Value x, SignZero zero) {
  Predicate predicate =
      zero == SignZero::PlusOne ? Predicate::OGE : Predicate::OGT;
  return compare(b, predicate, x, constantLike(b, x, 0.0));
}

Value qnn::emitQuantize(ImplicitLocOpBuilder &b, Value x, AffineValues affine,
                        QuantizerAttr quantizer) {
  if (affine.scale)
    x = arith::DivFOp::create(b, x, affine.scale);
  if (affine.zeroPoint)
    x = arith::AddFOp::create(b, x, affine.zeroPoint);
  return emitRoundAndClamp(b, x, quantizer.getRounding(), quantizer.getCode());
}

Value qnn::emitDecode(ImplicitLocOpBuilder &b, Value number,
                      AffineValues affine) {
  if (affine.zeroPoint)
    number = arith::SubFOp::create(b, number, affine.zeroPoint);
  if (affine.scale)
    number = arith::MulFOp::create(b, number, affine.scale);
  return number;
}

Value qnn::emitSign(ImplicitLocOpBuilder &b, Value x, SignZero zero) {
  Value minus = constantLike(b, x, -1.0);
  Value sign = arith::SelectOp::create(b, emitSignBit(b, x, zero),
                                       constantLike(b, x, 1.0), minus);
  if (zero != SignZero::Zero)
    return sign;
  Value nothing = constantLike(b, x, 0.0);
  return arith::SelectOp::create(b, compare(b, Predicate::OEQ, x, nothing),
                                 nothing, sign);
}

Value qnn::emitFakeQuantize(ImplicitLocOpBuilder &b, Value x,
                            AffineValues affine, QuantizerAttr quantizer) {
  if (quantizer.getEncoding() == Encoding::Bipolar)
    return emitDecode(b, emitSign(b, x, quantizer.getSignZero()),
                      {affine.scale, {}});
  Value number = emitQuantize(b, x, affine, quantizer);
  // Numbers are integers: -0.0, which rounding can give, is 0.
  number = arith::AddFOp::create(b, number, constantLike(b, number, 0.0));
  return emitDecode(b, number, affine);
}

SmallVector<Value> qnn::emitBitMasks(ImplicitLocOpBuilder &b, Value integer,
                                     unsigned count) {
  SmallVector<Value> bits;
  Value zero = constantLike(b, integer, 0);
  for (unsigned bit = 0; bit < count; ++bit) {
    APInt mask = APInt::getOneBitSet(
        getElementTypeOrSelf(integer).getIntOrFloatBitWidth(), bit);
    TypedAttr attr = IntegerAttr::get(getElementTypeOrSelf(integer), mask);
    if (auto shaped = dyn_cast<ShapedType>(integer.getType()))
      attr = DenseElementsAttr::get(shaped, mask);
    Value only =
        arith::AndIOp::create(b, integer, arith::ConstantOp::create(b, attr));
    bits.push_back(
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, only, zero));
  }
  return bits;
}

SmallVector<Value> qnn::emitCodeBits(ImplicitLocOpBuilder &b, Value x,
                                     QuantizerAttr quantizer) {
  if (quantizer.getEncoding() == Encoding::Bipolar)
    return {emitSignBit(b, x, quantizer.getSignZero())};
  AffineValues affine;
  if (float scale = quantizer.getScaleOf(0); scale != 1.0f)
    affine.scale = constantLike(b, x, scale);
  if (float zeroPoint = quantizer.getZeroPointOf(0); zeroPoint != 0.0f)
    affine.zeroPoint = constantLike(b, x, zeroPoint);
  Value number = emitQuantize(b, x, affine, quantizer);
  Value integer = arith::FPToSIOp::create(
      b, withElement(x.getType(), b.getI32Type()), number);
  return emitBitMasks(b, integer, quantizer.getBits());
}

Value qnn::emitByte(ImplicitLocOpBuilder &b, Value number) {
  Type wide = withElement(number.getType(), b.getI32Type());
  Type byte = withElement(number.getType(), b.getI8Type());
  // Through 32 bits: 255 is no signed byte.
  Value integer = arith::FPToSIOp::create(b, wide, number);
  return arith::TruncIOp::create(b, byte, integer);
}

Value qnn::emitNumber(ImplicitLocOpBuilder &b, Value byte, CodeAttr code) {
  Type type = withElement(byte.getType(), b.getF32Type());
  if (code && code.getEncoding() == Encoding::Unsigned)
    return arith::UIToFPOp::create(b, type, byte);
  if (!code || !code.isBipolar())
    return arith::SIToFPOp::create(b, type, byte);
  Value isMinus = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, byte,
                                        constantLike(b, byte, 0));
  Value like = arith::SIToFPOp::create(b, type, byte);
  return arith::SelectOp::create(b, isMinus, constantLike(b, like, -1.0),
                                 constantLike(b, like, 1.0));
}
