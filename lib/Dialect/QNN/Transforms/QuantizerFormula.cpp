//===- QuantizerFormula.cpp - Formulas of a quantizer as ops ----*- C++ -*-===//

#include "QuantizerFormula.h"
#include "ConstantCodes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qnn/Arith/Code.h"
#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Transforms/ModelAttributes.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

Formula::Formula(TrainQuantizeOp op, bool training)
    : op(op), training(training), b(op.getLoc(), op) {}

float Formula::greatest() { return std::ldexp(1.0f, int(bits())) - 1.0f; }

float Formula::scaleOr(float otherwise) {
  return op.getScale() ? op.getScale()->convertToFloat() : otherwise;
}

std::array<float, 2> Formula::rangeOr(float low, float high) {
  if (auto range = op.getRange())
    return {(*range)[0], (*range)[1]};
  return {low, high};
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Formula::constant(float number) {
  auto type = RankedTensorType::get({}, b.getF32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, number));
}

Value Formula::add(Value x, Value y) { return AddOp::create(b, x, y); }
Value Formula::sub(Value x, Value y) { return SubOp::create(b, x, y); }
Value Formula::mul(Value x, Value y) { return MulOp::create(b, x, y); }
Value Formula::div(Value x, Value y) { return DivOp::create(b, x, y); }
Value Formula::maximum(Value x, Value y) { return MaxOp::create(b, x, y); }
Value Formula::minimum(Value x, Value y) { return MinOp::create(b, x, y); }
Value Formula::abs(Value x) { return AbsOp::create(b, x); }
Value Formula::neg(Value x) { return NegOp::create(b, x); }
Value Formula::round(Value x) { return RoundOp::create(b, x); }
Value Formula::tanh(Value x) { return TanhOp::create(b, x); }
Value Formula::sqrt(Value x) { return SqrtOp::create(b, x); }
Value Formula::ap2(Value x) { return Ap2Op::create(b, x); }
Value Formula::sign(Value x) { return SignOp::create(b, x); }

Value Formula::clip(Value x, float low, float high) {
  return ClipOp::create(b, x, APFloat(low), APFloat(high));
}

Value Formula::greater(Value x, Value y) {
  return CompareOp::create(b, x, y, ComparePredicate::Greater);
}

Value Formula::greaterEqual(Value x, Value y) {
  return CompareOp::create(b, x, y, ComparePredicate::GreaterEqual);
}

Value Formula::hardSigmoid(Value x) {
  return clip(mul(add(x, 1.0f), 0.5f), 0, 1);
}

Value Formula::reduce(ReduceKind kind, Value x) {
  return reduce(kind, x, op.getChannelAxis());
}

Value Formula::reduce(ReduceKind kind, Value x, int64_t axis) {
  SmallVector<int64_t> axes;
  for (int64_t d = 0; d < tensorType(x).getRank(); ++d)
    if (d != axis)
      axes.push_back(d);
  return ReduceOp::create(b, x, kind, axes, /*keep_dims=*/true);
}

Value Formula::meanMagnitude(Value x) {
  return reduce(ReduceKind::Mean, abs(x));
}

//===----------------------------------------------------------------------===//
// Learned numbers, random numbers
//===----------------------------------------------------------------------===//

Value Formula::reshaped(Value x, ArrayRef<int64_t> shape) {
  RankedTensorType type = tensorType(x).clone(shape);
  return type == x.getType() ? x : Value(ReshapeOp::create(b, type, x));
}

/// One number for each index of the axis, or one.
SmallVector<int64_t> Formula::channelShape() {
  RankedTensorType type = tensorType(input());
  SmallVector<int64_t> shape(type.getRank(), 1);
  if (op.getChannelAxis() >= 0)
    shape[op.getChannelAxis()] = type.getDimSize(op.getChannelAxis());
  return shape;
}

Value Formula::learned(unsigned i) {
  return reshaped(op.getLearned()[i], channelShape());
}

Value Formula::learnedPart(unsigned i, int64_t j, int64_t parts) {
  Value all = op.getLearned()[i];
  int64_t channels = tensorType(all).getNumElements() / parts;
  Value rows = reshaped(all, {channels, parts});
  Value column =
      SliceOp::create(b, rows, ArrayRef<int64_t>{0, j},
                      ArrayRef<int64_t>{channels, 1}, ArrayRef<int64_t>{1, 1});
  if (channels > 1)
    return reshaped(column, channelShape());
  return reshaped(column,
                  SmallVector<int64_t>(tensorType(input()).getRank(), 1));
}

