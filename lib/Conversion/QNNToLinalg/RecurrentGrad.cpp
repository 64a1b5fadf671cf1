//===- RecurrentGrad.cpp - Gradients of recurrent layers --------*- C++ -*-===//
//
//   for each block of rows                  on threads
//     for each step, from the last one back
//       for each unit: gradients of its gates' sums, of its cell state
//       for each tile of units: dh = sum of weights[k, ..] * gradient[k]
//       the gates' gradients become rows
//
//       for each tile of units: the weights' gradient += rows * hidden states
//
// Each block has a sum of its own of the weights' gradient, in the order of its
// steps and rows; the blocks' are added behind.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RecurrentLayer.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

namespace {
class Backward {
public:
  explicit Backward(RecurrentGradOp op)
      : op(op), layer(op, tensorType(op.getSaved()).getDimSize(0) - 1,
                      tensorType(op.getSaved()).getDimSize(2)) {}

  Values build(ImplicitLocOpBuilder &b);

private:
  struct Place {
    Value step, before, after, active;
    Value cut; ///< i1: does the gradient end here? Null where it never does.
  };
  /// Registers of a block, one for each unit or gate of a unit. `recurrent` is
  /// `sums` but for a GRU.
  struct Buffers {
    Value hidden, cell, grad, sums, recurrent;
  };

  /// Of the weights' gradient: units by registers of gates.
  struct WeightsTile {
    int64_t lanes, registers, units = 1;
  };

  Values runBlock(ImplicitLocOpBuilder &b, RowBlock block, Values carried);
  Value buffer(ImplicitLocOpBuilder &b, RowBlock block, int64_t rows);
  Value startFrom(ImplicitLocOpBuilder &b, RowBlock block, int64_t state);
  Place placeOf(ImplicitLocOpBuilder &b, RowBlock block, Value i);
  Value readGrad(ImplicitLocOpBuilder &b, RowBlock block, Value t,
                 Value buffer);
  Buffers runUnits(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                   Buffers buffers);
  Buffers runUnit(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                  Buffers buffers, Value unit);
  Value passWeights(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                    Buffers buffers);
  Value writeRows(ImplicitLocOpBuilder &b, RowBlock block, Value step,
                  Value buffer, Value tensor);
  Value endAt(ImplicitLocOpBuilder &b, Place place, Value value);
  WeightsTile weightsTile() const;
  Value startWeights(ImplicitLocOpBuilder &b, RowBlock block, Value sums);
  Value addStep(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                Value rows, Value result);
  Value addTile(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                Value rows, WeightsTile tile, Value unit, Value column,
                Value result);
  Value weightsGrad(ImplicitLocOpBuilder &b, Value sums);

  /// Where value `row` of `slot` begins in what was saved.
  Value indexOf(ImplicitLocOpBuilder &b, RowBlock block, Value slot,
                Value row) const {
    return savedIndex(b, block, layer.steps + 1, layer.saved * layer.hidden,
                      slot, row);
  }
  bool isGRU() const { return layer.cell == RecurrentCell::GRU; }
  bool isLSTM() const { return layer.cell == RecurrentCell::LSTM; }

  RecurrentGradOp op;
  RecurrentLayer layer;
  Value history; ///< all that was saved
};
} // namespace

