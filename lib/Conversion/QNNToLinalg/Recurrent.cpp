//===- Recurrent.cpp - Recurrent layers as loops over registers -*- C++ -*-===//
//
//   for each block of rows                  on threads
//     for each step of the walk
//       the gates' projections, rows of the input, become lanes
//       for each tile of units
//         for each hidden unit k: sums += weights[.., k] * h[k]   in registers
//         the cell's formulas; states and what the gradient needs are stored
//
// A layer that saves nothing has two slots for states, used in turns, of each
// block.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RecurrentLayer.h"
#include "ScalarMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace qnn;

namespace {
class Forward {
public:
  explicit Forward(RecurrentOp op)
      : op(op), layer(op, tensorType(op.getProjection()).getDimSize(0),
                      tensorType(op.getProjection()).getDimSize(1)),
        saves(!op.getSaved().use_empty()),
        hasResult(!op.getResult().use_empty()) {}

  Values build(ImplicitLocOpBuilder &b);

private:
  /// Where a step reads and writes.
  struct Place {
    Value step, before, after, active;
  };

  Values runBlock(ImplicitLocOpBuilder &b, RowBlock block, Values carried);
  Value writeInitial(ImplicitLocOpBuilder &b, RowBlock block, Value history);
  Place placeOf(ImplicitLocOpBuilder &b, RowBlock block, Value s);
  Value readProjection(ImplicitLocOpBuilder &b, RowBlock block, Value t,
                       Value buffer);
  Value runUnits(ImplicitLocOpBuilder &b, RowBlock block, Place place, Value p,
                 Value history);
  Values sumGates(ImplicitLocOpBuilder &b, RowBlock block, Place place, Value p,
                  Value history, Value unit, int64_t count);
  Value runUnit(ImplicitLocOpBuilder &b, RowBlock block, Place place, Value p,
                Value history, Value unit, ArrayRef<Value> sums);
  Value writeResult(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                    Value history, Value result);
  Value writeLast(ImplicitLocOpBuilder &b, RowBlock block, int64_t state,
                  Value history, Value last);

  int64_t slots() const { return saves ? layer.steps + 1 : 2; }
  int64_t rows() const {
    return (saves ? layer.saved : layer.states) * layer.hidden;
  }
  /// Where value `row` of `slot` begins in the history.
  Value indexOf(ImplicitLocOpBuilder &b, RowBlock block, Value slot,
                Value row) const {
    if (!saves)
      block.first = constantIndex(b, 0);
    return savedIndex(b, block, slots(), rows(), slot, row);
  }
  /// The same of the rows of one register.
  Value partOf(ImplicitLocOpBuilder &b, RowBlock block, const ColumnPart &part,
               Value slot, Value row) const {
    return arith::AddIOp::create(b, indexOf(b, block, slot, row), part.lane);
  }
  /// The gate of a GRU whose two sums are not added at once.
  bool isApart(int64_t gate) const {
    return layer.cell == RecurrentCell::GRU && gate == 2;
  }

  RecurrentOp op;
  RecurrentLayer layer;
  bool saves, hasResult;
};
} // namespace

/// Results of the op; those without use are null.
Values Forward::build(ImplicitLocOpBuilder &b) {
  Values carried;
  if (saves)
    carried.push_back(createBuffer(b, {slots() * rows() * layer.batch}));
  for (Value last : op.getLast())
    carried.push_back(createBuffer(b, tensorType(last).getShape()));
  if (hasResult)
    carried.push_back(createBuffer(b, tensorType(op.getResult()).getShape()));
  Values done = buildRowBlocks(
      b, layer.batch, /*backwards=*/false, carried,
      [&](ImplicitLocOpBuilder &inner, RowBlock block, Values values) {
        return runBlock(inner, block, std::move(values));
      });
  Values results(2);
  if (hasResult)
    results[0] = done.back();
  if (saves)
    results[1] =
        reshapeTo(b, done.front(), tensorType(op.getSaved()).getShape());
  llvm::append_range(results, ArrayRef(done).slice(saves, layer.states));
  return results;
}

