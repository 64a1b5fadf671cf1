//===- ConstantCodes.cpp - Constants and products in passes -----*- C++ -*-===//

#include "ConstantCodes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "qnn/Arith/Code.h"
#include "qnn/Reference/Evaluator.h"

using namespace mlir;
using namespace qnn;

RankedTensorType qnn::codeType(ArrayRef<int64_t> shape, CodeAttr code) {
  return RankedTensorType::get(
      shape, IntegerType::get(code.getContext(), code.getBits()));
}

std::optional<Tensor> qnn::constantTensor(Value value) {
  ElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !Tensor::canRead(attr))
    return std::nullopt;
  return Tensor::fromAttr(attr);
}

std::optional<std::vector<int32_t>> qnn::constantNumbers(Value codes,
                                                         CodeAttr code) {
  std::optional<Tensor> tensor = constantTensor(codes);
  if (!tensor || tensor->isFloat)
    return std::nullopt;
  std::vector<int32_t> numbers;
  numbers.reserve(tensor->integers.size());
  for (int64_t pattern : tensor->integers)
    numbers.push_back(
        codeToNumber(pattern, code.getBits(), code.getEncoding()));
  return numbers;
}

Value qnn::createCodes(OpBuilder &builder, Location loc,
                       ArrayRef<int64_t> shape, CodeAttr code,
                       ArrayRef<int32_t> numbers) {
  Tensor tensor;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.isFloat = false;
  tensor.integers.reserve(numbers.size());
  for (int32_t number : numbers)
    tensor.integers.push_back(
        numberToCode(number, code.getBits(), code.getEncoding()));
  return arith::ConstantOp::create(builder, loc,
                                   tensor.toAttr(codeType(shape, code)));
}

Value qnn::foldIfConstant(RewriterBase &rewriter, Operation *op) {
  SmallVector<Tensor> operands, results;
  for (Value operand : op->getOperands()) {
    std::optional<Tensor> tensor = constantTensor(operand);
    if (!tensor)
      return op->getResult(0);
    operands.push_back(std::move(*tensor));
  }
  if (failed(evaluateOp(op, operands, results)))
    return op->getResult(0);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Value constant = arith::ConstantOp::create(
      rewriter, op->getLoc(), results[0].toAttr(tensorType(op->getResult(0))));
  rewriter.eraseOp(op);
  return constant;
}

QuantizerAttr qnn::withAxis(QuantizerAttr quantizer, int64_t axis) {
  return QuantizerAttr::get(quantizer.getContext(), quantizer.getBits(),
                            quantizer.getEncoding(), quantizer.getNarrow(),
                            quantizer.getRounding(), quantizer.getSignZero(),
                            quantizer.getScale(), quantizer.getZeroPoint(),
                            axis, quantizer.getSurrogate());
}

Value qnn::padPixels(OpBuilder &builder, Location loc, Value codes,
                     CodeAttr code, int32_t number, ArrayRef<int64_t> pads) {
  Type element = tensorType(codes).getElementType();
  APInt pattern(element.getIntOrFloatBitWidth(),
                numberToCode(number, code.getBits(), code.getEncoding()));
  return PadOp::create(builder, loc, codes,
                       ArrayRef<int64_t>{0, pads[0], pads[1], 0},
                       ArrayRef<int64_t>{0, pads[2], pads[3], 0},
                       builder.getIntegerAttr(element, pattern));
}

SmallVector<int64_t> qnn::invertPermutation(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> inverse(permutation.size());
  for (auto [i, p] : llvm::enumerate(permutation))
    inverse[p] = i;
  return inverse;
}

//===----------------------------------------------------------------------===//
// IntegerProduct
//===----------------------------------------------------------------------===//

std::optional<IntegerProduct> IntegerProduct::get(Operation *op) {
  if (auto matmul = dyn_cast_or_null<IMatmulOp>(op))
    return IntegerProduct{op,
                          &matmul.getLhsMutable(),
                          &matmul.getRhsMutable(),
                          matmul.getLhsCode(),
                          matmul.getRhsCode(),
                          1,
                          std::nullopt};
  auto conv = dyn_cast_or_null<IConv2dOp>(op);
  if (!conv)
    return std::nullopt;
  IntegerProduct product{op,
                         &conv.getInputMutable(),
                         &conv.getFilterMutable(),
                         conv.getLhsCode(),
                         conv.getRhsCode(),
                         static_cast<int64_t>(conv.getGroups()),
                         std::nullopt};
  if (llvm::any_of(conv.getPads(), [](int64_t pad) { return pad != 0; }))
    product.padding = padNumber(conv.getPadValue());
  return product;
}

void IntegerProduct::setWeightCode(CodeAttr code) const {
  if (auto matmul = dyn_cast<IMatmulOp>(op))
    matmul.setRhsCodeAttr(code);
  else
    cast<IConv2dOp>(op).setRhsCodeAttr(code);
}

std::optional<std::vector<SumRange>> IntegerProduct::ranges() const {
  std::optional<std::vector<int32_t>> numbers =
      constantNumbers(weights->get(), rhsCode);
  if (!numbers)
    return std::nullopt;
  return sumRanges(*numbers, outChannels(), channels(), lhsCode.getMin(),
                   lhsCode.getMax(), padding);
}

bool qnn::isPointwise(Operation *op) {
  return isa<ReluOp, LeakyReluOp, ClipOp, SigmoidOp, HardSigmoidOp, TanhOp,
             ExpOp, LogOp, SqrtOp, AbsOp, NegOp, FloorOp, CeilOp, RoundOp,
             SignOp, AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp, PowOp,
             BatchNormOp, BiasAddOp>(op);
}

std::string qnn::layerName(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().getStringRef().str();
}
