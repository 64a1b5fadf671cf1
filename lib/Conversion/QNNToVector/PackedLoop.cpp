//===- PackedLoop.cpp - Elementwise loops that store words ------*- C++ -*-===//
//
// An update that reads its gradient from memory (of a step that is cut there,
// or whose gradients have one norm) packs what it stores, too: rows of
// registers, 32 lanes of them a word.
//
//===----------------------------------------------------------------------===//

#include "PackedLoop.h"
#include "../QNNToLinalg/Lanes.h"
#include "Contraction.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace qnn;

namespace {
struct PackedLoop {
  ImplicitLocOpBuilder &b;
  const Consumer &consumer;
  ArrayRef<int64_t> shape;
  int64_t lanes;               ///< of a register
  SmallVector<Value> state;    ///< the results so far
  SmallVector<Value> row = {}; ///< indices before the last

  void overRows();

private:
  void loop(int64_t count, function_ref<void(Value)> body) {
    carryLoop(b, indexOf(b, 0), indexOf(b, count), 1, state, body);
  }
  SmallVector<Value> at(Value last) const {
    SmallVector<Value> indices(row);
    indices.push_back(last);
    return indices;
  }
  void storeWord(Value number, int64_t count);
};
} // namespace

void PackedLoop::overRows() {
  if (row.size() + 1 < shape.size())
    return loop(shape[row.size()], [&](Value i) {
      row.push_back(i);
      overRows();
      row.pop_back();
    });
  int64_t whole = shape.back() / wordBits, rest = shape.back() % wordBits;
  if (whole)
    loop(whole, [&](Value number) { storeWord(number, wordBits); });
  if (rest)
    storeWord(indexOf(b, whole), rest);
}

/// The `count` elements of word `number`.
void PackedLoop::storeWord(Value number, int64_t count) {
  size_t stored = consumer.getStored().size();
  size_t packs = consumer.getPacks().size();
  SmallVector<SmallVector<SmallVector<Value>>> masks(packs); // [pack][plane]
  for (int64_t first = 0; first < count; first += lanes) {
    SmallVector<Value> indices =
        at(addIndex(b, mulIndex(b, number, wordBits), first));
    SmallVector<Value> values = consumer.compute(
        b, Value(), std::min(lanes, count - first), indices, state);
    consumer.store(b, values, indices, state);
    for (size_t i = 0; i < packs; ++i) {
      SmallVector<Value> planes = consumer.masks(b, i, values);
      masks[i].resize(planes.size());
      for (auto [ofPlane, mask] : llvm::zip_equal(masks[i], planes))
        ofPlane.push_back(mask);
    }
  }
  for (size_t i = 0; i < packs; ++i)
    for (auto [p, ofPlane] : llvm::enumerate(masks[i])) {
      Value index = addIndex(b, mulIndex(b, number, masks[i].size()), p);
      Value &words = state[stored + i];
      words = tensor::InsertOp::create(b, masksToWord(b, ofPlane, lanes), words,
                                       at(index));
    }
}

SmallVector<Value> qnn::buildPackedLoop(ImplicitLocOpBuilder &b,
                                        const Consumer &consumer) {
  linalg::GenericOp loop = consumer.getLoop();
  auto type = cast<RankedTensorType>(loop.getResult(0).getType());
  PackedLoop packed{b, consumer, type.getShape(),
                    getTarget(loop).getVectorBits() / 32,
                    consumer.makeResults(b)};
  packed.overRows();
  return packed.state;
}