Values Backward::build(ImplicitLocOpBuilder &b) {
  ArrayRef<int64_t> shape = tensorType(op.getProjectionGrad()).getShape();
  Values carried;
  for (Value initial : op.getInitialGrads())
    carried.push_back(createBuffer(b, tensorType(initial).getShape()));
  carried.push_back(createBuffer(b, shape));
  if (isGRU())
    carried.push_back(createBuffer(b, shape));
  int64_t blocks = llvm::divideCeil(layer.batch, kSavedRows);
  carried.push_back(
      createBuffer(b, {blocks, layer.hidden, layer.gates * layer.hidden}));
  int64_t elements = tensorType(op.getSaved()).getNumElements();
  history = reshapeTo(b, op.getSaved(), {elements});
  Values done = buildRowBlocks(
      b, layer.batch, /*backwards=*/true, carried,
      [&](ImplicitLocOpBuilder &inner, RowBlock block, Values values) {
        return runBlock(inner, block, std::move(values));
      });
  Value weights = done.pop_back_val(), recurrent = done.back(), bias;
  if (!op.getBiasGrad().use_empty())
    bias = ReduceOp::create(b, recurrent, ReduceKind::Sum,
                            ArrayRef<int64_t>{0, 1}, /*keep_dims=*/false);
  Values results = {done[layer.states], weightsGrad(b, weights), bias};
  llvm::append_range(results, ArrayRef(done).take_front(layer.states));
  return results;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Value Backward::buffer(ImplicitLocOpBuilder &b, RowBlock block, int64_t rows) {
  return createBuffer(b, {rows, block.lanes});
}

/// `carried`: gradients of the first states, of the projections, of a GRU of
/// the recurrent sums, and of the weights.
Values Backward::runBlock(ImplicitLocOpBuilder &b, RowBlock block,
                          Values carried) {
  Value hidden = startFrom(b, block, 0);
  Value cell = isLSTM() ? startFrom(b, block, 1) : Value();
  // Behind `carried`: hidden, sums, and where there are, cell, recurrent, grad.
  Values walked = {hidden, buffer(b, block, layer.gates * layer.hidden)};
  auto addWalked = [&](Value value) {
    walked.push_back(value);
    return walked.size() - 1;
  };
  size_t cellAt = cell ? addWalked(cell) : 0;
  size_t recurrentAt =
      isGRU() ? addWalked(buffer(b, block, layer.gates * layer.hidden)) : 1;
  size_t gradAt = op.getGrad() ? addWalked(buffer(b, block, layer.hidden)) : 0;
  size_t rowsAt = walked.size();
  carried.back() = startWeights(b, block, carried.back());
  llvm::append_range(walked, ArrayRef(carried).drop_front(layer.states));
  walked = buildCarriedLoop(
      b, layer.steps, walked,
      [&](ImplicitLocOpBuilder &inner, Value i, Values values) {
        Place place = placeOf(inner, block, i);
        Buffers buffers = {values[0], cellAt ? values[cellAt] : Value(),
                           gradAt ? values[gradAt] : Value(), values[1],
                           isGRU() ? values[recurrentAt] : Value()};
        if (buffers.grad)
          buffers.grad = readGrad(inner, block, place.step, buffers.grad);
        buffers = runUnits(inner, block, place, buffers);
        buffers.hidden = passWeights(inner, block, place, buffers);
        values[0] = buffers.hidden;
        values[1] = buffers.sums;
        if (cellAt)
          values[cellAt] = buffers.cell;
        if (isGRU())
          values[recurrentAt] = buffers.recurrent;
        if (gradAt)
          values[gradAt] = buffers.grad;
        values[rowsAt] =
            writeRows(inner, block, place.step, buffers.sums, values[rowsAt]);
        if (isGRU())
          values[rowsAt + 1] = writeRows(inner, block, place.step,
                                         buffers.recurrent, values[rowsAt + 1]);
        values.back() = addStep(inner, block, place,
                                *std::prev(values.end(), 2), values.back());
        return values;
      });
  carried[0] = writeRows(b, block, {}, walked[0], carried[0]);
  if (cellAt)
    carried[1] = writeRows(b, block, {}, walked[cellAt], carried[1]);
  llvm::copy(ArrayRef(walked).drop_front(rowsAt),
             carried.begin() + layer.states);
  return carried;
}

/// The gradient of a last state, or zeros.
Value Backward::startFrom(ImplicitLocOpBuilder &b, RowBlock block,
                          int64_t state) {
  Value out = buffer(b, block, layer.hidden);
  if (!op.getLastGrads().empty())
    return rowsToLanes(
        b, layer, block, op.getLastGrads()[state],
        [](ImplicitLocOpBuilder &, Value row) { return Values{row}; }, out,
        writeColumn);
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(block.lanes, b.getF32Type())));
  return buildCountLoop(
      b, layer.hidden, out,
      [&](ImplicitLocOpBuilder &inner, Value unit, Value value) {
        return writeLanes(inner, zeros, value, {unit, constantIndex(inner, 0)});
      });
}