/// `carried`: what is saved, last states, result, each where there is one.
Values Forward::runBlock(ImplicitLocOpBuilder &b, RowBlock block,
                         Values carried) {
  Value history = saves ? carried.front()
                        : createBuffer(b, {slots() * rows() * block.lanes});
  Values walked = {writeInitial(b, block, history),
                   createBuffer(b, {layer.gates * layer.hidden, block.lanes})};
  if (hasResult)
    walked.push_back(carried.back());
  walked = buildCarriedLoop(
      b, layer.steps, walked,
      [&](ImplicitLocOpBuilder &inner, Value s, Values values) {
        Place place = placeOf(inner, block, s);
        values[1] = readProjection(inner, block, place.step, values[1]);
        values[0] = runUnits(inner, block, place, values[1], values[0]);
        if (hasResult)
          values[2] = writeResult(inner, block, place, values[0], values[2]);
        return values;
      });
  if (saves)
    carried.front() = walked[0];
  for (int64_t state = 0; state < layer.states; ++state)
    carried[saves + state] =
        writeLast(b, block, state, walked[0], carried[saves + state]);
  if (hasResult)
    carried.back() = walked[2];
  return carried;
}

Value Forward::writeInitial(ImplicitLocOpBuilder &b, RowBlock block,
                            Value history) {
  Value slot = constantIndex(b, 0);
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(block.lanes, b.getF32Type())));
  history =
      buildCountLoop(b, rows(), history,
                     [&](ImplicitLocOpBuilder &inner, Value row, Value value) {
                       return writeLanes(inner, zeros, value,
                                         indexOf(inner, block, slot, row));
                     });
  for (int64_t state = 0; state < int64_t(op.getInitial().size()); ++state)
    history = rowsToLanes(
        b, layer, block, op.getInitial()[state],
        [](ImplicitLocOpBuilder &, Value row) { return Values{row}; }, history,
        [&](ImplicitLocOpBuilder &inner, ColumnPart part, Value lanes,
            Value value) {
          Value row = layer.rowOf(inner, state, part.column);
          return writeLanes(inner, lanes, value,
                            partOf(inner, block, part, slot, row));
        });
  return history;
}

Forward::Place Forward::placeOf(ImplicitLocOpBuilder &b, RowBlock block,
                                Value s) {
  Value t = layer.stepOf(b, s), next = scaledIndex(b, s, 1, 1);
  Value active = layer.activeRows(b, t, block);
  if (saves)
    return {t, s, next, active};
  Value two = constantIndex(b, 2);
  return {t, arith::RemUIOp::create(b, s, two),
          arith::RemUIOp::create(b, next, two), active};
}

/// Rows of a projected table are read where they are.
Value Forward::readProjection(ImplicitLocOpBuilder &b, RowBlock block, Value t,
                              Value buffer) {
  Value source = op.getProjection();
  auto gather = source.getDefiningOp<GatherOp>();
  if (gather && gather.getTable().getType().getRank() == 2)
    source = gather.getTable();
  else
    gather = {};
  auto row = [&](ImplicitLocOpBuilder &inner, Value sample) -> Values {
    if (!gather)
      return {t, sample};
    Value index = tensor::ExtractOp::create(inner, gather.getIndices(),
                                            ValueRange{t, sample});
    return {arith::IndexCastOp::create(inner, inner.getIndexType(), index)};
  };
  return rowsToLanes(b, layer, block, source, row, buffer, writeColumn);
}

Value Forward::runUnits(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                        Value p, Value history) {
  int64_t registers = layer.gates * layer.registersOf(block.lanes);
  int64_t most = std::max<int64_t>(1, layer.accumulators / registers);
  return buildTiles(
      b, layer.hidden, most, history,
      [&](ImplicitLocOpBuilder &inner, Value first, int64_t count,
          Value value) {
        Values sums = sumGates(inner, block, place, p, value, first, count);
        for (int64_t u = 0; u < count; ++u)
          value = runUnit(inner, block, place, p, value,
                          scaledIndex(inner, first, 1, u),
                          ArrayRef(sums).slice(u * layer.gates, layer.gates));
        return value;
      });
}