int64_t Formula::elementsPerLearned() {
  RankedTensorType type = tensorType(input());
  int64_t channels =
      op.getChannelAxis() < 0 ? 1 : type.getDimSize(op.getChannelAxis());
  return type.getNumElements() / channels;
}

Value Formula::uniform() {
  return RandomUniformOp::create(b, input().getType(), op.getKey(), op.getId(),
                                 APFloat(0.0f), APFloat(1.0f));
}

//===----------------------------------------------------------------------===//
// Grids
//===----------------------------------------------------------------------===//

QuantizerAttr Formula::grid(unsigned bits, Encoding encoding, float scale,
                            bool narrow, RoundingMode rounding) {
  DenseF32ArrayAttr scales =
      scale == 1.0f ? DenseF32ArrayAttr() : b.getDenseF32ArrayAttr(scale);
  return QuantizerAttr::get(b.getContext(), bits, encoding, narrow, rounding,
                            op.getZero(), scales, DenseF32ArrayAttr(), -1,
                            Surrogate::StraightThrough);
}

QuantizerAttr Formula::bipolar(float scale) {
  return grid(1, Encoding::Bipolar, scale);
}

QuantizerAttr Formula::gridOf(float low, float high, float step) {
  float first = low / step, last = high / step;
  if (first != std::floor(first) || last != std::floor(last))
    return {};
  Encoding encoding = low < 0 ? Encoding::Signed : Encoding::Unsigned;
  for (unsigned bits = 1; bits <= 8; ++bits)
    if (static_cast<float>(codeMin(bits, encoding, false)) <= first &&
        last <= static_cast<float>(codeMax(bits, encoding, false)))
      return grid(bits, encoding, step);
  return {};
}

Value Formula::quantize(Value x, QuantizerAttr grid) {
  return grid ? Value(QuantizeOp::create(b, x, grid)) : x;
}

/// What `value` is, where it depends on constants only.
static std::optional<Tensor> constantValue(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !isa<arith::ConstantOp, EvaluatableOpInterface>(op))
    return std::nullopt;
  SmallVector<Tensor> operands, results;
  for (Value operand : op->getOperands()) {
    std::optional<Tensor> tensor = constantValue(operand);
    if (!tensor)
      return std::nullopt;
    operands.push_back(std::move(*tensor));
  }
  if (failed(evaluateOp(op, operands, results)))
    return std::nullopt;
  return results[cast<OpResult>(value).getResultNumber()];
}

/// `grid` with the scales `scale`; null where they are not positive.
static QuantizerAttr withScales(QuantizerAttr grid, const Tensor &scale,
                                int64_t axis) {
  for (float s : scale.floats)
    if (!(s > 0) || !std::isfinite(s))
      return {};
  return QuantizerAttr::get(
      grid.getContext(), grid.getBits(), grid.getEncoding(), grid.getNarrow(),
      grid.getRounding(), grid.getSignZero(),
      DenseF32ArrayAttr::get(grid.getContext(), scale.floats),
      DenseF32ArrayAttr(), scale.size() > 1 ? axis : -1, grid.getSurrogate());
}

Value Formula::scaledGrid(Value x, Value number, Value scale,
                          QuantizerAttr grid) {
  if (!training)
    if (std::optional<Tensor> constant = constantValue(scale))
      if (QuantizerAttr scaled =
              withScales(grid, *constant, op.getChannelAxis()))
        return quantize(x, scaled);
  return mul(number, scale);
}

Value Formula::scaledSign(Value x, Value scale) {
  return scaledGrid(x, quantize(x, bipolar(1)), scale, bipolar(1));
}