Backward::Place Backward::placeOf(ImplicitLocOpBuilder &b, RowBlock block,
                                  Value i) {
  Value before = arith::SubIOp::create(b, constantIndex(b, layer.steps - 1), i);
  Value t = layer.stepOf(b, before), cut;
  if (int64_t truncate = op.getTruncate()) {
    Value rest = arith::RemUIOp::create(b, t, constantIndex(b, truncate));
    cut = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest,
                                constantIndex(b, 0));
  }
  return {t, before, scaledIndex(b, before, 1, 1),
          layer.activeRows(b, t, block), cut};
}

Value Backward::readGrad(ImplicitLocOpBuilder &b, RowBlock block, Value t,
                         Value buffer) {
  return rowsToLanes(
      b, layer, block, op.getGrad(),
      [&](ImplicitLocOpBuilder &, Value row) { return Values{t, row}; }, buffer,
      writeColumn);
}

Backward::Buffers Backward::runUnits(ImplicitLocOpBuilder &b, RowBlock block,
                                     Place place, Buffers buffers) {
  Values carried = {buffers.hidden, buffers.sums};
  Value extra = isLSTM() ? buffers.cell : buffers.recurrent;
  if (extra)
    carried.push_back(extra);
  Values done = buildCarriedLoop(
      b, layer.hidden, carried,
      [&](ImplicitLocOpBuilder &inner, Value unit, Values values) -> Values {
        Buffers next = buffers;
        next.hidden = values[0];
        next.sums = values[1];
        Value &more = isLSTM() ? next.cell : next.recurrent;
        if (extra)
          more = values[2];
        next = runUnit(inner, block, place, next, unit);
        Values results = {next.hidden, next.sums};
        if (extra)
          results.push_back(more);
        return results;
      });
  buffers.hidden = done[0];
  buffers.sums = done[1];
  if (extra)
    (isLSTM() ? buffers.cell : buffers.recurrent) = done[2];
  return buffers;
}

/// `value` where the walk goes on beyond this step; 0 where it is cut.
Value Backward::endAt(ImplicitLocOpBuilder &b, Place place, Value value) {
  if (!place.cut)
    return value;
  return arith::SelectOp::create(b, place.cut, constantLike(b, value, 0.0),
                                 value);
}

/// Rows that have ended hand their gradients on as they are.
Backward::Buffers Backward::runUnit(ImplicitLocOpBuilder &b, RowBlock block,
                                    Place place, Buffers buffers, Value unit) {
  Value zero = constantIndex(b, 0);
  auto saved = [&](Value slot, int64_t count) {
    Values values;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(readLanes(
          b, history, indexOf(b, block, slot, layer.rowOf(b, i, unit)),
          block.lanes));
    return values;
  };
  auto read = [&](Value buffer) {
    return readLanes(b, buffer, {unit, zero}, block.lanes);
  };
  auto where = [&](Value value, Value otherwise) -> Value {
    return place.active
               ? arith::SelectOp::create(b, place.active, value, otherwise)
               : value;
  };
  Value dh = read(buffers.hidden), dc = isLSTM() ? read(buffers.cell) : Value();
  Value total = dh, none = constantLike(b, dh, 0.0);
  if (buffers.grad)
    total = arith::AddFOp::create(b, dh, read(buffers.grad));
  CellMath::Gradients grads =
      CellMath(b, layer).backward(saved(place.after, layer.saved),
                                  saved(place.before, layer.states), total, dc);
  for (auto [gate, sum] : llvm::enumerate(grads.sums)) {
    Values at = {layer.rowOf(b, gate, unit), zero};
    Value own = where(sum, none);
    buffers.sums = writeLanes(b, own, buffers.sums, at);
    if (!isGRU())
      continue;
    Value other = gate == 2 ? where(grads.recurrent, none) : own;
    buffers.recurrent = writeLanes(b, other, buffers.recurrent, at);
  }
  Value direct = grads.hidden ? grads.hidden : none;
  buffers.hidden =
      writeLanes(b, where(direct, dh), buffers.hidden, {unit, zero});
  if (isLSTM())
    buffers.cell = writeLanes(b, where(endAt(b, place, grads.cell), dc),
                              buffers.cell, {unit, zero});
  return buffers;
}

