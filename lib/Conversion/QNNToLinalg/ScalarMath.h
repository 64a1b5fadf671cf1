//===- ScalarMath.h - lib/Arith's formulas as IR ----------------*- C++ -*-===//
//
// Emits the arithmetic that lib/Arith computes, on scalars and on vectors
// alike. No op carries a fast-math flag, so every step is rounded to f32.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_SCALARMATH_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_SCALARMATH_H

#include "LinalgUtils.h"
#include "qnn/Dialect/QNN/IR/QNN.h"

namespace qnn {

/// A number of the type of `like` (float or integer, scalar or vector).
mlir::Value constantLike(ImplicitLocOpBuilder &b, mlir::Value like,
                         double number);

/// The greater, the lesser; `b` where `a` is NaN.
mlir::Value emitMax(ImplicitLocOpBuilder &b, mlir::Value a, mlir::Value c);
mlir::Value emitMin(ImplicitLocOpBuilder &b, mlir::Value a, mlir::Value c);

/// `x` where it is greater (less) than `best`, or NaN; else `best`. So of
/// equals, and of zeros, the first wins, and NaN wins for good.
mlir::Value emitGreatest(ImplicitLocOpBuilder &b, mlir::Value best,
                         mlir::Value x);
mlir::Value emitLeast(ImplicitLocOpBuilder &b, mlir::Value best, mlir::Value x);

/// qnn::roundTo.
mlir::Value emitRound(ImplicitLocOpBuilder &b, mlir::Value x,
                      RoundingMode mode);

/// qnn::roundAndClamp; the result is still a float.
mlir::Value emitRoundAndClamp(ImplicitLocOpBuilder &b, mlir::Value x,
                              RoundingMode mode, CodeAttr code);

/// An i1: is sign(x) +1?
mlir::Value emitSignBit(ImplicitLocOpBuilder &b, mlir::Value x, SignZero zero);

/// Scale and zero point of one element; null stands for 1 and 0.
struct AffineValues {
  mlir::Value scale, zeroPoint;
};

/// qnn::quantizeToNumber as a float, for encodings other than bipolar.
mlir::Value emitQuantize(ImplicitLocOpBuilder &b, mlir::Value x,
                         AffineValues affine, QuantizerAttr quantizer);

/// sign(x) as a float, of zero what `zero` says.
mlir::Value emitSign(ImplicitLocOpBuilder &b, mlir::Value x, SignZero zero);

/// qnn::fakeQuantize: the float that the code of x stands for.
mlir::Value emitFakeQuantize(ImplicitLocOpBuilder &b, mlir::Value x,
                             AffineValues affine, QuantizerAttr quantizer);

/// qnn::decode of a number that is a float already.
mlir::Value emitDecode(ImplicitLocOpBuilder &b, mlir::Value number,
                       AffineValues affine);

/// An i1 for each of the low `count` bits of an integer, the lowest first.
llvm::SmallVector<mlir::Value>
emitBitMasks(ImplicitLocOpBuilder &b, mlir::Value integer, unsigned count);

/// An i1 for each bit of the code of x; of a bipolar quantizer the sign, of
/// others with one scale.
llvm::SmallVector<mlir::Value>
emitCodeBits(ImplicitLocOpBuilder &b, mlir::Value x, QuantizerAttr quantizer);

/// An integral float within -128 .. 255 as a byte, modulo 256.
mlir::Value emitByte(ImplicitLocOpBuilder &b, mlir::Value number);

/// The number, as a float, that a byte (or without `code` an integer of any
/// width) stands for.
mlir::Value emitNumber(ImplicitLocOpBuilder &b, mlir::Value byte,
                       CodeAttr code);

/// `type` with its element type replaced (scalar or vector).
mlir::Type withElement(mlir::Type type, mlir::Type element);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_SCALARMATH_H