QuantizerAttr Formula::affineGrid(Value scale, Value zeroPoint) {
  std::optional<Tensor> s, z;
  if (!training) {
    s = constantValue(scale);
    z = constantValue(zeroPoint);
  }
  if (!s || !z)
    return {};
  QuantizerAttr scaled =
      withScales(grid(bits(), Encoding::Unsigned, 1), *s, op.getChannelAxis());
  if (!scaled)
    return {};
  return QuantizerAttr::get(
      b.getContext(), bits(), Encoding::Unsigned, false, RoundingMode::HalfEven,
      op.getZero(), scaled.getScale(), b.getDenseF32ArrayAttr(z->floats), -1,
      Surrogate::StraightThrough);
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

Value Formula::stop(Value x) {
  return training ? Value(StopGradientOp::create(b, x)) : x;
}

static DenseF32ArrayAttr parametersOf(OpBuilder &b, SurrogateGradient s) {
  float both[] = {s.first, s.second};
  return b.getDenseF32ArrayAttr(
      ArrayRef(both, surrogateParameterCount(s.kind)));
}

static bool followsSchedule(SurrogateGradient surrogate) {
  return surrogate.kind == SurrogateKind::IRNet && surrogate.first == 0;
}

Value Formula::progress() {
  auto function = op->getParentOfType<func::FuncOp>();
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, kProgressAttr))
      return function.getArgument(i);
  unsigned index = function.getNumArguments();
  NamedAttribute attributes[] = {
      b.getNamedAttr(kNameAttr, b.getStringAttr("progress")),
      b.getNamedAttr(kProgressAttr, b.getUnitAttr())};
  (void)function.insertArgument(
      index, RankedTensorType::get({}, b.getF32Type()),
      b.getDictionaryAttr(attributes), function.getLoc());
  return function.getArgument(index);
}

Value Formula::scheduledGrad(Value x, Value gradient) {
  SurrogateGradient first = irNetSchedule(0), last = irNetSchedule(1);
  float range = std::log(last.first / first.first);
  Value exponent = add(mul(progress(), range), std::log(first.first));
  Value t = ExpOp::create(b, exponent);
  Value k = maximum(div(constant(1), t), constant(1));
  Value y = tanh(mul(x, t));
  Value derivative = mul(sub(constant(1), mul(y, y)), mul(k, t));
  return mul(gradient, derivative);
}

Value Formula::through(Value value, Value x, SurrogateGradient surrogate) {
  if (!training)
    return value;
  if (followsSchedule(surrogate))
    return custom(value, x, [&](Value g) -> SmallVector<Value> {
      return {scheduledGrad(x, g)};
    });
  return StraightThroughOp::create(b, value, x, surrogate.kind,
                                   parametersOf(b, surrogate));
}

SurrogateGradient Formula::surrogateOr(SurrogateGradient otherwise) {
  if (!op.getSurrogate())
    return otherwise;
  if (op.getSurrogateParameters().empty() &&
      *op.getSurrogate() == SurrogateKind::IRNet)
    return SurrogateGradient::irNet(0, 0);
  return llvm::cantFail(
      makeSurrogate(*op.getSurrogate(), op.getSurrogateParameters()));
}

Value Formula::throughInput(Value value, SurrogateGradient otherwise) {
  return through(value, input(), surrogateOr(otherwise));
}

Value Formula::scaleGradient(Value x, float factor) {
  return training ? through(x, mul(x, factor)) : x;
}

Value Formula::custom(Value value, ValueRange inputs,
                      function_ref<SmallVector<Value>(Value)> emit) {
  if (!training)
    return value;
  auto result = CustomGradientOp::create(b, value, inputs);
  OpBuilder::InsertionGuard guard(b);
  Block *block =
      b.createBlock(&result.getGradient(), {}, value.getType(), op.getLoc());
  SmallVector<Value> gradients = emit(block->getArgument(0));
  YieldOp::create(b, gradients);
  return result;
}

Value Formula::sumToLearned(Value gradient, unsigned i) {
  Value sum = reduce(ReduceKind::Sum, gradient);
  return reshaped(sum, tensorType(op.getLearned()[i]).getShape());
}

Value Formula::joinLearned(ArrayRef<Value> parts, unsigned i) {
  SmallVector<Value> columns;
  for (Value part : parts)
    columns.push_back(reshaped(part, {tensorType(part).getNumElements(), 1}));
  Value rows = ConcatOp::create(b, columns, 1);
  return reshaped(rows, tensorType(op.getLearned()[i]).getShape());
}

Value Formula::surrogateGrad(Value x, Value gradient,
                             SurrogateGradient surrogate) {
  if (followsSchedule(surrogate))
    return scheduledGrad(x, gradient);
  return SurrogateGradOp::create(b, x, gradient, surrogate.kind,
                                 parametersOf(b, surrogate));
}
