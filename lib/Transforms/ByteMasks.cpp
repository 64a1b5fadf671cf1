//===- ByteMasks.cpp - Comparisons that are kept as bytes -------*- C++ -*-===//

#include "ByteMasks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace qnn;
using linalg::GenericOp;

namespace {
/// What the values of a body depend on.
class Dependence {
public:
  Dependence(Block &body, ArrayRef<BlockArgument> arguments, Value but = {})
      : body(body), arguments(arguments), but(but) {}

  /// True where `value` depends on an argument, other than by `but`.
  bool of(Value value) {
    if (value == but || value.getParentBlock() != &body)
      return false;
    if (auto argument = dyn_cast<BlockArgument>(value))
      return llvm::is_contained(arguments, argument);
    // Seen before and not found to depend, or the search would have ended.
    if (!seen.insert(value).second)
      return false;
    return llvm::any_of(value.getDefiningOp()->getOperands(),
                        [&](Value operand) { return of(operand); });
  }

private:
  Block &body;
  ArrayRef<BlockArgument> arguments;
  Value but;
  llvm::DenseSet<Value> seen;
};
} // namespace

/// The comparison by which alone the results of `loop` depend on `inputs`, and
/// which depends on nothing else that varies.
static Value findComparison(GenericOp loop, ArrayRef<BlockArgument> inputs) {
  Block &body = *loop.getBody();
  SmallVector<BlockArgument> others;
  for (BlockArgument argument : body.getArguments())
    if (!llvm::is_contained(inputs, argument))
      others.push_back(argument);
  auto yields = body.getTerminator()->getOperands();
  for (Operation &op : body.without_terminator()) {
    Value holds = op.getNumResults() == 1 ? op.getResult(0) : Value();
    if (!holds || !holds.getType().isInteger(1) ||
        !Dependence(body, inputs).of(holds) ||
        Dependence(body, others).of(holds))
      continue;
    Dependence rest(body, inputs, holds);
    if (llvm::none_of(yields, [&](Value y) { return rest.of(y); }))
      return holds;
  }
  return {};
}

/// A copy of `value` and of what it is computed from.
static Value cloneWhatMakes(OpBuilder &b, Block *body, Value value,
                            IRMapping &mapping) {
  if (Value copy = mapping.lookupOrNull(value))
    return copy;
  Operation *op = value.getDefiningOp();
  if (value.getParentBlock() != body)
    return value;
  for (Value operand : op->getOperands())
    cloneWhatMakes(b, body, operand, mapping);
  return b.clone(*op, mapping)->getResult(0);
}

/// A loop over the tensors of `inputs`, read by `maps`, that gives `holds`, of
/// the body of `loop`, as bytes of that shape.
static GenericOp compareToBytes(RewriterBase &rewriter, GenericOp loop,
                                ArrayRef<OpOperand *> inputs,
                                ArrayRef<AffineMap> maps,
                                ArrayRef<int64_t> shape, Value holds) {
  Location loc = loop.getLoc();
  SmallVector<Value> tensors;
  for (OpOperand *input : inputs)
    tensors.push_back(input->get());
  Value empty =
      tensor::EmptyOp::create(rewriter, loc, shape, rewriter.getI8Type());
  SmallVector<AffineMap> all(maps);
  all.push_back(rewriter.getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> kinds(shape.size(),
                                         utils::IteratorType::parallel);
  return GenericOp::create(
      rewriter, loc, empty.getType(), tensors, empty, all, kinds,
      [&](OpBuilder &b, Location at, ValueRange arguments) {
        IRMapping mapping;
        for (auto [input, argument] : llvm::zip(inputs, arguments))
          mapping.map(loop.getMatchingBlockArgument(input), argument);
        Value byte = arith::ExtUIOp::create(
            b, at, b.getI8Type(),
            cloneWhatMakes(b, loop.getBody(), holds, mapping));
        linalg::YieldOp::create(b, at, byte);
      });
}

/// `holds` in the body of `loop` is what `byte`, an argument, says.
static void readByte(RewriterBase &rewriter, Value holds, Value byte) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(holds.getDefiningOp());
  Location loc = holds.getLoc();
  Value none =
      arith::ConstantOp::create(rewriter, loc, rewriter.getI8IntegerAttr(0));
  rewriter.replaceAllUsesWith(
      holds, arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::ne,
                                   byte, none));
}

/// `loop` with `bytes`, read by `map`, instead of the inputs `dropped`, that
/// `holds` came from.
static void replaceInputs(RewriterBase &rewriter, GenericOp loop,
                          ArrayRef<OpOperand *> dropped, Value bytes,
                          AffineMap map, Value holds) {
  Block &body = *loop.getBody();
  SmallVector<Value> inputs{bytes};
  SmallVector<AffineMap> maps{map};
  SmallVector<unsigned> positions;
  for (OpOperand *input : loop.getDpsInputOperands()) {
    if (llvm::is_contained(dropped, input)) {
      positions.push_back(input->getOperandNumber());
      continue;
    }
    inputs.push_back(input->get());
    maps.push_back(loop.getMatchingIndexingMap(input));
  }
  for (OpOperand &init : loop.getDpsInitsMutable())
    maps.push_back(loop.getMatchingIndexingMap(&init));
  readByte(rewriter, holds,
           body.insertArgument(0u, rewriter.getI8Type(), loop.getLoc()));
  // What has led to the comparison is dead, and its arguments with it.
  SmallVector<Operation *> ops = llvm::map_to_vector(
      body.without_terminator(), [](Operation &op) { return &op; });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      rewriter.eraseOp(op);
  for (unsigned position : llvm::reverse(positions))
    body.eraseArgument(position + 1);
  rewriter.modifyOpInPlace(loop, [&] {
    loop.getInputsMutable().assign(inputs);
    loop.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}

GenericOp qnn::splitComparison(RewriterBase &rewriter, GenericOp loop) {
  SmallVector<OpOperand *> inputs = loop.getDpsInputOperands();
  SmallVector<BlockArgument> arguments;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : inputs) {
    arguments.push_back(loop.getMatchingBlockArgument(input));
    maps.push_back(loop.getMatchingIndexingMap(input));
  }
  Value holds = findComparison(loop, arguments);
  if (!holds)
    return {};
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(loop);
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(loop.getResult(0).getType()).getShape();
  GenericOp bytes = compareToBytes(rewriter, loop, inputs, maps, shape, holds);
  replaceInputs(rewriter, loop, inputs, bytes.getResult(0),
                rewriter.getMultiDimIdentityMap(shape.size()), holds);
  return bytes;
}

bool qnn::readComparison(RewriterBase &rewriter, OpOperand &input) {
  auto loop = cast<GenericOp>(input.getOwner());
  Value holds = findComparison(loop, loop.getMatchingBlockArgument(&input));
  if (!holds)
    return false;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(input.get().getType()).getShape();
  AffineMap map = loop.getMatchingIndexingMap(&input);
  GenericOp bytes = compareToBytes(
      rewriter, loop, &input, rewriter.getMultiDimIdentityMap(shape.size()),
      shape, holds);
  replaceInputs(rewriter, loop, &input, bytes.getResult(0), map, holds);
  return true;
}