/// Adds what passes the weights to the hidden states' gradients.
Value Backward::passWeights(ImplicitLocOpBuilder &b, RowBlock block,
                            Place place, Buffers buffers) {
  Value sums = isGRU() ? buffers.recurrent : buffers.sums;
  auto tile = [&](ImplicitLocOpBuilder &tile, Value first, int64_t count,
                  Value hidden) {
    Value zero = constantIndex(tile, 0);
    Values units, totals;
    for (int64_t u = 0; u < count; ++u) {
      units.push_back(scaledIndex(tile, first, 1, u));
      totals.push_back(
          readLanes(tile, hidden, {units.back(), zero}, block.lanes));
    }
    Values before = totals;
    totals = buildCarriedLoop(
        tile, layer.gates * layer.hidden, totals,
        [&](ImplicitLocOpBuilder &inner, Value row, Values values) {
          Value grad = readLanes(inner, sums, {row, zero}, block.lanes);
          for (auto [unit, value] : llvm::zip_equal(units, values))
            value = multiplyAdd(
                inner,
                readSplat(inner, layer.weights, {row, unit}, block.lanes), grad,
                value);
          return values;
        });
    for (auto [unit, total, old] : llvm::zip_equal(units, totals, before)) {
      Value kept = endAt(tile, place, total);
      if (place.active && place.cut)
        kept = arith::SelectOp::create(tile, place.active, kept, old);
      hidden = writeLanes(tile, kept, hidden, {unit, zero});
    }
    return hidden;
  };
  int64_t most =
      std::max<int64_t>(1, layer.accumulators / layer.registersOf(block.lanes));
  return buildTiles(b, layer.hidden, most, buffers.hidden, tile);
}

/// The registers of `buffer` as rows of `tensor`, at `step` where it has steps.
Value Backward::writeRows(ImplicitLocOpBuilder &b, RowBlock block, Value step,
                          Value buffer, Value tensor) {
  return lanesToRows(
      b, layer, block, tensor,
      [&](ImplicitLocOpBuilder &, Value row) {
        return step ? Values{step, row} : Values{row};
      },
      [&](ImplicitLocOpBuilder &inner, ColumnPart part) {
        return readLanes(inner, buffer, {part.column, part.lane},
                         part.rows.lanes);
      });
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// All of few registers, else about four, so that the last one, which may
/// overlap the one before, is never alone in a tile: a tile adds to what the
/// others left.
static int64_t chooseRegisters(int64_t all) {
  int64_t most = all <= 6 ? all : 4;
  int64_t size = llvm::divideCeil(all, llvm::divideCeil(all, most));
  while (size < all && all % size == 1)
    ++size;
  return size;
}

Backward::WeightsTile Backward::weightsTile() const {
  int64_t width = layer.gates * layer.hidden;
  int64_t lanes =
      std::min<int64_t>(layer.lanes, llvm::bit_floor(uint64_t(width)));
  int64_t registers = chooseRegisters(llvm::divideCeil(width, lanes));
  return {lanes, registers,
          std::max<int64_t>(1, layer.accumulators / registers)};
}

/// Zeros in the block's part of the weights' gradient.
Value Backward::startWeights(ImplicitLocOpBuilder &b, RowBlock block,
                             Value sums) {
  int64_t width = layer.gates * layer.hidden;
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(width, b.getF32Type())));
  return buildCountLoop(
      b, layer.hidden, sums,
      [&](ImplicitLocOpBuilder &inner, Value unit, Value value) {
        return writeLanes(inner, zeros, value,
                          {block.number, unit, constantIndex(inner, 0)});
      });
}

