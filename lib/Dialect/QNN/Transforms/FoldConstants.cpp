//===- FoldConstants.cpp - Computes ops on constants ------------*- C++ -*-===//
//
// The reference evaluator is the one that knows what an op computes; this pass
// only decides where asking it pays.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"
#include "qnn/Reference/Evaluator.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "qnn/Dialect/QNN/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

// Results below this size may always replace their operands.
static constexpr int64_t alwaysFoldedBytes = int64_t(16) << 20;

/// Bytes of one element in memory; none for types the evaluator cannot hold.
static std::optional<int64_t> bytesOf(Type element) {
  if (element.isF32())
    return 4;
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || integer.getWidth() > 64)
    return std::nullopt;
  return llvm::divideCeil(llvm::PowerOf2Ceil(integer.getWidth()), 8);
}

static int64_t bytesOf(TypeRange types) {
  int64_t sum = 0;
  for (Type type : types) {
    auto tensor = cast<RankedTensorType>(type);
    sum +=
        tensor.getNumElements() * bytesOf(tensor.getElementType()).value_or(8);
  }
  return sum;
}

/// The value of `operand` if it is a constant that the evaluator reads.
static ElementsAttr getConstant(Value operand) {
  ElementsAttr value;
  if (!matchPattern(operand, m_Constant(&value)) || !Tensor::canRead(value))
    return {};
  return value;
}

/// Evaluates `op` on its constant operands; fails silently where it cannot.
static LogicalResult evaluateConstants(Operation *op,
                                       SmallVectorImpl<Tensor> &results) {
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands()) {
    ElementsAttr value = getConstant(operand);
    if (!value)
      return failure();
    operands.push_back(Tensor::fromAttr(value));
  }
  ScopedDiagnosticHandler silence(op->getContext(),
                                  [](Diagnostic &) { return success(); });
  return evaluateOp(op, operands, results);
}

static bool growsTooMuch(Operation *op) {
  int64_t bytes = bytesOf(op->getResultTypes());
  return bytes > alwaysFoldedBytes &&
         bytes > 4 * bytesOf(op->getOperandTypes());
}

/// Replaces `op` by constants and removes the operands that nobody else uses.
static void replaceByConstants(Operation *op, ArrayRef<Tensor> values) {
  OpBuilder builder(op);
  for (auto [result, value] : llvm::zip(op->getResults(), values)) {
    auto type = cast<RankedTensorType>(result.getType());
    result.replaceAllUsesWith(arith::ConstantOp::create(
        builder, op->getLoc(), type, value.toAttr(type)));
  }
  SmallPtrSet<Operation *, 4> constants;
  for (Value operand : op->getOperands())
    constants.insert(operand.getDefiningOp());
  op->erase();
  for (Operation *constant : constants)
    if (constant->use_empty())
      constant->erase();
}

namespace {
struct FoldConstants : qnn::impl::FoldConstantsBase<FoldConstants> {
  using FoldConstantsBase::FoldConstantsBase;

  void runOnOperation() override {
    getOperation()->walk([&](EvaluatableOpInterface op) {
      if (op->getNumOperands() == 0 || (keepQuantizers && isa<QuantizeOp>(op)))
        return;
      SmallVector<Tensor> results;
      if (!growsTooMuch(op) && succeeded(evaluateConstants(op, results)))
        replaceByConstants(op, results);
    });
  }
};
} // namespace
