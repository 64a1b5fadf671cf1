//===- WidenCodes.cpp - Codes of 1 to 7 bits become bytes -------*- C++ -*-===//
//
// A buffer of i1 to i7 is read by vectors other than it is written by scalars,
// silently, so none may reach memory. Types change in place; constants and the
// values in padding become what a byte holds: the number modulo 256, of bipolar
// codes the bit (see PackedOps.td).
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "qnn/Arith/Code.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qnn {
#define GEN_PASS_DEF_WIDENCODES
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// The type with bytes as elements, or null where it is no tensor of narrower
/// ones.
static RankedTensorType widened(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.getElementType().isSignlessInteger() ||
      tensor.getElementTypeBitWidth() >= 8)
    return {};
  return withElements(tensor, IntegerType::get(type.getContext(), 8));
}

/// The code of operand `use`, where its op names one.
static CodeAttr codeOfOperand(OpOperand &use) {
  Operation *op = use.getOwner();
  if (isa<IMatmulOp, IConv2dOp>(op))
    return op->getAttrOfType<CodeAttr>(
        use.getOperandNumber() == 0 ? "lhs_code" : "rhs_code");
  if (isa<PackOp, DequantizeOp, IMaxPool2dOp>(op))
    return op->getAttrOfType<CodeAttr>("code");
  return {};
}

/// The code that `value` holds, as its users say it, behind shape ops too.
static CodeAttr codeOfUsers(Value value) {
  for (OpOperand &use : value.getUses()) {
    if (CodeAttr code = codeOfOperand(use))
      return code;
    if (isa<ReshapeOp, TransposeOp, ConcatOp, PadOp, SliceOp>(use.getOwner()))
      if (CodeAttr code = codeOfUsers(use.getOwner()->getResult(0)))
        return code;
  }
  return {};
}

/// What a byte holds for a pattern of `code` (null: nobody reads it as one).
static APInt byteOf(const APInt &pattern, CodeAttr code) {
  uint32_t bits = pattern.getZExtValue();
  if (!code || code.isBipolar())
    return APInt(8, bits);
  int32_t number = codeToNumber(bits, code.getBits(), code.getEncoding());
  return APInt(8, number & 255);
}

static void widenConstant(arith::ConstantOp op, RankedTensorType type) {
  auto value = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!value)
    return;
  CodeAttr code = codeOfUsers(op);
  op.setValueAttr(cast<TypedAttr>(cast<Attribute>(
      value.mapValues(type.getElementType(), [&](const APInt &pattern) {
        return byteOf(pattern, code);
      }))));
}

static void widenPadding(PadOp op) {
  auto value = cast<IntegerAttr>(op.getValue());
  APInt byte = byteOf(value.getValue(), codeOfUsers(op.getResult()));
  op.setValueAttr(IntegerAttr::get(IntegerType::get(op.getContext(), 8), byte));
}

static void widenResults(Operation *op) {
  if (!isa<arith::ConstantOp>(op) &&
      !isa_and_present<QNNDialect>(op->getDialect()))
    return;
  for (OpResult result : op->getResults()) {
    RankedTensorType type = widened(result.getType());
    if (!type)
      continue;
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      widenConstant(constant, type);
    if (auto pad = dyn_cast<PadOp>(op))
      widenPadding(pad);
    result.setType(type);
  }
}

static void widenSignature(func::FuncOp func) {
  auto widenAll = [](TypeRange types) {
    SmallVector<Type> wide(types);
    for (Type &type : wide)
      if (Type byte = widened(type))
        type = byte;
    return wide;
  };
  FunctionType type = func.getFunctionType();
  func.setType(FunctionType::get(func.getContext(), widenAll(type.getInputs()),
                                 widenAll(type.getResults())));
  if (!func.isExternal())
    for (BlockArgument argument : func.getArguments())
      if (Type byte = widened(argument.getType()))
        argument.setType(byte);
}

namespace {
struct WidenCodes : qnn::impl::WidenCodesBase<WidenCodes> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (auto func = dyn_cast<func::FuncOp>(op))
        widenSignature(func);
      else
        widenResults(op);
    });
  }
};
} // namespace