/// Sum over steps and rows of gradient[step, row, gate] * h[step, unit, row];
/// lanes are gates. `rows` are the gradients of the recurrent sums, of which
/// the step's have just been written.
Value Backward::addStep(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                        Value rows, Value result) {
  WeightsTile tile = weightsTile();
  int64_t width = layer.gates * layer.hidden,
          size = tile.registers * tile.lanes;
  return buildTiles(
      b, layer.hidden, tile.units, result,
      [&](ImplicitLocOpBuilder &perUnits, Value unit, int64_t units,
          Value value) {
        tile.units = units;
        return buildCountLoop(
            perUnits, llvm::divideCeil(width, size), value,
            [&](ImplicitLocOpBuilder &inner, Value i, Value value) {
              Value column = scaledIndex(inner, i, size, 0);
              return addTile(inner, block, place, rows, tile, unit, column,
                             value);
            });
      });
}

/// Registers that would begin too far on end with the row; what is computed
/// twice is the same.
Value Backward::addTile(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                        Value rows, WeightsTile tile, Value unit, Value column,
                        Value result) {
  int64_t width = layer.gates * layer.hidden;
  Values columns, units, sums;
  for (int64_t r = 0; r < tile.registers; ++r)
    columns.push_back(
        arith::MinSIOp::create(b, scaledIndex(b, column, 1, r * tile.lanes),
                               constantIndex(b, width - tile.lanes)));
  for (int64_t u = 0; u < tile.units; ++u)
    units.push_back(scaledIndex(b, unit, 1, u));
  for (Value u : units)
    for (Value at : columns)
      sums.push_back(readLanes(b, result, {block.number, u, at}, tile.lanes));
  sums = buildCarriedLoop(
      b, block.lanes, sums,
      [&](ImplicitLocOpBuilder &inner, Value lane, Values values) {
        Value row = arith::AddIOp::create(inner, block.first, lane);
        Values grads;
        for (Value at : columns)
          grads.push_back(
              readLanes(inner, rows, {place.step, row, at}, tile.lanes));
        Value *sum = values.data();
        for (Value u : units) {
          Value at = arith::AddIOp::create(
              inner, indexOf(inner, block, place.before, u), lane);
          Value h = readSplat(inner, history, at, tile.lanes);
          for (Value grad : grads) {
            *sum = multiplyAdd(inner, h, grad, *sum);
            ++sum;
          }
        }
        return values;
      });
  const Value *sum = sums.data();
  for (Value u : units)
    for (Value at : columns)
      result = writeLanes(b, *sum++, result, {block.number, u, at});
  return result;
}

/// The blocks' sums together, with the dimensions of the weights.
Value Backward::weightsGrad(ImplicitLocOpBuilder &b, Value sums) {
  Value turned = ReduceOp::create(b, sums, ReduceKind::Sum,
                                  ArrayRef<int64_t>{0}, /*keep_dims=*/false);
  return TransposeOp::create(b, turned, ArrayRef<int64_t>{1, 0});
}

namespace {
struct LowerRecurrentGrad : OpRewritePattern<RecurrentGradOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrentGradOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, Backward(op).build(b));
    return success();
  }
};
} // namespace

void qnn::populateRecurrentGradPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerRecurrentGrad>(patterns.getContext());
}
