//===- DecomposeRecurrent.cpp - Recurrent layers as loops -------*- C++ -*-===//
//
// One loop over the steps, forward and backward; its body are ops of the graph
// form on [gates or units, batch]: the batch is in the lanes of vectors, the
// weights are the left operand of a product as they lie. Sums over all steps,
// the gradients of weights and bias, come behind the loop as one product.
//
//===----------------------------------------------------------------------===//

#include "ConstantCodes.h"
#include "DecomposeTraining.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace qnn;

namespace {
/// What both directions share. Sequences are [steps, rows, batch] here.
struct Layer {
  ImplicitLocOpBuilder &b;
  RecurrentCell cell;
  bool hard, reverse;
  QuantizerAttr hiddenQuantizer, cellQuantizer;
  int64_t steps, batch, hidden;
  Value active; ///< [steps, 1, batch], 1 up to a row's length; or null

  template <typename OpTy>
  Layer(ImplicitLocOpBuilder &b, OpTy op, Value sequence)
      : b(b), cell(op.getCell()), hard(op.getHard()), reverse(op.getReverse()),
        hiddenQuantizer(op.getHiddenQuantizerAttr()),
        cellQuantizer(op.getCellQuantizerAttr()),
        steps(tensorType(sequence).getDimSize(0)),
        batch(tensorType(sequence).getDimSize(1)),
        hidden(tensorType(op.getWeights()).getDimSize(1)) {
    if (op.getLengths())
      active = activeSteps(op.getLengths());
  }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  Value add(Value x, Value y) { return AddOp::create(b, x, y); }
  Value sub(Value x, Value y) { return SubOp::create(b, x, y); }
  Value mul(Value x, Value y) { return MulOp::create(b, x, y); }
  Value number(float value) {
    auto type = RankedTensorType::get({}, b.getF32Type());
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, value));
  }
  Value rest(Value x) { return sub(number(1), x); }
  Value greater(Value x, Value y) {
    return CompareOp::create(b, x, y, ComparePredicate::Greater);
  }
  Value zeros(ArrayRef<int64_t> shape) {
    auto type = RankedTensorType::get(shape, b.getF32Type());
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, 0.0f));
  }
  Value reshape(Value x, ArrayRef<int64_t> shape) {
    return ReshapeOp::create(b, tensorType(x).clone(shape), x);
  }
  /// Rows `i * hidden` .. of [rows, batch].
  Value part(Value x, int64_t i) {
    return SliceOp::create(b, x, ArrayRef<int64_t>{i * hidden, 0},
                           ArrayRef<int64_t>{hidden, batch},
                           ArrayRef<int64_t>{1, 1});
  }
  Value join(ArrayRef<Value> parts) {
    return parts.size() == 1 ? parts[0]
                             : ConcatOp::create(b, parts, 0).getResult();
  }
  /// [T, B, rows] and [T, rows, B]; [B, rows] and [rows, B].
  Value turn(Value x) {
    if (tensorType(x).getRank() == 3)
      return TransposeOp::create(b, x, ArrayRef<int64_t>{0, 2, 1});
    return TransposeOp::create(b, x, ArrayRef<int64_t>{1, 0});
  }

  Value sigmoid(Value x) {
    if (!hard)
      return SigmoidOp::create(b, x);
    return HardSigmoidOp::create(b, x, APFloat(0.5f), APFloat(0.5f));
  }
  Value tanh(Value x) {
    if (!hard)
      return TanhOp::create(b, x);
    return ClipOp::create(b, x, APFloat(-1.0f), APFloat(1.0f));
  }
  /// Derivatives, given the function's value.
  Value sigmoidGrad(Value y) {
    if (!hard)
      return mul(y, rest(y));
    Value inside = mul(greater(y, number(0)), greater(number(1), y));
    return mul(inside, number(0.5f));
  }
  Value tanhGrad(Value y) {
    if (!hard)
      return rest(mul(y, y));
    return greater(number(1), AbsOp::create(b, y));
  }
  Value quantize(QuantizerAttr quantizer, Value x) {
    return quantizer ? QuantizeOp::create(b, x, quantizer).getResult() : x;
  }
  /// `grad`, where `x` was quantized, times the surrogate's derivative.
  Value throughQuantizer(QuantizerAttr quantizer, Value x, Value grad) {
    if (!quantizer || quantizer.getSurrogate() != Surrogate::HardTanh)
      return grad;
    return SurrogateGradOp::create(b, grad.getType(), x, grad,
                                   SurrogateKind::Window,
                                   b.getDenseF32ArrayAttr({-1.0f, 1.0f}));
  }

  //===--------------------------------------------------------------------===//
  // Steps
  //===--------------------------------------------------------------------===//

  /// Step `t` of [T, rows, batch].
  Value at(Value sequence, Value t) {
    RankedTensorType type = tensorType(sequence);
    auto [offsets, sizes, strides] = place(type.getDimSize(1), t, type);
    auto slice = RankedTensorType::get(type.getShape().drop_front(),
                                       type.getElementType());
    return tensor::ExtractSliceOp::create(b, slice, sequence, offsets, sizes,
                                          strides);
  }
  Value put(Value x, Value sequence, Value t) {
    RankedTensorType type = tensorType(sequence);
    auto [offsets, sizes, strides] = place(type.getDimSize(1), t, type);
    return tensor::InsertSliceOp::create(b, x, sequence, offsets, sizes,
                                         strides);
  }

  /// x where the row goes on, else `otherwise`.
  Value whereActive(Value x, Value otherwise, Value t) {
    if (!active)
      return x;
    Value mask = at(active, t);
    Value kept = mul(x, mask);
    return otherwise ? add(kept, mul(otherwise, rest(mask))) : kept;
  }

  /// A loop over the steps; `forward` as the layer walks them.
  SmallVector<Value>
  walk(bool forward, ValueRange carried,
       function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value count = arith::ConstantIndexOp::create(b, steps);
    auto loop = scf::ForOp::create(b, zero, count, one, carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value t = loop.getInductionVar();
    if (forward == reverse)
      t = arith::SubIOp::create(b, arith::ConstantIndexOp::create(b, steps - 1),
                                t);
    SmallVector<Value> next = body(t, loop.getRegionIterArgs());
    for (auto [value, carried] :
         llvm::zip_equal(next, loop.getRegionIterArgs()))
      value = inMemoryOf(value, carried);
    scf::YieldOp::create(b, next);
    return SmallVector<Value>(loop.getResults());
  }

private:
  /// A state, which is computed elsewhere, in the memory that the loop carries;
  /// a sequence, into which a step was put, is there already.
  Value inMemoryOf(Value value, Value carried) {
    if (value.getDefiningOp<tensor::InsertSliceOp>())
      return value;
    return bufferization::MaterializeInDestinationOp::create(b, value.getType(),
                                                             value, carried)
        .getResult();
  }

  using Indices = SmallVector<OpFoldResult>;
  std::tuple<Indices, Indices, Indices> place(int64_t rows, Value t,
                                              RankedTensorType type) {
    auto index = [&](int64_t i) -> OpFoldResult { return b.getIndexAttr(i); };
    return {{t, index(0), index(0)},
            {index(1), index(rows), index(type.getDimSize(2))},
            {index(1), index(1), index(1)}};
  }

  /// 1.0 where t < lengths[b].
  Value activeSteps(Value lengths) {
    SmallVector<int64_t> shape{steps, 1, batch};
    Value empty = tensor::EmptyOp::create(b, shape, b.getF32Type());
    AffineMap identity = b.getMultiDimIdentityMap(3);
    AffineMap row = AffineMap::get(3, 0, b.getAffineDimExpr(2));
    SmallVector<utils::IteratorType> parallel(3, utils::IteratorType::parallel);
    auto body = [&](OpBuilder &nested, Location loc, ValueRange args) {
      ImplicitLocOpBuilder inner(loc, nested);
      Value t = arith::IndexCastOp::create(inner, inner.getI64Type(),
                                           linalg::IndexOp::create(inner, 0));
      Value goesOn =
          arith::CmpIOp::create(inner, arith::CmpIPredicate::slt, t, args[0]);
      linalg::YieldOp::create(inner, ValueRange{arith::UIToFPOp::create(
                                         inner, inner.getF32Type(), goesOn)});
    };
    return linalg::GenericOp::create(b, empty.getType(), lengths, empty,
                                     ArrayRef<AffineMap>{row, identity},
                                     parallel, body)
        .getResult(0);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

namespace {
/// States after a step, and what is saved of it.
struct StepValues {
  Value h, c;
  SmallVector<Value> saved;
};
} // namespace

static StepValues stepRNN(Layer &l, Value p, Value r) {
  Value h = l.tanh(l.add(p, r));
  return {h, {}, {h}};
}

static StepValues stepGRU(Layer &l, Value p, Value r, Value h) {
  Value z = l.sigmoid(l.add(l.part(p, 0), l.part(r, 0)));
  Value s = l.sigmoid(l.add(l.part(p, 1), l.part(r, 1)));
  Value recurrent = l.part(r, 2);
  Value n = l.tanh(l.add(l.part(p, 2), l.mul(s, recurrent)));
  return {l.add(l.mul(l.rest(z), n), l.mul(z, h)), {}, {z, s, n, recurrent}};
}

static StepValues stepLSTM(Layer &l, Value p, Value r, Value c) {
  Value sums = l.add(p, r);
  Value i = l.sigmoid(l.part(sums, 0)), o = l.sigmoid(l.part(sums, 1));
  Value f = l.sigmoid(l.part(sums, 2)), g = l.tanh(l.part(sums, 3));
  Value raw = l.add(l.mul(f, c), l.mul(i, g));
  Value next = l.quantize(l.cellQuantizer, raw);
  return {l.mul(o, l.tanh(next)), next, {i, o, f, g, next, raw}};
}

static StepValues stepOf(Layer &l, Value p, Value r, ValueRange states) {
  switch (l.cell) {
  case RecurrentCell::RNN:
    return stepRNN(l, p, r);
  case RecurrentCell::GRU:
    return stepGRU(l, p, r, states[0]);
  case RecurrentCell::LSTM:
    return stepLSTM(l, p, r, states[1]);
  }
  llvm_unreachable("all cells are handled");
}

/// The first states, [H, B], zeros where there are none.
static SmallVector<Value> firstStates(Layer &l, ValueRange initial) {
  SmallVector<Value> states;
  for (Value state : initial)
    states.push_back(l.turn(state));
  while (static_cast<int64_t>(states.size()) < statesOf(l.cell))
    states.push_back(l.zeros({l.hidden, l.batch}));
  return states;
}

namespace {
struct DecomposeRecurrent : OpRewritePattern<RecurrentOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrentOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Layer l(b, op, op.getProjection());
    Value projection = l.turn(op.getProjection());
    Value bias;
    if (op.getBias())
      bias = l.reshape(op.getBias(), {gatesOf(l.cell) * l.hidden, 1});
    SmallVector<Value> carried = firstStates(l, op.getInitial());
    size_t numStates = carried.size();
    carried.push_back(empty(b, {l.steps, l.hidden, l.batch}));
    carried.push_back(empty(b, {l.steps, savedOf(l.cell) * l.hidden, l.batch}));
    auto body = [&](Value t, ValueRange values) {
      ValueRange states = values.take_front(numStates);
      Value r = MatmulOp::create(b, op.getWeights(), states[0], false);
      if (bias)
        r = l.add(r, bias);
      StepValues next = stepOf(l, l.at(projection, t), r, states);
      next.h = l.quantize(l.hiddenQuantizer, next.h);
      SmallVector<Value> results{l.whereActive(next.h, states[0], t)};
      if (next.c)
        results.push_back(l.whereActive(next.c, states[1], t));
      Value h = l.whereActive(next.h, {}, t);
      Value saved = l.whereActive(l.join(next.saved), {}, t);
      results.push_back(l.put(h, values[numStates], t));
      results.push_back(l.put(saved, values[numStates + 1], t));
      return results;
    };
    SmallVector<Value> done = l.walk(/*forward=*/true, carried, body);
    SmallVector<Value> results{l.turn(done[numStates]),
                               l.turn(done[numStates + 1])};
    for (Value state : ArrayRef(done).take_front(numStates))
      results.push_back(l.turn(state));
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  static Value empty(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape) {
    return tensor::EmptyOp::create(b, shape, b.getF32Type());
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

namespace {
/// Gradients of a step: of its gates' sums (input side and recurrent side), of
/// the states before; of h the part that does not pass the weights, or null.
struct StepGrads {
  Value p, r, h, c;
};
} // namespace

static StepGrads gradRNN(Layer &l, Value dh, Value saved) {
  dh = l.throughQuantizer(l.hiddenQuantizer, saved, dh);
  Value sum = l.mul(dh, l.tanhGrad(saved));
  return {sum, sum, {}, {}};
}

static StepGrads gradGRU(Layer &l, Value dh, Value saved, Value before) {
  Value z = l.part(saved, 0), s = l.part(saved, 1), n = l.part(saved, 2);
  Value raw = l.add(l.mul(l.rest(z), n), l.mul(z, before));
  dh = l.throughQuantizer(l.hiddenQuantizer, raw, dh);
  Value dn = l.mul(l.mul(dh, l.rest(z)), l.tanhGrad(n));
  Value dz = l.mul(l.mul(dh, l.sub(before, n)), l.sigmoidGrad(z));
  Value ds = l.mul(l.mul(dn, l.part(saved, 3)), l.sigmoidGrad(s));
  return {
      l.join({dz, ds, dn}), l.join({dz, ds, l.mul(dn, s)}), l.mul(dh, z), {}};
}

static StepGrads gradLSTM(Layer &l, Value dh, Value dc, Value saved,
                          Value cellBefore) {
  Value i = l.part(saved, 0), o = l.part(saved, 1), f = l.part(saved, 2);
  Value g = l.part(saved, 3), squashed = l.tanh(l.part(saved, 4));
  dh = l.throughQuantizer(l.hiddenQuantizer, l.mul(o, squashed), dh);
  dc = l.add(dc, l.mul(l.mul(dh, o), l.tanhGrad(squashed)));
  dc = l.throughQuantizer(l.cellQuantizer, l.part(saved, 5), dc);
  Value di = l.mul(l.mul(dc, g), l.sigmoidGrad(i));
  Value dO = l.mul(l.mul(dh, squashed), l.sigmoidGrad(o));
  Value df = l.mul(l.mul(dc, cellBefore), l.sigmoidGrad(f));
  Value dg = l.mul(l.mul(dc, i), l.tanhGrad(g));
  Value sums = l.join({di, dO, df, dg});
  return {sums, sums, {}, l.mul(dc, f)};
}

namespace {
struct DecomposeRecurrentGrad : OpRewritePattern<RecurrentGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrentGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Layer l(b, op, op.getGrad());
    Backward backward{l, op};
    rewriter.replaceOp(op, backward.build());
    return success();
  }

private:
  struct Backward {
    Layer &l;
    RecurrentGradOp op;
    Value grads = {}, saved = {}, before = {}, cellsBefore = {}, kept = {};

    SmallVector<Value> build();

  private:
    Value beforeEach(Value sequence, Value first);
    StepGrads gradsAt(Value t, Value dh, Value dc);
    SmallVector<Value> step(Value t, ValueRange values, size_t numStates);
    Value keptSteps();
  };
};
} // namespace

/// The state before each step: those of the step before it, or the first.
Value DecomposeRecurrentGrad::Backward::beforeEach(Value sequence,
                                                   Value first) {
  SmallVector<int64_t> sizes(tensorType(sequence).getShape());
  Value head = l.reshape(first, {1, sizes[1], sizes[2]});
  if (l.steps == 1)
    return head;
  --sizes[0];
  auto sliceFrom = [&](Value x, int64_t offset, ArrayRef<int64_t> sizes) {
    return SliceOp::create(l.b, x, ArrayRef<int64_t>{offset, 0, 0}, sizes,
                           ArrayRef<int64_t>{1, 1, 1})
        .getResult();
  };
  Value others = sliceFrom(sequence, l.reverse ? 1 : 0, sizes);
  // Beyond its length a row of the sequence is 0, and begins with `first`.
  if (l.active && l.reverse) {
    Value mask = sliceFrom(l.active, 1, {sizes[0], 1, sizes[2]});
    others = l.add(others, l.mul(head, l.rest(mask)));
  }
  if (l.reverse)
    return ConcatOp::create(l.b, ValueRange{others, head}, 0);
  return ConcatOp::create(l.b, ValueRange{head, others}, 0);
}

/// 0 at the steps where the gradient ends, or null.
Value DecomposeRecurrentGrad::Backward::keptSteps() {
  int64_t truncate = op.getTruncate();
  if (truncate == 0)
    return {};
  SmallVector<float> numbers;
  for (int64_t t = 0; t < l.steps; ++t)
    numbers.push_back(t % truncate == 0 ? 0.0f : 1.0f);
  auto type = RankedTensorType::get({l.steps, 1, 1}, l.b.getF32Type());
  return arith::ConstantOp::create(
      l.b, DenseElementsAttr::get(type, ArrayRef<float>(numbers)));
}

StepGrads DecomposeRecurrentGrad::Backward::gradsAt(Value t, Value dh,
                                                    Value dc) {
  Value values = l.at(saved, t);
  Value total = l.add(dh, l.at(grads, t));
  switch (l.cell) {
  case RecurrentCell::RNN:
    return gradRNN(l, total, values);
  case RecurrentCell::GRU:
    return gradGRU(l, total, values, l.at(before, t));
  case RecurrentCell::LSTM:
    return gradLSTM(l, total, dc, values, l.at(cellsBefore, t));
  }
  llvm_unreachable("all cells are handled");
}

SmallVector<Value> DecomposeRecurrentGrad::Backward::step(Value t,
                                                          ValueRange values,
                                                          size_t numStates) {
  Value dh = values[0], dc = numStates == 2 ? values[1] : Value();
  StepGrads next = gradsAt(t, dh, dc);
  Value weights = l.turn(op.getWeights());
  Value through = MatmulOp::create(l.b, weights, next.r, false);
  if (next.h)
    through = l.add(through, next.h);
  SmallVector<Value> states{through};
  if (next.c)
    states.push_back(next.c);
  SmallVector<Value> results;
  for (auto [state, old] :
       llvm::zip_equal(states, values.take_front(numStates))) {
    if (kept)
      state = l.mul(state, l.at(kept, t));
    results.push_back(l.whereActive(state, old, t));
  }
  results.push_back(l.put(l.whereActive(next.p, {}, t), values[numStates], t));
  if (l.cell == RecurrentCell::GRU)
    results.push_back(
        l.put(l.whereActive(next.r, {}, t), values[numStates + 1], t));
  return results;
}

SmallVector<Value> DecomposeRecurrentGrad::Backward::build() {
  ImplicitLocOpBuilder &b = l.b;
  grads = l.turn(op.getGrad()), saved = l.turn(op.getSaved());
  kept = keptSteps();
  SmallVector<Value> first = firstStates(l, op.getInitial());
  before = beforeEach(l.turn(op.getResult()), first[0]);
  if (l.cell == RecurrentCell::LSTM) {
    Value cells =
        SliceOp::create(b, saved, ArrayRef<int64_t>{0, 4 * l.hidden, 0},
                        ArrayRef<int64_t>{l.steps, l.hidden, l.batch},
                        ArrayRef<int64_t>{1, 1, 1});
    cellsBefore = beforeEach(cells, first[1]);
  }
  SmallVector<Value> carried = firstStates(l, op.getLastGrads());
  size_t numStates = carried.size();
  int64_t rows = gatesOf(l.cell) * l.hidden;
  SmallVector<int64_t> shape{l.steps, rows, l.batch};
  for (int i = 0, n = l.cell == RecurrentCell::GRU ? 2 : 1; i < n; ++i)
    carried.push_back(tensor::EmptyOp::create(b, shape, b.getF32Type()));
  SmallVector<Value> done =
      l.walk(/*forward=*/false, carried, [&](Value t, ValueRange values) {
        return step(t, values, numStates);
      });
  Value p = done[numStates], r = done.back();
  auto asRows = [&](Value x, int64_t count) {
    Value turned = TransposeOp::create(b, x, ArrayRef<int64_t>{1, 0, 2});
    return l.reshape(turned, {count, l.steps * l.batch});
  };
  Value weights =
      MatmulOp::create(b, asRows(r, rows), asRows(before, l.hidden), true);
  Value bias =
      ReduceOp::create(b, r, ReduceKind::Sum, ArrayRef<int64_t>{0, 2}, false);
  SmallVector<Value> results{l.turn(p), weights, bias};
  for (Value state : ArrayRef(done).take_front(numStates))
    results.push_back(l.turn(state));
  return results;
}

void qnn::populateDecomposeRecurrentPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeRecurrent, DecomposeRecurrentGrad>(
      patterns.getContext());
}