/// The gates' sums of `count` units, unit by unit.
Values Forward::sumGates(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                         Value p, Value history, Value unit, int64_t count) {
  Values rows, sums;
  for (int64_t u = 0; u < count; ++u)
    for (int64_t gate = 0; gate < layer.gates; ++gate) {
      Value row = layer.rowOf(b, gate, unit, u), sum;
      if (op.getBias())
        sum = readSplat(b, op.getBias(), row, block.lanes);
      if (!isApart(gate)) {
        Value input = readLanes(b, p, {row, constantIndex(b, 0)}, block.lanes);
        sum = sum ? arith::AddFOp::create(b, input, sum).getResult() : input;
      } else if (!sum) {
        sum = arith::ConstantOp::create(
            b, b.getZeroAttr(vectorOf(block.lanes, b.getF32Type())));
      }
      rows.push_back(row);
      sums.push_back(sum);
    }
  return buildCarriedLoop(
      b, layer.hidden, sums,
      [&](ImplicitLocOpBuilder &inner, Value k, Values values) {
        Value h =
            readLanes(inner, history, indexOf(inner, block, place.before, k),
                      block.lanes);
        for (auto [row, sum] : llvm::zip_equal(rows, values))
          sum = multiplyAdd(
              inner, readSplat(inner, layer.weights, {row, k}, block.lanes), h,
              sum);
        return values;
      });
}

Value Forward::runUnit(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                       Value p, Value history, Value unit,
                       ArrayRef<Value> sums) {
  auto rowOf = [&](Value slot, int64_t i) {
    return indexOf(b, block, slot, layer.rowOf(b, i, unit));
  };
  Values before;
  for (int64_t state = 0; state < layer.states; ++state)
    before.push_back(
        readLanes(b, history, rowOf(place.before, state), block.lanes));
  Value projection;
  if (layer.cell == RecurrentCell::GRU)
    projection = readLanes(b, p, {layer.rowOf(b, 2, unit), constantIndex(b, 0)},
                           block.lanes);
  Values values = CellMath(b, layer).forward(sums, projection, before);
  values.truncate(saves ? layer.saved : layer.states);
  before.resize(values.size(), constantLike(b, values[0], 0.0));
  for (auto [i, value] : llvm::enumerate(values)) {
    if (place.active)
      value = arith::SelectOp::create(b, place.active, value, before[i]);
    history = writeLanes(b, value, history, rowOf(place.after, i));
  }
  return history;
}

Value Forward::writeResult(ImplicitLocOpBuilder &b, RowBlock block, Place place,
                           Value history, Value result) {
  return lanesToRows(
      b, layer, block, result,
      [&](ImplicitLocOpBuilder &, Value row) {
        return Values{place.step, row};
      },
      [&](ImplicitLocOpBuilder &inner, ColumnPart part) -> Value {
        Value h =
            readLanes(inner, history,
                      partOf(inner, block, part, place.after, part.column),
                      part.rows.lanes);
        Value active = layer.activeRows(inner, place.step, part.rows);
        if (!active)
          return h;
        return arith::SelectOp::create(inner, active, h,
                                       constantLike(inner, h, 0.0));
      });
}

Value Forward::writeLast(ImplicitLocOpBuilder &b, RowBlock block, int64_t state,
                         Value history, Value last) {
  Value slot = constantIndex(b, saves ? layer.steps : layer.steps % 2);
  return lanesToRows(
      b, layer, block, last,
      [](ImplicitLocOpBuilder &, Value row) { return Values{row}; },
      [&](ImplicitLocOpBuilder &inner, ColumnPart part) {
        Value row = layer.rowOf(inner, state, part.column);
        return readLanes(inner, history, partOf(inner, block, part, slot, row),
                         part.rows.lanes);
      });
}

namespace {
struct LowerRecurrent : OpRewritePattern<RecurrentOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrentOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, Forward(op).build(b));
    return success();
  }
};
} // namespace

void qnn::populateRecurrentPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerRecurrent>(patterns.getContext());
  populateRecurrentGradPatterns(patterns);
}
