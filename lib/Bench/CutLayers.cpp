//===- CutLayers.cpp - One module for each layer ----------------*- C++ -*-===//
//
// Clocks inside the compiled code would need a cut there, too: code is
// optimized across layers only as far as elementwise ops are fused. So each
// layer is compiled and timed alone, and the network without any cut.
//
//===----------------------------------------------------------------------===//

#include "qnn/Bench/Layers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace qnn;

static bool isConstant(Value value) {
  return value.getDefiningOp<arith::ConstantOp>() != nullptr;
}

/// True for what can be an input or output of a model.
static bool canPass(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return false;
  Type element = type.getElementType();
  return element.isF32() || element.isInteger(8) || element.isInteger(32) ||
         element.isInteger(64);
}

static bool isProduct(Operation *op) {
  return isa<PackedContractionOpInterface>(op);
}

/// True where every value from before `op` that it or a later op uses can pass.
static bool canCutBefore(Operation *op) {
  for (Operation &before :
       llvm::make_range(op->getBlock()->begin(), Block::iterator(op)))
    for (Value result : before.getResults())
      if (!isConstant(result) && !canPass(result) &&
          llvm::any_of(result.getUsers(), [&](Operation *user) {
            Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
            return ancestor && !ancestor->isBeforeInBlock(op);
          }))
        return false;
  return true;
}

using Group = SmallVector<Operation *>;

static std::vector<Group> groupsOf(Block &block) {
  std::vector<Group> groups;
  for (Operation &op : block.without_terminator()) {
    if (isa<arith::ConstantOp>(op))
      continue;
    bool starts = groups.empty() || isProduct(&op) ||
                  llvm::any_of(groups.back(), isProduct);
    if (groups.empty() || (starts && canCutBefore(&op)))
      groups.emplace_back();
    groups.back().push_back(&op);
  }
  return groups;
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

/// What a group reads from outside, constants aside.
static llvm::SetVector<Value> inputsOf(const Group &group) {
  llvm::SetVector<Value> inputs;
  for (Operation *op : group)
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *owner = operand.getDefiningOp();
        bool inside = llvm::any_of(group, [&](Operation *member) {
          return owner ? member->isAncestor(owner)
                       : member->isAncestor(
                             operand.getParentBlock()->getParentOp());
        });
        if (!inside && !isConstant(operand))
          inputs.insert(operand);
      }
    });
  return inputs;
}

static SmallVector<Value> outputsOf(const Group &group) {
  SmallVector<Value> outputs;
  for (Operation *op : group)
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return llvm::none_of(group, [&](Operation *member) {
              return member->isAncestor(user);
            });
          }))
        outputs.push_back(result);
  return outputs;
}

static void cloneConstants(OpBuilder &b, const Group &group,
                           IRMapping &mapping) {
  for (Operation *op : group)
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (isConstant(operand) && !mapping.contains(operand))
          mapping.map(operand, b.clone(*operand.getDefiningOp())->getResult(0));
    });
}

static OwningOpRef<ModuleOp> moduleOf(const Group &group) {
  MLIRContext *context = group.front()->getContext();
  Location loc = group.front()->getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  auto inputs = inputsOf(group).takeVector();
  SmallVector<Value> outputs = outputsOf(group);
  OpBuilder b = OpBuilder::atBlockEnd(module->getBody());
  auto type = FunctionType::get(context, TypeRange(ValueRange(inputs)),
                                TypeRange(ValueRange(outputs)));
  auto function = func::FuncOp::create(b, loc, "layer", type);
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  IRMapping mapping;
  mapping.map(ValueRange(inputs), body->getArguments());
  cloneConstants(b, group, mapping);
  for (Operation *op : group)
    b.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value output : outputs)
    results.push_back(mapping.lookup(output));
  func::ReturnOp::create(b, loc, results);
  return module;
}

static OperandType typeOf(CodeAttr code) {
  if (!code)
    return {"f32", true};
  return {"", false, code.getBits(), code.getEncoding()};
}

static CutLayer describe(const Group &group) {
  CutLayer layer;
  layer.module = moduleOf(group);
  layer.report = {};
  auto product = llvm::find_if(group, isProduct);
  if (product != group.end()) {
    auto contraction = cast<PackedContractionOpInterface>(*product);
    layer.hasProduct = true;
    layer.report = collectLayers(*layer.module).front();
    layer.weights = typeOf(contraction.getWeightCode());
    layer.activations = typeOf(contraction.getActivationCode());
    return layer;
  }
  llvm::SetVector<StringRef> names;
  for (Operation *op : group)
    names.insert(op->getName().stripDialect());
  layer.report.name = llvm::join(names, ", ");
  return layer;
}

std::vector<CutLayer> qnn::cutLayers(ModuleOp module) {
  std::vector<CutLayer> layers;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic())
      for (const Group &group : groupsOf(function.getBody().front()))
        layers.push_back(describe(group));
  return layers;
}
