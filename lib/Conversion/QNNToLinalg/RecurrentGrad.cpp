//===- RecurrentGrad.cpp - Gradients of recurrent layers --------*- C++ -*-===//
//
//   for each block of rows                  on threads
//     for each step, from the last one back
//       for each unit: gradients of its gates' sums, of its cell state
//       for each tile of units: dh = sum of weights[k, ..] * gradient[k]
//       the gates' gradients become rows
//
// The weights' gradient is a product behind that, of all rows and steps: units
// on threads, a tile of it in registers for all rows of a step. Every element
// is one sum in the order of steps and rows.
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
  struct Block {
    Value first;
    int64_t lanes;
  };
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

  Values runBlock(ImplicitLocOpBuilder &b, Block block, Values carried);
  Value buffer(ImplicitLocOpBuilder &b, Block block, int64_t rows);
  Value startFrom(ImplicitLocOpBuilder &b, Block block, int64_t state);
  Place placeOf(ImplicitLocOpBuilder &b, Block block, Value i);
  Value readGrad(ImplicitLocOpBuilder &b, Block block, Value t, Value buffer);
  Buffers runUnits(ImplicitLocOpBuilder &b, Block block, Place place,
                   Buffers buffers);
  Buffers runUnit(ImplicitLocOpBuilder &b, Block block, Place place,
                  Buffers buffers, Value unit);
  Value passWeights(ImplicitLocOpBuilder &b, Block block, Place place,
                    Buffers buffers);
  Value writeRows(ImplicitLocOpBuilder &b, Block block, Value step,
                  Value buffer, Value tensor);
  Value endAt(ImplicitLocOpBuilder &b, Place place, Value value);
  Value weightsGrad(ImplicitLocOpBuilder &b, Value rows);
  Value addStep(ImplicitLocOpBuilder &b, Value rows, WeightsTile tile,
                Value slot, Value first, int64_t count, Value result);
  Value addTile(ImplicitLocOpBuilder &b, Value rows, WeightsTile tile,
                Value slot, Value unit, Value column, Value result);

  bool isGRU() const { return layer.cell == RecurrentCell::GRU; }
  bool isLSTM() const { return layer.cell == RecurrentCell::LSTM; }

  RecurrentGradOp op;
  RecurrentLayer layer;
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
  Values done = buildRowBlocks(b, layer, carried,
                               [&](ImplicitLocOpBuilder &inner, Value first,
                                   int64_t lanes, Values values) {
                                 return runBlock(inner, {first, lanes},
                                                 std::move(values));
                               });
  Value recurrent = done.back(), bias;
  if (!op.getBiasGrad().use_empty())
    bias = ReduceOp::create(b, recurrent, ReduceKind::Sum,
                            ArrayRef<int64_t>{0, 1}, /*keep_dims=*/false);
  Values results = {done[layer.states], weightsGrad(b, recurrent), bias};
  llvm::append_range(results, ArrayRef(done).take_front(layer.states));
  return results;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Value Backward::buffer(ImplicitLocOpBuilder &b, Block block, int64_t rows) {
  return createBuffer(b, {rows, block.lanes});
}

/// `carried`: gradients of the first states, of the projections, and of a GRU
/// of the recurrent sums.
Values Backward::runBlock(ImplicitLocOpBuilder &b, Block block,
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
Value Backward::startFrom(ImplicitLocOpBuilder &b, Block block, int64_t state) {
  Value out = buffer(b, block, layer.hidden);
  auto write = [&](ImplicitLocOpBuilder &inner, Value unit, Value lanes,
                   Value value) {
    return writeLanes(inner, lanes, value, {unit, constantIndex(inner, 0)});
  };
  if (!op.getLastGrads().empty())
    return rowsToLanes(
        b, block.lanes, op.getLastGrads()[state],
        [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
          return {scaledIndex(inner, block.first, 1, l)};
        },
        out, write);
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(block.lanes, b.getF32Type())));
  return buildCountLoop(
      b, layer.hidden, out,
      [&](ImplicitLocOpBuilder &inner, Value unit, Value value) {
        return write(inner, unit, zeros, value);
      });
}

Backward::Place Backward::placeOf(ImplicitLocOpBuilder &b, Block block,
                                  Value i) {
  Value before = arith::SubIOp::create(b, constantIndex(b, layer.steps - 1), i);
  Value t = layer.stepOf(b, before), cut;
  if (int64_t truncate = op.getTruncate()) {
    Value rest = arith::RemUIOp::create(b, t, constantIndex(b, truncate));
    cut = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest,
                                constantIndex(b, 0));
  }
  return {t, before, scaledIndex(b, before, 1, 1),
          layer.activeRows(b, t, block.first, block.lanes), cut};
}

Value Backward::readGrad(ImplicitLocOpBuilder &b, Block block, Value t,
                         Value buffer) {
  return rowsToLanes(
      b, block.lanes, op.getGrad(),
      [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
        return {t, scaledIndex(inner, block.first, 1, l)};
      },
      buffer,
      [&](ImplicitLocOpBuilder &inner, Value unit, Value lanes, Value value) {
        return writeLanes(inner, lanes, value, {unit, constantIndex(inner, 0)});
      });
}

