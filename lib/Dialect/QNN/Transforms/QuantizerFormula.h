//===- QuantizerFormula.h - Formulas of a quantizer as ops ------*- C++ -*-===//
//
// What the expansions of qnn.train_quantize share: short names for the ops of
// the graph form, and the three ways in which a value gets a gradient that is
// not its own. For deployment nothing has a gradient, and those are the value.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZERFORMULA_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZERFORMULA_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Reference/Tensor.h"

namespace qnn {

class Formula {
public:
  Formula(TrainQuantizeOp op, bool training);

  TrainQuantizeOp op;
  const bool training;
  mlir::Value input() { return op.getInput(); }
  bool isWeight() { return op.getRole() == QuantizerRole::Weight; }
  unsigned bits() { return static_cast<unsigned>(op.getBits()); }
  /// 2^bits - 1.
  float greatest();
  /// The attribute `scale`, or `otherwise`.
  float scaleOr(float otherwise);
  std::array<float, 2> rangeOr(float low, float high);

  //===--------------------------------------------------------------------===//
  // Arithmetic; operands broadcast
  //===--------------------------------------------------------------------===//

  mlir::Value constant(float number);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, float b) { return add(a, constant(b)); }
  mlir::Value sub(mlir::Value a, float b) { return sub(a, constant(b)); }
  mlir::Value mul(mlir::Value a, float b) { return mul(a, constant(b)); }
  mlir::Value div(mlir::Value a, float b) { return div(a, constant(b)); }
  mlir::Value maximum(mlir::Value a, mlir::Value b);
  mlir::Value minimum(mlir::Value a, mlir::Value b);
  mlir::Value abs(mlir::Value x);
  mlir::Value neg(mlir::Value x);
  mlir::Value round(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  mlir::Value sqrt(mlir::Value x);
  mlir::Value ap2(mlir::Value x);
  mlir::Value sign(mlir::Value x);
  mlir::Value clip(mlir::Value x, float low, float high);
  /// 1 where a > b (a >= b), else 0.
  mlir::Value greater(mlir::Value a, mlir::Value b);
  mlir::Value greaterEqual(mlir::Value a, mlir::Value b);
  /// clip((x + 1) / 2, 0, 1).
  mlir::Value hardSigmoid(mlir::Value x);

  /// Over all dimensions but the op's axis, which are kept as size 1.
  mlir::Value reduce(ReduceKind kind, mlir::Value x);
  /// Over all dimensions but `axis`.
  mlir::Value reduce(ReduceKind kind, mlir::Value x, int64_t axis);
  mlir::Value meanMagnitude(mlir::Value x);

  /// Learned operand `i`, such that it broadcasts along the op's axis.
  mlir::Value learned(unsigned i);
  /// Number `j` of each channel of learned operand `i`, likewise.
  mlir::Value learnedPart(unsigned i, int64_t j, int64_t parts);
  /// Elements of the input for one learned number.
  int64_t elementsPerLearned();
  /// In [0, 1), one for each element of the input.
  mlir::Value uniform();

  //===--------------------------------------------------------------------===//
  // Grids
  //===--------------------------------------------------------------------===//

  QuantizerAttr grid(unsigned bits, Encoding encoding, float scale,
                     bool narrow = false,
                     RoundingMode rounding = RoundingMode::HalfEven);
  /// +-scale, sign(0) as the op says.
  QuantizerAttr bipolar(float scale);
  /// The grid of the multiples of `step` from `low` to `high`, null where no
  /// code has them.
  QuantizerAttr gridOf(float low, float high, float step);
  mlir::Value quantize(mlir::Value x, QuantizerAttr grid);
  /// sign(x) scale. For deployment with a constant scale one qnn.quantize.
  mlir::Value scaledSign(mlir::Value x, mlir::Value scale);
  /// `number`s of `grid` times `scale`: as above.
  mlir::Value scaledGrid(mlir::Value x, mlir::Value number, mlir::Value scale,
                         QuantizerAttr grid);

  /// For deployment the unsigned grid with that scale and zero point; null
  /// where they are not constants.
  QuantizerAttr affineGrid(mlir::Value scale, mlir::Value zeroPoint);

  //===--------------------------------------------------------------------===//
  // Gradients
  //===--------------------------------------------------------------------===//

  mlir::Value stop(mlir::Value x);
  /// `value`, backward the surrogate's derivative at `x`.
  mlir::Value through(mlir::Value value, mlir::Value x,
                      SurrogateGradient surrogate = {});
  /// The same at the input, with the surrogate that the op names, if any.
  mlir::Value throughInput(mlir::Value value, SurrogateGradient otherwise = {});
  /// The surrogate that the op names, or `otherwise`. IR-Net's without
  /// parameters has t = 0 here: it follows the schedule.
  SurrogateGradient surrogateOr(SurrogateGradient otherwise);
  /// x, its gradient times `factor`.
  mlir::Value scaleGradient(mlir::Value x, float factor);
  /// `value`, backward what `emit` says: one gradient for each of `inputs`.
  mlir::Value
  custom(mlir::Value value, mlir::ValueRange inputs,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value)> emit);
  /// Sums a gradient to the type of learned operand `i`.
  mlir::Value sumToLearned(mlir::Value gradient, unsigned i);
  /// Parts that learnedPart gave, or their gradients, as learned operand `i`.
  mlir::Value joinLearned(llvm::ArrayRef<mlir::Value> parts, unsigned i);
  /// surrogate_grad: gradient times the derivative at x.
  mlir::Value surrogateGrad(mlir::Value x, mlir::Value gradient,
                            SurrogateGradient surrogate);

private:
  /// The function's argument that says how far training is.
  mlir::Value progress();
  /// Gradient times IR-Net's derivative at x, by the schedule
  /// (irNetSchedule).
  mlir::Value scheduledGrad(mlir::Value x, mlir::Value gradient);
  mlir::Value reshaped(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  llvm::SmallVector<int64_t> channelShape();

  mlir::ImplicitLocOpBuilder b;
};

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_QUANTIZERFORMULA_H
