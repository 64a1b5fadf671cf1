//===- Recurrent.cpp - Recurrent layers as loops over registers -*- C++ -*-===//
//
//   for each block of rows                  on threads
//     for each step of the walk
//       the gates' projections, rows of the input, become lanes
//       for each tile of units
//         for each hidden unit k: sums += weights[.., k] * h[k]   in registers
//         the cell's formulas; states and what the gradient needs are stored
//
// A layer that saves nothing has two slots for states, used in turns.
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
  struct Block {
    Value first;
    int64_t lanes;
  };
  /// Where a step reads and writes.
  struct Place {
    Value step, before, after, active;
  };

  Values runBlock(ImplicitLocOpBuilder &b, Block block, Values carried);
  Value writeInitial(ImplicitLocOpBuilder &b, Block block, Value history);
  Place placeOf(ImplicitLocOpBuilder &b, Block block, Value s);
  Value readProjection(ImplicitLocOpBuilder &b, Block block, Value t,
                       Value buffer);
  Value runUnits(ImplicitLocOpBuilder &b, Block block, Place place, Value p,
                 Value history);
  Values sumGates(ImplicitLocOpBuilder &b, Block block, Place place, Value p,
                  Value history, Value unit, int64_t count);
  Value runUnit(ImplicitLocOpBuilder &b, Block block, Place place, Value p,
                Value history, Value unit, ArrayRef<Value> sums);
  Value writeResult(ImplicitLocOpBuilder &b, Block block, Place place,
                    Value history, Value result);
  Value writeLast(ImplicitLocOpBuilder &b, Block block, int64_t state,
                  Value history, Value last);

  int64_t slots() const { return saves ? layer.steps + 1 : 2; }
  int64_t rows() const {
    return (saves ? layer.saved : layer.states) * layer.hidden;
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
  Values carried = {createBuffer(b, {slots(), rows(), layer.batch})};
  for (Value last : op.getLast())
    carried.push_back(createBuffer(b, tensorType(last).getShape()));
  if (hasResult)
    carried.push_back(createBuffer(b, tensorType(op.getResult()).getShape()));
  Values done = buildRowBlocks(b, layer, carried,
                               [&](ImplicitLocOpBuilder &inner, Value first,
                                   int64_t lanes, Values values) {
                                 return runBlock(inner, {first, lanes},
                                                 std::move(values));
                               });
  Values results = {hasResult ? done.back() : Value(),
                    saves ? done.front() : Value()};
  llvm::append_range(results, ArrayRef(done).slice(1, layer.states));
  return results;
}

/// `carried`: history, last states, result where there is one.
Values Forward::runBlock(ImplicitLocOpBuilder &b, Block block, Values carried) {
  Values walked = {writeInitial(b, block, carried[0]),
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
  carried[0] = walked[0];
  for (int64_t state = 0; state < layer.states; ++state)
    carried[1 + state] =
        writeLast(b, block, state, walked[0], carried[1 + state]);
  if (hasResult)
    carried.back() = walked[2];
  return carried;
}

Value Forward::writeInitial(ImplicitLocOpBuilder &b, Block block,
                            Value history) {
  Value slot = constantIndex(b, 0);
  Value zeros = arith::ConstantOp::create(
      b, b.getZeroAttr(vectorOf(block.lanes, b.getF32Type())));
  history = buildCountLoop(
      b, rows(), history,
      [&](ImplicitLocOpBuilder &inner, Value row, Value value) {
        return writeLanes(inner, zeros, value, {slot, row, block.first});
      });
  for (int64_t state = 0; state < int64_t(op.getInitial().size()); ++state)
    history = rowsToLanes(
        b, block.lanes, op.getInitial()[state],
        [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
          return {scaledIndex(inner, block.first, 1, l)};
        },
        history,
        [&](ImplicitLocOpBuilder &inner, Value unit, Value lanes, Value value) {
          Value row = layer.rowOf(inner, state, unit);
          return writeLanes(inner, lanes, value, {slot, row, block.first});
        });
  return history;
}

Forward::Place Forward::placeOf(ImplicitLocOpBuilder &b, Block block, Value s) {
  Value t = layer.stepOf(b, s), next = scaledIndex(b, s, 1, 1);
  Value active = layer.activeRows(b, t, block.first, block.lanes);
  if (saves)
    return {t, s, next, active};
  Value two = constantIndex(b, 2);
  return {t, arith::RemUIOp::create(b, s, two),
          arith::RemUIOp::create(b, next, two), active};
}

/// Rows of a projected table are read where they are.
Value Forward::readProjection(ImplicitLocOpBuilder &b, Block block, Value t,
                              Value buffer) {
  Value source = op.getProjection();
  auto gather = source.getDefiningOp<GatherOp>();
  if (gather && gather.getTable().getType().getRank() == 2)
    source = gather.getTable();
  else
    gather = {};
  auto row = [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
    Value sample = scaledIndex(inner, block.first, 1, l);
    if (!gather)
      return {t, sample};
    Value index = tensor::ExtractOp::create(inner, gather.getIndices(),
                                            ValueRange{t, sample});
    return {arith::IndexCastOp::create(inner, inner.getIndexType(), index)};
  };
  return rowsToLanes(
      b, block.lanes, source, row, buffer,
      [&](ImplicitLocOpBuilder &inner, Value column, Value lanes, Value value) {
        Value zero = constantIndex(inner, 0);
        return writeLanes(inner, lanes, value, {column, zero});
      });
}

Value Forward::runUnits(ImplicitLocOpBuilder &b, Block block, Place place,
                        Value p, Value history) {
  int64_t most = std::max<int64_t>(1, layer.accumulators / layer.gates);
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
Values Forward::sumGates(ImplicitLocOpBuilder &b, Block block, Place place,
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
        Value h = readLanes(inner, history, {place.before, k, block.first},
                            block.lanes);
        for (auto [row, sum] : llvm::zip_equal(rows, values))
          sum = multiplyAdd(
              inner, readSplat(inner, layer.weights, {row, k}, block.lanes), h,
              sum);
        return values;
      });
}

Value Forward::runUnit(ImplicitLocOpBuilder &b, Block block, Place place,
                       Value p, Value history, Value unit,
                       ArrayRef<Value> sums) {
  auto rowOf = [&](Value slot, int64_t i) {
    return Values{slot, layer.rowOf(b, i, unit), block.first};
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

Value Forward::writeResult(ImplicitLocOpBuilder &b, Block block, Place place,
                           Value history, Value result) {
  return lanesToRows(
      b, block.lanes, result,
      [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
        return {place.step, scaledIndex(inner, block.first, 1, l)};
      },
      [&](ImplicitLocOpBuilder &inner, Value unit) -> Value {
        Value h = readLanes(inner, history, {place.after, unit, block.first},
                            block.lanes);
        if (!place.active)
          return h;
        return arith::SelectOp::create(inner, place.active, h,
                                       constantLike(inner, h, 0.0));
      });
}

Value Forward::writeLast(ImplicitLocOpBuilder &b, Block block, int64_t state,
                         Value history, Value last) {
  Value slot = constantIndex(b, saves ? layer.steps : layer.steps % 2);
  return lanesToRows(
      b, block.lanes, last,
      [&](ImplicitLocOpBuilder &inner, int64_t l) -> Values {
        return {scaledIndex(inner, block.first, 1, l)};
      },
      [&](ImplicitLocOpBuilder &inner, Value unit) {
        Value row = layer.rowOf(inner, state, unit);
        return readLanes(inner, history, {slot, row, block.first}, block.lanes);
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