Backward::Buffers Backward::runUnits(ImplicitLocOpBuilder &b, Block block,
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
Backward::Buffers Backward::runUnit(ImplicitLocOpBuilder &b, Block block,
                                    Place place, Buffers buffers, Value unit) {
  Value zero = constantIndex(b, 0);
  auto saved = [&](Value slot, int64_t count) {
    Values values;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(readLanes(b, op.getSaved(),
                                 {slot, layer.rowOf(b, i, unit), block.first},
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
Value Backward::passWeights(ImplicitLocOpBuilder &b, Block block, Place place,
                            Buffers buffers) {
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
  return buildTiles(b, layer.hidden, layer.accumulators, buffers.hidden, tile);
}

/// The registers of `buffer` as rows of `tensor`, at `step` where it has steps.
Value Backward::writeRows(ImplicitLocOpBuilder &b, Block block, Value step,
                          Value buffer, Value tensor) {
  return lanesToRows(
      b, block.lanes, tensor,
      [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
        Value row = scaledIndex(inner, block.first, 1, l);
        return step ? Values{step, row} : Values{row};
      },
      [&](ImplicitLocOpBuilder &inner, Value column) {
        return readLanes(inner, buffer, {column, constantIndex(inner, 0)},
                         block.lanes);
      });
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// About four of `all` registers, so that the last one, which may overlap the
/// one before, is never alone in a tile: a tile adds to what the others left.
static int64_t chooseRegisters(int64_t all) {
  int64_t tiles = llvm::divideCeil(all, 4), size = llvm::divideCeil(all, tiles);
  while (size < all && all % size == 1)
    ++size;
  return size;
}

/// Sum over steps and rows of gradient[step, row, gate] * h[step, unit, row];
/// lanes are gates. `rows` are the gradients of the recurrent sums: those of
/// one step stay in the cache while all tiles of a part of the units read them.
Value Backward::weightsGrad(ImplicitLocOpBuilder &b, Value rows) {
  int64_t width = layer.gates * layer.hidden;
  int64_t lanes =
      std::min<int64_t>(layer.lanes, llvm::bit_floor(uint64_t(width)));
  WeightsTile tile = {lanes, chooseRegisters(llvm::divideCeil(width, lanes))};
  tile.units = std::max<int64_t>(1, layer.accumulators / tile.registers);
  auto type = RankedTensorType::get({layer.hidden, width}, b.getF32Type());
  Value zeros = createFilled(b, type, b.getF32FloatAttr(0.0f));
  int64_t part = std::clamp<int64_t>(llvm::divideCeil(layer.hidden, 2), 1, 16);
  Value turned = buildTiles(
      b, layer.hidden, part, zeros,
      [&](ImplicitLocOpBuilder &perPart, Value first, int64_t count,
          Value result) {
        return buildCountLoop(
            perPart, layer.steps, result,
            [&](ImplicitLocOpBuilder &perStep, Value slot, Value value) {
              return addStep(perStep, rows, tile, slot, first, count, value);
            });
      });
  return TransposeOp::create(b, turned, ArrayRef<int64_t>{1, 0});
}

/// Adds one step to the gradients of units first .. first + count - 1.
Value Backward::addStep(ImplicitLocOpBuilder &b, Value rows, WeightsTile tile,
                        Value slot, Value first, int64_t count, Value result) {
  int64_t width = layer.gates * layer.hidden,
          size = tile.registers * tile.lanes;
  return buildTiles(
      b, count, tile.units, result,
      [&](ImplicitLocOpBuilder &perUnits, Value more, int64_t units,
          Value value) {
        Value unit = arith::AddIOp::create(perUnits, first, more);
        WeightsTile own = tile;
        own.units = units;
        return buildCountLoop(
            perUnits, llvm::divideCeil(width, size), value,
            [&](ImplicitLocOpBuilder &inner, Value i, Value value) {
              Value column = scaledIndex(inner, i, size, 0);
              return addTile(inner, rows, own, slot, unit, column, value);
            });
      });
}

/// Registers that would begin too far on end with the row; what is computed
/// twice is the same.
Value Backward::addTile(ImplicitLocOpBuilder &b, Value rows, WeightsTile tile,
                        Value slot, Value unit, Value column, Value result) {
  int64_t width = layer.gates * layer.hidden;
  Value t = layer.stepOf(b, slot);
  Values columns, units, sums;
  for (int64_t r = 0; r < tile.registers; ++r)
    columns.push_back(
        arith::MinSIOp::create(b, scaledIndex(b, column, 1, r * tile.lanes),
                               constantIndex(b, width - tile.lanes)));
  for (int64_t u = 0; u < tile.units; ++u)
    units.push_back(scaledIndex(b, unit, 1, u));
  for (Value u : units)
    for (Value at : columns)
      sums.push_back(readLanes(b, result, {u, at}, tile.lanes));
  sums = buildCarriedLoop(
      b, layer.batch, sums,
      [&](ImplicitLocOpBuilder &inner, Value row, Values values) {
        Values grads;
        for (Value at : columns)
          grads.push_back(readLanes(inner, rows, {t, row, at}, tile.lanes));
        Value *sum = values.data();
        for (Value u : units) {
          Value h = readSplat(inner, op.getSaved(), {slot, u, row}, tile.lanes);
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
      result = writeLanes(b, *sum++, result, {u, at});
  return result;
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
