//===- ChannelsLastFilters.cpp - Filters as their gradients lie -*- C++ -*-===//
//
// The gradient of a filter is a product with a row for each output channel and
// a column for each tap and channel. A filter that lies like that is updated in
// the product's registers, where its words along channels are packed, too.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_CHANNELSLASTFILTERS
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// One sign for each weight.
static bool isSigns(QuantizeOp op) {
  return op.getQuantizer().getEncoding() == Encoding::Bipolar &&
         !op.getQuantizer().isPerChannel();
}

static bool fillsWords(RankedTensorType type) {
  return type.getRank() == 4 && type.getDimSize(1) % wordBits == 0;
}

/// The update of `weights`, a filter of which nothing but signs is read.
static Operation *findUpdate(BlockArgument weights) {
  Operation *update = nullptr;
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  if (!type || !fillsWords(type))
    return nullptr;
  for (Operation *user : weights.getUsers()) {
    auto quantize = dyn_cast<QuantizeOp>(user);
    if (isUpdate(user) && user->getOperand(0) == weights)
      update = user;
    else if (!isa<SurrogateGradOp>(user) && !(quantize && isSigns(quantize)))
      return nullptr;
  }
  return update;
}

namespace {
/// Weights [O, C, KH, KW] and what the optimizer keeps of them, as
/// [O, KH * KW, C].
class Filter {
public:
  Filter(func::FuncOp function, Operation *update)
      : b(update->getLoc(), update), function(function), update(update),
        shape(typeOf(update->getOperand(0)).getShape()) {}

  /// False where a state has other readers than the update.
  bool collect();
  void turn();

private:
  RankedTensorType rowsType() {
    return RankedTensorType::get({shape[0], shape[2] * shape[3], shape[1]},
                                 b.getF32Type());
  }
  /// `value`, of the filter's shape, as rows.
  Value toRows(Value value);

  ImplicitLocOpBuilder b;
  func::FuncOp function;
  Operation *update;
  SmallVector<int64_t> shape;
  SmallVector<BlockArgument> states; ///< the weights are the first
  Value turned;                      ///< the weights [O, C, KH, KW]
};
} // namespace

bool Filter::collect() {
  for (unsigned i = 0, end = update->getNumResults(); i < end; ++i) {
    // Behind parameter and gradient.
    auto state = dyn_cast<BlockArgument>(update->getOperand(i ? i + 1 : 0));
    bool isRead = i && state && !state.hasOneUse();
    if (!state || isRead ||
        !llvm::all_of(update->getResult(i).getUsers(),
                      llvm::IsaPred<func::ReturnOp>))
      return false;
    states.push_back(state);
  }
  return true;
}

Value Filter::toRows(Value value) {
  if (value == turned)
    return states.front();
  auto surrogate = value.getDefiningOp<SurrogateGradOp>();
  if (!surrogate || !surrogate->hasOneUse()) {
    Value last = TransposeOp::create(b, value, ArrayRef<int64_t>{0, 2, 3, 1});
    return ReshapeOp::create(b, rowsType(), last);
  }
  IRMapping rows;
  for (Value operand : surrogate->getOperands())
    rows.map(operand, toRows(operand));
  Operation *moved = b.clone(*surrogate, rows);
  moved->getResult(0).setType(rowsType());
  return moved->getResult(0);
}

void Filter::turn() {
  BlockArgument weights = states.front();
  b.setInsertionPointToStart(weights.getOwner());
  auto last = RankedTensorType::get({shape[0], shape[2], shape[3], shape[1]},
                                    b.getF32Type());
  for (BlockArgument state : states) {
    state.setType(rowsType());
    function.setArgAttr(state.getArgNumber(), kChannelsLastAttr,
                        b.getUnitAttr());
  }
  auto images = ReshapeOp::create(b, last, weights);
  turned = TransposeOp::create(b, images, ArrayRef<int64_t>{0, 3, 1, 2});
  weights.replaceAllUsesExcept(turned, images);
  b.setInsertionPoint(update);
  IRMapping rows;
  rows.map(turned, weights);
  Value gradient = update->getOperand(1);
  rows.map(gradient, toRows(gradient));
  Operation *moved = b.clone(*update, rows);
  for (OpResult result : moved->getResults())
    result.setType(rowsType());
  update->replaceAllUsesWith(moved);
  update->erase();
  Operation *before = gradient.getDefiningOp();
  if (before && isOpTriviallyDead(before))
    before->erase();
}

namespace {
struct ChannelsLastFilters
    : qnn::impl::ChannelsLastFiltersBase<ChannelsLastFilters> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    for (BlockArgument argument : function.getArguments()) {
      bool isState =
          bool(function.getArgAttr(argument.getArgNumber(), kStateAttr));
      Operation *update = isState ? findUpdate(argument) : nullptr;
      if (!update)
        continue;
      Filter filter(function, update);
      if (filter.collect())
        filter.turn();
    }
    Operation *terminator = function.getBody().front().getTerminator();
    function.setType(FunctionType::get(&getContext(),
                                       function.getBody().getArgumentTypes(),
                                       terminator->getOperandTypes()));
  }
};
} // namespace
