//===- KeepWords.cpp - Packed weights live from step to step ----*- C++ -*-===//
//
// A step that packs its weights reads all of them for that when it begins,
// though the step before had them in registers when it changed them. Here the
// words are a state beside the weights, packed where those get their next
// value.
//
//===----------------------------------------------------------------------===//

#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"

#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_KEEPWORDS
#include "qnn/Dialect/QNN/Gradients/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// Each state as the step leaves it, by its number.
static llvm::DenseMap<int64_t, Value> nextStates(func::FuncOp function) {
  Operation *terminator = function.getBody().front().getTerminator();
  llvm::DenseMap<int64_t, Value> states;
  for (auto [i, value] : llvm::enumerate(terminator->getOperands()))
    if (auto state = function.getResultAttrOfType<IntegerAttr>(i, kStateAttr))
      states[state.getInt()] = value;
  return states;
}

/// What encodes `weights` for packs, with one scale for all.
static EncodeOp findPackedCodes(Value weights) {
  for (Operation *user : weights.getUsers()) {
    auto encode = dyn_cast<EncodeOp>(user);
    if (encode && !encode.getQuantizer().isPerChannel() &&
        llvm::any_of(encode->getUsers(), llvm::IsaPred<PackOp>))
      return encode;
  }
  return {};
}

/// Puts words that live on in the place of those that packs make of `encode`,
/// the codes of argument `weights`; `next` is its next value.
static void keep(func::FuncOp function, unsigned weights, Value next,
                 EncodeOp encode, int64_t state) {
  SmallVector<PackOp> packs;
  for (Operation *user : encode->getUsers())
    if (auto pack = dyn_cast<PackOp>(user))
      packs.push_back(pack);
  Type type = packs.front().getType();
  OpBuilder b(function.getContext());
  b.setInsertionPointAfterValue(next);
  Value codes = EncodeOp::create(b, encode.getLoc(), encode.getType(), next,
                                 encode.getQuantizer());
  Value words =
      PackOp::create(b, encode.getLoc(), codes, packs.front().getCode());
  NamedAttribute mark = b.getNamedAttr(kStateAttr, b.getI64IntegerAttr(state));
  NamedAttribute attributes[] = {
      b.getNamedAttr(kNameAttr, b.getStringAttr(nameOfInput(function, weights) +
                                                "/words")),
      b.getNamedAttr(kWordsOfAttr, b.getI64IntegerAttr(weights)),
      b.getNamedAttr(kQuantizerAttr, encode.getQuantizer()), mark};
  unsigned argument = function.getNumArguments();
  (void)function.insertArgument(argument, type, b.getDictionaryAttr(attributes),
                                encode.getLoc());
  (void)function.insertResult(function.getNumResults(), type,
                              b.getDictionaryAttr(mark));
  Operation *terminator = function.getBody().front().getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), words);
  for (PackOp pack : packs) {
    pack.replaceAllUsesWith(function.getArgument(argument));
    pack.erase();
  }
  if (encode.use_empty())
    encode.erase();
}

namespace {
struct KeepWords : qnn::impl::KeepWordsBase<KeepWords> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    llvm::DenseMap<int64_t, Value> next = nextStates(function);
    int64_t states = 0;
    for (auto [state, value] : next)
      states = std::max(states, state + 1);
    for (unsigned i = 0, end = function.getNumArguments(); i < end; ++i) {
      auto state = function.getArgAttrOfType<IntegerAttr>(i, kStateAttr);
      Value value = state ? next.lookup(state.getInt()) : Value();
      EncodeOp encode = findPackedCodes(function.getArgument(i));
      if (value && value.getDefiningOp() && encode)
        keep(function, i, value, encode, states++);
    }
  }
};
} // namespace
