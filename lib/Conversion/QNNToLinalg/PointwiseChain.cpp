//===- PointwiseChain.cpp - Floats on the way to a register -----*- C++ -*-===//

#include "PointwiseChain.h"

#include "ScalarMath.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace qnn;

PointwiseChain::PointwiseChain(Value end, int64_t axis)
    : first(end), axis(axis) {
  while (first.hasOneUse() && first.getDefiningOp() &&
         addStep(first.getDefiningOp()))
    ;
}

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

static std::optional<SmallVector<float>> constantFloats(Value value) {
  DenseFPElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getElementType().isF32())
    return std::nullopt;
  return llvm::to_vector(attr.getValues<float>());
}

/// Alike in every bit, so that -0.0 is not 0.0.
static bool areAlike(ArrayRef<float> numbers) {
  return llvm::all_of(numbers, [&](float number) {
    return llvm::bit_cast<uint32_t>(number) ==
           llvm::bit_cast<uint32_t>(numbers.front());
  });
}

/// The position of the only operand that is not constant, or nothing.
static std::optional<unsigned> dataOperand(Operation *op) {
  if (isa<BatchNormOp, BiasAddOp>(op))
    return 0;
  std::optional<unsigned> position;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    if (matchPattern(operand, m_Constant()))
      continue;
    if (position)
      return std::nullopt;
    position = i;
  }
  return position;
}

bool PointwiseChain::addStep(Operation *op) {
  if (!isa<AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp, ReluOp, LeakyReluOp,
           ClipOp, AbsOp, NegOp, BatchNormOp, BiasAddOp, EncodeOp,
           DequantizeOp>(op))
    return false;
  std::optional<unsigned> position = dataOperand(op);
  if (!position)
    return false;
  Value data = op->getOperand(*position);
  if (tensorType(data).getShape() != tensorType(op->getResult(0)).getShape())
    return false;
  Step step{op, *position, {}};
  if (!fillStep(step))
    return false;
  steps.push_back(std::move(step));
  first = data;
  return true;
}

bool PointwiseChain::fillStep(Step &step) {
  Operation *op = step.op;
  if (auto encode = dyn_cast<EncodeOp>(op))
    return encode.getQuantizer().getEncoding() == Encoding::Bipolar &&
           tensorType(encode.getResult()).getElementType().isInteger(8);
  if (auto dequantize = dyn_cast<DequantizeOp>(op)) {
    bool isByte =
        tensorType(dequantize.getInput()).getElementTypeBitWidth() >= 8;
    SmallVector<float> zero = {0.0f};
    int64_t dim = static_cast<int64_t>(dequantize.getAxis());
    return isByte && addNumbers(step, dequantize.getScale(), dim) &&
           addNumbers(step, dequantize.getZeroPoint().value_or(zero), dim);
  }
  if (auto bias = dyn_cast<BiasAddOp>(op)) {
    auto numbers = constantFloats(bias.getBias());
    return numbers &&
           addNumbers(step, *numbers, static_cast<int64_t>(bias.getAxis()));
  }
  if (auto norm = dyn_cast<BatchNormOp>(op)) {
    auto scale = constantFloats(norm.getScale());
    auto variance = constantFloats(norm.getVariance());
    auto bias = constantFloats(norm.getBias());
    auto mean = constantFloats(norm.getMean());
    if (!scale || !variance || !bias || !mean)
      return false;
    SmallVector<float> factors;
    for (auto [s, v] : llvm::zip_equal(*scale, *variance))
      factors.push_back(
          batchNormFactor(s, v, norm.getEpsilon().convertToFloat()));
    return addNumbers(step, factors, 1) && addNumbers(step, *bias, 1) &&
           addNumbers(step, *mean, 1);
  }
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (i != step.position && !addConstant(step, operand))
      return false;
  return true;
}

/// An operand of an op that broadcasts as NumPy does.
bool PointwiseChain::addConstant(Step &step, Value value) {
  auto numbers = constantFloats(value);
  if (!numbers || numbers->empty())
    return false;
  if (areAlike(*numbers))
    return addNumbers(step, ArrayRef(*numbers).take_front(1), -1);
  ArrayRef<int64_t> shape = tensorType(value).getShape();
  int64_t missing =
      tensorType(first).getRank() - static_cast<int64_t>(shape.size());
  int64_t dim = axis - missing;
  if (dim < 0 || shape[dim] != static_cast<int64_t>(numbers->size()))
    return false;
  return addNumbers(step, *numbers, axis);
}

bool PointwiseChain::addNumbers(Step &step, ArrayRef<float> numbers,
                                int64_t dim) {
  if (numbers.empty())
    return false;
  if (areAlike(numbers))
    numbers = numbers.take_front(1);
  else if (dim != axis)
    return false;
  step.constants.push_back({SmallVector<float>(numbers), {}});
  return true;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

void PointwiseChain::prepare(ImplicitLocOpBuilder &b) {
  for (Step &step : steps)
    for (Constant &constant : step.constants) {
      if (constant.numbers.size() == 1)
        continue;
      auto type = RankedTensorType::get(
          static_cast<int64_t>(constant.numbers.size()), b.getF32Type());
      constant.tensor = arith::ConstantOp::create(
          b, DenseElementsAttr::get(type, ArrayRef(constant.numbers)));
    }
}

/// qnn.dequantize: as in its own lowering, neutral numbers are left out.
static Value emitDequantize(DequantizeOp op, ImplicitLocOpBuilder &b,
                            Value lanes, ValueRange constants,
                            ArrayRef<bool> isNeutral) {
  Value number = emitNumber(b, lanes, op.getCodeAttr());
  return emitDecode(b, number,
                    {isNeutral[0] ? Value() : constants[0],
                     isNeutral[1] ? Value() : constants[1]});
}

/// qnn.encode of a bipolar quantizer.
static Value emitBits(EncodeOp op, ImplicitLocOpBuilder &b, Value lanes) {
  return arith::ExtUIOp::create(
      b, withElement(lanes.getType(), b.getI8Type()),
      emitSignBit(b, lanes, op.getQuantizer().getSignZero()));
}

Value PointwiseChain::emit(ImplicitLocOpBuilder &b, Value lanes,
                           ReadFn read) const {
  Type floats = withElement(lanes.getType(), b.getF32Type());
  for (const Step &step : llvm::reverse(steps)) {
    SmallVector<Value> operands;
    SmallVector<bool> isNeutral;
    for (auto [i, constant] : llvm::enumerate(step.constants)) {
      float neutral = i == 0 ? 1.0f : 0.0f;
      isNeutral.push_back(!constant.tensor && constant.numbers[0] == neutral);
      if (constant.tensor) {
        operands.push_back(read(b, constant.tensor));
        continue;
      }
      TypedAttr number = b.getF32FloatAttr(constant.numbers[0]);
      if (auto shaped = dyn_cast<ShapedType>(floats))
        number = DenseElementsAttr::get(shaped, constant.numbers[0]);
      operands.push_back(arith::ConstantOp::create(b, number));
    }
    if (auto encode = dyn_cast<EncodeOp>(step.op)) {
      lanes = emitBits(encode, b, lanes);
      continue;
    }
    if (auto dequantize = dyn_cast<DequantizeOp>(step.op)) {
      lanes = emitDequantize(dequantize, b, lanes, operands, isNeutral);
      continue;
    }
    operands.insert(operands.begin() + step.position, lanes);
    lanes = emitPointwise(step.op, b, operands);
  }
  return lanes;
}
